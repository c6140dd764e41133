"""What has to be said of areas of interest that the net does not see; in the window and on the terminal."""

from __future__ import annotations

from memapp.core.explanation import RegionKind, Regions


def outside_warning(regions: Regions) -> str:
    """What to say of areas of interest that the net does not see, or only in part."""
    areas = [region for region in regions.regions if region.kind is RegionKind.AREA]
    unseen = [f'"{area.name}"' for area in areas if area.seen_share == 0]
    cut = [f'"{area.name}"' for area in areas if 0 < area.seen_share < 0.995]
    sentences = []
    if unseen:
        lies, it = ("lies", "it") if len(unseen) == 1 else ("lie", "them")
        sentences.append(
            f"{_listed(unseen)} {lies} outside the frame: the net does not see {it}. "
            f"To have {it} count, leave more room around {it}."
        )
    if cut:
        lies = "lies" if len(cut) == 1 else "lie"
        sentences.append(f"{_listed(cut)} {lies} partly outside the frame. Only what is inside counts.")
    return " ".join(sentences)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
