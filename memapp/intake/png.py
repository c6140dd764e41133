"""PNG: checksums that Pillow passes over, and metadata larger than Pillow takes."""

from __future__ import annotations

import struct
import zlib

from PIL import PngImagePlugin

from memapp.intake.reading import PhotoFile

_LARGEST_TEXT = 32 << 20
"""Bytes of a text or an ICC profile, decompressed. Pillow's limit is 1 MB, above which it refuses the whole
photo; Photoshop writes XMP of several. A larger text is left out."""

_SIGNATURE_BYTES = 8
_HEAD = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")
_PIECE = 1 << 20

PngImagePlugin.MAX_TEXT_CHUNK = _LARGEST_TEXT


class _Stream(PngImagePlugin.PngStream):
    """Pillow's chunk reader, for which a text that is too large is no reason to refuse the pixels.

    Pillow has read the chunk before it checks the size, so that it can go on with the next one.
    """

    def chunk_tEXt(self, pos: int, length: int) -> bytes:  # noqa: N802 (Pillow's name)
        try:
            return super().chunk_tEXt(pos, length)
        except ValueError:
            return self._again(pos, length)

    def chunk_zTXt(self, pos: int, length: int) -> bytes:  # noqa: N802
        try:
            return super().chunk_zTXt(pos, length)
        except ValueError:
            return self._again(pos, length)

    def chunk_iTXt(self, pos: int, length: int) -> bytes:  # noqa: N802
        try:
            return super().chunk_iTXt(pos, length)
        except ValueError:
            return self._again(pos, length)

    def chunk_iCCP(self, pos: int, length: int) -> bytes:  # noqa: N802
        try:
            return super().chunk_iCCP(pos, length)
        except ValueError:
            return self._again(pos, length)

    def chunk_cICP(self, pos: int, length: int) -> bytes:  # noqa: N802
        """Keep the codes of the colours (PNG specification, third edition), which Pillow passes over."""
        content = self._again(pos, length)
        self.im_info["cicp"] = content
        return content

    def _again(self, pos: int, length: int) -> bytes:
        """Return the chunk's bytes for Pillow's checksum, and leave the position behind them."""
        assert self.fp is not None
        self.fp.seek(pos)
        return self.fp.read(length)


PngImagePlugin.PngStream = _Stream  # type: ignore[misc]  # Pillow has no parameter for it


def pixels_are_damaged(file: PhotoFile) -> bool:
    """Return whether a checksum of the compressed pixels is wrong, which Pillow does not check.

    Raises:
        PhotoError: the time is up.
        Cancelled: the run was cancelled.
        OSError: the file can't be read.
    """
    file.seek(_SIGNATURE_BYTES)
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        length, name = _HEAD.unpack(head)
        if name == b"IEND":
            break
        if name != b"IDAT":
            file.seek(length + _CHECKSUM.size, 1)
            continue
        checksum = zlib.crc32(name)
        while length and (piece := file.read(min(length, _PIECE))):
            checksum = zlib.crc32(piece, checksum)
            length -= len(piece)
        if file.read(_CHECKSUM.size) != _CHECKSUM.pack(checksum):
            return True
    return False
