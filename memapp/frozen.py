"""Adjustments for the built app. Imports nothing of memapp."""

from __future__ import annotations

import os
import sys


def is_frozen() -> bool:
    """Return whether this is the built app."""
    return bool(getattr(sys, "frozen", False))


def restore_library_path() -> None:
    """Let programs started by memapp (a file manager, a browser) use the system's libraries, not the app's.

    The built app's loader sets LD_LIBRARY_PATH to its own libraries and keeps the user's value in another
    variable.
    """
    if not is_frozen() or not sys.platform.startswith("linux"):
        return
    kept = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if kept is not None:
        os.environ["LD_LIBRARY_PATH"] = kept
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
