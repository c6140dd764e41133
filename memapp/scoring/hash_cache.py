"""Cache of the hashes of large files, by size and time. Does not import torch."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from memapp.core.files import make_private_folder, open_regular_file, read_json, write_atomically

FILE_NAME = "checked-files.json"
_MOST_BYTES = 1_000_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


class HashCache:
    """The cached sha256 of files. Safe to use on any thread."""

    def __init__(self, *, home: Path) -> None:
        """Store in a small file in home; if it is broken or read-only, hashes are computed again."""
        self._memory = home / FILE_NAME

    def sha256_of(self, path: Path) -> str:
        """Return the sha256 of a file's content; computed again when its size or time has changed.

        Raises:
            OSError: the file can't be read.
        """
        status = path.stat()
        match self._stored().get(str(path)):
            case [status.st_size, status.st_mtime_ns, str(sha256)] if _SHA256.fullmatch(sha256):
                return sha256
        with open_regular_file(path) as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._store(path, [status.st_size, status.st_mtime_ns, sha256])
        return sha256

    def _stored(self) -> dict[str, object]:
        try:
            remembered = read_json(self._memory, most_bytes=_MOST_BYTES)
        except (OSError, ValueError):
            return {}
        return remembered if isinstance(remembered, dict) else {}

    def _store(self, path: Path, state: list[object]) -> None:
        # If home can't be written, the next start only takes a second longer.
        with suppress(OSError):
            make_private_folder(self._memory.parent)
            remembered = json.dumps({**self._stored(), str(path): state}, indent=1)
            write_atomically(self._memory, remembered, private=True)
