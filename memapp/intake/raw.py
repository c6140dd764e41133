"""Camera RAW: the camera's own preview where it is large enough, else one fixed rendering of the sensor data.

See docs/decisions/raw-rendering.md for why.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import PurePath

import rawpy
from PIL import Image

from memapp.intake import problems
from memapp.intake.facts import ORIENTATION, orientation_of, swaps_sides
from memapp.intake.limits import Deadline, Limits
from memapp.intake.reading import PhotoFile

SMALLEST_PREVIEW = 1024
"""Pixels on its long side that an embedded preview must have to stand for the photo."""

_NAMES = {
    "3FR": "Hasselblad 3FR",
    "ARW": "Sony ARW",
    "CR2": "Canon CR2",
    "CR3": "Canon CR3",
    "CRW": "Canon CRW",
    "DNG": "DNG",
    "ERF": "Epson ERF",
    "FFF": "Hasselblad FFF",
    "IIQ": "Phase One IIQ",
    "KDC": "Kodak KDC",
    "MRW": "Minolta MRW",
    "NEF": "Nikon NEF",
    "NRW": "Nikon NRW",
    "ORF": "Olympus ORF",
    "PEF": "Pentax PEF",
    "RAF": "Fujifilm RAF",
    "RW2": "Panasonic RW2",
    "RWL": "Leica RWL",
    "SR2": "Sony SR2",
    "SRW": "Samsung SRW",
    "X3F": "Sigma X3F",
}
"""By the ending of the file's name: the format was found by content, this only says how people call it."""

_ORIENTATIONS = {3: 3, 5: 8, 6: 6}
"""LibRaw's flip as EXIF's orientation; all others are upright."""

_BYTES_PER_PIXEL = 6
"""Of the sensor, at the worst moment of a half-size decode: the mosaic, the halved colours, the result."""


def raw_name(path: str) -> str:
    """How people call the RAW format of this file."""
    return _NAMES.get(PurePath(path).suffix[1:].upper(), "RAW")


class RawPhoto:
    """An opened RAW photo. Used by one thread, within open_raw()."""

    def __init__(
        self, raw: rawpy.RawPy, *, in_words: Callable[[], AbstractContextManager[None]], file_size: int
    ) -> None:
        self._raw = raw
        self._in_words = in_words
        sizes = raw.sizes
        self.orientation = _ORIENTATIONS.get(sizes.flip, 1)
        """As EXIF numbers it."""
        self.size = (sizes.height, sizes.width) if sizes.flip in {5, 6} else (sizes.width, sizes.height)
        """Width and height of the upright photo."""
        self.memory = _BYTES_PER_PIXEL * sizes.raw_width * sizes.raw_height + file_size
        """Bytes that develop() takes at its worst moment."""

    def preview(self) -> bytes | None:
        """The largest embedded JPEG, or None where there is none that could be read."""
        try:
            thumbnail = self._raw.extract_thumb()
        # Without a usable preview there are still the sensor data, whatever the reason.
        except (rawpy.LibRawError, rawpy.NotSupportedError, ValueError):
            return None
        if thumbnail.format is not rawpy.ThumbFormat.JPEG:
            return None
        return bytes(thumbnail.data)

    def develop(self) -> Image.Image:
        """The sensor data at half size, upright, sRGB.

        Raises:
            PhotoError: they are damaged, or LibRaw can't read them.
        """
        with self._in_words():
            pixels = self._raw.postprocess(
                half_size=True,
                use_camera_wb=True,
                output_color=rawpy.ColorSpace.sRGB,
                output_bps=8,
                gamma=(2.4, 12.92),
            )
        return Image.fromarray(pixels)


@contextmanager
def open_raw(
    file: PhotoFile, *, name: str, expected: int | None, limits: Limits, deadline: Deadline
) -> Iterator[RawPhoto]:
    """Read a RAW file and its header.

    Raises:
        PhotoError: it is damaged, too large, or (UNSUPPORTED) of a camera that LibRaw doesn't know.
        Cancelled: the run was cancelled.
    """
    if file.size > limits.memory // 2:
        raise problems.not_enough_memory()
    in_words = partial(problems.in_words, name=name, size=file.size, deadline=deadline, expected=expected)
    file.seek(0)
    with rawpy.RawPy() as raw:
        with in_words():
            # A buffer, not the path: names that are not UTF-8 work, and reading it can be cancelled.
            raw.open_buffer(io.BytesIO(file.read()))
        photo = RawPhoto(raw, in_words=in_words, file_size=file.size)
        if photo.memory > limits.memory:
            raise problems.too_large(*photo.size, photo.memory)
        yield photo


def preview_orientation(size: tuple[int, int], exif: Image.Exif, photo: RawPhoto) -> int:
    """How an embedded preview is still to be turned: by its own EXIF, else as its RAW photo.

    Some cameras store the preview upright and leave the RAW's orientation in its EXIF: a turn that would make
    it lie across its RAW photo is not applied.
    """
    orientation = orientation_of(exif) if ORIENTATION in exif else photo.orientation
    lies_across = (size[0] > size[1]) != (photo.size[0] > photo.size[1])
    return 1 if swaps_sides(orientation) and not lies_across else orientation
