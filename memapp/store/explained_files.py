"""An explanation as files for other programs and for people.

The map as numbers and as a picture, the segments, the photo with the map over it, and a JSON document with
the regions.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from memapp.core.explanation import LabelArray, MapArray, MemorabilityMap, Regions, Segmentation
from memapp.core.files import read_json, write_atomically, write_bytes_atomically
from memapp.core.frame import FRAME_SIDE, SEEN_PART, SQUASHED_SIDE
from memapp.core.map_colours import hatching, level_colours, level_opacities, map_levels, map_limit
from memapp.core.map_placement import place_map
from memapp.core.records import PixelArray

DOCUMENT = ".json"
ENDINGS = (".map.npy", ".map.png", ".segments.png", ".overlay.png", DOCUMENT)

_LARGEST_DOCUMENT = 50_000_000
"""Bytes; a thousand regions take a third of a megabyte."""
_LONGEST_STEM = 180
"""Bytes; most systems take names of 255."""


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedPhoto:
    """Everything to write about one photo."""

    path: str
    picture: PixelArray
    """The upright photo at its full size."""
    height: int
    width: int
    """The upright photo's size as stated in its file; the picture may be smaller if memory is short."""
    map: MemorabilityMap
    regions: Regions
    segmentation: Segmentation | None
    """None if regions are superpixels."""


class ExplainedFolder:
    """The folder for explanations. Used by one thread."""

    def __init__(self, folder: Path, *, photos: Sequence[str]) -> None:
        """Use this folder.

        Args:
            folder: it exists.
            photos: files that must never be overwritten, the photos themselves.
        """
        self._folder = folder
        self._photos = {str(Path(photo).resolve()) for photo in photos}
        # Many systems ignore the case of letters.
        self._there = {entry.name.casefold() for entry in folder.iterdir()}
        self._taken: set[str] = set()

    def write(self, photo: ExplainedPhoto) -> str:
        """Write one photo's files, replacing its earlier ones; return the NAME at their start.

        The document is written last: if it exists, all files exist.

        Raises:
            OSError: they can't be written, or not all of them.
        """
        name = self._name(photo.path)
        values = place_map(photo.map.in_frame, photo.height, photo.width)
        for ending, content in (
            (".map.npy", _npy(values)),
            (".map.png", _png(_map_picture(values))),
            (".segments.png", _png(_segments(photo))),
            (".overlay.png", _png(_overlay(photo))),
        ):
            write_bytes_atomically(self._folder / f"{name}{ending}", content)
        text = json.dumps(document(photo, values), indent=2, allow_nan=False) + "\n"
        write_atomically(self._folder / f"{name}{DOCUMENT}", text)
        return name

    def _name(self, path: str) -> str:
        """Return the photo's own name, with a number if another photo's files already have it."""
        stem = _shortened(Path(path).stem)
        number = 1
        while not self._is_free(name := stem if number == 1 else f"{stem} ({number})", path):
            number += 1
        self._taken.add(name.casefold())
        return name

    def _is_free(self, name: str, path: str) -> bool:
        files = [self._folder / f"{name}{ending}" for ending in ENDINGS]
        if name.casefold() in self._taken or any(str(file.resolve()) in self._photos for file in files):
            return False
        if not any(file.name.casefold() in self._there for file in files):
            return True
        return _explained_path(files[-1]) == path


def is_written_here(file: Path) -> bool:
    """Return whether a file was written by an ExplainedFolder; a folder of photos may contain those, too."""
    for ending in ENDINGS:
        if file.name.endswith(ending):
            return _explained_path(file.with_name(file.name.removesuffix(ending) + DOCUMENT)) is not None
    return False


def _explained_path(file: Path) -> str | None:
    """Return the photo that a document describes; None if it is no such document."""
    try:
        about = read_json(file, most_bytes=_LARGEST_DOCUMENT)
        return str(about["path"]) if "forward_passes" in about["map"] else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def document(photo: ExplainedPhoto, values: MapArray) -> dict[str, Any]:
    """Return everything known about one photo, for JSON.

    Args:
        photo: the photo.
        values: its map at full size.
    """
    segmenter = photo.segmentation.segmenter if photo.segmentation else None
    return {
        "path": photo.path,
        "score": _rounded(photo.map.score),
        "frame": {
            **{side: getattr(SEEN_PART, side) for side in SEEN_PART._fields},
            "squashed_side": SQUASHED_SIDE,
            "side": FRAME_SIDE,
            "preprocessing": photo.map.net.preprocessing,
        },
        "map": {
            "method": photo.map.method.value,
            "min": _extreme(values, np.fmin),
            "max": _extreme(values, np.fmax),
            "forward_passes": photo.map.forward_passes,
        },
        "regions": [
            {
                "name": region.name,
                "category": region.category or region.kind.value,
                "area_share": _rounded(region.area_share),
                "frame_share": _rounded(region.frame_share),
                "contribution": None if region.contribution is None else _rounded(region.contribution),
                "confidence": None if region.confidence is None else _rounded(region.confidence),
            }
            for region in photo.regions.regions
        ],
        "segmenter": None
        if segmenter is None
        else {
            "name": segmenter.name,
            "title": segmenter.title,
            "sha256": segmenter.sha256,
            "categories": [category.name for category in segmenter.categories],
        },
    }


def _rounded(value: float) -> float:
    return round(float(value), 7)


def _extreme(values: MapArray, choose: np.ufunc) -> float | None:
    extreme = choose.reduce(values, axis=None)
    return _rounded(extreme) if np.isfinite(extreme) else None


def _shortened(stem: str) -> str:
    encoded = stem.encode("utf-8", "surrogateescape")
    if len(encoded) <= _LONGEST_STEM:
        return stem
    return encoded[:_LONGEST_STEM].decode("utf-8", "ignore")


def _npy(values: MapArray) -> bytes:
    content = io.BytesIO()
    np.save(content, values.astype(np.float32, copy=False), allow_pickle=False)
    return content.getvalue()


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    # The lowest level: a large picture takes a second instead of ten.
    image.save(content, format="PNG", compress_level=1)
    return content.getvalue()


def _map_picture(values: MapArray) -> Image.Image:
    """Return the map in its colours, hatched where the net does not see."""
    levels = map_levels(values, map_limit(values))
    colours = level_colours()[:, 0]
    picture = colours[levels]
    picture[hatching(*values.shape) & (levels == 0)] = 80
    return Image.fromarray(picture)


def _overlay(photo: ExplainedPhoto) -> Image.Image:
    """Return the photo with the map over it, hatched where the net does not see."""
    height, width = photo.picture.shape[:2]
    values = place_map(photo.map.in_frame, height, width)
    levels = map_levels(values, map_limit(values))
    colours = Image.fromarray(level_colours()[:, 0][levels])
    opacities = level_opacities()[levels]
    opacities[hatching(height, width) & (levels == 0)] = 160
    return Image.composite(colours, Image.fromarray(photo.picture), Image.fromarray(opacities))


def _segments(photo: ExplainedPhoto) -> Image.Image:
    """Return indexed labels at full size; the palette contains their colours.

    For a segmentation, the index is the category's. For superpixels, it is the index in the document's
    regions, from 1.
    """
    if photo.segmentation is not None:
        labels = photo.segmentation.labels
        palette = [category.colour for category in photo.segmentation.segmenter.categories]
    else:
        labels, palette = _superpixel_labels(photo.regions)
    image = Image.fromarray(labels).resize((photo.width, photo.height), Image.Resampling.NEAREST)
    indexed = Image.new("P", image.size)
    indexed.putpalette([level for colour in palette for level in colour])
    indexed.paste(image)
    return indexed


def _superpixel_labels(regions: Regions) -> tuple[LabelArray, list[tuple[int, int, int]]]:
    labels: npt.NDArray[np.uint8] = np.zeros(
        regions.regions[0].mask.shape if regions.regions else (1, 1), np.uint8
    )
    palette = [(0, 0, 0)]
    for place, region in enumerate(regions.regions, start=1):
        palette.append(region.colour)
        if region.kind.value == "superpixel":
            labels[region.mask] = place
    return labels, palette
