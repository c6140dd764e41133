"""A net on onnxruntime: an exported graph on the CPU. Does not import torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import EngineInfo, PixelArray
from memapp.core.text import tr
from memapp.scoring.engines.engine import check_features, check_scores
from memapp.scoring.hardware import cpu_name

FRAMES = "frames"
SCORES = "scores"
FEATURES = "features"
"""The names of a graph's input, (n, 227, 227, 3), uint8, and of its outputs: (n,), float32, and, for nets
whose features are kept, (n, 1000), float32."""

_ONLY_FATAL = 4

# Nothing leaves the computer: on Windows, onnxruntime would report its use to its maker.
onnxruntime.disable_telemetry_events()


class OnnxEngine:
    """Scores frames on the CPU. Used by one thread at a time."""

    def __init__(self, *, graph: Path, threads: int, batch_size: int = 1, features: bool = False) -> None:
        """Load a graph.

        Args:
            graph: the file, without external data.
            threads: for the computation, including the calling one.
            batch_size: the best number of frames per call of score().
            features: whether the graph is a part of a net, which returns rows of features instead of scores.

        Raises:
            OutOfDeviceMemoryError: the net does not fit.
            DeviceError: the file is not a graph of a net that scores frames, or onnxruntime can't run it
                here.
        """
        self.batch_size = batch_size
        self._check = check_features if features else check_scores
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        # Waiting threads sleep: spinning is no faster, and on a busy computer it takes a quarter more CPU
        # time (docs/decisions/engines.md).
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Errors are raised as exceptions; they need not be printed, too.
        options.log_severity_level = _ONLY_FATAL
        try:
            self._session = onnxruntime.InferenceSession(
                str(graph), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as problem:
            # onnxruntime's exceptions have no common base class.
            raise _typed_error(problem) from problem
        inputs = [node.name for node in self._session.get_inputs()]
        outputs = [node.name for node in self._session.get_outputs()]
        self._gives_features = outputs == [SCORES, FEATURES]
        if inputs != [FRAMES] or (outputs != [SCORES] and not self._gives_features):
            raise DeviceError(tr("{graph} belongs to another scoring model.", graph=graph))

    @property
    def engine(self) -> EngineInfo:
        """The engine, for the badge."""
        return EngineInfo(engine="onnxruntime", device="cpu", device_name=cpu_name())

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score frames of shape (n, 227, 227, 3), uint8; return n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: the batch did not fit; the engine is usable with a smaller one.
            DeviceError: onnxruntime failed or returned values that are not scores.
        """
        return self._run([SCORES], frames)[0]

    def score_with_features(
        self, frames: PixelArray
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        """Return score(frames), and the net's features of the same pass; None if its graph gives none.

        Raises what score() raises.
        """
        if not self._gives_features:
            return self.score(frames), None
        scores, features = self._run([SCORES, FEATURES], frames)
        check_features(features, frames, cpu_name())
        return scores, features

    def _run(self, outputs: list[str], frames: PixelArray) -> list[npt.NDArray[np.float32]]:
        try:
            found: list[npt.NDArray[np.float32]] = self._session.run(outputs, {FRAMES: frames})
        except Exception as problem:
            raise _typed_error(problem) from problem
        self._check(found[0], frames, cpu_name())
        return found

    def close(self) -> None:
        """Release the net's memory and threads."""
        del self._session


def _typed_error(problem: Exception) -> DeviceError | OutOfDeviceMemoryError:
    text = str(problem)
    if isinstance(problem, MemoryError) or any(
        words in text.lower() for words in ("failed to allocate", "bad allocation", "bad_alloc")
    ):
        return OutOfDeviceMemoryError(tr("{cpu_name} does not have enough memory.", cpu_name=cpu_name()))
    first_line = text.splitlines()[0] if text else type(problem).__name__
    return DeviceError(tr("onnxruntime failed ({first_line}).", first_line=first_line))
