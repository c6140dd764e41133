"""Graphs with invalid output, or with references to other files: refused with a clear message."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, external_data_helper, helper

from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.scoring.segmentation.folders import SegmenterFolders
from tests.packs import MADE, brightness_graph, graph_of, made_pack

SIDE = 64
GREY = np.full((40, 80, 3), 128, np.uint8)

GOOD: dict[str, np.ndarray] = {
    "boxes": np.array([[0, 0, 32, 64], [16, 0, 64, 64]], np.float32),
    "classes": np.array([1, 2], np.int64),
    "confidences": np.array([0.6, 0.9], np.float32),
    "masks": np.ones((2, 1, 28, 28), np.float32),
}


def instances_pack(home: Path, **changes: np.ndarray) -> SegmenterFolders:
    """Return a pack whose graph returns the same instances for every photo."""
    folder = made_pack(home, side=SIDE) / "segmenters" / MADE
    outputs = {**GOOD, **changes}
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, SIDE, SIDE, 3])
    given = [
        # Shapes are left open, so that errors are found when it runs.
        helper.make_tensor_value_info(
            name,
            helper.np_dtype_to_tensor_dtype(value.dtype),
            [f"{name}{axis}" for axis in range(value.ndim)],
        )
        for name, value in outputs.items()
    ]
    nodes = [helper.make_node("Identity", [f"all_{name}"], [name]) for name in outputs]
    constants = {f"all_{name}": value for name, value in outputs.items()}
    onnx.save(graph_of(nodes, [image], given, constants), folder / "segmenter.onnx")
    describe(
        folder,
        output={
            "kind": "instances",
            **{name: name for name in GOOD},
            "masks_cover": "box",
            "least_confidence": 0.5,
        },
    )
    return SegmenterFolders(resources=home / "none", home=home)


def describe(folder: Path, **changes: Any) -> None:
    path = folder / "segmenter.json"
    sha256 = hashlib.sha256((folder / "segmenter.onnx").read_bytes()).hexdigest()
    path.write_text(json.dumps({**json.loads(path.read_text()), "sha256": sha256, **changes}))


def test_instances_are_where_they_were_found_with_the_more_confident_on_top(tmp_path: Path) -> None:
    segmenter = instances_pack(tmp_path).open(MADE)
    found = segmenter.segment(GREY)
    assert [(thing.name, round(thing.confidence, 3)) for thing in found.instances] == [
        ("bright", 0.9),
        ("grey", 0.6),
    ]
    # The photo is 80 wide and the input 64: a box from 16 on starts at 20.
    assert (found.labels[5:35, 5:18] == 1).all()
    assert (found.labels[5:35, 21:75] == 2).all()
    assert found.instances[1].mask[20, 39]


def test_no_instances_is_a_valid_result(tmp_path: Path) -> None:
    none = {name: value[:0] for name, value in GOOD.items()}
    found = instances_pack(tmp_path, **none).open(MADE).segment(GREY)
    assert found.instances == ()
    assert (found.labels == 0).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classes": np.array([1, 3])}, "a class beyond the 3"),
        ({"classes": np.array([-1, 1])}, "a class beyond the 3"),
        ({"boxes": GOOD["boxes"][:1]}, "its instances have the shapes"),
        ({"boxes": np.zeros((2, 5), np.float32)}, "returns|its instances have the shapes"),
        ({"masks": np.ones((2, 3, 28, 28), np.float32)}, "its instances have the shapes"),
        ({"masks": np.full((2, 1, 4, 4), np.nan, np.float32)}, "values that are not numbers"),
        ({"confidences": np.array([np.inf, 0.5], np.float32)}, "values that are not numbers"),
        ({"classes": np.array([1.0, 2.0], np.float32)}, "which is not what it describes"),
    ],
)
def test_invalid_output_is_refused(tmp_path: Path, changes: dict[str, np.ndarray], words: str) -> None:
    folders = instances_pack(tmp_path, **changes)
    with pytest.raises(SegmenterError, match=words):
        folders.open(MADE).segment(GREY)


def test_too_many_instances_are_refused(tmp_path: Path) -> None:
    many = {name: np.repeat(value[:1], 3000, axis=0) for name, value in GOOD.items()}
    many["masks"] = np.ones((3000, 1, 2, 2), np.float32)
    with pytest.raises(SegmenterError, match="returns 3000 instances"):
        instances_pack(tmp_path, **many).open(MADE).segment(GREY)


def test_a_missing_output_is_named(tmp_path: Path) -> None:
    folders = instances_pack(tmp_path)
    folder = tmp_path / "segmenters" / MADE
    output = json.loads((folder / "segmenter.json").read_text())["output"]
    describe(folder, output={**output, "masks": "nothing"})
    with pytest.raises(SegmenterError, match="no output called nothing"):
        folders.open(MADE)


@pytest.mark.parametrize("location", ["../secret.bin", "secret.bin"])
def test_a_graph_can_not_read_other_files(tmp_path: Path, location: str) -> None:
    source = made_pack(tmp_path / "source", side=SIDE) / "segmenters" / MADE
    graph = brightness_graph(SIDE)
    for tensor in graph.graph.initializer:
        if tensor.name == "middle":
            external_data_helper.set_external_data(tensor, location, offset=0, length=4)
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
    (source / "segmenter.onnx").write_bytes(graph.SerializeToString())
    home = tmp_path / "home"
    for folder in (source, source.parent, home / "segmenters"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "secret.bin").write_bytes(b"\x55\0\0\0")
    describe(source)
    folders = SegmenterFolders(resources=tmp_path / "none", home=home)
    with pytest.raises(SegmenterError, match="its graph can't be loaded"):
        folders.install(source, control=RunControl())
    assert folders.packs() == ()
