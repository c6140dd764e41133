"""The graph of everyday-13: two small networks, looked at together. Needs the packages onnx and tflite.

See docs/decisions/everyday-segmenter.md for the choices, and how they were measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from onnx import TensorProto, checker, helper

from memapp.core.errors import SegmenterError
from memapp.scoring.segmentation.tflite_graph import OPSET, Nodes, TfliteNetwork

PICTURE, SCORES = "picture", "scores"
SIDE = 512
"""Pixels of the input's sides, and of the scores'."""

CATEGORIES = (
    "other",
    "person",
    "animal",
    "vehicle",
    "building",
    "sky",
    "plants",
    "water",
    "ground",
    "mountain",
    "indoor",
    "furniture",
    "object",
)

SCENE_CATEGORIES = (
    *("other", "indoor", "building", "sky", "indoor", "plants", "indoor", "ground", "furniture", "indoor"),
    *("plants", "furniture", "ground", "person", "ground", "indoor", "furniture", "mountain", "plants"),
    *("indoor", "furniture", "vehicle", "water", "object", "furniture", "furniture", "building", "water"),
    *("object", "furniture", "plants", "furniture"),
)
"""Of the scenes network's classes: 0 is other, then ADE20K's 31 most frequent, in its order."""

OBJECT_CATEGORIES = (
    *("other", "vehicle", "vehicle", "animal", "vehicle", "object", "vehicle", "vehicle", "animal"),
    *("furniture", "animal", "furniture", "animal", "animal", "vehicle", "person", "plants", "animal"),
    *("furniture", "vehicle", "object"),
)
"""Of the objects network's classes, Pascal VOC's: 0 is background."""

# Chosen on the 26 photos with hand-made masks, coarsely, so that they hold for others.
_OBJECTS_TEMPERATURE = 2.0
_OBJECTS_WEIGHT = 0.5
_BACKGROUND_POWER = 1.5
"""How much the scenes count where the objects network sees a thing: its background's share to this power."""
_SCENE_WEIGHTS = {"other": 0.0, "person": 0.4, "vehicle": 0.4}
"""The scenes network's people and vehicles are often none."""
_CATEGORY_WEIGHTS = {"other": 0.0, "plants": 1.3, "indoor": 0.7, "object": 2.0}
_OBJECT_ALWAYS = 0.12
_OBJECT_BY_OTHER = 4.0
_OBJECT_BY_DOUBT = 0.2
"""What is nothing that the networks know is most likely a thing: evidence for "object" by default, by the
scenes network's "other", and by how unsure it is."""

_GRID = 256
"""Cells of a side in which the networks are combined: 2 pixels each."""
_RADIUS = 6
"""Cells over which the edges are fitted to the photo's."""
_SMOOTHNESS = 3e-3
"""Variance of grey (0..1) below which a difference is no edge."""
_LEAST = 1e-6


def everyday_graph(scenes: bytes, objects: bytes) -> bytes:
    """Return the graph: from (1, 512, 512, 3) uint8 RGB to (1, 13, 512, 512) float32, scores of CATEGORIES.

    Both networks look at the picture and at its mirror image. Their classes' probabilities are added up by
    category, combined, and fitted to the photo's edges by a guided filter (He, Sun, Tang 2010, "Guided Image
    Filtering").

    Args:
        scenes: the TFLite file of the network for ADE20K's classes.
        objects: that of the network for Pascal VOC's classes.

    Raises:
        SegmenterError: a file is not such a network.
    """
    known, found = TfliteNetwork(scenes), TfliteNetwork(objects)
    if (known.side, found.side) != (SIDE, SIDE + 1):
        raise SegmenterError("These are not the networks that everyday-13 is made of.")
    head = _Head()
    pixels = head.node("Transpose", [PICTURE], perm=[0, 3, 1, 2])
    scene, thing = (head.averaged(views) for views in zip(*head.views(known, found, pixels), strict=True))
    head.fitted_to_edges(head.combined(scene, thing), pixels)
    graph = helper.make_graph(
        head.nodes,
        "everyday-13",
        [helper.make_tensor_value_info(PICTURE, TensorProto.UINT8, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, [1, len(CATEGORIES), SIDE, SIDE])],
        list(head.constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


class _Head(Nodes):
    """What is added to the two networks. Tensors are (pictures, channels, height, width)."""

    def node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        """Add a node with a name of its own; return its output."""
        return self.add(kind, inputs, f"head.{len(self.nodes)}", **attributes)

    def value(self, values: Any, kind: type[np.generic] = np.float32) -> str:
        """Add a constant with a name of its own."""
        return self.constant(f"head.constant.{len(self.constants)}", values, kind)

    def per_category(self, weights: dict[str, float], default: float) -> str:
        """Add a constant with a number for each category."""
        numbers = [weights.get(name, default) for name in CATEGORIES]
        return self.value(np.reshape(numbers, (1, -1, 1, 1)))

    def part(self, tensor: str, starts: list[int], ends: list[int], axes: list[int], step: int = 1) -> str:
        """Take a part of a tensor."""
        steps = [step] * len(axes)
        bounds = [self.value(numbers, np.int64) for numbers in (starts, ends, axes, steps)]
        return self.node("Slice", [tensor, *bounds])

    def mirrored(self, tensor: str) -> str:
        """Swap left and right."""
        return self.part(tensor, [-1], [np.iinfo(np.int64).min], [3], -1)

    def with_border(self, pixels: str) -> str:
        """Repeat the last row and column once: the objects network's input has one pixel more."""
        last = np.iinfo(np.int64).max
        wider = self.node("Concat", [pixels, self.part(pixels, [-1], [last], [3])], axis=3)
        return self.node("Concat", [wider, self.part(wider, [-1], [last], [2])], axis=2)

    def probabilities(self, scores: str, categories: tuple[str, ...], temperature: float = 1.0) -> str:
        """Turn scores of classes into probabilities of categories."""
        if temperature != 1.0:
            scores = self.node("Div", [scores, self.value(temperature)])
        sums = np.zeros((len(CATEGORIES), len(categories), 1, 1))
        for index, category in enumerate(categories):
            sums[CATEGORIES.index(category), index] = 1
        return self.node("Conv", [self.node("Softmax", [scores], axis=1), self.value(sums)])

    def enlarged(self, tensor: str, side: int, how: str) -> str:
        """Interpolate to a square."""
        size = self.value([1, len(CATEGORIES), side, side], np.int64)
        return self.node("Resize", [tensor, "", "", size], mode="linear", coordinate_transformation_mode=how)

    def views(self, scenes: TfliteNetwork, objects: TfliteNetwork, pixels: str) -> Iterator[tuple[str, str]]:
        """Yield what the two networks find in the picture, then in its mirror image: cells of categories."""
        for use, view in (("", pixels), (".mirrored", self.mirrored(pixels))):
            found = scenes.convert(self, pixels=view, prefix="scenes", use=use)
            # Its cells begin at the pixels 0, 4, 8 ...; those of the other lie on the pixels 0, 16 ... 512.
            scene = self.enlarged(self.probabilities(found, SCENE_CATEGORIES), _GRID, "asymmetric")
            found = objects.convert(self, pixels=self.with_border(view), prefix="objects", use=use)
            thing = self.probabilities(found, OBJECT_CATEGORIES, _OBJECTS_TEMPERATURE)
            thing = self.enlarged(thing, _GRID + 1, "align_corners")
            yield scene, self.part(thing, [0, 0], [_GRID, _GRID], [2, 3])

    def averaged(self, views: tuple[str, ...]) -> str:
        """Average what was found in the picture and in its mirror image."""
        plain, mirror = views
        total = self.node("Add", [plain, self.mirrored(mirror)])
        return self.node("Mul", [total, self.value(0.5)])

    def combined(self, scene: str, thing: str) -> str:
        """Combine both networks' probabilities to those of the categories."""
        background = self.part(thing, [0], [1], [1])
        other = self.part(scene, [0], [1], [1])
        surest = self.node("ReduceMax", [self.part(scene, [1], [len(CATEGORIES)], [1])], axes=[1], keepdims=1)
        seen = self.node("Mul", [scene, self.per_category(_SCENE_WEIGHTS, 1.0)])
        seen = self.node("Mul", [seen, self.node("Pow", [background, self.value(_BACKGROUND_POWER)])])
        things = self.node("Mul", [thing, self.value(_OBJECTS_WEIGHT)])
        total = self.node("Add", [seen, things])
        total = self.node("Mul", [total, self.per_category(_CATEGORY_WEIGHTS, 1.0)])
        doubt = self.node("Mul", [surest, self.value(-_OBJECT_BY_DOUBT)])
        unknown = self.node("Mul", [other, self.value(_OBJECT_BY_OTHER)])
        unknown = self.node(
            "Add", [self.node("Add", [unknown, doubt]), self.value(_OBJECT_ALWAYS + _OBJECT_BY_DOUBT)]
        )
        total = self.node(
            "Add", [total, self.node("Mul", [unknown, self.per_category({"object": 1.0}, 0.0)])]
        )
        whole = self.node("ReduceSum", [total, self.value([1], np.int64)], keepdims=1)
        return self.node("Div", [total, self.node("Max", [whole, self.value(_LEAST)])])

    def fitted_to_edges(self, shares: str, pixels: str) -> None:
        """Add the guided filter, computed in cells and applied at the input's size; it gives SCORES."""
        numbers = self.node("Cast", [pixels], to=TensorProto.FLOAT)
        luma = np.reshape([0.299, 0.587, 0.114], (1, 3, 1, 1)) / 255
        grey = self.node("Conv", [numbers, self.value(luma)])
        cells = self.node("AveragePool", [grey], kernel_shape=[2, 2], strides=[2, 2])
        mean, mean_shares = self.blurred(cells), self.blurred(shares)
        variance = self.minus_product(self.blurred(self.node("Mul", [cells, cells])), mean, mean)
        common = self.minus_product(self.blurred(self.node("Mul", [cells, shares])), mean, mean_shares)
        slope = self.node("Div", [common, self.node("Add", [variance, self.value(_SMOOTHNESS)])])
        start = self.minus_product(mean_shares, slope, mean)
        slope, start = (self.enlarged(self.blurred(tensor), SIDE, "half_pixel") for tensor in (slope, start))
        self.add("Add", [self.node("Mul", [slope, grey]), start], SCORES)

    def blurred(self, tensor: str) -> str:
        """Average over squares, one direction after the other."""
        width, pad = 2 * _RADIUS + 1, _RADIUS
        rows = self.node("AveragePool", [tensor], kernel_shape=[width, 1], pads=[pad, 0, pad, 0])
        return self.node("AveragePool", [rows], kernel_shape=[1, width], pads=[0, pad, 0, pad])

    def minus_product(self, tensor: str, one: str, other: str) -> str:
        """Subtract a product."""
        return self.node("Sub", [tensor, self.node("Mul", [one, other])])
