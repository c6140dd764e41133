"""What the built app needs that a source tree does not. Imports nothing of memapp."""

from __future__ import annotations

import os
import sys


def is_frozen() -> bool:
    """Whether this is the built app."""
    return bool(getattr(sys, "frozen", False))


def restore_library_path() -> None:
    """Let programs that memapp starts (a file manager, a browser) find the system's libraries, not the app's.

    The built app's loader points LD_LIBRARY_PATH to its own ones and keeps the user's value beside it.
    """
    if not is_frozen() or not sys.platform.startswith("linux"):
        return
    kept = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if kept is not None:
        os.environ["LD_LIBRARY_PATH"] = kept
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
