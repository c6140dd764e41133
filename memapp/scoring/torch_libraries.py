"""Loads torch's shared libraries while other threads go on: its import would stop them all meanwhile."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

_FILE_NAMES = {"linux": "libtorch_python.so", "darwin": "libtorch_python.dylib"}
"""What everything else hangs on. On Windows torch's own import loads its libraries as is done here."""


def load_torch_libraries() -> None:
    """Load torch's libraries, gigabytes in its CUDA build, without the interpreter's lock.

    Python's own import holds the lock while the system loads a library, half a second in which no window
    moves; a foreign function, which is what dlopen is here, is called without it. Best effort: what is not
    loaded here is loaded by the import.
    """
    file_name = _FILE_NAMES.get(sys.platform)
    found = importlib.util.find_spec("torch") if file_name and "torch" not in sys.modules else None
    if found is None or found.origin is None:
        return
    load = ctypes.CDLL(None).dlopen
    load.argtypes = (ctypes.c_char_p, ctypes.c_int)
    load.restype = ctypes.c_void_p
    load(os.fsencode(Path(found.origin).parent / "lib" / str(file_name)), os.RTLD_LAZY | os.RTLD_LOCAL)
