"""MEMAPP_HOME: the folder for everything that memapp writes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import platformdirs

from memapp.core.errors import StoreError
from memapp.core.text import tr


def home_folder() -> Path:
    """Return the folder for scores, settings, logs and weights, without creating it.

    The environment variable MEMAPP_HOME, else the platform's data folder for the user.

    Raises:
        StoreError: it can't be resolved: a user or a working folder that does not exist, links in a circle,
            a name that no file can have.
    """
    given = os.environ.get("MEMAPP_HOME")
    try:
        if given:
            home = Path(given).expanduser().absolute()
            _look_up(home)
            return home
        home = Path(platformdirs.user_data_path("memapp", False))
    except (OSError, RuntimeError, ValueError) as problem:
        raise StoreError(
            tr(
                "The folder MEMAPP_HOME={path} can't be used: set it to the full path of a folder.",
                path=given or "",
            )
        ) from problem
    if not home.is_absolute():
        raise StoreError(
            tr("This user has no home folder: set MEMAPP_HOME to the full path of a folder for memapp.")
        )
    return home


def _look_up(path: Path) -> None:
    """Raise OSError or ValueError if no folder can be at this path."""
    try:
        path.stat()
    except OSError as problem:
        # Other problems may end; meanwhile each user of the folder says what can't be kept.
        if problem.errno in (errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL):
            raise
