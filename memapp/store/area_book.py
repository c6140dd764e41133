"""Areas of interest stored in MEMAPP_HOME: one small file per folder of photos."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from memapp.core.errors import StoreError
from memapp.core.explanation import FolderAreas
from memapp.core.files import write_atomically
from memapp.core.text import tr
from memapp.store.areas import WrongAreasError, areas_document, areas_of

FOLDER_NAME = "areas"


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
            document = json.loads(path.read_text(encoding="utf-8"))
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
        except (WrongAreasError, ValueError, AttributeError, RecursionError) as problem:
            aside = path.with_suffix(".damaged")
            path.replace(aside)
            raise StoreError(
                tr(
                    "The areas of {folder} were damaged. What is left of them was put aside as {path}.",
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
                    "These areas are not kept: others of {folder} are in {path}, which could not be read. "
                    "See to that file, then start memapp again.",
                    folder=folder,
                    path=path,
                )
            )
        photos = {
            name: {"areas": areas_document(of_photo)} for name, of_photo in areas.by_photo.items() if of_photo
        }
        document = {"folder": folder, "areas": areas_document(areas.everywhere), "photos": photos}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps(document, indent=1) + "\n")
        except OSError as problem:
            raise StoreError(
                tr("Areas can't be kept in {folder}: {reason}.", folder=path.parent, reason=problem.strerror)
            ) from problem

    def _path(self, folder: str) -> Path:
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]
        return self._home / FOLDER_NAME / f"{name}.json"
