"""Camera RAW: the camera's own preview if it is large enough, else a fixed rendering of the sensor data.

See docs/decisions/raw-rendering.md for the reasons.
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
"""Minimum pixels on the long side of an embedded preview that is used as the photo."""

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
"""By file extension: the format is detected by content, this is only its common name."""

_ORIENTATIONS = {3: 3, 5: 8, 6: 6}
"""LibRaw's flip as EXIF orientation; all others are upright."""

_BYTES_PER_PIXEL = 6
"""Per sensor pixel, at the peak of a half-size decode: the mosaic, the halved colours, the result."""
_GREY_BYTES_PER_PIXEL = 11
"""Without colours, LibRaw does not halve the data: they, its four colours, the result."""


def raw_name(path: str) -> str:
    """Return the common name of this file's RAW format."""
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
        has_colours = raw.num_colors > 1
        self.rendering = "sensor data, half size" if has_colours else "sensor data"
        """What develop() returns, as in PhotoFacts. LibRaw halves only what has colours."""
        bytes_per_pixel = _BYTES_PER_PIXEL if has_colours else _GREY_BYTES_PER_PIXEL
        self.memory = bytes_per_pixel * sizes.raw_width * sizes.raw_height + file_size
        """Peak bytes of develop()."""

    def preview(self) -> bytes | None:
        """Return the largest embedded JPEG, or None if there is no readable one."""
        try:
            thumbnail = self._raw.extract_thumb()
        # Without a usable preview there are still the sensor data.
        except (rawpy.LibRawError, rawpy.NotSupportedError, ValueError):
            return None
        if thumbnail.format is not rawpy.ThumbFormat.JPEG:
            return None
        return bytes(thumbnail.data)

    def develop(self) -> Image.Image:
        """Return the sensor data, upright, sRGB or grey; a mosaic at half size.

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
        # A camera without colours gives shape (height, width, 1).
        return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


@contextmanager
def open_raw(
    file: PhotoFile, *, name: str, expected: int | None, limits: Limits, deadline: Deadline
) -> Iterator[RawPhoto]:
    """Read a RAW file and its header.

    Raises:
        PhotoError: it is damaged, too large, or (UNSUPPORTED) from a camera that LibRaw doesn't know.
        Cancelled: the run was cancelled.
    """
    if file.size > limits.memory // 2:
        raise problems.not_enough_memory()
    in_words = partial(problems.in_words, name=name, size=file.size, deadline=deadline, expected=expected)
    file.seek(0)
    with rawpy.RawPy() as raw:
        with in_words():
            # A buffer instead of the path: names that are not UTF-8 work, and reading can be cancelled.
            raw.open_buffer(io.BytesIO(file.read()))
        photo = RawPhoto(raw, in_words=in_words, file_size=file.size)
        if photo.memory > limits.memory:
            raise problems.too_large(*photo.size, photo.memory)
        yield photo


def preview_orientation(size: tuple[int, int], exif: Image.Exif, photo: RawPhoto) -> int:
    """Return the orientation still to be applied to an embedded preview: its own EXIF's, else its RAW
    photo's.

    Some cameras store the preview upright and leave the RAW's orientation in its EXIF: a rotation that would
    give it another aspect ratio than its RAW photo is not applied.
    """
    orientation = orientation_of(exif) if ORIENTATION in exif else photo.orientation
    lies_across = (size[0] > size[1]) != (photo.size[0] > photo.size[1])
    return 1 if swaps_sides(orientation) and not lies_across else orientation
