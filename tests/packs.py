"""Segmenter packs for tests: two real ones of the shared data, and one made here that needs none.

    home = real_packs(tmp_path, shared_data)                    # a MEMAPP_HOME with both real packs
    home = made_pack(tmp_path)                                  # one with "brightness-3": dark, grey, bright
    SegmenterFolders(resources=tmp_path / "no", home=home).open("objects-voc20").segment(picture)

The fixture real_segmenters (conftest.py) is the first of these, made once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Description = dict[str, Any]

VOC = "objects-voc20"
ADE = "scenes-ade20k31"
MADE = "brightness-3"

VOC_CLASSES = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train"),
    "tvmonitor",
)
ADE_CLASSES = (
    *("other", "wall", "building", "sky", "floor", "tree", "ceiling", "road", "bed", "window", "grass"),
    *("cabinet", "sidewalk", "person", "earth", "door", "table", "mountain", "plant", "curtain", "chair"),
    *("car", "water", "painting", "sofa", "shelf", "house", "sea", "mirror", "rug", "field", "armchair"),
)
_VOC_CATEGORIES = {
    "background": "background",
    "person": "person",
    **dict.fromkeys(["bird", "cat", "cow", "dog", "horse", "sheep"], "animal"),
    **dict.fromkeys(["aeroplane", "bicycle", "boat", "bus", "car", "motorbike", "train"], "vehicle"),
    **dict.fromkeys(["bottle", "chair", "diningtable", "pottedplant", "sofa", "tvmonitor"], "indoor"),
}
"""Pascal VOC's own four groups."""


def voc_description(graph: Path, *, grouped: bool = True) -> Description:
    """segmenter.json of objects-voc20, its classes gathered in Pascal VOC's own groups, or each its own."""
    groups = _VOC_CATEGORIES if grouped else {name: name for name in VOC_CLASSES}
    return {
        **_common(VOC, "Pascal VOC, 20 kinds of objects", graph, side=513),
        "classes": [{"name": name, "category": groups[name]} for name in VOC_CLASSES],
        "categories": [{"name": name} for name in dict.fromkeys(groups.values())],
    }


def ade_description(graph: Path) -> Description:
    """segmenter.json of scenes-ade20k31, each class a category."""
    return {
        **_common(ADE, "ADE20K, 31 parts of scenes", graph, side=512),
        "classes": [{"name": name, "category": name} for name in ADE_CLASSES],
        "categories": [{"name": name} for name in ADE_CLASSES],
    }


def real_packs(home: Path, shared_data: Path) -> Path:
    """Put both real packs into home/segmenters; gives home."""
    for name, describe in ((VOC, voc_description), (ADE, ade_description)):
        graph = shared_data / "segmenters" / f"{name}.onnx"
        write_pack(home / "segmenters" / name, graph, describe(graph))
    return home


def made_pack(home: Path, *, side: int = 64) -> Path:
    """Put "brightness-3" into home/segmenters; gives home.

    Its labels: 0 dark (green below 85), 1 grey, 2 bright (from 170 on), pixel by pixel of its input.
    """
    folder = home / "segmenters" / MADE
    folder.mkdir(parents=True)
    graph = folder / "segmenter.onnx"
    onnx.save(brightness_graph(side), graph)
    description = {
        **_common(MADE, "Brightness, 3 steps", graph, side=side),
        "classes": [{"name": name, "category": name} for name in ("dark", "grey", "bright")],
        "categories": [{"name": "dark"}, {"name": "grey"}, {"name": "bright", "colour": "#ffd27f"}],
    }
    (folder / "segmenter.json").write_text(json.dumps(description, indent=1), encoding="utf-8")
    return home


def write_pack(folder: Path, graph: Path, description: Description) -> Path:
    """Make a pack of a graph and a description; gives its folder."""
    folder.mkdir(parents=True)
    shutil.copyfile(graph, folder / "segmenter.onnx")
    (folder / "segmenter.json").write_text(json.dumps(description, indent=1), encoding="utf-8")
    return folder


def brightness_graph(side: int) -> onnx.ModelProto:
    """(1, side, side, 3), uint8, to (1, side, side), int32: the green channel in three steps."""
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, side, side, 3])
    labels = helper.make_tensor_value_info("labels", TensorProto.INT32, [1, side, side])
    constants = {"one": np.array(1), "middle": np.array([85], np.int32), "high": np.array([170], np.int32)}
    nodes = [
        helper.make_node("Gather", ["image", "one"], ["green"], axis=3),
        helper.make_node("Cast", ["green"], ["number"], to=TensorProto.INT32),
        helper.make_node("GreaterOrEqual", ["number", "middle"], ["not_dark"]),
        helper.make_node("GreaterOrEqual", ["number", "high"], ["bright"]),
        helper.make_node("Cast", ["not_dark"], ["first"], to=TensorProto.INT32),
        helper.make_node("Cast", ["bright"], ["second"], to=TensorProto.INT32),
        helper.make_node("Add", ["first", "second"], ["labels"]),
    ]
    return graph_of(nodes, [image], [labels], constants)


def graph_of(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    constants: dict[str, np.ndarray],
) -> onnx.ModelProto:
    """A whole graph of opset 17, checked."""
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "made for a test", inputs, outputs, initializers)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(made)
    return made


def _common(name: str, title: str, graph: Path, *, side: int) -> Description:
    return {
        "format": 1,
        "name": name,
        "title": title,
        "licence": "Apache-2.0",
        "source": "test data",
        "sha256": hashlib.sha256(graph.read_bytes()).hexdigest(),
        "input": {
            "fit": "squash",
            "width": side,
            "height": side,
            "layout": "NHWC",
            "channels": "RGB",
            "type": "uint8",
        },
        "output": {"kind": "labels"},
    }
