"""Explanations stored on disk: segmentations, memorability maps and regions, by photo and maker."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import logging
import math
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from memapp.core.explanation import (
    EXPLAINED_SIDE,
    Category,
    Colour,
    Instance,
    Layer,
    MapMethod,
    MaskArray,
    MemorabilityMap,
    Region,
    RegionKind,
    Regions,
    Segmentation,
    SegmenterIdentity,
)
from memapp.core.frame import FRAME_SIDE
from memapp.core.map_placement import place_map
from memapp.core.records import ImageKey, NetIdentity, Precision
from memapp.store.disk_cache import DiskCache

FOLDER_NAME = "maps"
LIMIT_BYTES = 300_000_000
"""Some thousand photos with all their parts."""

_LARGEST_FILE = 40_000_000
_MOST_ARRAYS = 4
_MOST_MASKS = 100
"""Of one photo, as many as scoring/segmentation/instances.py returns at most."""
_MOST_BYTES = EXPLAINED_SIDE * EXPLAINED_SIDE * (_MOST_MASKS // 8 + 2) + 1_000_000
"""Of one photo's arrays in memory, masks packed."""
_MOST_HEADER_BYTES = 10_000
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The file's header sets the memory that others use."""
_VERSION = 1
"""Version of the file format; raise it with every change, so that older files are ignored."""

_log = logging.getLogger(__name__)


class DiskMapStore:
    """A MapStore in MEMAPP_HOME, limited in bytes; the least recently used are deleted first. Thread-safe."""

    def __init__(self, *, home: Path, limit: int = LIMIT_BYTES) -> None:
        """Use this home; nothing is read or created yet."""
        self._files = DiskCache(folder=home / FOLDER_NAME, limit=limit, largest=_LARGEST_FILE)

    def find(
        self, key: ImageKey, layer: Layer, made_by: str
    ) -> Segmentation | MemorabilityMap | Regions | None:
        """Return the stored part; None if there is no intact one. See MapStore."""
        variant = _variant(layer, made_by)
        content = self._files.read(key, variant)
        if content is None:
            return None
        try:
            arrays = _arrays(content)
            part = _READERS[layer](json.loads(bytes(arrays["head"])), arrays)
        # The seal is no secret, so anyone can have written the file; a cache must not stop any work.
        except Exception:
            _log.exception("a kept %s can't be understood and is made again", layer)
            self._files.discard(key, variant)
            return None
        return part

    def keep(self, key: ImageKey, made_by: str, part: Segmentation | MemorabilityMap | Regions) -> None:
        """Store one part; do nothing if the disk can't be written."""
        layer, head, arrays = _written(part)
        content = io.BytesIO()
        text = np.frombuffer(json.dumps(head).encode(), np.uint8)
        np.savez_compressed(content, head=text, allow_pickle=False, **arrays)
        self._files.write(key, _variant(layer, made_by), content.getvalue())


def _arrays(content: bytes) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a file. Raise ValueError, before using any memory, if they are too large."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > _MOST_ARRAYS or sum(member.file_size for member in members) > _MOST_BYTES:
            raise ValueError("too much for one photo")
        if any(member.compress_type not in _COMPRESSIONS for member in members):
            raise ValueError("another compression")
        for member in members:
            with archive.open(member) as file:
                arrays[member.filename.removesuffix(".npy")] = _array(file, member.file_size)
    return arrays


def _array(file: IO[bytes], size: int) -> npt.NDArray[Any]:
    """Read an array. Raise ValueError if its header states more than the bytes of its file."""
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("another version of the format")
    shape, column_major, kind = np.lib.format.read_array_header_1_0(file, max_header_size=_MOST_HEADER_BYTES)
    if kind.hasobject or column_major or math.prod(shape) * kind.itemsize > size:
        raise ValueError("more than the file contains")
    return np.frombuffer(file.read(), dtype=kind).reshape(shape).copy()


def _checked_size(shape: Sequence[int]) -> tuple[int, int]:
    """Return height and width. Raise ValueError if no explanation has this size."""
    height, width = shape
    if not all(type(side) is int and 0 <= side <= EXPLAINED_SIDE for side in (height, width)):
        raise ValueError("not the size of a picture")
    return height, width


def _number(value: object) -> float:
    """Return a finite number. Raise ValueError if it is something else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return value


def _share(value: object) -> float:
    """Return a number 0..1. Raise ValueError if it is something else."""
    if not 0 <= (number := _number(value)) <= 1:
        raise ValueError("not a share")
    return number


def _text(value: object) -> str:
    """Return a text. Raise ValueError if it is something else."""
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _colour(value: Sequence[object]) -> Colour:
    """Return red, green and blue, 0..255. Raise ValueError if it is something else."""
    red, green, blue = (range(256)[int(_number(part))] for part in value)
    return red, green, blue


def _variant(layer: Layer, made_by: str) -> str:
    # An area's name need not be encodable.
    digest = hashlib.blake2b(made_by.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{layer}-{_VERSION}-{digest}"


def _written(
    part: Segmentation | MemorabilityMap | Regions,
) -> tuple[Layer, dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return a part as its layer, JSON values, and arrays."""
    head: dict[str, Any]
    match part:
        case Segmentation():
            head = {
                "segmenter": dataclasses.asdict(part.segmenter),
                "instances": [[each.name, each.category, each.confidence] for each in part.instances],
            }
            masks = _packed([each.mask for each in part.instances])
            return Layer.SEGMENTATION, head, {"labels": part.labels, "masks": masks}
        case MemorabilityMap():
            head = {
                "net": dataclasses.asdict(part.net),
                "method": part.method,
                "score": part.score,
                "forward_passes": part.forward_passes,
                "shape": part.values.shape,
            }
            return Layer.MEMORABILITY, head, {"in_frame": part.in_frame}
        case Regions():
            fields = [field.name for field in dataclasses.fields(Region) if field.name != "mask"]
            head = {
                "net": dataclasses.asdict(part.net),
                "score": part.score,
                "regions": [{name: getattr(region, name) for name in fields} for region in part.regions],
                "shape": part.regions[0].mask.shape if part.regions else (0, 0),
            }
            return Layer.REGIONS, head, {"masks": _packed([region.mask for region in part.regions])}


def _read_segmentation(head: dict[str, Any], arrays: Any) -> Segmentation:
    segmenter = head["segmenter"]
    categories = tuple(
        Category(_text(each["name"]), _colour(each["colour"]), each.get("countable") is True)
        for each in segmenter["categories"]
    )
    labels = arrays["labels"]
    if labels.dtype != np.uint8 or (labels.size and labels.max() >= len(categories)):
        raise ValueError("labels of no category")
    masks = _unpacked(arrays["masks"], _checked_size(labels.shape))
    return Segmentation(
        segmenter=SegmenterIdentity(**{**segmenter, "categories": categories}),
        labels=labels,
        instances=tuple(
            Instance(
                name=_text(name),
                category=range(len(categories))[category],
                confidence=_share(confidence),
                mask=mask,
            )
            for (name, category, confidence), mask in zip(head["instances"], masks, strict=True)
        ),
    )


def _read_map(head: dict[str, Any], arrays: Any) -> MemorabilityMap:
    in_frame = arrays["in_frame"]
    if in_frame.dtype != np.float32 or in_frame.shape != (FRAME_SIDE, FRAME_SIDE):
        raise ValueError("not a map of a frame")
    height, width = _checked_size(head["shape"])
    return MemorabilityMap(
        net=_net(head["net"]),
        method=MapMethod(head["method"]),
        score=_share(head["score"]),
        values=place_map(in_frame, height, width),
        forward_passes=int(_number(head["forward_passes"])),
        in_frame=in_frame,
    )


def _read_regions(head: dict[str, Any], arrays: Any) -> Regions:
    masks = _unpacked(arrays["masks"], _checked_size(head["shape"]))
    regions = (_read_region(fields, mask) for fields, mask in zip(head["regions"], masks, strict=True))
    return Regions(net=_net(head["net"]), score=_share(head["score"]), regions=tuple(regions))


def _read_region(fields: dict[str, Any], mask: MaskArray) -> Region:
    contribution, confidence = fields["contribution"], fields["confidence"]
    return Region(
        kind=RegionKind(fields["kind"]),
        name=_text(fields["name"]),
        category=_text(fields["category"]),
        colour=_colour(fields["colour"]),
        mask=mask,
        area_share=_share(fields["area_share"]),
        frame_share=_share(fields["frame_share"]),
        seen_share=_share(fields["seen_share"]),
        contribution=None if contribution is None else _number(contribution),
        confidence=None if confidence is None else _share(confidence),
    )


_READERS: Mapping[Layer, Callable[[dict[str, Any], Any], Segmentation | MemorabilityMap | Regions]] = {
    Layer.SEGMENTATION: _read_segmentation,
    Layer.MEMORABILITY: _read_map,
    Layer.REGIONS: _read_regions,
}


def _net(fields: dict[str, Any]) -> NetIdentity:
    return NetIdentity(**{**fields, "precision": Precision(fields["precision"])})


def _packed(masks: list[MaskArray]) -> npt.NDArray[np.uint8]:
    """Pack masks, eight pixels per byte; shape (masks, bytes)."""
    if not masks:
        return np.empty((0, 0), np.uint8)
    return np.stack([np.packbits(mask) for mask in masks])


def _unpacked(packed: npt.NDArray[np.uint8], shape: tuple[int, int]) -> list[MaskArray]:
    count = shape[0] * shape[1]
    if packed.dtype != np.uint8 or packed.ndim != 2 or len(packed) > _MOST_MASKS:
        raise ValueError("not masks")
    return [np.unpackbits(each, count=count).reshape(shape).astype(bool) for each in packed]
