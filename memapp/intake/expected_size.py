"""The size that a file should have by its header, to distinguish truncated files from damaged ones."""

from __future__ import annotations

from memapp.intake.reading import PhotoFile

_MOST_BOXES = 64


def expected_size(file: PhotoFile, header: bytes) -> int | None:
    """Return the bytes that a WebP, BMP, HEIC or AVIF file should have; None if its header doesn't say."""
    if header[:4] == b"RIFF":
        return 8 + int.from_bytes(header[4:8], "little")
    if header[:2] == b"BM":
        return int.from_bytes(header[2:6], "little") or None
    if header[4:8] == b"ftyp":
        return _end_of_boxes(file)
    return None


def _end_of_boxes(file: PhotoFile) -> int | None:
    """Return where the last box of an ISO base media file ends."""
    position = 0
    for _ in range(_MOST_BOXES):
        file.seek(position)
        header = file.read(16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length < 8:  # 0: to the end of the file; else invalid
            return None
        position += length
        if position >= file.size:
            return position
    return None
