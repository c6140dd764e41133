"""Run one function in a separate process and return its result. Does not import torch."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import psutil

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.core.machine import lower_this_thread
from memapp.core.text import tr, trn

_LOOK_SECONDS = 0.1
_WAITING = 5
"""How much longer than its computing time a child process may take."""
_STARTING_SECONDS = 10.0
_STARTING_BYTES = 500_000_000
"""Computing and memory for the start of a child process and its libraries."""
TOO_MUCH_MEMORY = tr("it takes too much memory")


class ChildError(MemappError):
    """The child process failed; the text says why."""


def missing_package(*packages: str) -> str | None:
    """Return the first of these that is not installed."""
    for package in packages:
        if importlib.util.find_spec(package) is None:
            return package
    return None


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """The resources that a child process may use for work that is not trusted."""

    memory: int
    """Bytes, beyond those of the process before its work."""
    seconds: float
    """Of computing; of waiting five times as many, since other programs may keep the processor busy."""


def run_in_child(
    function: Callable[..., Any],
    *arguments: object,
    control: RunControl,
    limits: ChildLimits | None = None,
) -> Any:
    """Call a module-level function in a child process, to keep its memory and locks out of this one.

    Args:
        function: module-level, so that the child process can import it.
        arguments: picklable.
        control: ends the child process at once when it is cancelled.
        limits: of its resources; None for no limits.

    Raises:
        ChildError: it raised, ended early, or used more than its limits.
        Cancelled: control was cancelled.
    """
    # Spawned, not forked, because this process has threads.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(theirs, function, arguments, limits), name="memapp helper", daemon=True
    )
    process.start()
    theirs.close()
    watch = None if limits is None or process.pid is None else _Watch(process.pid, limits)
    try:
        while not ours.poll(_LOOK_SECONDS):
            if control.cancelled:
                process.kill()
                raise Cancelled("Cancelled.")
            if watch is not None and (problem := watch.problem()):
                process.kill()
                raise ChildError(problem)
        succeeded, answer = ours.recv()
    except EOFError as problem:
        raise ChildError(
            tr("it ended before it was finished; perhaps there was not enough memory")
        ) from problem
    finally:
        ours.close()
        process.join()
    if not succeeded:
        raise ChildError(str(answer))
    return answer


class _Watch:
    """Watches the resources of a child process from outside, on every system."""

    def __init__(self, pid: int, limits: ChildLimits) -> None:
        self._limits = limits
        self._until = time.monotonic() + _WAITING * limits.seconds
        self._process: psutil.Process | None = None
        with suppress(psutil.Error):
            self._process = psutil.Process(pid)

    def problem(self) -> str | None:
        """Return why the process must be ended; None if it may go on."""
        too_slow = trn(
            "it takes longer than {count} second",
            "it takes longer than {count} seconds",
            round(self._limits.seconds),
        )
        if time.monotonic() > self._until:
            return too_slow
        if self._process is None:
            return None
        try:
            used, times = self._process.memory_info().rss, self._process.cpu_times()
        except psutil.Error:
            # It has just ended; its answer says more.
            return None
        if times.user + times.system > self._limits.seconds + _STARTING_SECONDS:
            return too_slow
        return TOO_MUCH_MEMORY if used > self._limits.memory + _STARTING_BYTES else None


def _limit_memory(most: int) -> None:
    """Let allocations beyond this many more bytes fail at once, where the system can do that."""
    if sys.platform != "win32":
        import resource

        now = psutil.Process().memory_info().vms
        # macOS has no such limit; there the parent's watch is the only one.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (now + most, now + most))
        # A crash must not leave the photos' pixels on the disk.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _work(
    answers: Connection,
    function: Callable[..., Any],
    arguments: tuple[object, ...],
    limits: ChildLimits | None,
) -> None:
    # Ctrl-C in a terminal reaches this process, too; its parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lower_this_thread()
    threading.Thread(target=_end_with_parent, name="memapp parent", daemon=True).start()
    if limits is not None:
        _limit_memory(limits.memory)
    try:
        answers.send((True, function(*arguments)))
    except MemappError as problem:
        answers.send((False, str(problem).rstrip(".")))
    except MemoryError:
        answers.send((False, TOO_MUCH_MEMORY))
    except Exception as problem:
        first_line = (str(problem).splitlines() or [""])[0]
        answers.send((False, f"{type(problem).__name__}: {first_line}".rstrip(".")))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
