"""Loading torch's shared libraries without blocking other threads, as its import would."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

_FILE_NAMES = {"linux": "libtorch_python.so", "darwin": "libtorch_python.dylib"}
"""The library that depends on all others. On Windows torch's own import loads its libraries in this way."""


def load_torch_libraries() -> None:
    """Load torch's libraries, gigabytes in its CUDA build, without the GIL.

    Python's own import holds the GIL while the system loads a library, which blocks the window for half a
    second; a foreign function, like dlopen here, is called without it. Best effort: what is not loaded here
    is loaded by the import.
    """
    file_name = _FILE_NAMES.get(sys.platform)
    found = importlib.util.find_spec("torch") if file_name and "torch" not in sys.modules else None
    if found is None or found.origin is None:
        return
    load = ctypes.CDLL(None).dlopen
    load.argtypes = (ctypes.c_char_p, ctypes.c_int)
    load.restype = ctypes.c_void_p
    load(os.fsencode(Path(found.origin).parent / "lib" / str(file_name)), os.RTLD_LAZY | os.RTLD_LOCAL)
