"""The export in a separate process. Does not import torch here.

torch holds the GIL for seconds while it exports, which would block the window, and leaves half a gigabyte
allocated. A separate process keeps both away from the one that scores.
"""

from __future__ import annotations

import importlib
import importlib.util
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

import numpy as np
import numpy.typing as npt

from memapp.core.errors import DeviceError, MemappError
from memapp.core.machine import lower_this_thread
from memapp.core.text import tr


@dataclass(frozen=True, slots=True)
class ProcessExport:
    """Exports one net in a separate process; implements graphs.Exporter."""

    loader: str
    """Function that loads the net from its weights in that process, "module:function", so that torch is not
    imported here."""
    labelled: bool = False
    """Whether the net's frames have labels as a fourth channel."""

    def __call__(self, weights: Path, target: Path) -> npt.NDArray[np.float32]:
        """Write the net as a graph, verified to equal torch.

        Args:
            weights: the net's, verified.
            target: the file to write, flushed to the disk.

        Returns:
            torch's scores of the proof frames.

        Raises:
            DeviceError: it failed; the text says why.
        """
        return _export_in_process(self, weights, target)


export_resmem = ProcessExport("memapp.scoring.resmem:load_resmem")


def _export_in_process(how: ProcessExport, weights: Path, target: Path) -> npt.NDArray[np.float32]:
    for package in ("torch", "torchvision", "onnx"):
        if importlib.util.find_spec(package) is None:
            raise DeviceError(tr("{package} is not installed", package=package))
    # Spawned, not forked, because this process has threads.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_export, args=(theirs, how, weights, target), name="memapp export", daemon=True
    )
    process.start()
    theirs.close()
    try:
        answer = ours.recv()
    except EOFError:
        answer = tr("it ended before it was finished")
    finally:
        ours.close()
        process.join()
    if isinstance(answer, str):
        raise DeviceError(answer)
    scores: npt.NDArray[np.float32] = answer
    return scores


def _export(answers: Connection, how: ProcessExport, weights: Path, target: Path) -> None:
    """Run in the child process: send scores, or a text that describes the error."""
    # Ctrl-C in a terminal reaches this process, too; its parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # If a window scores with torch meanwhile, its scores have priority.
    lower_this_thread(idle=True)
    threading.Thread(target=_end_with_parent, name="memapp parent", daemon=True).start()
    try:
        from memapp.scoring.engines.export import export

        module, _, function = how.loader.partition(":")
        net = getattr(importlib.import_module(module), function)(weights)
        answers.send(export(net, target, labelled=how.labelled))
    except MemappError as problem:
        answers.send(str(problem).rstrip("."))
    except Exception as problem:
        first_line = (str(problem).splitlines() or [""])[0]
        answers.send(f"{type(problem).__name__}: {first_line}".rstrip("."))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
