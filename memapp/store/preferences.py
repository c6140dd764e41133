"""The settings on disk: one small JSON file that several windows change at once, one setting at a time."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from memapp.core.errors import StoreError
from memapp.core.files import make_private_folder, read_regular_file, write_atomically
from memapp.core.settings import Stored
from memapp.core.text import tr
from memapp.store.file_lock import file_lock

FILE_NAME = "settings.json"
LOCK_NAME = ".settings.lock"
DAMAGED_NAME = "settings.damaged.json"
_MOST_BYTES = 1_000_000
"""Settings are a few kilobytes; more is something else."""


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """What the file holds."""

    values: dict[str, Any] = field(default_factory=dict)
    """By key, unchecked, those of other versions, too."""
    problem: str = ""
    """Why there are none, as a sentence; empty where the file could be read or is not there yet."""


def unusable_notice(read: ReadSettings, *, refused: tuple[str, ...]) -> str:
    """Return what to show a person of a file that was not taken over as it is; empty if it was.

    Args:
        read: what the file gave.
        refused: the labels of settings whose value can't be used.
    """
    if read.problem:
        return tr("{problem} The preferences are at their defaults.", problem=read.problem)
    if refused:
        return tr(
            "{file} has values that can't be used. At their defaults: {settings}.",
            file=FILE_NAME,
            settings=", ".join(refused),
        )
    return ""


class SettingsFile:
    """Keeps changes, and merges each into the file under a lock. Safe to use from several threads."""

    def __init__(self, *, home: Path) -> None:
        """Name the folder; nothing is read or made."""
        self._home = home
        self._file = home / FILE_NAME
        self._pending: dict[str, Stored] = {}
        self._guard = threading.Lock()
        """Held for moments, over what is pending."""
        self._saving = threading.Lock()
        """Held for a whole save: an older value is never written after a newer one."""

    def read(self) -> ReadSettings:
        """Read the file; no content of it, and nothing in its place, raises an exception."""
        try:
            return ReadSettings(values=self._content())
        except OSError as problem:
            return ReadSettings(
                problem=tr("{file} can't be read: {reason}.", file=self._file, reason=problem.strerror)
            )
        except ValueError:
            return ReadSettings(problem=tr("{file} is damaged.", file=self._file))

    def values(self) -> dict[str, Any]:
        """Return the values of the file as it is now; none where it can't be read."""
        return self.read().values

    def note(self, key: str, value: Stored) -> None:
        """Keep a change until the next save."""
        with self._guard:
            self._pending[key] = value

    def save(self) -> None:
        """Write what was noted: the file is read anew, and nothing else in it changes.

        A damaged file is kept beside it under another name.

        Raises:
            StoreError: the file can't be written; it is as it was, and the changes wait for the next save.
        """
        with self._saving:
            with self._guard:
                changes, self._pending = self._pending, {}
            if not changes:
                return
            try:
                make_private_folder(self._home)
                with file_lock(self._home / LOCK_NAME):
                    self._merge(changes)
            except OSError as problem:
                with self._guard:
                    self._pending = changes | self._pending
                raise StoreError(
                    tr(
                        "Settings can't be kept in {folder}: {reason}.",
                        folder=self._home,
                        reason=problem.strerror,
                    )
                ) from problem

    def _merge(self, changes: dict[str, Stored]) -> None:
        # Through a link its target is written, so that the link stays one.
        file = Path(os.path.realpath(self._file))
        try:
            before = self._content()
        except ValueError:
            before = {}
            file.replace(_unused_name(file.with_name(DAMAGED_NAME)))
        write_atomically(file, _as_text(before | changes), private=True)

    def _content(self) -> dict[str, Any]:
        """Raise OSError where the file can't be read, ValueError where it makes no sense."""
        try:
            content = json.loads(read_regular_file(self._file, most_bytes=_MOST_BYTES).decode("utf-8"))
            if not isinstance(content, dict):
                raise ValueError("it is no object")
            # What can be read but not written again, as very deep lists, is no settings either.
            _as_text(content)
        except FileNotFoundError:
            return {}
        except RecursionError as problem:
            raise ValueError("it is nested too deep") from problem
        return content


def _unused_name(wanted: Path) -> Path:
    """Return a path, with a number if files that were set aside before have it. The caller holds the lock."""
    name, number = wanted, 1
    while os.path.lexists(name):
        number += 1
        name = wanted.with_name(f"{wanted.stem} {number}{wanted.suffix}")
    return name


def _as_text(values: dict[str, Any]) -> str:
    return json.dumps(values, indent=1, sort_keys=True)
