"""Addresses of files for clipboard, drag and the system's file manager."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QUrl


def file_url(path: str) -> QUrl:
    """Return the address of a file, whatever the bytes of its name."""
    # Percent-encoded, because a name that is not UTF-8 can't be a QString.
    return QUrl.fromEncoded(PurePath(path).as_uri().encode("ascii"))
