"""Explanations of a photo's score: segmentations, memorability maps, regions, and protocols of their makers.

All maps and masks of one photo have the same shape, (height, width) of the picture they were made from: the
upright photo, shrunk so that its longer side is at most EXPLAINED_SIDE. Positions are fractions of the
upright photo.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Scorer
from memapp.core.control import RunControl
from memapp.core.records import ImageKey, NetIdentity, PixelArray, Precision

EXPLAINED_SIDE = 1024
"""Longer side, in pixels, of the picture that maps are made from; full-size maps are enlarged."""

MaskArray: TypeAlias = npt.NDArray[np.bool_]
"""Shape (height, width): True inside."""
LabelArray: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width): the index of each pixel's category."""
MapArray: TypeAlias = npt.NDArray[np.float32]
"""Shape (height, width): signed score points; NaN where the net does not see."""

Colour: TypeAlias = tuple[int, int, int]
"""sRGB, 0..255 each."""


class MapMethod(StrEnum):
    """How a memorability map is computed."""

    OCCLUSION = "occlusion"
    """Parts are covered, and the change of the score is measured. Works with every engine."""
    GRADIENT = "gradient"
    """By the net's gradients; needs torch."""


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of thing that a segmenter distinguishes."""

    name: str
    colour: Colour
    countable: bool = False
    """Whether its connected parts are things of their own: people, but not sky."""


@dataclass(frozen=True, slots=True)
class SegmenterIdentity:
    """The exact identity of a segmenter."""

    name: str
    """The pack's name: "coco-13"."""
    sha256: str
    """Hash of its graph and its description together: 64 hexadecimal digits."""
    title: str
    """The title shown to people: "COCO, 13 categories"."""
    categories: tuple[Category, ...]
    """The categories that labels index; the first is background or other."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One thing found by a segmenter: a person, a car."""

    name: str
    """Its class: "bicycle"."""
    category: int
    """Index of its category."""
    confidence: float
    """0..1"""
    mask: MaskArray


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """The segmentation of one photo."""

    segmenter: SegmenterIdentity
    labels: LabelArray
    """Indices of segmenter.categories; where instances overlap, the more confident one's."""
    instances: tuple[Instance, ...] = ()
    """The most confident first; empty if the segmenter has no instances."""


@dataclass(frozen=True, slots=True, eq=False)
class MemorabilityMap:
    """Which parts of one photo raise its score (positive) and which lower it."""

    net: NetIdentity
    method: MapMethod
    score: float
    """The whole photo's score, 0..1, from the engine that made the map."""
    values: MapArray
    forward_passes: int
    in_frame: npt.NDArray[np.float32]
    """The values in the net's frame, shape (227, 227); core/map_placement.py places them over the photo at
    any size. `values` is the same at the size of the other maps."""


@dataclass(frozen=True, slots=True)
class AreaOfInterest:
    """An area drawn and named by a person: logo, product, headline. Reused on other photos of a set."""

    name: str
    outline: tuple[tuple[float, float], ...]
    """Three or more corners, (x, y) as fractions 0..1 of the upright photo's width and height."""


@dataclass(frozen=True, slots=True)
class FolderAreas:
    """The areas of interest on the photos of one folder."""

    everywhere: tuple[AreaOfInterest, ...] = ()
    """On every photo of the folder."""
    by_photo: Mapping[str, tuple[AreaOfInterest, ...]] = field(default_factory=dict)
    """On one photo, by its file name."""

    def of(self, name: str) -> tuple[AreaOfInterest, ...]:
        """Return the areas of the photo with this file name."""
        return (*self.everywhere, *self.by_photo.get(name, ()))


AREA_COLOURS: tuple[Colour, ...] = (
    (0, 158, 115),
    (230, 159, 0),
    (86, 180, 233),
    (204, 121, 167),
    (240, 228, 66),
)
"""For areas of interest, in order; from Okabe and Ito, safe with colour vision deficiency."""


class RegionKind(StrEnum):
    """The origin of a region."""

    INSTANCE = "instance"
    CATEGORY = "category"
    SUPERPIXEL = "superpixel"
    """A patch of similar colour, if no segmenter is installed."""
    AREA = "area"
    """An area of interest."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A part of one photo and its contribution to the score."""

    kind: RegionKind
    name: str
    category: str
    """The category's name; empty for superpixels and areas of interest."""
    colour: Colour
    mask: MaskArray
    area_share: float
    """Share of the photo's area, 0..1."""
    frame_share: float
    """Share of the area that the net sees, 0..1; 0 for a region outside."""
    seen_share: float
    """How much of the region the net sees, 0..1."""
    contribution: float | None
    """Score points: the score minus the score with the region filled in (mean of two fills). None if the net
    sees nothing of it."""
    confidence: float | None = None
    """The segmenter's, 0..1; None if it has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The regions of one photo, the largest contribution first. Contributions do not add up to the score."""

    net: NetIdentity
    score: float
    regions: tuple[Region, ...]


class Layer(StrEnum):
    """What can be shown over a photo."""

    SEGMENTATION = "segmentation"
    MEMORABILITY = "memorability"
    REGIONS = "regions"


@dataclass(frozen=True, slots=True)
class ExplainOrder:
    """A request to explain one photo."""

    key: ImageKey
    layers: frozenset[Layer]
    method: MapMethod = MapMethod.OCCLUSION
    segmenter: str | None = None
    """A pack's name; None for superpixels instead of a segmentation."""
    areas: tuple[AreaOfInterest, ...] = ()
    precision: Precision = Precision.EXACT
    """Of the scores that maps and regions are computed from."""
    kept_only: bool = False
    """Return stored results only, and compute nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """One part of the result."""

    key: ImageKey
    part: Segmentation | MemorabilityMap | Regions
    kept: bool
    """True if it was read from disk."""


@dataclass(frozen=True, slots=True, eq=False)
class ExplainPreview:
    """A first, coarse map; the whole one follows. Never stored."""

    key: ImageKey
    part: MemorabilityMap


@dataclass(frozen=True, slots=True)
class ExplainProgress:
    """The progress of one part."""

    key: ImageKey
    layer: Layer
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ExplainFailed:
    """One part failed. The others continue."""

    key: ImageKey
    layer: Layer
    reason: str
    """One or two sentences: what happened, then what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedInTurn:
    """One of several photos that are explained one after the other is done."""

    key: ImageKey
    part: Segmentation | MemorabilityMap | Regions | None
    """None where it failed."""
    seconds: float
    """That it took, without the time in which it gave way to other work."""
    done: int
    total: int
    """Of the photos that are still wanted, this one included, and those that are done."""


ExplainEvent: TypeAlias = Explained | ExplainPreview | ExplainProgress | ExplainFailed


class Segmenter(Protocol):
    """A segmenter that is loaded and ready. Used by one thread at a time."""

    @property
    def identity(self) -> SegmenterIdentity:
        """Which segmenter this is."""

    def segment(self, picture: PixelArray) -> Segmentation:
        """Segment an upright sRGB picture of any size, at its own size."""

    def close(self) -> None:
        """Release its memory."""


class SegmenterFactory(Protocol):
    """Lists the installed packs, and loads them on the thread that uses them."""

    def installed(self) -> tuple[SegmenterIdentity, ...]:
        """Return the usable ones, the default first. Reads only descriptions, no graphs."""

    def open(self, name: str) -> Segmenter:
        """Load a segmenter by name. Raise SegmenterError if it is not installed, or broken."""


Steps: TypeAlias = tuple[int, int]
"""Finished steps of a long work, and the total."""

ScorerOpener: TypeAlias = Callable[[], Scorer]
"""Returns the net, loaded at the first call. Raises WeightsError or DeviceError."""


class MapMaker(Protocol):
    """One method of computing memorability maps. Used by one thread at a time."""

    @property
    def version(self) -> str:
        """Changed whenever the same photo may get another map."""

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps | FrameMap, None, FrameMap]:
        """Explain the net's frame, shape (227, 227, 3); yield the progress, and a first map if it makes one.

        Raises:
            Cancelled: control was cancelled.
            MemappError: it can't be computed here; the text says why and what to do.
        """

    def close(self) -> None:
        """Release its memory; it may be used again."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameMap:
    """What a MapMaker gives."""

    values: npt.NDArray[np.float32]
    """Signed score points, shape (227, 227)."""
    score: float
    """The frame's."""
    forward_passes: int


class RegionMaker(Protocol):
    """Finds the regions of a photo and what each is worth. Used by one thread at a time."""

    @property
    def version(self) -> str:
        """Changed whenever the same photo may get other regions."""

    def regions(
        self,
        picture: PixelArray,
        frame: PixelArray,
        segmentation: Segmentation | None,
        *,
        scorer: ScorerOpener,
        control: RunControl,
    ) -> Generator[Steps, None, tuple[float, tuple[Region, ...]]]:
        """Return the frame's score, and the regions of a segmentation, or superpixels, with contributions.

        Args:
            picture: the photo, shape (height, width, 3).
            frame: the part that the net sees, shape (227, 227, 3).
            segmentation: of the picture, in its shape; None for superpixels.
            scorer: the net.
            control: cancels the work.

        Raises:
            Cancelled: control was cancelled.
        """

    def areas(
        self,
        picture: PixelArray,
        frame: PixelArray,
        areas: tuple[AreaOfInterest, ...],
        *,
        scorer: ScorerOpener,
        control: RunControl,
    ) -> Generator[Steps, None, tuple[float, tuple[Region, ...]]]:
        """Return the same for areas of interest, which are kept however small they are."""


class MapStore(Protocol):
    """Explanations stored on disk; a broken one counts as missing. Thread-safe."""

    def find(
        self, key: ImageKey, layer: Layer, made_by: str
    ) -> Segmentation | MemorabilityMap | Regions | None:
        """Return the stored part for a photo in this state.

        Args:
            key: the photo.
            layer: which part.
            made_by: everything else that determines it: net, pack, method, version, areas.
        """

    def keep(self, key: ImageKey, made_by: str, part: Segmentation | MemorabilityMap | Regions) -> None:
        """Store one part; a full or read-only disk is ignored."""
