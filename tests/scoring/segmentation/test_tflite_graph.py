"""TFLite networks converted to ONNX: the labels are LiteRT's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from PIL import Image

from memapp.core.errors import SegmenterError
from memapp.scoring.segmentation.tflite_graph import OPSET, Nodes, TfliteNetwork


def session(network: TfliteNetwork) -> onnxruntime.InferenceSession:
    """The network with its last two steps: the enlargement in 8 bits, and the choice of the highest class."""
    nodes = Nodes()
    nodes.add("Transpose", ["picture"], "pixels", perm=[0, 3, 1, 2])
    scores = network.convert(nodes, pixels="pixels", prefix="net", enlarged=True)
    nodes.add("ArgMax", [scores], "labels", axis=1, keepdims=0)
    graph = helper.make_graph(
        nodes.nodes,
        "test",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, network.side, network.side, 3])],
        [helper.make_tensor_value_info("labels", TensorProto.INT64, [1, network.side, network.side])],
        list(nodes.constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("name", ["scenes-mosaic-r4", "objects-voc20"])
def test_labels_are_those_of_litert(shared_data: Path, name: str) -> None:
    interpreter_module = pytest.importorskip(
        "ai_edge_litert.interpreter", reason="LiteRT is not available on this system"
    )
    path = shared_data / "segmenters" / f"{name}.tflite"
    network = TfliteNetwork(path.read_bytes())
    converted = session(network)
    litert = interpreter_module.Interpreter(str(path))
    litert.allocate_tensors()
    source = litert.get_input_details()[0]["index"]
    target = litert.get_output_details()[0]["index"]
    equal = []
    for photo in sorted((shared_data / "masks" / "images").glob("*.jpg"))[:10]:
        with Image.open(photo) as image:
            pixels = np.asarray(image.convert("RGB").resize((network.side, network.side)))[np.newaxis]
        litert.set_tensor(source, pixels)
        litert.invoke()
        equal.append((converted.run(None, {"picture": pixels})[0] == litert.get_tensor(target)).mean())
    assert len(equal) == 10
    assert min(equal) >= 0.99
    # On processors whose kernels round as they do here, it is all of them.
    print(f"{name}: {min(equal):.4%} of the labels at least")


@pytest.mark.parametrize("content", [b"", b"TFL3", bytes(100), b"\xff" * 4096])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(SegmenterError):
        TfliteNetwork(content)
