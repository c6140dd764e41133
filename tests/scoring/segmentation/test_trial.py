"""A new pack is tried out in a child process: its graph can't hang, fill the memory, or read other files."""

from __future__ import annotations

import json
import os
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import psutil
import pytest
from onnx import TensorProto, helper

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, SegmenterError
from memapp.scoring.segmentation.description import read_description
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.scoring.segmentation.outside_data import refers_outside
from memapp.scoring.segmentation.trial import try_out
from tests.packs import MADE, brightness_graph, graph_of, made_pack
from tests.scoring.segmentation.test_hostile_graphs import GOOD, describe, instances_pack

SIDE = 64
IMAGE = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, SIDE, SIDE, 3])


def labels_of(shape: list[Any]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info("labels", TensorProto.INT32, shape)


def pack_of(tmp_path: Path, graph: onnx.ModelProto, **changes: Any) -> Path:
    folder = made_pack(tmp_path / "source", side=SIDE) / "segmenters" / MADE
    (folder / "segmenter.onnx").write_bytes(graph.SerializeToString())
    describe(folder, **changes)
    return folder


def folders_of(tmp_path: Path) -> SegmenterFolders:
    return SegmenterFolders(resources=tmp_path / "none", home=tmp_path / "home", threads=1)


def endless() -> onnx.ModelProto:
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going"], ["still_going"]),
            helper.make_node("Identity", ["so_far"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("so_far", TensorProto.INT32, [1, 1]),
        ],
        [
            helper.make_tensor_value_info("still_going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.INT32, [1, 1]),
        ],
    )
    nodes = [helper.make_node("Loop", ["", "true", "zero"], ["labels"], body=body)]
    constants = {"true": np.array(True), "zero": np.zeros((1, 1), np.int32)}
    return graph_of(nodes, [IMAGE], [labels_of(["a", "b"])], constants)


def greedy(numbers: int) -> onnx.ModelProto:
    value = helper.make_tensor("value", TensorProto.INT32, [1], [1])
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["many"], value=value),
        helper.make_node("ReduceMin", ["many"], ["labels"], keepdims=1),
    ]
    return graph_of(nodes, [IMAGE], [labels_of(["a"])], {"shape": np.array([numbers])})


def test_a_loop_that_never_ends_is_refused_in_time(tmp_path: Path) -> None:
    folder = pack_of(tmp_path, endless())
    with pytest.raises(SegmenterError, match="longer than 1 second"):
        try_out(folder, read_description(folder), control=RunControl(), threads=1, seconds=1)
    assert not [child for child in psutil.Process().children() if "memapp helper" in child.name()]


def test_the_first_cancel_ends_a_loop_that_never_ends(tmp_path: Path) -> None:
    folder = pack_of(tmp_path, endless())
    control = RunControl()
    timer = threading.Timer(4, control.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        folders_of(tmp_path).install(folder, control=control)
    assert folders_of(tmp_path).packs() == ()
    timer.join()


def test_a_graph_that_wants_seven_gigabytes_is_refused_before_it_has_them(tmp_path: Path) -> None:
    folder = pack_of(tmp_path, greedy(7_000_000_000 // 4))
    with pytest.raises(SegmenterError, match=r"steps failed|too much memory"):
        folders_of(tmp_path).install(folder, control=RunControl())
    assert folders_of(tmp_path).packs() == ()


def constant(shape: list[int], kind: int = TensorProto.INT32) -> onnx.ModelProto:
    value = helper.make_tensor("value", kind, [1], [1])
    nodes = [helper.make_node("ConstantOfShape", ["shape"], ["labels"], value=value)]
    output = helper.make_tensor_value_info("labels", kind, [f"side{axis}" for axis in range(len(shape))])
    return graph_of(nodes, [IMAGE], [output], {"shape": np.array(shape, np.int64)})


@pytest.mark.parametrize("shape", [[0, 0], [1, 0, 64], [1, 64, 0], [0], [1, 1, 1, 0]], ids=str)
def test_labels_with_zero_sides_are_refused(tmp_path: Path, shape: list[int]) -> None:
    folder = pack_of(tmp_path, constant(shape))
    with pytest.raises(SegmenterError, match=f"{MADE}.*shape"):
        folders_of(tmp_path).install(folder, control=RunControl())


@pytest.mark.parametrize("layout", ["NCHW", "CHW", "NHWC"])
@pytest.mark.parametrize(
    "shape", [[1, 3, 0, 0], [0, 3, 8, 8], [3], [1, 3], [3, 8, 0], [2, 3, 8, 8], [1] * 6], ids=str
)
def test_scores_of_odd_shape_are_refused(tmp_path: Path, shape: list[int], layout: str) -> None:
    folder = pack_of(
        tmp_path, constant(shape, TensorProto.FLOAT), output={"kind": "scores", "layout": layout}
    )
    folders = SegmenterFolders(resources=tmp_path / "none", home=tmp_path / "source")
    with pytest.raises(SegmenterError, match=MADE):
        folders.open(MADE).segment(np.zeros((40, 80, 3), np.uint8))
    assert folder.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"masks": np.ones((2, 1, 0, 0), np.float32)},
        {"masks": np.ones((2, 28, 0), np.float32)},
        {"boxes": np.full((2, 4), 1e38, np.float32)},
        {"boxes": np.full((2, 4), 1e300)},
        {"boxes": np.float32(1)},
        {"masks": np.float32(1)},
        {"confidences": np.array(0.5, np.float32)},
        {"classes": np.array(1)},
        {"masks": np.ones(2, np.float32)},
    ],
    ids=lambda changes: " ".join(f"{name} {value.dtype} {value.shape}" for name, value in changes.items()),
)
def test_instances_of_odd_shape_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    folders = instances_pack(tmp_path, **{name: np.asarray(value) for name, value in changes.items()})
    with pytest.raises(SegmenterError, match=MADE):
        folders.open(MADE).segment(np.zeros((40, 80, 3), np.uint8))
    assert set(changes) <= set(GOOD)


def external(name: str = "secret.bin") -> onnx.TensorProto:
    tensor = onnx.TensorProto(name="middle", data_type=TensorProto.INT32, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": name, "offset": "0", "length": "4"}.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


def with_initializer(graph: onnx.ModelProto, tensor: onnx.TensorProto) -> None:
    graph.graph.initializer.append(tensor)


def with_attribute(graph: onnx.ModelProto, tensor: onnx.TensorProto) -> None:
    graph.graph.node.append(helper.make_node("Constant", [], ["unused"], value=tensor))


def with_subgraph(graph: onnx.ModelProto, tensor: onnx.TensorProto) -> None:
    inner = helper.make_graph([], "inner", [], [], initializer=[tensor])
    graph.graph.node.append(helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner))


def with_function(graph: onnx.ModelProto, tensor: onnx.TensorProto) -> None:
    node = helper.make_node("Constant", [], ["y"], value=tensor)
    graph.functions.append(helper.make_function("own", "F", [], ["y"], [node], []))


def with_sparse(graph: onnx.ModelProto, tensor: onnx.TensorProto) -> None:
    graph.graph.sparse_initializer.append(onnx.SparseTensorProto(values=tensor, dims=[1]))


def with_training(graph: onnx.ModelProto, tensor: onnx.TensorProto) -> None:
    graph.training_info.add().algorithm.initializer.append(tensor)


@pytest.mark.parametrize(
    "put", [with_initializer, with_attribute, with_subgraph, with_function, with_sparse, with_training]
)
@pytest.mark.parametrize("location", ["secret.bin", "*/_ORT_MEM_ADDR_/*"])
def test_data_outside_of_the_file_is_refused_in_any_form(tmp_path: Path, put: Any, location: str) -> None:
    graph = brightness_graph(SIDE)
    put(graph, external(location))
    folder = pack_of(tmp_path, graph)
    (folder / "secret.bin").write_bytes(b"\x55\0\0\0")
    assert refers_outside(folder / "segmenter.onnx")
    folders = SegmenterFolders(resources=tmp_path / "none", home=tmp_path / "source")
    with pytest.raises(SegmenterError, match="outside of its file"):
        folders.open(MADE)


def test_a_place_that_is_marked_twice_is_found(tmp_path: Path) -> None:
    graph = brightness_graph(SIDE)
    tensor = external()
    tensor.ClearField("data_location")
    with_initializer(graph, tensor)
    assert refers_outside(pack_of(tmp_path, graph) / "segmenter.onnx")


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 50, b"\x3a\xff\xff\xff\xff\x7f", b"\x3b", b"text"], ids=repr
)
def test_what_is_no_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = pack_of(tmp_path, brightness_graph(SIDE))
    (folder / "segmenter.onnx").write_bytes(content)
    describe(folder)
    with pytest.raises(SegmenterError, match="can't be"):
        SegmenterFolders(resources=tmp_path / "none", home=tmp_path / "source").open(MADE)


def test_a_graph_in_a_graph_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.onnx"
    content = b""
    for _ in range(2000):
        # graph > node > attribute > graph
        for key in (0x32, 0x2A, 0x0A):
            length, prefix = len(content), bytearray([key])
            while length > 0x7F:
                prefix.append(length & 0x7F | 0x80)
                length >>= 7
            content = bytes([*prefix, length]) + content
    path.write_bytes(b"\x3a" + content)
    with pytest.raises(ValueError, match="too"):
        refers_outside(path)


@pytest.mark.skipif(os.name == "nt", reason="making links needs a permission there")
def test_no_links_are_copied(tmp_path: Path) -> None:
    folder = pack_of(tmp_path, brightness_graph(SIDE))
    secret = tmp_path / "secret"
    secret.write_text("a private text", encoding="utf-8")
    (folder / "licence.txt").symlink_to(secret)
    folders = folders_of(tmp_path)
    folders.install(folder, control=RunControl())
    assert sorted(path.name for path in (tmp_path / "home" / "segmenters" / MADE).iterdir()) == [
        "segmenter.json",
        "segmenter.onnx",
    ]
    graph = folder / "segmenter.onnx"
    graph.rename(tmp_path / "elsewhere.onnx")
    graph.symlink_to(tmp_path / "elsewhere.onnx")
    with pytest.raises(SegmenterError, match=r"no segmenter\.onnx"):
        folders.install(folder, control=RunControl())


def test_links_in_a_zip_file_are_passed_over(tmp_path: Path) -> None:
    folder = pack_of(tmp_path, brightness_graph(SIDE))
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
        link = zipfile.ZipInfo("licence.txt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    folders_of(tmp_path).install(tmp_path / "pack.zip", control=RunControl())
    assert not (tmp_path / "home" / "segmenters" / MADE / "licence.txt").exists()
    assert json.loads((tmp_path / "home" / "segmenters" / MADE / "segmenter.json").read_text())
