"""A segmenter pack run by onnxruntime: photo in, segmentation out. Does not import torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from memapp.core.errors import SegmenterError
from memapp.core.explanation import LabelArray, Segmentation, SegmenterIdentity
from memapp.core.records import PixelArray
from memapp.core.text import tr
from memapp.scoring.hardware import physical_cores
from memapp.scoring.segmentation.description import Fit, OutputKind, PackDescription
from memapp.scoring.segmentation.fitting import Fitted, fit, labels_back, winners_back
from memapp.scoring.segmentation.instances import paint, place_instances
from memapp.scoring.segmentation.outside_data import refers_outside

_ONLY_FATAL = 4
_LARGEST_SIDE = 8192
_FARTHEST = 1e6
"""Pixels from the input's corner, for the corners of boxes."""
_MOST_FOUND = 2000
"""Instances that a graph may return, before the best are selected."""
_INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
_FLOATS = ("float", "float16", "double")

# Nothing leaves the computer: on Windows, onnxruntime would report its use to its maker.
onnxruntime.disable_telemetry_events()


class OnnxSegmenter:
    """Segments photos on the CPU. Used by one thread at a time."""

    def __init__(self, *, graph: Path, description: PackDescription, threads: int | None = None) -> None:
        """Load a graph and check its input and output against the description.

        Args:
            graph: the file, its hash already checked.
            description: of the pack.
            threads: for the computation, including the calling one; None for one per core.

        Raises:
            SegmenterError: it is not a graph, or does not match the description.
        """
        self._description = description
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or physical_cores()
        options.inter_op_num_threads = 1
        # Planning all tensors in one piece took twice the memory, and was no faster.
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = _ONLY_FATAL
        try:
            outside = refers_outside(graph)
        except (OSError, ValueError) as problem:
            raise self._refused(f"its graph can't be loaded ({_first_line(problem)})") from problem
        if outside:
            raise self._refused("its graph can't be loaded (it refers to data outside of its file)")
        try:
            self._session = onnxruntime.InferenceSession(
                str(graph), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as problem:
            # onnxruntime's exceptions have no common base class.
            raise self._refused(f"its graph can't be loaded ({_first_line(problem)})") from problem
        self._input = self._check_input()
        self._outputs = self._check_outputs()

    @property
    def identity(self) -> SegmenterIdentity:
        """Which segmenter this is."""
        return self._description.identity

    def segment(self, picture: PixelArray) -> Segmentation:
        """Segment an upright sRGB picture of any size, at its own size.

        Raises:
            SegmenterError: onnxruntime failed, or the output does not match the description.
        """
        height, width = picture.shape[:2]
        fitted = fit(picture, self._description.input)
        try:
            found = self._session.run(self._outputs, {self._input: fitted.tensor})
        except Exception as problem:
            raise SegmenterError(
                tr(
                    "The object finder {title} failed ({first_line}).",
                    title=self.identity.title,
                    first_line=_first_line(problem),
                )
            ) from problem
        try:
            return self._segmentation(found, fitted, height, width)
        except SegmenterError:
            raise
        except Exception as problem:
            # The graph is not trusted, and no list of what it may return is complete.
            raise self._refused(f"its output makes no sense ({_first_line(problem)})") from problem

    def close(self) -> None:
        """Release its memory."""
        del self._session

    def _segmentation(
        self, found: Sequence[npt.NDArray[Any]], fitted: Fitted, height: int, width: int
    ) -> Segmentation:
        if any(0 in output.shape for output in found) and self._description.output.kind is not (
            OutputKind.INSTANCES
        ):
            raise self._refused(f"its output has the shape {found[0].shape}")
        match self._description.output.kind:
            case OutputKind.LABELS:
                labels = self._categories(labels_back(self._labels(found[0]), fitted.place, height, width))
                return Segmentation(self.identity, labels)
            case OutputKind.SCORES:
                winners = winners_back(self._scores(found[0]), fitted.place, height, width)
                return Segmentation(self.identity, self._categories(winners))
            case OutputKind.INSTANCES:
                return self._instances(found, fitted, height, width)

    def _labels(self, found: npt.NDArray[Any]) -> npt.NDArray[Any]:
        plane = found.reshape([side for side in found.shape if side != 1] or [1])
        if plane.ndim == 1:
            # A side of one pixel was removed with the others.
            plane = found.reshape(found.shape[-2:]) if found.ndim > 1 else plane[np.newaxis]
        if plane.ndim != 2 or not plane.size or max(plane.shape) > _LARGEST_SIDE:
            raise self._refused(f"its labels have the shape {found.shape}")
        if plane.min() < 0 or plane.max() >= len(self._description.classes):
            raise self._refused(
                f"it returns the label {int(plane.max() if plane.max() > 0 else plane.min())}, but "
                f"describes {len(self._description.classes)} classes"
            )
        return plane

    def _scores(self, found: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        layout = self._description.output.layout
        if found.ndim != len(layout) or (layout.startswith("N") and len(found) != 1):
            raise self._refused(f"its scores have the shape {found.shape}")
        scores = found[0] if layout.startswith("N") else found
        if layout.endswith("HWC"):
            scores = scores.transpose(2, 0, 1)
        if scores.shape[0] != len(self._description.classes) or max(scores.shape[1:]) > _LARGEST_SIDE:
            raise self._refused(f"its scores have the shape {found.shape}")
        return self._numbers(scores)

    def _instances(
        self, found: Sequence[npt.NDArray[Any]], fitted: Fitted, height: int, width: int
    ) -> Segmentation:
        boxes, classes, confidences, masks = found
        if boxes.ndim != 2 or masks.ndim < 3:
            raise self._refused(f"its instances have the shapes {', '.join(str(out.shape) for out in found)}")
        count = len(boxes)
        if masks.ndim == 4 and masks.shape[1] == 1:
            masks = masks[:, 0]
        shapes = boxes.shape, classes.shape, confidences.shape, masks.shape[:1]
        if (
            shapes != ((count, 4), (count,), (count,), (count,))
            or masks.ndim != 3
            or max(masks.shape[1:]) > _LARGEST_SIDE
            or (count and min(masks.shape[1:]) < 1)
        ):
            raise self._refused(f"its instances have the shapes {', '.join(str(out.shape) for out in found)}")
        boxes, confidences, masks = map(self._numbers, (boxes, confidences, masks))
        if count and np.abs(boxes).max() > _FARTHEST:
            raise self._refused("it returns boxes far outside of the photo")
        if count > _MOST_FOUND:
            raise self._refused(f"it returns {count} instances")
        if count and not 0 <= classes.min() <= classes.max() < len(self._description.classes):
            raise self._refused(
                f"it returns a class beyond the {len(self._description.classes)} that it describes"
            )
        instances = place_instances(
            (
                boxes,
                classes.astype(np.intp),
                confidences,
                masks,
            ),
            description=self._description.output,
            classes=self._description.classes,
            fitted=fitted,
            height=height,
            width=width,
        )
        return Segmentation(self.identity, paint(instances, height, width), instances)

    def _numbers(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return values with 32 bits; refuse those that are not finite."""
        with np.errstate(over="ignore"):
            numbers = values.astype(np.float32, copy=False)
        if not np.isfinite(numbers).all():
            raise self._refused("it returns values that are not numbers")
        return numbers

    def _categories(self, classes: npt.NDArray[Any]) -> LabelArray:
        # A class that the description excludes, but the net returns, belongs to no category: use the first.
        table = np.array(
            [named.category if named else 0 for named in self._description.classes], dtype=np.uint8
        )
        found: LabelArray = table[classes]
        return found

    def _check_input(self) -> str:
        described = self._description.input
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise self._refused(f"its graph has {len(inputs)} inputs instead of one")
        [node] = inputs
        if node.type != {"uint8": "tensor(uint8)", "float32": "tensor(float)"}[described.type]:
            raise self._refused(f"its graph takes {node.type}, not the {described.type} that it describes")
        free = described.fit is Fit.FREE
        sides = {
            "N": 1,
            "C": 3,
            "H": None if free else described.height,
            "W": None if free else described.width,
        }
        self._check_shape("takes", node.shape, [sides[letter] for letter in described.layout])
        return str(node.name)

    def _check_outputs(self) -> list[str]:
        described = self._description.output
        nodes = {node.name: node for node in self._session.get_outputs()}
        if described.kind is OutputKind.INSTANCES:
            wanted = [described.boxes, described.classes, described.confidences, described.masks]
        elif described.name is None and len(nodes) != 1:
            raise self._refused(f"its graph has {len(nodes)} outputs, so output.name must say which is meant")
        else:
            wanted = [described.name or next(iter(nodes))]
        for name in wanted:
            if name not in nodes:
                raise self._refused(f"its graph has no output called {name}")
        types: list[tuple[str, ...]]
        shapes: list[list[int | None] | None]
        match described.kind:
            case OutputKind.LABELS:
                types, shapes = [_INTEGERS], [None]
                shape = nodes[wanted[0]].shape
                if sum(1 for side in shape if isinstance(side, int) and side != 1) > 2:
                    raise self._refused(f"its graph returns {_words(shape)}, which is not a plane of labels")
            case OutputKind.SCORES:
                sides = {"N": 1, "C": len(self._description.classes)}
                types, shapes = [_FLOATS], [[sides.get(letter) for letter in described.layout]]
            case OutputKind.INSTANCES:
                types = [_FLOATS, _INTEGERS, _FLOATS, _FLOATS]
                shapes = [[None, 4], [None], [None], None]
        for name, allowed, sides_wanted in zip(wanted, types, shapes, strict=True):
            node = nodes[name]
            if node.type not in {f"tensor({kind})" for kind in allowed}:
                raise self._refused(f"its output {name} is {node.type}, which is not what it describes")
            if sides_wanted is not None:
                self._check_shape("returns", node.shape, sides_wanted)
        return wanted

    def _check_shape(self, verb: str, shape: Sequence[Any], wanted: Sequence[int | None]) -> None:
        """Compare shapes; a symbolic side of the graph is free, and a wanted None is not known yet."""
        if shape and (
            len(shape) != len(wanted)
            or any(
                isinstance(side, int) and want is not None and side != want
                for side, want in zip(shape, wanted, strict=True)
            )
        ):
            described = [side if side is not None else "any" for side in wanted]
            raise self._refused(f"its graph {verb} {_words(shape)}, not {_words(described)} as it describes")

    def _refused(self, why: str) -> SegmenterError:
        return SegmenterError(
            tr(
                "The object finder {name} can't be used: {why}. Ask its author for a correct one.",
                name=self.identity.name,
                why=why,
            )
        )


def _words(shape: Sequence[Any]) -> str:
    return " x ".join(str(side) for side in shape)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200]
