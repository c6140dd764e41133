"""Cache of the hashes of large files, by size and time. Does not import torch."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from memapp.core.files import write_atomically

FILE_NAME = "checked-files.json"


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
            case [status.st_size, status.st_mtime_ns, str(sha256)]:
                return sha256
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._store(path, [status.st_size, status.st_mtime_ns, sha256])
        return sha256

    def _stored(self) -> dict[str, object]:
        try:
            remembered = json.loads(self._memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return remembered if isinstance(remembered, dict) else {}

    def _store(self, path: Path, state: list[object]) -> None:
        # If home can't be written, the next start only takes a second longer.
        with suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._memory, json.dumps({**self._stored(), str(path): state}, indent=1))
