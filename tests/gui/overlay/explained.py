"""Explanations made of plain arrays: what each test looks at is known to the pixel."""

from __future__ import annotations

import numpy as np

from memapp.core.explanation import (
    Category,
    Instance,
    MapMethod,
    MaskArray,
    MemorabilityMap,
    Region,
    RegionKind,
    Regions,
    Segmentation,
    SegmenterIdentity,
)
from memapp.core.records import NetIdentity

NET = NetIdentity(name="Brightness", sha256="b" * 64, preprocessing="test-1")
THREE = SegmenterIdentity(
    name="three",
    sha256="d" * 64,
    title="Three kinds",
    categories=(
        Category("background", (128, 128, 128)),
        Category("animal", (220, 40, 40)),
        Category("vehicle", (40, 60, 220)),
    ),
)


def box(height: int, width: int, top: int, left: int, bottom: int, right: int) -> MaskArray:
    """A mask of one rectangle; bottom and right are not in it."""
    mask = np.zeros((height, width), bool)
    mask[top:bottom, left:right] = True
    return mask


def segmentation(height: int = 60, width: int = 80) -> Segmentation:
    """Animal in the left half, vehicle in the upper right quarter, background in the lower one; a dog."""
    labels = np.zeros((height, width), np.uint8)
    labels[:, : width // 2] = 1
    labels[: height // 2, width // 2 :] = 2
    dog = Instance("dog", 1, 0.876, box(height, width, height // 4, 0, height // 2, width // 4))
    return Segmentation(segmenter=THREE, labels=labels, instances=(dog,))


def memorability(height: int = 60, width: int = 80, *, most: float = 0.08) -> MemorabilityMap:
    """The left half raises the score, the right half lowers it; a border of four pixels is not seen."""
    values = np.full((height, width), np.nan, np.float32)
    values[4:-4, 4 : width // 2] = most
    values[4:-4, width // 2 : -4] = -most
    in_frame = np.full((227, 227), most, np.float32)
    in_frame[:, 114:] = -most
    return MemorabilityMap(NET, MapMethod.OCCLUSION, 0.71, values, 127, in_frame)


def region(
    name: str,
    mask: MaskArray,
    contribution: float | None,
    *,
    kind: RegionKind = RegionKind.INSTANCE,
    category: str = "",
    seen_share: float = 1.0,
    confidence: float | None = None,
) -> Region:
    """A region; all of it is seen unless said otherwise."""
    share = float(mask.mean())
    return Region(
        kind=kind,
        name=name,
        category=category,
        colour=(200, 30, 30),
        mask=mask,
        area_share=share,
        frame_share=share * seen_share,
        seen_share=seen_share,
        contribution=contribution,
        confidence=confidence,
    )


def regions(height: int = 60, width: int = 80) -> Regions:
    """A dog in the upper left quarter, a collar inside it, and a logo in a corner that is not seen."""
    return Regions(
        net=NET,
        score=0.71,
        regions=(
            region(
                "dog",
                box(height, width, 0, 0, height // 2, width // 2),
                0.123,
                category="animal",
                confidence=0.9,
            ),
            region("collar", box(height, width, 10, 10, 20, 20), -0.034, category="collar"),
            region(
                "Logo",
                box(height, width, 0, width - 3, 3, width),
                None,
                kind=RegionKind.AREA,
                seen_share=0.0,
            ),
        ),
    )
