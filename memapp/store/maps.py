"""Explanations stored on disk: segmentations, memorability maps and regions, by photo and maker."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from memapp.core.explanation import (
    Category,
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
from memapp.core.map_placement import place_map
from memapp.core.records import ImageKey, NetIdentity, Precision
from memapp.store.disk_cache import DiskCache

FOLDER_NAME = "maps"
LIMIT_BYTES = 300_000_000
"""Some thousand photos with all their parts."""

_LARGEST_FILE = 40_000_000
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
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                part = _READERS[layer](json.loads(bytes(arrays["head"])), arrays)
        # The seal was valid, so this is a bug in memapp; but a cache must not stop any work.
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
    categories = tuple(Category(each["name"], tuple(each["colour"])) for each in segmenter["categories"])
    labels = arrays["labels"]
    masks = _unpacked(arrays["masks"], labels.shape)
    return Segmentation(
        segmenter=SegmenterIdentity(**{**segmenter, "categories": categories}),
        labels=labels,
        instances=tuple(
            Instance(name=name, category=category, confidence=confidence, mask=mask)
            for (name, category, confidence), mask in zip(head["instances"], masks, strict=True)
        ),
    )


def _read_map(head: dict[str, Any], arrays: Any) -> MemorabilityMap:
    in_frame = arrays["in_frame"]
    height, width = head["shape"]
    return MemorabilityMap(
        net=_net(head["net"]),
        method=MapMethod(head["method"]),
        score=head["score"],
        values=place_map(in_frame, height, width),
        forward_passes=head["forward_passes"],
        in_frame=in_frame,
    )


def _read_regions(head: dict[str, Any], arrays: Any) -> Regions:
    masks = _unpacked(arrays["masks"], tuple(head["shape"]))
    regions = (
        Region(
            **{**fields, "kind": RegionKind(fields["kind"]), "colour": tuple(fields["colour"]), "mask": mask}
        )
        for fields, mask in zip(head["regions"], masks, strict=True)
    )
    return Regions(net=_net(head["net"]), score=head["score"], regions=tuple(regions))


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
    return [np.unpackbits(each, count=count).reshape(shape).astype(bool) for each in packed]
