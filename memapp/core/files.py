"""Writing files so that nobody ever meets half of one."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text: beside the target, flushed to disk, then put in its place.

    Line ends are written as they are in the text. A surrogate-escaped name in it becomes "?".

    Raises:
        OSError: nothing was changed.
    """
    write_bytes_atomically(path, text.encode("utf-8", errors="replace"))


def write_bytes_atomically(path: Path, content: bytes | memoryview) -> None:
    """Write bytes: beside the target, flushed to disk, then put in its place.

    Raises:
        OSError: nothing was changed.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp gives 0600; an ordinary new file follows the user's umask.
        beside.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
