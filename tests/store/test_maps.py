"""Explanations on disk: what is read is what was stored, for that photo and those makers, or nothing."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import numpy as np
import pytest

from memapp.core.explanation import (
    Category,
    Instance,
    Layer,
    MapMethod,
    MemorabilityMap,
    Region,
    RegionKind,
    Regions,
    Segmentation,
    SegmenterIdentity,
)
from memapp.core.map_placement import place_map
from memapp.core.records import ImageKey, NetIdentity, Precision
from memapp.store import maps
from memapp.store.maps import FOLDER_NAME, DiskMapStore

KEY = ImageKey(path="/photos/a.jpg", size=10, mtime_ns=20)
NET = NetIdentity(name="ResMem", sha256="0" * 64, preprocessing="1", precision=Precision.FAST)
SHAPE = (61, 83)
CHANCE = np.random.default_rng(0)


def mask() -> np.ndarray:
    return CHANCE.random(SHAPE) > 0.5


def a_segmentation() -> Segmentation:
    segmenter = SegmenterIdentity(
        name="two",
        sha256="1" * 64,
        title="Two things",
        categories=(Category("other", (0, 0, 0)), Category("été 🌊", (1, 2, 255))),
    )
    return Segmentation(
        segmenter=segmenter,
        labels=CHANCE.integers(0, 2, SHAPE, np.uint8),
        instances=(Instance("sea", 1, 0.75, mask()), Instance("boat", 1, 0.5, mask())),
    )


def a_map() -> MemorabilityMap:
    values = CHANCE.normal(size=(227, 227)).astype(np.float32)
    return MemorabilityMap(NET, MapMethod.OCCLUSION, 0.7, place_map(values, *SHAPE), 127, values)


def some_regions() -> Regions:
    seen = Region(RegionKind.AREA, "logo", "", (1, 2, 3), mask(), 0.25, 0.5, 1.0, 0.031)
    unseen = Region(RegionKind.INSTANCE, "cat", "animal", (4, 5, 6), mask(), 0.1, 0.0, 0.0, None, 0.9)
    return Regions(NET, 0.7, (seen, unseen))


PARTS: dict[Layer, Segmentation | MemorabilityMap | Regions] = {
    Layer.SEGMENTATION: a_segmentation(),
    Layer.MEMORABILITY: a_map(),
    Layer.REGIONS: some_regions(),
}


def same(one: object, other: object) -> bool:
    """Compare for equality inside arrays and records."""
    if isinstance(one, np.ndarray):
        return (
            isinstance(other, np.ndarray)
            and one.dtype == other.dtype
            and bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
        )
    if isinstance(one, tuple):
        return (
            isinstance(other, tuple)
            and len(one) == len(other)
            and all(same(*pair) for pair in zip(one, other, strict=True))
        )
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
        return type(one) is type(other) and all(same(getattr(one, n), getattr(other, n)) for n in names)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("layer", Layer)
def test_stored_parts_are_read_back_in_another_session(tmp_path: Path, layer: Layer) -> None:
    part = PARTS[layer]
    DiskMapStore(home=tmp_path).keep(KEY, "these", part)
    found = DiskMapStore(home=tmp_path).find(KEY, layer, "these")
    assert same(found, part)
    assert not same(found, PARTS[Layer.REGIONS if layer is not Layer.REGIONS else Layer.SEGMENTATION])


def test_empty_parts_are_stored(tmp_path: Path) -> None:
    store = DiskMapStore(home=tmp_path)
    for part, layer in (
        (Regions(NET, 0.5, ()), Layer.REGIONS),
        (dataclasses.replace(a_segmentation(), instances=()), Layer.SEGMENTATION),
    ):
        store.keep(KEY, "these", part)
        assert same(store.find(KEY, layer, "these"), part)


def test_other_photos_and_makers_have_their_own(tmp_path: Path) -> None:
    store = DiskMapStore(home=tmp_path)
    store.keep(KEY, "these", PARTS[Layer.REGIONS])
    assert store.find(KEY, Layer.REGIONS, "those") is None
    assert store.find(KEY, Layer.MEMORABILITY, "these") is None
    assert store.find(dataclasses.replace(KEY, mtime_ns=21), Layer.REGIONS, "these") is None


@pytest.mark.parametrize("name", ["logo \ud800", "\n", "x" * 5000])
def test_any_makers_name_works(tmp_path: Path, name: str) -> None:
    store = DiskMapStore(home=tmp_path)
    store.keep(KEY, name, PARTS[Layer.REGIONS])
    assert same(store.find(KEY, Layer.REGIONS, name), PARTS[Layer.REGIONS])


def test_a_broken_file_counts_as_missing(tmp_path: Path) -> None:
    store = DiskMapStore(home=tmp_path)
    store.keep(KEY, "these", PARTS[Layer.MEMORABILITY])
    [path] = [path for path in (tmp_path / FOLDER_NAME).rglob("*") if path.is_file()]
    path.write_bytes(path.read_bytes()[:-100])
    assert store.find(KEY, Layer.MEMORABILITY, "these") is None
    store.keep(KEY, "these", PARTS[Layer.MEMORABILITY])
    assert same(store.find(KEY, Layer.MEMORABILITY, "these"), PARTS[Layer.MEMORABILITY])


def test_a_sound_file_that_means_nothing_is_made_again_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = DiskMapStore(home=tmp_path)
    variant = maps._variant(Layer.REGIONS, "these")
    store._files.write(KEY, variant, b"no arrays at all")
    with caplog.at_level(logging.ERROR):
        assert store.find(KEY, Layer.REGIONS, "these") is None
    assert not store._files.has(KEY, variant)


def test_its_size_is_limited(tmp_path: Path) -> None:
    store = DiskMapStore(home=tmp_path, limit=700_000)
    for number in range(12):  # some 190 kB each
        store.keep(dataclasses.replace(KEY, size=number), "these", PARTS[Layer.MEMORABILITY])
    held = sum(path.stat().st_size for path in (tmp_path / FOLDER_NAME).rglob("*") if path.is_file())
    assert 300_000 < held <= 700_000
    newest = dataclasses.replace(KEY, size=11)
    assert store.find(newest, Layer.MEMORABILITY, "these") is not None


def test_a_read_only_disk_is_ignored(tmp_path: Path) -> None:
    (tmp_path / FOLDER_NAME).write_text("a file where the folder should be", encoding="utf-8")
    store = DiskMapStore(home=tmp_path)
    store.keep(KEY, "these", PARTS[Layer.REGIONS])
    assert store.find(KEY, Layer.REGIONS, "these") is None
