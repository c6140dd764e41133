"""Regions of a photo and their contributions: the score minus the score with the region filled in."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from functools import cache

import numpy as np

from memapp.core.control import RunControl
from memapp.core.explanation import (
    AREA_COLOURS,
    AreaOfInterest,
    Colour,
    MaskArray,
    Region,
    RegionKind,
    ScorerOpener,
    Segmentation,
    Steps,
)
from memapp.core.frame import SEEN_PART
from memapp.core.records import PixelArray
from memapp.scoring.explain.batches import score_versions
from memapp.scoring.explain.connected import connected_parts
from memapp.scoring.explain.fills import (
    cover_of,
    covered,
    seen_area,
    surroundings_colour,
    surroundings_spread,
)
from memapp.scoring.explain.superpixels import superpixels
from memapp.scoring.segmentation.colours import distinct_colours

_PATCH_COLOURS = 10
"""More can't be told from each other; each patch has its number as well."""

SMALLEST_SHARE = 0.005
"""Of the photo's area: smaller regions are left out; covering them changes less than the net's own noise."""
MOST_REGIONS = 24
"""Only the largest are used."""
FILLS = 2

_SEEN_AREA = (SEEN_PART.right - SEEN_PART.left) * (SEEN_PART.bottom - SEEN_PART.top)


class FilledRegions:
    """A RegionMaker that fills each region in two ways and uses the mean of the two scores.

    The fills are the mean colour of its surroundings, and its surroundings spread inwards.
    """

    version = "filled-2"

    def regions(
        self,
        picture: PixelArray,
        frame: PixelArray,
        segmentation: Segmentation | None,
        *,
        scorer: ScorerOpener,
        control: RunControl,
    ) -> Generator[Steps, None, tuple[float, tuple[Region, ...]]]:
        """Return the regions of a segmentation, or superpixels, by falling contribution; see RegionMaker."""
        found = segmentation_regions(segmentation) if segmentation else superpixel_regions(picture)
        return (yield from _with_contributions(frame, _largest(found), scorer=scorer, control=control))

    def areas(
        self,
        picture: PixelArray,
        frame: PixelArray,
        areas: tuple[AreaOfInterest, ...],
        *,
        scorer: ScorerOpener,
        control: RunControl,
    ) -> Generator[Steps, None, tuple[float, tuple[Region, ...]]]:
        """Return the same for areas of interest; see RegionMaker."""
        shape = picture.shape[:2]
        found = [
            _region(
                kind=RegionKind.AREA,
                name=area.name,
                colour=AREA_COLOURS[place % len(AREA_COLOURS)],
                mask=area_mask(area, shape[0], shape[1]),
            )
            for place, area in enumerate(areas)
        ]
        return (yield from _with_contributions(frame, found, scorer=scorer, control=control))


def area_mask(area: AreaOfInterest, height: int, width: int) -> MaskArray:
    """Return the pixels of a photo of this size whose centres are inside an area (even-odd rule)."""
    corners = np.array(area.outline, dtype=np.float64) * (width, height)
    starts, ends = corners, np.roll(corners, -1, axis=0)
    mask = np.zeros((height, width), bool)
    columns = np.arange(width) + 0.5
    for row in range(height):
        y = row + 0.5
        crosses = (starts[:, 1] <= y) != (ends[:, 1] <= y)
        first, last = starts[crosses], ends[crosses]
        at = first[:, 0] + (y - first[:, 1]) * (last[:, 0] - first[:, 0]) / (last[:, 1] - first[:, 1])
        mask[row] = np.searchsorted(np.sort(at), columns, side="right") % 2 == 1
    return mask


@cache
def _patch_colours() -> tuple[Colour, ...]:
    return distinct_colours(_PATCH_COLOURS)


def superpixel_regions(picture: PixelArray) -> list[Region]:
    """Return patches of similar colour, numbered in reading order, each in a colour of its own."""
    labels = superpixels(picture)
    colours = _patch_colours()
    regions = []
    for number, label in enumerate(np.unique(labels), start=1):
        mask = labels == label
        # Not their mean colour: patches beside each other look alike in it.
        colour = colours[(number - 1) % len(colours)]
        regions.append(_region(kind=RegionKind.SUPERPIXEL, name=f"patch {number}", colour=colour, mask=mask))
    return regions


def segmentation_regions(segmentation: Segmentation) -> list[Region]:
    """Return the instances and the rest of each category, or the categories if there are no instances.

    Where a category can be counted, its connected parts are told apart: "person", "person 2".
    """
    categories = segmentation.segmenter.categories
    regions: list[Region] = []
    counts: dict[str, int] = {}
    rest = np.ones(segmentation.labels.shape, bool)
    for instance in segmentation.instances:
        category = categories[instance.category]
        counts[instance.name] = count = counts.get(instance.name, 0) + 1
        regions.append(
            _region(
                kind=RegionKind.INSTANCE,
                name=_numbered(instance.name, count),
                category=category.name,
                colour=category.colour,
                mask=instance.mask,
                confidence=instance.confidence,
            )
        )
        rest &= ~instance.mask
    for label in np.unique(segmentation.labels[rest]):
        category = categories[label]
        mask = rest & (segmentation.labels == label)
        for number, part in enumerate(_things(mask) if category.countable else [mask], start=1):
            regions.append(
                _region(
                    kind=RegionKind.CATEGORY,
                    name=_numbered(category.name, number),
                    category=category.name,
                    colour=category.colour,
                    mask=part,
                )
            )
    return regions


def _numbered(name: str, number: int) -> str:
    """Return the name of one of several things of a kind: "person", "person 2"."""
    return name if number == 1 else f"{name} {number}"


def _things(mask: MaskArray) -> list[MaskArray]:
    """Return the connected parts that are large enough for a region, the first with all the smaller ones."""
    large = [part for part in connected_parts(mask)[1:] if part.mean() >= SMALLEST_SHARE]
    for part in large:
        mask = mask & ~part
    return [mask, *large]


def _region(
    *,
    kind: RegionKind,
    name: str,
    colour: Colour,
    mask: MaskArray,
    category: str = "",
    confidence: float | None = None,
) -> Region:
    """Return a region without a contribution yet."""
    area = float(mask.mean())
    seen = seen_area(mask)
    return Region(
        kind=kind,
        name=name,
        category=category,
        colour=colour,
        mask=mask,
        area_share=area,
        frame_share=seen / _SEEN_AREA,
        seen_share=min(seen / area, 1.0) if area else 0.0,
        contribution=None,
        confidence=confidence,
    )


def _largest(regions: Sequence[Region]) -> list[Region]:
    large = [region for region in regions if region.area_share >= SMALLEST_SHARE]
    # A photo with only small things still has a largest one.
    large = large or list(regions)
    return sorted(large, key=lambda region: -region.area_share)[:MOST_REGIONS]


def _with_contributions(
    frame: PixelArray, regions: Sequence[Region], *, scorer: ScorerOpener, control: RunControl
) -> Generator[Steps, None, tuple[float, tuple[Region, ...]]]:
    """Return the frame's score and the regions with contributions, falling; those outside the frame last."""
    seen = [region for region in regions if region.frame_share > 0]
    total = 1 + FILLS * len(seen)
    versions = [frame]
    for region in seen:
        # Filling takes time, too.
        control.checkpoint()
        cover = cover_of(region.mask)
        fills = (surroundings_colour(frame, cover), surroundings_spread(frame, cover))
        versions += [covered(frame, cover, fill) for fill in fills]
    scores = yield from score_versions(versions, scorer=scorer(), control=control, total=total)
    filled = scores[1:].reshape(len(seen), FILLS).mean(axis=1)
    measured = [
        dataclasses.replace(region, contribution=float(scores[0] - without))
        for region, without in zip(seen, filled, strict=True)
    ]
    measured.sort(key=lambda region: -(region.contribution or 0.0))
    unseen = [region for region in regions if region.frame_share == 0]
    return float(scores[0]), (*measured, *unseen)
