"""What this computer lets memapp use, and how to be a good neighbour on it."""

from __future__ import annotations

import ctypes
import os
import sys
import threading


def usable_cores() -> int:
    """How many logical cores this process may run on (containers and affinity counted), at least 1."""
    if sys.platform == "linux":
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, cores)


def lower_this_thread() -> None:
    """Let the calling thread, and threads that it starts later, yield to the window.

    Best effort: a system that refuses leaves the priority as it was.
    """
    if sys.platform == "linux":
        # A Linux thread has a nice value of its own, and its children (the net's team of threads) inherit it.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
    elif sys.platform == "darwin":
        qos_class_utility = 0x11
        ctypes.CDLL(None).pthread_set_qos_class_self_np(qos_class_utility, 0)
    elif sys.platform == "win32":
        below_normal = -1
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentThread.restype = ctypes.c_void_p
        kernel.SetThreadPriority.argtypes = (ctypes.c_void_p, ctypes.c_int)
        kernel.SetThreadPriority(kernel.GetCurrentThread(), below_normal)
