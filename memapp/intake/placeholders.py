"""Recognises photos that a cloud service lists in a folder, but has not copied to this computer."""

from __future__ import annotations

import os
import stat

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind
from memapp.core.text import tr
from memapp.intake.file_names import NameKind, kind_of_name

_ICLOUD = ".icloud"
_ENDINGS = (".nextcloud", ".owncloud", ".cloud", ".opencloud")
"""What desktop clients add to the name of a file that is not copied yet."""

# https://learn.microsoft.com/windows/win32/fileio/file-attribute-constants: offline, recall on open, recall
# on data access. OneDrive, Dropbox and Google Drive set them; reading such a file starts its download.
_NOT_HERE_ON_WINDOWS = 0x1000 | 0x40000 | 0x400000
_DATALESS_ON_MACOS = getattr(stat, "SF_DATALESS", 0x40000000)
"""Of iCloud, and of every other service on macOS."""

_ICLOUD_START = b"bplist00"
_ICLOUD_WORD = b"NSURLNameKey"


def path_of_photo(path: str) -> str | None:
    """Return the path that a photo will have, for the path of its placeholder; None for any other path.

    ".IMG_1.HEIC.icloud" stands for "IMG_1.HEIC".
    """
    folder, name = os.path.split(path)
    lower = name.lower()
    photo = name[1 : -len(_ICLOUD)] if lower.startswith(".") and lower.endswith(_ICLOUD) else ""
    for ending in _ENDINGS:
        if lower.endswith(ending):
            photo = name[: -len(ending)]
    return os.path.join(folder, photo) if photo and kind_of_name(photo) is NameKind.PHOTO else None  # noqa: PTH118


def has_placeholder(path: str) -> bool:
    """Return whether a placeholder stands for a file that is not there."""
    folder, name = os.path.split(path)
    candidates = [f".{name}{_ICLOUD}", *(f"{name}{ending}" for ending in _ENDINGS)]
    return any(os.path.isfile(os.path.join(folder, each)) for each in candidates)  # noqa: PTH113, PTH118


def is_not_here(status: os.stat_result) -> bool:
    """Return whether the system says that the content of a file is not on this computer."""
    return bool(
        getattr(status, "st_file_attributes", 0) & _NOT_HERE_ON_WINDOWS
        or getattr(status, "st_flags", 0) & _DATALESS_ON_MACOS
    )


def is_icloud_note(header: bytes) -> bool:
    """Return whether a file that starts with these bytes is iCloud's note about a photo elsewhere."""
    return header.startswith(_ICLOUD_START) and _ICLOUD_WORD in header


def not_here() -> PhotoError:
    """Return the error for a photo that is not on this computer yet."""
    return PhotoError(
        FailureKind.NOT_HERE,
        tr("This photo is not on this computer yet. Download it from its cloud service, then try again."),
    )
