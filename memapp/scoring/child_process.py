"""Run one function in a separate process and return its result. Does not import torch."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Any

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.core.machine import lower_this_thread

_LOOK_SECONDS = 0.1


class ChildError(MemappError):
    """The child process failed; the text says why."""


def missing_package(*packages: str) -> str | None:
    """Return the first of these that is not installed."""
    for package in packages:
        if importlib.util.find_spec(package) is None:
            return package
    return None


def run_in_child(function: Callable[..., Any], *arguments: object, control: RunControl) -> Any:
    """Call a module-level function in a child process, to keep its memory and locks out of this one.

    Args:
        function: module-level, so that the child process can import it.
        arguments: picklable.
        control: ends the child process at once when it is cancelled.

    Raises:
        ChildError: it raised, or ended early.
        Cancelled: control was cancelled.
    """
    # Spawned, not forked, because this process has threads.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(theirs, function, arguments), name="memapp helper", daemon=True
    )
    process.start()
    theirs.close()
    try:
        while not ours.poll(_LOOK_SECONDS):
            if control.cancelled:
                process.kill()
                raise Cancelled("Cancelled.")
        succeeded, answer = ours.recv()
    except EOFError as problem:
        raise ChildError("it ended before it was finished; perhaps there was not enough memory") from problem
    finally:
        ours.close()
        process.join()
    if not succeeded:
        raise ChildError(str(answer))
    return answer


def _work(answers: Connection, function: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    # Ctrl-C in a terminal reaches this process, too; its parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lower_this_thread()
    threading.Thread(target=_end_with_parent, name="memapp parent", daemon=True).start()
    try:
        answers.send((True, function(*arguments)))
    except MemappError as problem:
        answers.send((False, str(problem).rstrip(".")))
    except Exception as problem:
        first_line = (str(problem).splitlines() or [""])[0]
        answers.send((False, f"{type(problem).__name__}: {first_line}".rstrip(".")))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
