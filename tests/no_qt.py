"""A pytest plugin that takes Qt away: what lies below the workers must work where PySide6 is not installed.

Used as `pytest -p tests.no_qt -p no:pytest-qt`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

QT_PACKAGES = frozenset({"PySide6", "shiboken6"})


class NoQt(MetaPathFinder):
    """Finds no Qt, as if it were not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give nothing, so that the next finder is asked; raise ImportError for Qt."""
        if fullname.partition(".")[0] in QT_PACKAGES:
            raise ModuleNotFoundError(
                f"No module named {fullname!r} (these tests run without Qt)", name=fullname
            )
        return None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings of pytest-qt, which is not there to declare them."""
    for name in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
        parser.addini(name, "of pytest-qt, unused here")


sys.meta_path.insert(0, NoQt())
