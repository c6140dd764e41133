"""Warnings about areas of interest that the net does not see; for the window and the terminal."""

from __future__ import annotations

from memapp.core.explanation import RegionKind, Regions
from memapp.core.text import listed, trn


def outside_warning(regions: Regions) -> str:
    """Return a warning about areas of interest that the net does not see, or only in part."""
    areas = [region for region in regions.regions if region.kind is RegionKind.AREA]
    unseen = [f'"{area.name}"' for area in areas if area.seen_share == 0]
    cut = [f'"{area.name}"' for area in areas if 0 < area.seen_share < 0.995]
    sentences = []
    if unseen:
        sentences.append(
            trn(
                "{areas} lies outside the frame: the scoring model does not see it. "
                "To have it count, leave more room around it.",
                "{areas} lie outside the frame: the scoring model does not see them. "
                "To have them count, leave more room around them.",
                len(unseen),
                areas=listed(unseen),
            )
        )
    if cut:
        sentences.append(
            trn(
                "{areas} lies partly outside the frame. Only what is inside counts.",
                "{areas} lie partly outside the frame. Only what is inside counts.",
                len(cut),
                areas=listed(cut),
            )
        )
    return " ".join(sentences)
