"""MEMAPP_HOME: the folder for everything that memapp writes."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from memapp.core.errors import StoreError
from memapp.core.text import tr


def home_folder() -> Path:
    """Return the folder for scores, settings, logs and weights, without creating it.

    The environment variable MEMAPP_HOME, else the platform's data folder for the user.

    Raises:
        StoreError: it can't be resolved, as a user or a working folder that does not exist.
    """
    given = os.environ.get("MEMAPP_HOME")
    try:
        if given:
            return Path(given).expanduser().absolute()
        home = Path(platformdirs.user_data_path("memapp", False))
    except (OSError, RuntimeError, ValueError) as problem:
        raise StoreError(
            tr(
                "The folder MEMAPP_HOME={path} can't be resolved: set it to the full path of a folder.",
                path=given or "",
            )
        ) from problem
    if not home.is_absolute():
        raise StoreError(
            tr("This user has no home folder: set MEMAPP_HOME to the full path of a folder for memapp.")
        )
    return home
