"""Addresses of files for clipboard, drag and the system's file manager."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QUrl


def file_url(path: str) -> QUrl:
    """Return the address of a file, whatever bytes its name is made of."""
    # By way of the encoded form, because a name that is no UTF-8 can't be a QString.
    return QUrl.fromEncoded(PurePath(path).as_uri().encode("ascii"))
