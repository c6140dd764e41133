"""A quantised TFLite network as nodes of an ONNX graph. Needs the packages onnx and tflite.

Only the operators of small segmentation networks are known. Every tensor between them has the 8 bits that
LiteRT's fast kernels (XNNPACK) compute: see docs/decisions/everyday-segmenter.md for where ONNX's own
operators round otherwise.
Sources: TensorFlow Lite's quantisation specification, XNNPACK's microparams-init.c.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite
from onnx import NodeProto, TensorProto, helper, numpy_helper

from memapp.core.errors import SegmenterError

OPSET = 17

_TYPES: Mapping[int, type[np.generic]] = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.INT32: np.int32,
    tflite.TensorType.UINT8: np.uint8,
    tflite.TensorType.INT64: np.int64,
    tflite.TensorType.INT8: np.int8,
}
_OPERATORS = {
    number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)
}


@dataclass(slots=True)
class Nodes:
    """The parts of a graph that is being made."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, TensorProto] = field(default_factory=dict)
    """By name."""

    def add(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node with one output; return that."""
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, values: npt.ArrayLike, kind: npt.DTypeLike) -> str:
        """Add a constant, unless there is one of this name; return the name."""
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.array(values, dtype=kind, order="C"), name)
        return name


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A tensor of the TFLite file."""

    name: str
    shape: tuple[int, ...]
    kind: type[np.generic]
    scale: float
    zero: int
    values: npt.NDArray[Any] | None
    """Of a constant."""


class TfliteNetwork:
    """A network read from a TFLite file, whose tensors are (1, height, width, channels), uint8."""

    def __init__(self, content: bytes) -> None:
        """Read a network.

        Raises:
            SegmenterError: the file is damaged, or no such network.
        """
        try:
            model = tflite.Model.GetRootAsModel(content, 0)
            graph = model.Subgraphs(0)
            self._model, self._graph = model, graph
            self._tensors = [self._read_tensor(index) for index in range(graph.TensorsLength())]
            [self._input] = map(int, graph.InputsAsNumpy())
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error) as problem:
            raise SegmenterError("This is not a TFLite file that memapp can convert.") from problem

    @property
    def side(self) -> int:
        """Width and height of the input in pixels."""
        return self._tensors[self._input].shape[1]

    def convert(
        self, nodes: Nodes, *, pixels: str, prefix: str, use: str = "", enlarged: bool = False
    ) -> str:
        """Add the network without its last step, which takes the highest class.

        Args:
            nodes: to add to.
            pixels: a tensor (1, 3, side, side), uint8, RGB.
            prefix: of the names of what is added.
            use: tells several uses of the network in one graph apart; they share its weights.
            enlarged: whether to enlarge the scores to the input's size in 8 bits, as the original does.

        Returns:
            The scores of the classes, (1, classes, height, width), float32; without enlarged at the size
            at which the network computes them.

        Raises:
            SegmenterError: an operator is unknown.
        """
        converter = _Converter(nodes, prefix, self._tensors, {self._input: pixels}, use)
        for index in range(self._graph.OperatorsLength()):
            operator = self._graph.Operators(index)
            code = self._model.OperatorCodes(operator.OpcodeIndex())
            kind = _OPERATORS.get(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()), "?")
            if kind == "ARG_MAX":
                last = int(operator.Inputs(0))
                return converter.numbers(last) if enlarged else converter.scores_before(last)
            converter.convert(kind, operator)
        raise SegmenterError("This TFLite network does not end with the choice of a class.")

    def _read_tensor(self, index: int) -> _Tensor:
        tensor = self._graph.Tensors(index)
        kind = _TYPES[tensor.Type()]
        shape = tuple(map(int, tensor.ShapeAsNumpy())) if tensor.ShapeLength() else ()
        buffer = self._model.Buffers(tensor.Buffer())
        values = None
        if buffer.DataLength():
            values = np.frombuffer(buffer.DataAsNumpy().tobytes(), kind).reshape(shape)
        quantisation = tensor.Quantization()
        scale, zero = 0.0, 0
        if quantisation is not None and quantisation.ScaleLength():
            if quantisation.ScaleLength() > 1:
                raise ValueError("scales by channel")
            scale, zero = quantisation.Scale(0), quantisation.ZeroPoint(0)
        return _Tensor(f"t{index}", shape, kind, scale, zero, values)


@dataclass(slots=True)
class _Converter:
    """Adds the nodes of one network; its tensors become (1, channels, height, width)."""

    _nodes: Nodes
    _prefix: str
    _tensors: Sequence[_Tensor]
    _names: dict[int, str]
    """Those of the tensors made so far, by their index."""
    _use: str
    _enlarged: dict[int, int] = field(default_factory=dict)
    """The tensor that each enlarged one was made of."""

    def convert(self, kind: str, operator: Any) -> None:
        """Add one operator."""
        methods: dict[str, Callable[[Any], None]] = {
            "CONV_2D": self._convolution,
            "DEPTHWISE_CONV_2D": self._depthwise,
            "ADD": self._sum,
            "RESIZE_BILINEAR": self._resize,
            "AVERAGE_POOL_2D": self._pool,
            "QUANTIZE": self._requantise,
            "CONCATENATION": self._concatenation,
            "SPLIT": self._split,
        }
        if kind not in methods:
            raise SegmenterError(f"TFLite's operator {kind} is not known to memapp's converter.")
        methods[kind](operator)

    def scores_before(self, index: int) -> str:
        """Return the scores that were enlarged to a tensor, as numbers."""
        return self.numbers(self._enlarged.get(index, index))

    def _convolution(self, operator: Any) -> None:
        options = tflite.Conv2DOptions()
        self._convolve(operator, options, lambda weights: weights.transpose(0, 3, 1, 2), groups=1)

    def _depthwise(self, operator: Any) -> None:
        options = tflite.DepthwiseConv2DOptions()
        groups = self._tensors[operator.Inputs(0)].shape[3]
        self._convolve(operator, options, lambda weights: weights.transpose(3, 0, 1, 2), groups=groups)

    def _convolve(
        self,
        operator: Any,
        options: Any,
        arranged: Callable[[npt.NDArray[Any]], npt.NDArray[Any]],
        *,
        groups: int,
    ) -> None:
        """Add a convolution of 8 bits: QLinearConv rounds once, after the sum, as TFLite does."""
        _read_options(operator, options)
        source, weights, bias = (int(operator.Inputs(index)) for index in range(3))
        target = int(operator.Outputs(0))
        kernel, biases = self._tensors[weights], self._tensors[bias].values
        assert kernel.values is not None and biases is not None  # noqa: PT018
        strides = (options.StrideH(), options.StrideW())
        dilations = (options.DilationHFactor(), options.DilationWFactor())
        self._check_activation(options, self._tensors[target])
        name = self._name(target)
        self._nodes.add(
            "QLinearConv",
            [
                self._names[source],
                *self._quantisation(source),
                self._constant(target, "weights", arranged(kernel.values), kernel.kind),
                *self._quantisation(weights),
                *self._quantisation(target),
                self._constant(target, "bias", biases, np.int32),
            ],
            name,
            kernel_shape=kernel.shape[1:3],
            strides=strides,
            dilations=dilations,
            group=groups,
            pads=self._pads(source, target, options.Padding(), kernel.shape[1:3], strides, dilations),
        )

    def _sum(self, operator: Any) -> None:
        """Add a sum. Its parts are scaled by whole numbers and rounded half up, as XNNPACK does."""
        options = tflite.AddOptions()
        _read_options(operator, options)
        parts, target = [int(operator.Inputs(index)) for index in range(2)], int(operator.Outputs(0))
        goal = self._tensors[target]
        self._check_activation(options, goal)
        scales = [np.float32(self._tensors[part].scale / goal.scale) for part in parts]
        shift = 20 - math.frexp(max(scales))[1] + 1
        factors = [round(float(scale) * 2**shift) for scale in scales]
        zeros = [self._tensors[part].zero for part in parts]
        start = (1 << shift - 1) - sum(factor * zero for factor, zero in zip(factors, zeros, strict=True))
        # What is shifted must not be negative: the surplus is taken off afterwards.
        surplus = max(0, -start >> shift) + 1
        name = self._name(target)
        terms = []
        for index, (part, factor) in enumerate(zip(parts, factors, strict=True)):
            whole = self._nodes.add("Cast", [self._names[part]], f"{name}.{index}", to=TensorProto.INT32)
            scale = self._constant(target, f"factor{index}", factor, np.int32)
            terms.append(self._nodes.add("Mul", [whole, scale], f"{name}.{index}.scaled"))
        total = self._nodes.add("Add", terms, f"{name}.terms")
        first = self._constant(target, "start", start + (surplus << shift), np.int32)
        total = self._nodes.add("Add", [total, first], f"{name}.sum")
        total = self._nodes.add("Cast", [total], f"{name}.unsigned", to=TensorProto.UINT32)
        bits = self._constant(target, "bits", shift, np.uint32)
        total = self._nodes.add("BitShift", [total, bits], f"{name}.shifted", direction="RIGHT")
        total = self._nodes.add("Cast", [total], f"{name}.signed", to=TensorProto.INT32)
        offset = self._constant(target, "surplus", surplus - goal.zero, np.int32)
        total = self._nodes.add("Sub", [total, offset], f"{name}.whole")
        limits = [self._constant(target, f"limit{limit}", limit, np.int32) for limit in (0, 255)]
        clipped = self._nodes.add("Clip", [total, *limits], f"{name}.clipped")
        self._nodes.add("Cast", [clipped], name, to=TensorProto.UINT8)

    def _resize(self, operator: Any) -> None:
        options = tflite.ResizeBilinearOptions()
        _read_options(operator, options)
        source, target = int(operator.Inputs(0)), int(operator.Outputs(0))
        self._enlarged[target] = source
        if options.AlignCorners():
            how = "align_corners"
        else:
            how = "half_pixel" if options.HalfPixelCenters() else "asymmetric"
        name = self._name(target)
        _, height, width, channels = self._tensors[target].shape
        size = self._constant(target, "size", [1, channels, height, width], np.int64)
        enlarged = self._nodes.add(
            "Resize",
            [self._values(source), "", "", size],
            f"{name}.enlarged",
            mode="linear",
            coordinate_transformation_mode=how,
        )
        self._rounded(enlarged, source, target)

    def _pool(self, operator: Any) -> None:
        options = tflite.Pool2DOptions()
        _read_options(operator, options)
        source, target = int(operator.Inputs(0)), int(operator.Outputs(0))
        window = (options.FilterHeight(), options.FilterWidth())
        strides = (options.StrideH(), options.StrideW())
        self._check_activation(options, self._tensors[target])
        name = self._name(target)
        means = self._nodes.add(
            "AveragePool",
            [self._values(source)],
            f"{name}.means",
            kernel_shape=window,
            strides=strides,
            pads=self._pads(source, target, options.Padding(), window, strides, (1, 1)),
        )
        self._rounded(means, source, target)

    def _requantise(self, operator: Any) -> None:
        """Add a change of scale: a table, with XNNPACK's factor of 8 binary digits, rounded half up."""
        source, target = int(operator.Inputs(0)), int(operator.Outputs(0))
        before, after = self._tensors[source], self._tensors[target]
        factor = round(256 * before.scale / after.scale)
        values = (after.zero << 8) + 0x80 + factor * (np.arange(256) - before.zero) >> 8
        table = self._constant(target, "table", np.clip(values, 0, 255), np.uint8)
        name = self._name(target)
        index = self._nodes.add("Cast", [self._names[source]], f"{name}.index", to=TensorProto.INT32)
        self._nodes.add("Gather", [table, index], name)

    def _concatenation(self, operator: Any) -> None:
        options = tflite.ConcatenationOptions()
        _read_options(operator, options)
        target = int(operator.Outputs(0))
        parts = [int(operator.Inputs(index)) for index in range(operator.InputsLength())]
        goal = self._tensors[target]
        if options.Axis() not in {3, -1} or any(
            (self._tensors[part].scale, self._tensors[part].zero) != (goal.scale, goal.zero) for part in parts
        ):
            raise SegmenterError("TFLite's operator CONCATENATION is used in an unknown way.")
        self._nodes.add("Concat", [self._names[part] for part in parts], self._name(target), axis=1)

    def _split(self, operator: Any) -> None:
        axis = self._tensors[operator.Inputs(0)].values
        targets = [int(operator.Outputs(index)) for index in range(operator.OutputsLength())]
        if axis is None or int(axis) not in {3, -1}:
            raise SegmenterError("TFLite's operator SPLIT is used in an unknown way.")
        names = [self._name(target) for target in targets]
        self._nodes.nodes.append(
            helper.make_node("Split", [self._names[int(operator.Inputs(1))]], names, axis=1)
        )

    def _name(self, index: int) -> str:
        """Return the name of a tensor that is about to be made."""
        self._names[index] = f"{self._prefix}{self._use}.{self._tensors[index].name}"
        return self._names[index]

    def _quantisation(self, index: int) -> tuple[str, str]:
        """Return constants with a tensor's scale and zero."""
        tensor = self._tensors[index]
        name = f"{self._prefix}.{tensor.name}"
        scale = self._nodes.constant(f"{name}.scale", tensor.scale, np.float32)
        return scale, self._nodes.constant(f"{name}.zero", tensor.zero, tensor.kind)

    def _constant(self, target: int, name: str, values: npt.ArrayLike, kind: npt.DTypeLike) -> str:
        """Return a constant of the operator that makes a tensor."""
        full = f"{self._prefix}.{self._tensors[target].name}.{name}"
        return self._nodes.constant(full, values, kind)

    def numbers(self, index: int) -> str:
        """Return a tensor as the numbers that it stands for."""
        name = f"{self._names[index]}.numbers"
        return self._nodes.add("DequantizeLinear", [self._names[index], *self._quantisation(index)], name)

    def _values(self, index: int) -> str:
        """Return the whole numbers of 8 bits as floats, for means of them."""
        name = f"{self._names[index]}.values"
        if not any(name in node.output for node in self._nodes.nodes):
            self._nodes.add("Cast", [self._names[index]], name, to=TensorProto.FLOAT)
        return name

    def _rounded(self, means: str, source: int, target: int) -> None:
        """Round means half up to a tensor of the same scale; onnxruntime would cut or round to even."""
        before, after = self._tensors[source], self._tensors[target]
        if (before.scale, before.zero) != (after.scale, after.zero):
            raise SegmenterError("A TFLite operator changes the scale of means.")
        name = self._name(target)
        half = self._constant(target, "half", 0.5, np.float32)
        more = self._nodes.add("Add", [means, half], f"{name}.more")
        whole = self._nodes.add("Floor", [more], f"{name}.whole")
        self._nodes.add("Cast", [whole], name, to=TensorProto.UINT8)

    def _pads(
        self,
        source: int,
        target: int,
        padding: int,
        window: tuple[int, ...],
        strides: tuple[int, int],
        dilations: tuple[int, int],
    ) -> list[int]:
        """Return ONNX's pads: before in both directions, then behind."""
        if padding == tflite.Padding.VALID:
            return [0, 0, 0, 0]
        inner, outer = self._tensors[source].shape[1:3], self._tensors[target].shape[1:3]
        before, behind = [], []
        for side in range(2):
            reach = (window[side] - 1) * dilations[side] + 1
            total = max((outer[side] - 1) * strides[side] + reach - inner[side], 0)
            before.append(total // 2)
            behind.append(total - total // 2)
        return [*before, *behind]

    def _check_activation(self, options: Any, target: _Tensor) -> None:
        """Refuse an activation that would cut off more than the target's range does."""
        kind = options.FusedActivationFunction()
        low, high = (np.array([0, 255]) - target.zero) * target.scale
        match kind:
            case tflite.ActivationFunctionType.NONE:
                return
            case tflite.ActivationFunctionType.RELU if low >= 0:
                return
            case tflite.ActivationFunctionType.RELU6 if low >= 0 and high <= 6 + target.scale:
                return
        raise SegmenterError("A TFLite operator's activation is used in an unknown way.")


def _read_options(operator: Any, options: Any) -> None:
    options.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
