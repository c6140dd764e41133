"""The cache of thumbnails on disk."""

from __future__ import annotations

from pathlib import Path

from memapp.store.disk_cache import DiskCache

FOLDER_NAME = "thumbnails"
LIMIT_BYTES = 500_000_000
"""Some 14,000 thumbnails of 512 pixels."""

_LARGEST_FILE = 4_000_000
"""Bytes; a thumbnail is a hundredth of it."""


class ThumbnailStore(DiskCache):
    """Thumbnails in MEMAPP_HOME, stored by DiskCache."""

    def __init__(self, *, home: Path, limit: int = LIMIT_BYTES) -> None:
        """Use this home; nothing is read or created yet.

        Args:
            home: memapp's folder.
            limit: total bytes of the thumbnails; the least recently used are deleted first.
        """
        super().__init__(folder=home / FOLDER_NAME, limit=limit, largest=_LARGEST_FILE)
