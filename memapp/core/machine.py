"""The cores and priorities that memapp uses on this computer."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil


def usable_cores() -> int:
    """Return the number of logical cores for this process (with containers and affinity), at least 1."""
    if sys.platform == "linux":
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, cores)


def lower_this_thread(*, idle: bool = False) -> None:
    """Lower the priority of the calling thread, and of threads that it starts later, below the window's.

    Best effort: if the system refuses, the priority stays.

    Args:
        idle: yield to all other work, also to scoring.
    """
    if sys.platform == "linux":
        # A Linux thread has its own nice value, and its children (the net's threads) inherit it.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19 if idle else 10)
    elif sys.platform == "darwin":
        qos_class_utility, qos_class_background = 0x11, 0x09
        ctypes.CDLL(None).pthread_set_qos_class_self_np(
            qos_class_background if idle else qos_class_utility, 0
        )
    elif sys.platform == "win32":
        below_normal, lowest = -1, -2
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentThread.restype = ctypes.c_void_p
        kernel.SetThreadPriority.argtypes = (ctypes.c_void_p, ctypes.c_int)
        kernel.SetThreadPriority(kernel.GetCurrentThread(), lowest if idle else below_normal)


def memory_of_this_computer() -> int:
    """Return its physical memory, in bytes."""
    return int(psutil.virtual_memory().total)


def pause_garbage_collector() -> None:
    """Pause Python's garbage collector while many long-lived objects are built: see resume_garbage_collector.

    A full collection visits all live objects while no other thread can run. memapp's own imports take a tenth
    longer with it. torch's import creates 300,000 objects and causes a full collection every second, of up to
    half a second each.
    """
    gc.disable()


def resume_garbage_collector() -> None:
    """Collect garbage as usual, but leave out for good what is there by now."""
    gc.freeze()
    gc.enable()


@contextmanager
def garbage_collector_at_rest() -> Iterator[None]:
    """Pause the garbage collector within a block."""
    pause_garbage_collector()
    try:
        yield
    finally:
        resume_garbage_collector()
