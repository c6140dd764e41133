"""Why a photo scores as it does: segmentations, memorability maps, regions, and the seams to who makes them.

All maps and masks of one photo have one shape, (height, width) of the picture they were made of: the upright
photo, shrunk so that its longer side is EXPLAINED_SIDE at most. Positions are fractions of the upright photo.
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
"""Longer side, in pixels, of the picture that maps are made of; full-size maps are enlarged ones."""

MaskArray: TypeAlias = npt.NDArray[np.bool_]
"""Shape (height, width): True where something is."""
LabelArray: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width): for each pixel the index of its category."""
MapArray: TypeAlias = npt.NDArray[np.float32]
"""Shape (height, width): signed score points; NaN where the net does not see."""

Colour: TypeAlias = tuple[int, int, int]
"""sRGB, 0..255 each."""


class MapMethod(StrEnum):
    """How a memorability map is computed."""

    OCCLUSION = "occlusion"
    """Parts are covered, and the change of the score is taken. Works with every engine."""
    GRADIENT = "gradient"
    """By the net's gradients; needs torch."""


@dataclass(frozen=True, slots=True)
class Category:
    """One of the kinds of thing that a segmenter tells apart."""

    name: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class SegmenterIdentity:
    """Which segmenter, bit for bit."""

    name: str
    """The pack's name: "coco-13"."""
    sha256: str
    """Of its graph and of how the pack describes it, together: 64 hexadecimal digits."""
    title: str
    """As people read it: "COCO, 13 categories"."""
    categories: tuple[Category, ...]
    """What labels count, the first one (background, other) included."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One thing that a segmenter found: a person, a car."""

    name: str
    """Its class: "bicycle"."""
    category: int
    """Index of its category."""
    confidence: float
    """0..1"""
    mask: MaskArray


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """What is where in one photo."""

    segmenter: SegmenterIdentity
    labels: LabelArray
    """Indices of segmenter.categories; where instances overlap, the more confident one's."""
    instances: tuple[Instance, ...] = ()
    """The most confident first; empty with segmenters that tell no things apart."""


@dataclass(frozen=True, slots=True, eq=False)
class MemorabilityMap:
    """Which parts of one photo raise its score (positive) and which lower it."""

    net: NetIdentity
    method: MapMethod
    score: float
    """The whole photo's, 0..1, by the engine that made the map."""
    values: MapArray
    forward_passes: int
    in_frame: npt.NDArray[np.float32]
    """The same values as the net's frame has them, shape (227, 227); core/map_placement.py lays them over the
    photo at any size. values is that at the size of the other maps."""


@dataclass(frozen=True, slots=True)
class AreaOfInterest:
    """An area that a person drew and named: logo, product, headline. Reused on other photos of a set."""

    name: str
    outline: tuple[tuple[float, float], ...]
    """Three corners or more, (x, y) as fractions 0..1 of the upright photo's width and height."""


@dataclass(frozen=True, slots=True)
class FolderAreas:
    """The areas of interest on the photos of one folder."""

    everywhere: tuple[AreaOfInterest, ...] = ()
    """On every photo of the folder."""
    by_photo: Mapping[str, tuple[AreaOfInterest, ...]] = field(default_factory=dict)
    """On one photo, by its file's name."""

    def of(self, name: str) -> tuple[AreaOfInterest, ...]:
        """Those of the photo with this file name."""
        return (*self.everywhere, *self.by_photo.get(name, ()))


AREA_COLOURS: tuple[Colour, ...] = (
    (0, 158, 115),
    (230, 159, 0),
    (86, 180, 233),
    (204, 121, 167),
    (240, 228, 66),
)
"""Of areas of interest, one after the other; Okabe and Ito's, safe for colour-blind eyes."""


class RegionKind(StrEnum):
    """What a region comes from."""

    INSTANCE = "instance"
    CATEGORY = "category"
    SUPERPIXEL = "superpixel"
    """A patch of like colour, where no segmenter is installed."""
    AREA = "area"
    """An area of interest."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A part of one photo and what it is worth."""

    kind: RegionKind
    name: str
    category: str
    """The category's name; empty for superpixels and areas of interest."""
    colour: Colour
    mask: MaskArray
    area_share: float
    """Share of the photo's area, 0..1."""
    frame_share: float
    """Share of the area that the net sees, 0..1; 0 for a region that lies outside."""
    seen_share: float
    """How much of the region the net sees, 0..1."""
    contribution: float | None
    """Score points: the score less the score with the region filled in (mean of two fills).
    None where the net sees nothing of it."""
    confidence: float | None = None
    """The segmenter's, 0..1; None where it gives none."""


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The regions of one photo, the greatest contribution first. Contributions do not add up to the score."""

    net: NetIdentity
    score: float
    regions: tuple[Region, ...]


class Layer(StrEnum):
    """What can be laid over a photo."""

    SEGMENTATION = "segmentation"
    MEMORABILITY = "memorability"
    REGIONS = "regions"


@dataclass(frozen=True, slots=True)
class ExplainOrder:
    """What is to be found out about one photo."""

    key: ImageKey
    layers: frozenset[Layer]
    method: MapMethod = MapMethod.OCCLUSION
    segmenter: str | None = None
    """A pack's name; None for none: regions are superpixels then."""
    areas: tuple[AreaOfInterest, ...] = ()
    precision: Precision = Precision.EXACT
    """Of the scores that maps and regions are computed from."""
    kept_only: bool = False
    """Give what was found out before, and compute nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """One part of the answer."""

    key: ImageKey
    part: Segmentation | MemorabilityMap | Regions
    kept: bool
    """True when it was computed before and came from disk."""


@dataclass(frozen=True, slots=True)
class ExplainProgress:
    """How far the computation of one part is."""

    key: ImageKey
    layer: Layer
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ExplainFailed:
    """One part can't be had. The others go on."""

    key: ImageKey
    layer: Layer
    reason: str
    """A sentence or two: what happened, then what to do."""


ExplainEvent: TypeAlias = Explained | ExplainProgress | ExplainFailed


class Segmenter(Protocol):
    """A segmenter that is loaded and ready. Used by one thread at a time."""

    @property
    def identity(self) -> SegmenterIdentity:
        """Which one."""

    def segment(self, picture: PixelArray) -> Segmentation:
        """Segment an upright sRGB picture of any size, at its own size."""

    def close(self) -> None:
        """Give back its memory."""


class SegmenterFactory(Protocol):
    """Knows the packs that are installed, and loads them on the thread that is going to use them."""

    def installed(self) -> tuple[SegmenterIdentity, ...]:
        """Those that may be opened, the default first. Reads only descriptions, no graphs."""

    def open(self, name: str) -> Segmenter:
        """Load one by its name. Raises: SegmenterError: it is not installed, or broken."""


Steps: TypeAlias = tuple[int, int]
"""How many steps of a long work are done, and how many there are."""

ScorerOpener: TypeAlias = Callable[[], Scorer]
"""Gives the net, loaded at the first call. Raises: WeightsError, DeviceError."""


class MapMaker(Protocol):
    """One method of computing memorability maps. Used by one thread at a time."""

    @property
    def version(self) -> str:
        """Raised whenever the same photo may get another map."""

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps, None, FrameMap]:
        """Explain the net's frame, shape (227, 227, 3). A generator of how far it is.

        Raises:
            Cancelled: control was cancelled meanwhile.
            MemappError: it can't be computed here; the text says why and what to do.
        """

    def close(self) -> None:
        """Give back the memory that it holds; it may be used again."""


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
        """Raised whenever the same photo may get other regions."""

    def regions(
        self,
        picture: PixelArray,
        frame: PixelArray,
        segmentation: Segmentation | None,
        *,
        scorer: ScorerOpener,
        control: RunControl,
    ) -> Generator[Steps, None, tuple[float, tuple[Region, ...]]]:
        """The regions of a segmentation, or superpixels, each with its contribution, and the frame's score.

        Args:
            picture: the photo, shape (height, width, 3).
            frame: what the net sees of it, shape (227, 227, 3).
            segmentation: of the picture, in its shape; None for superpixels.
            scorer: the net.
            control: leave as soon as it is cancelled.

        Raises:
            Cancelled: control was cancelled meanwhile.
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
        """The same for areas of interest, which are kept however small they are."""


class MapStore(Protocol):
    """Keeps explanations on disk; a broken one is as good as none. Thread-safe."""

    def find(
        self, key: ImageKey, layer: Layer, made_by: str
    ) -> Segmentation | MemorabilityMap | Regions | None:
        """The kept part for a photo in this state.

        Args:
            key: the photo.
            layer: which part.
            made_by: everything else that decides what it is: net, pack, method, version, areas.
        """

    def keep(self, key: ImageKey, made_by: str, part: Segmentation | MemorabilityMap | Regions) -> None:
        """Keep one; a disk that is full or read-only is no reason to stop."""
