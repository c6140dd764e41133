"""A published file, and the part of it that was received so far: kept, resumed, moved into place."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

from memapp.core.errors import FetchError
from memapp.core.files import open_regular_file, read_json, write_atomically
from memapp.core.number_text import number_text
from memapp.core.text import tr

_MOST_MEMORY_BYTES = 100_000
_SPARE = 100_000_000
"""Bytes to leave free on the disk."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published file."""

    title: str
    """Its name for people: "The COCO segmenter"."""
    address: str
    file_name: str
    sha256: str
    """Of its content, 64 hexadecimal digits: a shorter start of it could be forged."""
    likely_size: int
    """Bytes, as stated by its publisher; a file twice as large is refused."""

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.address).hostname or self.address


def is_published(path: Path, published: Published) -> bool:
    """Return whether a file is the published one, by its hash. Raise OSError if it can't be read."""
    with open_regular_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == published.sha256


class PartialDownload:
    """The received part, in a file beside the target, and the server's validator in another file."""

    def __init__(self, folder: Path, published: Published) -> None:
        self.published = published
        self.folder = folder
        self.path = folder / f".{published.file_name}.part"
        self._memory = folder / f".{published.file_name}.part.json"

    @property
    def size(self) -> int:
        """Bytes here."""
        try:
            status = self.path.lstat()
        except FileNotFoundError:
            return 0
        # A link or a FIFO is none of ours, and is replaced.
        return status.st_size if stat.S_ISREG(status.st_mode) else 0

    def validator(self) -> str | None:
        """The server's validator for these bytes; None if they can't be resumed."""
        try:
            match read_json(self._memory, most_bytes=_MOST_MEMORY_BYTES):
                case {"address": self.published.address, "validator": str(validator)} if self.size:
                    return validator if validator.isprintable() else None
        except (OSError, ValueError):
            pass
        return None

    def begin(self, headers: Message) -> None:
        """Discard what is here and store the validator of the coming version."""
        self.discard()
        # Only a strong ETag identifies these exact bytes (RFC 9110, 8.8.1); a date is the next best.
        etag = headers.get("ETag", "")
        validator = etag if etag and not etag.startswith("W/") else headers.get("Last-Modified")
        if validator:
            memory = {"address": self.published.address, "validator": validator}
            write_atomically(self._memory, json.dumps(memory), private=True)

    def discard(self) -> None:
        """Delete what is here."""
        for path in (self.path, self._memory):
            path.unlink(missing_ok=True)

    def check_disk_space(self, needed: int) -> None:
        """Raise FetchError if the disk is too full."""
        free = shutil.disk_usage(self.folder).free
        if free < needed + _SPARE:
            raise FetchError(
                tr(
                    "The disk of {folder} is too full: {needed} MB are needed, {free} MB are free.",
                    folder=self.folder,
                    needed=number_text((needed + _SPARE) / 1e6, ",.0f"),
                    free=number_text(free / 1e6, ",.0f"),
                )
            )

    def place(self, target: Path) -> None:
        """Move the verified file into place."""
        self.path.replace(target)
        self._memory.unlink(missing_ok=True)
