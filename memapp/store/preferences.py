"""The user's settings on disk: one small JSON file, read once, written whole."""

from __future__ import annotations

import json
from pathlib import Path

from memapp.core.errors import StoreError
from memapp.core.files import write_atomically
from memapp.core.settings import Preferences

FILE_NAME = "settings.json"


def load_preferences(home: Path) -> Preferences:
    """The settings as they were left; the defaults where the file is missing or makes no sense."""
    try:
        values = json.loads((home / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        values = {}
    return Preferences(values if isinstance(values, dict) else {})


def save_preferences(preferences: Preferences, home: Path) -> None:
    """Write the settings.

    Raises:
        StoreError: they can't be kept; the file is as it was.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        write_atomically(home / FILE_NAME, json.dumps(preferences.values(), indent=1, sort_keys=True))
    except OSError as problem:
        raise StoreError(f"Settings can't be kept in {home}: {problem.strerror}.") from problem
