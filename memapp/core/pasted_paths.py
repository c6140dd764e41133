"""Reads paths out of text that people paste: as terminals, file managers and editors write them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from memapp.core.file_addresses import is_address, local_path

_ON_WINDOWS = os.name == "nt"
_LINES = re.compile(r"\r\n|\r|\n")
_PREFACES = frozenset({"x-special/nautilus-clipboard", "x-special/gnome-copied-files", "copy", "cut"})
"""What file managers write above the addresses."""

_START = r"/|~/|file:|[A-Za-z]:\\|\\\\" if _ON_WINDOWS else r"/|~/|file:"
_NEXT_PATH = re.compile(rf"\s+(?=[\"'<]?(?:{_START}))", re.IGNORECASE)
"""Where on a line another path begins; other spaces belong to a name."""

_MARKS = re.compile(r"[\s\"<]" if _ON_WINDOWS else r"[\s\"'\\<]")
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "e": "\x1b",
    "E": "\x1b",
}
_BYTES = re.compile(r"\\([0-7]{1,3})|\\x([0-9A-Fa-f]{1,2})|\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a text names."""

    paths: tuple[str, ...]
    """Absolute, in their order, each once."""
    refused: tuple[str, ...]
    """What is neither a path nor an address of a file on this computer."""


def read_entries(entries: list[str]) -> Pasted:
    """Return what addresses and whole paths name."""
    read = [(entry, path_of(entry)) for entry in entries]
    return Pasted(
        tuple(dict.fromkeys(path for _, path in read if path)),
        tuple(dict.fromkeys(entry for entry, path in read if not path)),
    )


def read_text(text: str) -> Pasted:
    """Return what the lines of a text name: paths and addresses, quoted, escaped, or several on a line.

    A line that begins with "#" is a comment, as in a list of addresses. Where a line can be read in several
    ways, the way whose files exist is right.
    """
    lines = [line for line in _LINES.split(text) if line.strip() and not line.lstrip().startswith("#")]
    while lines and lines[0].strip().lower() in _PREFACES:
        del lines[0]
    return read_entries([entry for line in lines for entry in _entries(line)])


def path_of(entry: str) -> str | None:
    """Return the path that an address or a path names on this computer; None if it names none."""
    if is_address(entry):
        return local_path(entry)
    path = os.path.expanduser(entry) if entry.startswith("~") else entry  # noqa: PTH111 (raises nothing)
    return path if os.path.isabs(path) and "\0" not in path else None  # noqa: PTH117


def _entries(line: str) -> list[str]:
    bare = line.strip()
    if not _MARKS.search(line):
        return [bare]
    pieces = _NEXT_PATH.split(bare)
    as_typed = _shell_words(bare)
    readings = [[line], [bare], pieces, as_typed]
    for reading in readings:
        if all(_exists(each) for each in reading):
            return reading
    # None exists. Quotes and escapes of a shell are rarely parts of a name.
    return as_typed


def _exists(entry: str) -> bool:
    path = path_of(entry)
    return path is not None and os.path.lexists(path)


def _shell_words(line: str) -> list[str]:
    """Return the paths of a line as a shell reads them, but for spaces within names, which it would split."""
    words, word, place = [], "", 0
    while place < len(line):
        letter = line[place]
        if letter.isspace() and (space := _NEXT_PATH.match(line, place)):
            words.append(word)
            word, place = "", space.end()
        elif quoted := _quoted(line, place):
            text, place = quoted
            word += text
        elif letter == "\\" and place + 1 < len(line) and not _ON_WINDOWS:
            word += line[place + 1]
            place += 2
        else:
            word += letter
            place += 1
    words.append(word)
    return [_without_brackets(each) for each in words]


def _quoted(line: str, place: int) -> tuple[str, int] | None:
    """Return the text in the quotes that begin at a place, and the place after them; None if none do."""
    opening = "$'" if line.startswith("$'", place) else line[place]
    if opening not in ("'", '"', "$'") or (_ON_WINDOWS and opening != '"'):
        return None
    escaped = r"(?:[^\\{0}]|\\.)*" if opening != "'" and not _ON_WINDOWS else "[^{0}]*"
    inner = re.compile(f"({escaped.format(opening[-1])}){opening[-1]}", re.DOTALL)
    match = inner.match(line, place + len(opening))
    if match is None:
        return None  # an apostrophe in a name
    text = match[1]
    if opening == "$'":
        text = _with_escapes(text)
    elif opening == '"' and not _ON_WINDOWS:
        text = re.sub(r'\\([\\"$`])', r"\1", text)
    return text, match.end()


def _with_escapes(text: str) -> str:
    r"""Return a text with the bytes that $'caf\303\251' stands for."""

    def replaced(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, letter = match.groups()
        if letter is not None:
            return _ESCAPES.get(os.fsdecode(letter), os.fsdecode(letter)).encode()
        return bytes([int(octal, 8) & 255 if octal else int(hexadecimal, 16)])

    return os.fsdecode(re.sub(_BYTES.pattern.encode(), replaced, os.fsencode(text), flags=re.DOTALL))


def _without_brackets(word: str) -> str:
    return word[1:-1] if word.startswith("<") and word.endswith(">") else word
