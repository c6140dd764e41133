"""What this computer lets memapp use, and how to be a good neighbour on it."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def usable_cores() -> int:
    """How many logical cores this process may run on (containers and affinity counted), at least 1."""
    if sys.platform == "linux":
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, cores)


def lower_this_thread(*, idle: bool = False) -> None:
    """Let the calling thread, and threads that it starts later, yield to the window.

    Best effort: a system that refuses leaves the priority as it was.

    Args:
        idle: yield to everything else, to scoring too.
    """
    if sys.platform == "linux":
        # A Linux thread has a nice value of its own, and its children (the net's team of threads) inherit it.
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


@contextmanager
def garbage_collector_at_rest() -> Iterator[None]:
    """Let Python's garbage collector rest while much is built that stays, and pass that over later.

    A full collection walks through all that is alive while no other thread can run. torch's import alone
    brings 300,000 objects and a full collection every second, of up to half a second each.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
