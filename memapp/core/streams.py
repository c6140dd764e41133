"""Standard output and error that were closed before the start, as a service or `memapp ... >&-` has them."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress

STANDARD_DESCRIPTORS = (0, 1, 2)


class ClosedStream(io.TextIOWrapper):
    """In the place of a stream that was closed: what is written to it is lost, and no library fails."""

    def __init__(self) -> None:
        super().__init__(open(os.devnull, "wb"), encoding="utf-8", errors="backslashreplace")  # noqa: PTH123, SIM115


def replace_closed_streams() -> None:
    """Put something harmless in the place of each closed stream, before any file is opened.

    A file would get the number of a closed stream, and messages of C libraries would be written into it.
    """
    for descriptor in STANDARD_DESCRIPTORS:
        with suppress(OSError):
            try:
                os.fstat(descriptor)
            except OSError:
                # The lowest free number is this one, since those below are open.
                os.open(os.devnull, os.O_RDWR)
                os.set_inheritable(descriptor, True)
    if sys.stdout is None:
        sys.stdout = ClosedStream()
    if sys.stderr is None:
        sys.stderr = ClosedStream()


def stdout_is_closed() -> bool:
    """Return whether nothing that is written to standard output arrives anywhere."""
    return sys.stdout is None or isinstance(sys.stdout, ClosedStream)
