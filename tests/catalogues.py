"""Catalogues of translations, as gettext's msgfmt makes them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def write_catalogue(path: Path, texts: Mapping[str, str]) -> Path:
    """Write a .mo file; the forms of a plural are parted by a NUL, in keys and values."""
    entries = sorted((key.encode(), value.encode()) for key, value in {"": HEADER, **texts}.items())
    start = 28 + 16 * len(entries)
    tables: list[tuple[int, int]] = []
    strings = b""
    for column in (0, 1):
        for entry in entries:
            tables.append((len(entry[column]), start + len(strings)))
            strings += entry[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + b"".join(struct.pack("<2I", *each) for each in tables) + strings)
    return path
