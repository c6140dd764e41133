"""Explanations as files: at full size, under names that never hide another photo's."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.core.explanation import (
    Category,
    MapMethod,
    MemorabilityMap,
    Region,
    RegionKind,
    Regions,
    Segmentation,
    SegmenterIdentity,
)
from memapp.core.frame import SEEN_PART
from memapp.core.map_placement import place_map
from memapp.core.records import NetIdentity
from memapp.store.explained_files import ENDINGS, ExplainedFolder, ExplainedPhoto, is_written_here

NET = NetIdentity(name="ResMem", sha256="0" * 64, preprocessing="1")
FULL = (600, 400)
SMALL = (150, 100)


def explained(path: str = "/photos/a.jpg", *, segmented: bool = True) -> ExplainedPhoto:
    in_frame = np.linspace(-0.1, 0.2, 227 * 227, dtype=np.float32).reshape(227, 227)
    top = np.zeros(SMALL, bool)
    top[:75] = True
    regions: tuple[Region, ...] = (
        Region(RegionKind.CATEGORY, "sky", "sky", (10, 20, 30), top, 0.5, 0.5, 0.9, 0.04, None),
        Region(RegionKind.CATEGORY, "sea", "sea", (40, 50, 60), ~top, 0.5, 0.0, 0.0, None, 0.7),
    )
    if not segmented:
        regions = tuple(
            dataclasses.replace(region, kind=RegionKind.SUPERPIXEL, category="") for region in regions
        )
    identity = SegmenterIdentity(
        "two", "1" * 64, "Two", (Category("sky", (10, 20, 30)), Category("sea", (40, 50, 60)))
    )
    return ExplainedPhoto(
        path=path,
        picture=np.full((*FULL, 3), 90, np.uint8),
        height=FULL[0],
        width=FULL[1],
        map=MemorabilityMap(NET, MapMethod.OCCLUSION, 0.7, place_map(in_frame, *SMALL), 127, in_frame),
        regions=Regions(NET, 0.7, regions),
        segmentation=Segmentation(identity, (~top).astype(np.uint8)) if segmented else None,
    )


def folder(path: Path, *photos: str) -> ExplainedFolder:
    return ExplainedFolder(path, photos=photos)


def test_everything_is_there_at_full_size(tmp_path: Path) -> None:
    assert folder(tmp_path).write(explained()) == "a"
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(f"a{ending}" for ending in ENDINGS)
    values = np.load(tmp_path / "a.map.npy")
    assert (values.shape, values.dtype) == (FULL, np.float32)
    centre = (np.arange(FULL[0]) + 0.5) / FULL[0]
    inside = (SEEN_PART.top <= centre) & (centre < SEEN_PART.bottom)
    np.testing.assert_array_equal(np.isfinite(values).any(axis=1), inside)
    assert values[300, 200] == pytest.approx(0.05, abs=0.01)
    for ending in (".map.png", ".overlay.png"):
        with Image.open(tmp_path / f"a{ending}") as image:
            assert (image.size, image.mode) == ((400, 600), "RGB")
            pixels = np.asarray(image).astype(int)
            # Below it raises the score (red), above it lowers it (blue), and the edge is hatched.
            assert pixels[540, 200, 0] > pixels[540, 200, 2] + 20
            assert pixels[60, 200, 2] > pixels[60, 200, 0] + 20
            assert len(np.unique(pixels[5], axis=0)) == 2
    with Image.open(tmp_path / "a.segments.png") as image:
        assert (image.size, image.mode) == ((400, 600), "P")
        labels = np.asarray(image)
        assert (labels[:300] == 0).all()
        assert (labels[300:] == 1).all()
        palette = image.getpalette()
        assert palette is not None
        assert palette[:6] == [10, 20, 30, 40, 50, 60]


def test_the_document_has_exactly_these_fields(tmp_path: Path) -> None:
    folder(tmp_path).write(explained())
    document = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert list(document) == ["path", "score", "frame", "map", "regions", "segmenter"]
    assert document["path"] == "/photos/a.jpg"
    assert document["score"] == 0.7
    assert document["frame"]["left"] == SEEN_PART.left
    assert list(document["map"]) == ["method", "min", "max", "forward_passes"]
    values = np.load(tmp_path / "a.map.npy")
    assert document["map"]["min"] == pytest.approx(float(np.nanmin(values)), abs=1e-6)
    assert document["map"]["max"] == pytest.approx(float(np.nanmax(values)), abs=1e-6)
    assert document["regions"][0] == {
        "name": "sky",
        "category": "sky",
        "area_share": 0.5,
        "frame_share": 0.5,
        "contribution": 0.04,
        "confidence": None,
    }
    assert document["regions"][1]["contribution"] is None
    assert document["segmenter"]["name"] == "two"


def test_patches_are_numbered_as_the_regions_are(tmp_path: Path) -> None:
    folder(tmp_path).write(explained(segmented=False))
    labels = np.asarray(Image.open(tmp_path / "a.segments.png"))
    assert (labels[:300] == 1).all()
    assert (labels[300:] == 2).all()
    document = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert document["segmenter"] is None
    assert {region["category"] for region in document["regions"]} == {"superpixel"}


# Names


def test_photos_of_one_name_do_not_hide_each_other(tmp_path: Path) -> None:
    paths = ["/x/a.jpg", "/y/a.jpg", "/x/A.png"]
    first = folder(tmp_path)
    assert [first.write(explained(path)) for path in paths] == ["a", "a (2)", "A (3)"]
    # Another day, in another order: each keeps its name.
    again = folder(tmp_path)
    assert [again.write(explained(path)) for path in reversed(paths)] == ["A (3)", "a (2)", "a"]
    assert len(list(tmp_path.iterdir())) == 3 * len(ENDINGS)


@pytest.mark.parametrize("there", ["a.json", "a.map.png", "a.overlay.png"])
def test_other_files_are_not_changed(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_bytes(b"mine")
    assert folder(tmp_path).write(explained()) == "a (2)"
    assert (tmp_path / there).read_bytes() == b"mine"


def test_a_photo_is_never_overwritten(tmp_path: Path) -> None:
    photo = tmp_path / "a.overlay.png"
    folder(tmp_path).write(explained())
    before = photo.read_bytes()
    assert folder(tmp_path, str(photo)).write(explained()) == "a (2)"
    assert photo.read_bytes() == before


@pytest.mark.parametrize("stem", ["n" * 251, "🌊" * 60, "two\nlines", "photo \u202egpj", ".hidden", "a.b"])
def test_unusual_names(tmp_path: Path, stem: str) -> None:
    path = f"/photos/{stem}.jpg"
    name = folder(tmp_path).write(explained(path))
    assert json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))["path"] == path
    assert name.startswith(stem[:20])
    assert folder(tmp_path).write(explained(path)) == name


def test_written_files_are_distinguished_from_photos(tmp_path: Path) -> None:
    (tmp_path / "b.map.png").write_bytes(b"somebody's photo")
    (tmp_path / "b.json").write_text('{"path": "/photos/b.jpg"}', encoding="utf-8")
    folder(tmp_path).write(explained())
    (tmp_path / "a.jpg").write_bytes(b"the photo")
    told = {file.name for file in tmp_path.iterdir() if is_written_here(file)}
    assert told == {f"a{ending}" for ending in ENDINGS}
