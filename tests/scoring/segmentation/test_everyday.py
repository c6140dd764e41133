"""everyday-13: made from its two networks, it finds what people photograph."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.core.explanation import Segmenter
from memapp.intake.load import load_photo
from memapp.scoring.segmentation.colours import distinct_colours, least_distance
from memapp.scoring.segmentation.everyday import (
    OBJECTS,
    SCENES,
    SOURCES_VARIABLE,
    everyday_description,
    fetch_everyday,
    find_networks,
    make_everyday_folder,
)
from memapp.scoring.segmentation.everyday_graph import CATEGORIES, OBJECT_CATEGORIES, SCENE_CATEGORIES
from memapp.scoring.segmentation.folders import EVERYDAY, SegmenterFolders


def ignored(_done: int, _total: int) -> None:
    """Take no notice of the progress."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """A MEMAPP_HOME with everyday-13, made from the networks of the shared data."""
    home = tmp_path_factory.mktemp("everyday_home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SOURCES_VARIABLE, str(shared_data / "segmenters"))
        identity = fetch_everyday(
            SegmenterFolders(resources=home / "none", home=home),
            home=home,
            control=RunControl(),
            progress=ignored,
            say=print,
        )
    assert identity.name == EVERYDAY
    return home


@pytest.fixture(scope="module")
def segmenter(home: Path) -> Segmenter:
    return SegmenterFolders(resources=home / "none", home=home).open(EVERYDAY)


def test_the_pack_is_small_and_says_whose_it_is(home: Path) -> None:
    pack = home / "segmenters" / EVERYDAY
    assert sum(path.stat().st_size for path in pack.iterdir()) < 12e6
    assert "Apache License" in (pack / "LICENSE.txt").read_text(encoding="utf-8")
    assert "mlcommons" in (pack / "segmenter.json").read_text(encoding="utf-8")
    assert not list((home / "weights").iterdir())


def test_people_sky_and_plants_are_found(shared_data: Path, segmenter: Segmenter) -> None:
    """Pixels of hand-made masks, on the photos in which the category is large."""
    right: dict[str, list[float]] = {"person": [], "sky": [], "plants": []}
    for path in sorted((shared_data / "masks" / "images").glob("*.jpg"))[::3]:
        mask = everyday_mask(shared_data, path.stem)
        picture = load_photo(str(path), longest_side=640).picture
        assert picture is not None
        found = segmenter.segment(picture).labels
        assert found.shape == mask.shape
        for name, shares in right.items():
            there = mask == CATEGORIES.index(name)
            if there.mean() > 0.1:
                shares.append(float((found[there] == CATEGORIES.index(name)).mean()))
    for name, shares in right.items():
        assert shares, name
        assert np.mean(shares) > 0.8, name


def test_a_mirrored_photo_gives_the_mirrored_map(shared_data: Path, segmenter: Segmenter) -> None:
    path = next(iter(sorted((shared_data / "masks" / "images").glob("*.jpg"))))
    picture = load_photo(str(path), longest_side=512).picture
    assert picture is not None
    plain = segmenter.segment(picture).labels
    mirrored = segmenter.segment(np.ascontiguousarray(picture[:, ::-1])).labels[:, ::-1]
    assert (plain == mirrored).mean() > 0.97


def everyday_mask(shared_data: Path, stem: str) -> npt.NDArray[np.uint8]:
    """A hand-made mask in everyday categories; 255 where it says nothing."""
    mapping = json.loads((shared_data / "segmenters" / "everyday13.json").read_text(encoding="utf-8"))
    table = np.full(256, 255, np.uint8)
    for label, category in mapping["from_mask_coco130"].items():
        if category is not None:
            table[int(label)] = category
    with Image.open(shared_data / "masks" / "mask_coco130" / f"{stem}.png") as image:
        mask: npt.NDArray[np.uint8] = table[np.asarray(image)]
    return mask


def test_classes_belong_to_the_categories_that_were_measured(shared_data: Path) -> None:
    mapping = json.loads((shared_data / "segmenters" / "everyday13.json").read_text(encoding="utf-8"))
    assert list(CATEGORIES) == mapping["categories"]
    for ours, theirs in ((SCENE_CATEGORIES, "from_ade31"), (OBJECT_CATEGORIES, "from_voc20")):
        assert [CATEGORIES.index(name) for name in ours] == list(mapping[theirs].values())


def test_colours_are_as_far_apart_as_chosen_ones() -> None:
    colours = [item["colour"] for item in everyday_description("0" * 64)["categories"]]
    rgb = [(int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)) for text in colours]
    assert least_distance(rgb) >= least_distance([rgb[0], *distinct_colours(12)])


def test_a_folder_is_made_for_a_build(
    tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SOURCES_VARIABLE, str(shared_data / "segmenters"))
    make_everyday_folder(tmp_path / "deep" / EVERYDAY, control=RunControl(), progress=ignored)
    folders = SegmenterFolders(resources=tmp_path / "none", home=tmp_path / "home")
    assert folders.install(tmp_path / "deep" / EVERYDAY).name == EVERYDAY


def test_missing_networks_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.tflite").write_bytes(b"another file")
    with pytest.raises(SegmenterError, match=SCENES.sha256):
        find_networks(tmp_path)
    monkeypatch.setenv(SOURCES_VARIABLE, str(tmp_path))
    with pytest.raises(SegmenterError, match=SCENES.file_name):
        make_everyday_folder(tmp_path / "pack", control=RunControl(), progress=ignored)
    assert not (tmp_path / "pack").exists()


def test_addresses_are_pinned() -> None:
    for network in (SCENES, OBJECTS):
        assert network.address.startswith("https://")
        assert len(network.sha256) == 64
        commit = network.address.split("/raw/")[1].split("/")[0]
        assert len(commit) == 40
