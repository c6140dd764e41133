"""Large files are hashed once; the hash is remembered by their size and time. Imports no torch."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from memapp.core.files import write_atomically

FILE_NAME = "checked-files.json"


class HashCache:
    """The memory of files whose sha256 was computed. Any thread may use it."""

    def __init__(self, *, home: Path) -> None:
        """Remember in a small file in home; one that is broken or can't be written costs time only."""
        self._memory = home / FILE_NAME

    def sha256_of(self, path: Path) -> str:
        """The sha256 of a file's content; computed again when its size or time has changed.

        Raises:
            OSError: the file can't be read.
        """
        status = path.stat()
        match self._remembered().get(str(path)):
            case [status.st_size, status.st_mtime_ns, str(sha256)]:
                return sha256
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._remember(path, [status.st_size, status.st_mtime_ns, sha256])
        return sha256

    def _remembered(self) -> dict[str, object]:
        try:
            remembered = json.loads(self._memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return remembered if isinstance(remembered, dict) else {}

    def _remember(self, path: Path, state: list[object]) -> None:
        # A home that can't be written costs a second at the next start, nothing else.
        with suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._memory, json.dumps({**self._remembered(), str(path): state}, indent=1))
