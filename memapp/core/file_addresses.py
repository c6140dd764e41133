"""Addresses of files (file:///photos/a.jpg) as programs, browsers and people write them."""

from __future__ import annotations

import os
import re
import socket
from urllib.parse import unquote_to_bytes

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_FILE = re.compile(r"file:", re.IGNORECASE)
_THIS_COMPUTER = frozenset({"", "localhost", "127.0.0.1", "[::1]"})


def is_address(text: str) -> bool:
    """Return whether a text is an address of any kind, not a path; "C:" is a drive."""
    match = _SCHEME.match(text)
    return match is not None and (_FILE.match(text) is not None or text.startswith("//", match.end()))


def local_path(address: str) -> str | None:
    """Return the path of an address of a file; None if it is not of a file on this computer.

    Bytes that are no UTF-8 are kept. Spaces, "#", "?" and "%" that the writer has forgotten to encode belong
    to the name. A host's name other than this computer's is a share on Windows, and elsewhere no local file.
    """
    scheme = _FILE.match(address)
    if scheme is None:
        return None
    rest = address[scheme.end() :]
    host = ""
    if rest.startswith("//"):
        host, slash, tail = rest[2:].partition("/")
        rest = slash + tail
    path = os.fsdecode(unquote_to_bytes(os.fsencode(rest)))
    if "\0" in path or not path.startswith("/"):
        return None
    is_here = host.lower() in _THIS_COMPUTER or _is_name_of_this_computer(host)
    if os.name == "nt":
        return os.path.normpath(re.sub(r"^/+([A-Za-z])[:|]", r"\1:", path) if is_here else f"//{host}{path}")
    return path if is_here else None


def _is_name_of_this_computer(host: str) -> bool:
    own, host = socket.gethostname().lower(), host.lower()
    return bool(own) and host in (own, own.partition(".")[0])
