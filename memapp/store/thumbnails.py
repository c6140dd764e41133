"""Where thumbnails are kept on disk."""

from __future__ import annotations

from pathlib import Path

from memapp.store.disk_cache import DiskCache

FOLDER_NAME = "thumbnails"
LIMIT_BYTES = 500_000_000
"""Some 14,000 thumbnails of 512 pixels."""

_LARGEST_FILE = 4_000_000
"""Bytes; a thumbnail is a hundredth of it."""


class ThumbnailStore(DiskCache):
    """Thumbnails in MEMAPP_HOME, as DiskCache keeps them."""

    def __init__(self, *, home: Path, limit: int = LIMIT_BYTES) -> None:
        """Take the place; nothing is read or made yet.

        Args:
            home: memapp's folder.
            limit: bytes that all thumbnails may take; those that were used longest ago go first.
        """
        super().__init__(folder=home / FOLDER_NAME, limit=limit, largest=_LARGEST_FILE)
