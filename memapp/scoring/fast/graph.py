"""The fast graph, built from the exact one. Needs onnx, no torch; runs in a separate process: see factory.py.

The operators are onnxruntime's own (com.microsoft). With pairs of QuantizeLinear and DequantizeLinear the
optimiser would choose which convolutions use 8 bits and which sums are rounded in between, and could choose
differently in another version. Each block's last convolution returns floats (MatMulIntegerToFloat), and the
residual stream that it adds to is in floats: rounding those cost most of the accuracy.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from memapp.core.errors import DeviceError
from memapp.core.text import tr
from memapp.scoring.engines.onnx_engine import FEATURES, FRAMES, SCORES, OnnxEngine
from memapp.scoring.fast.layers import Block, Floats, Layer, blocks, equalised, folded, integer_weights
from memapp.scoring.fast.recipe import Recipe, Step
from memapp.scoring.hardware import physical_cores
from memapp.scoring.proof import proof_frames

_PREFIX = "net.features."
_MICROSOFT = "com.microsoft"
_LARGEST_BIAS = 2**30
_TO_THE_END = np.iinfo(np.int64).max


def write_fast_graph(exact: Path, target: Path, recipe: Recipe) -> npt.NDArray[np.float32]:
    """Write ResMem's fast graph, flushed to the disk.

    Args:
        exact: ResMem's exact graph, as export.py writes it.
        target: the file to write.
        recipe: the quantisation.

    Returns:
        Its own scores of the proof frames.

    Raises:
        OSError: the file can't be written.
        DeviceError: the graph is not ResMem's, or onnxruntime can't run the result.
    """
    model = onnx.load(str(exact))
    try:
        _Rebuilding(model, recipe).rebuild()
    except (KeyError, StopIteration, ValueError) as problem:
        raise DeviceError(
            tr("{name} is not the file that fast scores are made from.", name=exact.name)
        ) from problem
    with target.open("wb") as file:
        file.write(model.SerializeToString())
        file.flush()
        os.fsync(file.fileno())
    del model
    engine = OnnxEngine(graph=target, threads=physical_cores())
    scores = engine.score(proof_frames())
    engine.close()
    return scores


class _Rebuilding:
    """Replaces the residual network's later stages in a graph, and keeps the rest."""

    def __init__(self, model: ModelProto, recipe: Recipe) -> None:
        self._model = model
        self._recipe = recipe
        self._kept = {tensor.name: tensor for tensor in model.graph.initializer}
        self._nodes: list[NodeProto] = []
        self._new: dict[str, TensorProto] = {}
        # Blocks that share a normalisation's weights refer to them through an Identity.
        self._same = {
            node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Identity"
        }

    def rebuild(self) -> None:
        """Change the model in place."""
        graph = self._model.graph
        classifier = next(node for node in graph.node if f"{_PREFIX}fc.weight" in node.input)
        stream = self._entry()
        for block in blocks():
            stream = self._block(block, stream)
        axes = [1, 2]
        self._add("ReduceMean", [stream], "fast.mean", axes=axes, keepdims=0)
        weight = self._tensor(f"{_PREFIX}fc.weight") * self._recipe.stream_scale(4)[None, :]
        classifier.input[0] = "fast.mean"
        classifier.input[1] = self._constant("fast.fc.weight", weight)
        nodes = _needed([*self._nodes, *graph.node], [SCORES, FEATURES])
        used = {name for node in nodes for name in _inputs(node)}
        del graph.node[:], graph.initializer[:]
        graph.node.extend(nodes)
        graph.initializer.extend(tensor for name, tensor in (self._kept | self._new).items() if name in used)
        self._model.opset_import.append(helper.make_opsetid(_MICROSOFT, 1))

    def _entry(self) -> str:
        """Return the output of the exact first stage, channels last, with equalised channels."""
        graph = self._model.graph
        first = next(node for node in graph.node if f"{_PREFIX}layer2.0.conv1.weight" in node.input)
        scale = self._constant("fast.entry.loudness", 1 / self._recipe.stream_scale(1))
        self._add("Transpose", [first.input[0]], "fast.entry.turned", perm=[0, 2, 3, 1])
        return self._add("Mul", ["fast.entry.turned", scale], "fast.entry")

    def _block(self, block: Block, stream: str) -> str:
        recipe, name = self._recipe, f"fast.{block.name}"
        own = recipe.stream_scale(block.stage)
        comes = recipe.stream_scale(block.stage - 1) if block.narrows else own
        inside, outside = recipe.channel_scale(block, "conv1"), recipe.channel_scale(block, "conv2")
        taken = recipe.input_step(block)
        first, second = recipe.output_step(block, "conv1"), recipe.output_step(block, "conv2")
        whole = self._add("QuantizeLinear", [stream, *self._step(f"{name}.in", taken)], f"{name}.in")
        found = self._convolution(block, "conv1", whole, (comes, inside), taken, first, stride=1)
        found = self._convolution(
            block, "conv2", found, (inside, outside), first, second, stride=block.stride
        )
        found = self._to_floats(block, "conv3", found, (outside, own), second)
        if block.narrows:
            every_second = [
                self._constant(f"fast.second.{key}", np.array(value, np.int64))
                for key, value in (
                    ("from", [0, 0]),
                    ("to", [_TO_THE_END] * 2),
                    ("of", [1, 2]),
                    ("by", [2, 2]),
                )
            ]
            whole = self._add("Slice", [whole, *every_second], f"{name}.half")
            stream = self._to_floats(block, "downsample.0", whole, (comes, own), taken)
        self._add("Add", [found, stream], f"{name}.sum")
        return self._add("Relu", [f"{name}.sum"], f"{name}.out")

    def _convolution(
        self,
        block: Block,
        layer: str,
        given: str,
        scales: tuple[Floats, Floats],
        taken: Step,
        gives: Step,
        *,
        stride: int,
    ) -> str:
        """Add a convolution from 8-bit to 8-bit numbers; their zero point is the ReLU."""
        name = f"fast.{block.name}.{layer}"
        numbers, worth, bias = self._numbers(block, layer, scales)
        side = numbers.shape[2]
        whole_bias = np.rint(bias / (worth.astype(np.float64) * taken.size))
        inputs = [
            given,
            *self._step(f"{name}.taken", taken),
            self._constant(f"{name}.weight", numbers),
            self._constant(f"{name}.worth", worth),
            self._constant(f"{name}.zero", np.zeros(len(worth), np.int8)),
            *self._step(f"{name}.gives", gives),
            self._constant(
                f"{name}.bias", np.clip(whole_bias, -_LARGEST_BIAS, _LARGEST_BIAS).astype(np.int32)
            ),
        ]
        return self._add(
            "QLinearConv",
            inputs,
            name,
            domain=_MICROSOFT,
            channels_last=1,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[side // 2] * 4,
        )

    def _to_floats(
        self, block: Block, layer: str, given: str, scales: tuple[Floats, Floats], taken: Step
    ) -> str:
        """Add a 1 x 1 convolution from 8-bit numbers to floats: a matrix product, channels last."""
        name = f"fast.{block.name}.{layer}"
        numbers, worth, bias = self._numbers(block, layer, scales)
        size, zero = self._step(f"{name}.taken", taken)
        inputs = [
            given,
            self._constant(f"{name}.weight", np.ascontiguousarray(numbers[:, :, 0, 0].T)),
            size,
            self._constant(f"{name}.worth", worth),
            zero,
            self._constant(f"{name}.zero", np.zeros(len(worth), np.int8)),
            self._constant(f"{name}.bias", bias),
        ]
        return self._add("MatMulIntegerToFloat", inputs, name, domain=_MICROSOFT)

    def _numbers(
        self, block: Block, layer: str, scales: tuple[Floats, Floats]
    ) -> tuple[npt.NDArray[np.int8], Floats, Floats]:
        """Return integer weights, their step sizes, and the corrected bias."""
        before, after = scales
        exact = equalised(folded(_Tensors(self), block, layer), before=before, after=after)
        numbers, steps = integer_weights(exact.weight)
        gain, shift = self._recipe.gain(block, layer), self._recipe.shift(block, layer)
        return numbers, steps * gain, corrected_bias(exact, gain, shift)

    def _tensor(self, name: str) -> Floats:
        return numpy_helper.to_array(self._kept[self._same.get(name, name)])

    def _step(self, name: str, step: Step) -> list[str]:
        return [
            self._constant(f"{name}.step", np.array(step.size, np.float32)),
            self._constant(f"{name}.origin", np.array(step.zero, np.uint8)),
        ]

    def _constant(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self._new[name] = numpy_helper.from_array(values, name)
        return name

    def _add(self, operator: str, inputs: Sequence[str], output: str, **settings: Any) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], name=output, **settings))
        return output


class _Tensors(dict[str, Floats]):
    """The residual network's tensors by name, read from the graph on demand."""

    def __init__(self, rebuilding: _Rebuilding) -> None:
        super().__init__()
        self._rebuilding = rebuilding

    def __missing__(self, name: str) -> Floats:
        return self._rebuilding._tensor(f"{_PREFIX}{name}")


def corrected_bias(layer: Layer, gain: Floats, shift: Floats) -> Floats:
    """Return the bias with the recipe's corrections, (out,)."""
    return (layer.bias * gain + shift).astype(np.float32)


def _inputs(node: NodeProto) -> Iterable[str]:
    """Return what a node needs: its inputs, and those of its inner graphs."""
    yield from (name for name in node.input if name)
    for attribute in node.attribute:
        for inner in attribute.g.node:
            yield from _inputs(inner)


def _needed(nodes: Sequence[NodeProto], outputs: Sequence[str]) -> list[NodeProto]:
    """Return the nodes that these outputs depend on, each after its inputs."""
    makers = {name: node for node in nodes for name in node.output}
    ordered: list[NodeProto] = []
    done: set[str] = {FRAMES}
    # Depth first with an explicit stack: the net is deeper than Python's recursion limit.
    stack = list(outputs)
    while stack:
        name = stack[-1]
        node = makers.get(name)
        if name in done or node is None:
            done.add(stack.pop())
            continue
        missing = [each for each in _inputs(node) if each not in done and each in makers]
        if missing:
            stack.extend(missing)
            continue
        ordered.append(node)
        done.update(node.output)
        stack.pop()
    return ordered
