"""MEMAPP_HOME: the folder for everything that memapp writes."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home_folder() -> Path:
    """Return the folder for scores, settings, logs and weights, without creating it.

    The environment variable MEMAPP_HOME, else the platform's data folder for the user.
    """
    given = os.environ.get("MEMAPP_HOME")
    return (
        Path(given).expanduser().absolute() if given else Path(platformdirs.user_data_path("memapp", False))
    )
