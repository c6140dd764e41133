"""Sees the moment when a window is painted: in the file in which Xvfb keeps what is on its screen."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.window.screen import SIZE

# An XWD file of version 7: a header of 32-bit numbers, the first of which is its size; colours; pixels.
_HEADER = struct.Struct(">25I")
_HEADER_SIZE, _BYTES_PER_LINE, _COLOURS = 0, 12, 19
_COLOUR_BYTES = 12
_PIXEL_BYTES = 4


class FrameBuffer:
    """What is on the screen now."""

    def __init__(self, content: mmap.mmap) -> None:
        """Take Xvfb's file."""
        header = _HEADER.unpack_from(content)
        first_pixel = header[_HEADER_SIZE] + header[_COLOURS] * _COLOUR_BYTES
        width, height = SIZE
        self._content = content
        # Not the middle itself: there is the pointer.
        self._pixel = first_pixel + height // 3 * header[_BYTES_PER_LINE] + width // 3 * _PIXEL_BYTES

    def is_painted(self) -> bool:
        """Whether the screen, where the window comes to lie, is anything but empty black."""
        return any(self._content[self._pixel : self._pixel + _PIXEL_BYTES - 1])


@contextmanager
def frame_buffer(folder: Path) -> Iterator[FrameBuffer]:
    """The frame buffer of the Screen that keeps its files in this folder."""
    with (
        (folder / "Xvfb_screen0").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        yield FrameBuffer(content)
