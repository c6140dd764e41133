"""Photos converted to every input layout and back, with every pixel in its place."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from memapp.core.records import PixelArray
from memapp.intake.load import load_photo
from memapp.scoring.segmentation.description import Fit, InputDescription
from memapp.scoring.segmentation.fitting import fit, labels_back
from memapp.scoring.segmentation.folders import SegmenterFolders
from tests.packs import MADE, graph_of, made_pack


def described(**changes: Any) -> InputDescription:
    return InputDescription(
        **{
            "fit": Fit.SQUASH,
            "width": 64,
            "height": 48,
            "layout": "NCHW",
            "channels": "RGB",
            "type": "uint8",
            "mean": (0, 0, 0),
            "deviation": (1, 1, 1),
            "padding": (0, 0, 0),
            "centred": False,
            "multiple": 1,
            **changes,
        }
    )


def noise(height: int, width: int) -> PixelArray:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("layout", "shape"),
    [("NCHW", (1, 3, 48, 64)), ("NHWC", (1, 48, 64, 3)), ("CHW", (3, 48, 64)), ("HWC", (48, 64, 3))],
)
def test_layouts(layout: str, shape: tuple[int, ...]) -> None:
    picture = noise(48, 64)
    tensor = fit(picture, described(layout=layout)).tensor
    assert tensor.shape == shape
    assert tensor.flags.c_contiguous
    upright = tensor.reshape(shape[-3:])
    assert (upright == (picture if layout.endswith("HWC") else picture.transpose(2, 0, 1))).all()


def test_scaling_follows_the_order_of_channels() -> None:
    picture = noise(48, 64)
    scaled = described(
        layout="HWC", channels="BGR", type="float32", mean=(1, 2, 3), deviation=(2.0, 4.0, 8.0)
    )
    tensor = fit(picture, scaled).tensor
    assert tensor.dtype == np.float32
    red, green, blue = picture[5, 7].astype(float)
    assert tensor[5, 7] == pytest.approx([(blue - 1) / 2, (green - 2) / 4, (red - 3) / 8])


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize(("height", "width"), [(48, 64), (96, 64), (24, 64), (12, 200), (300, 7)])
def test_padding_is_removed_again(height: int, width: int, centred: bool) -> None:
    fitted = fit(
        np.full((height, width, 3), 200, np.uint8),
        described(fit=Fit.PAD, layout="HWC", padding=(9, 9, 9), centred=centred),
    )
    assert fitted.tensor.shape == (48, 64, 3)
    back = labels_back(fitted.tensor[..., 0], fitted.place, height, width)
    assert back.shape == (height, width)
    assert (back == 200).all()
    inside = (fitted.tensor[..., 0] == 200).mean()
    assert inside == pytest.approx(min(48 / height, 64 / width) ** 2 * height * width / (48 * 64), rel=0.2)


@pytest.mark.parametrize(
    ("size", "multiple", "expected"),
    [
        ((100, 50), 1, (100, 50)),
        ((2048, 1000), 1, (1024, 500)),
        ((1000, 2048), 32, (512, 1024)),
        ((4000, 20), 1, (1024, 5)),
        ((40_000, 10), 32, (1024, 32)),
        ((1, 1), 32, (32, 32)),
    ],
)
def test_free_sizes_keep_the_aspect(size: tuple[int, int], multiple: int, expected: tuple[int, int]) -> None:
    width, height = size
    free = described(fit=Fit.FREE, width=1024, height=1024, multiple=multiple, layout="HWC")
    fitted = fit(np.zeros((height, width, 3), np.uint8), free)
    assert (fitted.width, fitted.height) == expected
    assert fitted.tensor.shape == (expected[1], expected[0], 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_rotated_by_exif_has_the_upright_photos_map(tmp_path: Path, orientation: int) -> None:
    upright = noise(61, 83)
    # What each orientation requires a reader to undo (EXIF 2.3, tag 274).
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "turned.png", exif=exif)
    picture = load_photo(str(tmp_path / "turned.png"), longest_side=0).picture
    assert picture is not None
    segmenter = SegmenterFolders(resources=tmp_path / "none", home=made_pack(tmp_path)).open(MADE)
    assert (segmenter.segment(picture).labels == segmenter.segment(upright).labels).all()


def scores_pack(home: Path, *, layout: str, side: int, given_side: int) -> SegmenterFolders:
    """Return a pack whose graph returns two scores per pixel: darkness and brightness, of every nth pixel."""
    step = side // given_side
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, side, side])
    given = [given_side, given_side]
    shape = [1, 2, *given] if layout == "NCHW" else [1, *given, 2]
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, shape)
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("AveragePool", ["grey"], ["bright"], kernel_shape=[step] * 2, strides=[step] * 2),
        helper.make_node("Neg", ["bright"], ["dark"]),
        helper.make_node("Concat", ["dark", "bright"], ["channels"], axis=1),
        helper.make_node(
            "Transpose", ["channels"], ["scores"], perm=[0, 1, 2, 3] if layout == "NCHW" else [0, 2, 3, 1]
        ),
    ]
    folder = made_pack(home, side=side) / "segmenters" / MADE
    onnx.save(graph_of(nodes, [image], [scores], {}), folder / "segmenter.onnx")
    description = json.loads((folder / "segmenter.json").read_text())
    description |= {
        "sha256": hashlib.sha256((folder / "segmenter.onnx").read_bytes()).hexdigest(),
        "input": description["input"]
        | {"layout": "NCHW", "type": "float32", "mean": [128, 128, 128], "deviation": [64, 64, 64]},
        "output": {"kind": "scores", "layout": layout},
        "classes": [{"name": "dark", "category": "dark"}, {"name": "bright", "category": "bright"}],
    }
    (folder / "segmenter.json").write_text(json.dumps(description))
    return SegmenterFolders(resources=home / "none", home=home)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_scores_are_enlarged_before_they_are_compared(tmp_path: Path, layout: str) -> None:
    segmenter = scores_pack(tmp_path, layout=layout, side=64, given_side=16).open(MADE)
    # A slanting edge: enlarged scores follow it smoothly, enlarged labels would be steps of 8 pixels.
    rows, columns = np.mgrid[0:128, 0:128]
    bright = columns > 0.37 * rows + 30.5
    picture = np.repeat(np.where(bright, 255, 1).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    found = segmenter.segment(picture).labels
    assert set(np.unique(found)) == {0, 2}
    assert ((found == 2) == bright).mean() > 0.985
    edges = [int(np.argmax(row)) for row in found == 2]
    assert max(abs(later - sooner) for sooner, later in pairwise(edges)) <= 3
