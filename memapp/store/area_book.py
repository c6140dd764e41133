"""Areas of interest stored in MEMAPP_HOME: one small file per folder of photos."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from memapp.core.errors import StoreError
from memapp.core.explanation import FolderAreas
from memapp.core.files import make_private_folder, read_json, write_atomically
from memapp.core.text import tr
from memapp.store.areas import WrongAreasError, areas_document, areas_of

FOLDER_NAME = "areas"
_MOST_BYTES = 100_000_000
"""Of the areas of one folder, far more than a person draws."""


class AreaBook:
    """The areas of all folders that have some. Used by one thread at a time."""

    def __init__(self, *, home: Path) -> None:
        """Use this home; nothing is read or created yet."""
        self._home = home
        self._unread: set[Path] = set()
        """Existing files that could not be read. They must not be overwritten."""

    def load(self, folder: str) -> FolderAreas:
        """Return the areas on a folder's photos; empty if none are stored.

        Raises:
            StoreError: they can't be read, or were damaged and have been set aside.
        """
        path = self._path(folder)
        self._unread.discard(path)
        try:
            document = read_json(path, most_bytes=_MOST_BYTES)
            return FolderAreas(
                everywhere=areas_of(document),
                by_photo={name: areas_of(photo) for name, photo in document.get("photos", {}).items()},
            )
        except FileNotFoundError:
            return FolderAreas()
        except OSError as problem:
            self._unread.add(path)
            raise StoreError(
                tr("The areas of {folder} can't be read: {reason}.", folder=folder, reason=problem.strerror)
            ) from problem
        except (WrongAreasError, ValueError, AttributeError) as problem:
            aside = self._set_aside(folder, path)
            raise StoreError(
                tr(
                    "The file of areas of {folder} was damaged. It was renamed {path}, and a new "
                    "one was started.",
                    folder=folder,
                    path=aside,
                )
            ) from problem

    def save(self, folder: str, areas: FolderAreas) -> None:
        """Replace a folder's stored areas.

        Raises:
            StoreError: they can't be stored; the previous ones are unchanged.
        """
        path = self._path(folder)
        if path in self._unread:
            raise StoreError(
                tr(
                    "These areas are not kept: {path} has other areas of {folder} and could not be "
                    "read. Move that file to another folder, then start memapp again.",
                    folder=folder,
                    path=path,
                )
            )
        photos = {
            name: {"areas": areas_document(of_photo)} for name, of_photo in areas.by_photo.items() if of_photo
        }
        document = {"folder": folder, "areas": areas_document(areas.everywhere), "photos": photos}
        try:
            make_private_folder(path.parent)
            write_atomically(path, json.dumps(document, indent=1) + "\n", private=True)
        except OSError as problem:
            raise StoreError(
                tr("Areas can't be kept in {folder}: {reason}.", folder=path.parent, reason=problem.strerror)
            ) from problem

    def _set_aside(self, folder: str, path: Path) -> Path:
        """Rename a damaged file; keep those that were set aside before. Raise StoreError if it stays."""
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.", suffix=".damaged")
            os.close(handle)
            path.replace(name)
        except OSError as problem:
            self._unread.add(path)
            raise StoreError(
                tr(
                    "The file of areas of {folder} is damaged and can't be renamed ({reason}). "
                    "Move {path} to another folder by hand.",
                    folder=folder,
                    reason=problem.strerror,
                    path=path,
                )
            ) from problem
        return Path(name)

    def _path(self, folder: str) -> Path:
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]
        return self._home / FOLDER_NAME / f"{name}.json"
