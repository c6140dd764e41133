"""What the intake tests make photos of: asymmetric pixels, ICC profiles and a RAW file, all from scratch."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

ADOBE_RGB_TO_XYZ = np.array(
    [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
)
"""Adobe RGB (1998) to XYZ, adapted to D50, as in its own ICC profile."""

SRGB_TO_XYZ = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
"""sRGB to XYZ, adapted to D50 (IEC 61966-2-1 with Bradford's adaptation)."""

ADOBE_GAMMA = 563 / 256

TURNS_FROM_UPRIGHT = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright photo is stored under each EXIF orientation."""


def photo_image(width: int = 120, height: int = 80) -> Image.Image:
    """A picture that is another one under every flip and turn."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    pixels = np.stack([across, down, (across * 0.3 + 40)], axis=-1).astype(np.uint8)
    pixels[: height // 4, : width // 5] = (250, 240, 20)
    return Image.fromarray(pixels)


def has_colours_that_the_package_ignores(path: Path) -> bool:
    """Whether a shared photo without ICC profile is not sRGB: the package scores it as if it were."""
    if path.name in {"Olympus PEN E-P3.jpg", "candle.jxl"}:  # Adobe RGB by EXIF; linear light
        return True
    with path.open("rb") as file:
        return b"gAMA\0\1\x86\xa0" in file.read(200)  # linear light


def plain_frame(image: Image.Image) -> npt.NDArray[np.uint8]:
    """The frame by the recipe of the `resmem` package's README, with Pillow alone."""
    squashed = image.convert("RGB").resize((256, 256), Image.Resampling.BILINEAR)
    return np.asarray(squashed)[14:241, 14:241]


def matrix_profile(to_xyz: npt.NDArray[np.float64], gamma: float) -> bytes:
    """An ICC profile (version 2, RGB, matrix and gamma)."""

    def xyz(column: Sequence[float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in column)

    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(gamma * 256), 0)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78) + b"\0",
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": xyz(to_xyz[:, 0].tolist()),
        b"gXYZ": xyz(to_xyz[:, 1].tolist()),
        b"bXYZ": xyz(to_xyz[:, 2].tolist()),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    return _profile(b"RGB ", tags)


def grey_profile(gamma: float) -> bytes:
    """An ICC profile (version 2, grey, gamma)."""
    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(gamma * 256), 0)
    white = b"XYZ \0\0\0\0" + struct.pack(">iii", round(0.9642 * 65536), 65536, round(0.8249 * 65536))
    return _profile(b"GRAY", {b"wtpt": white, b"kTRC": curve})


def _profile(space: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    table, data = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        value += bytes(-len(value) % 4)
        table += name + struct.pack(">II", start + len(data), len(value))
        data += value
    size = start + len(data)
    header = (
        struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", space, b"XYZ ")
        + bytes(12)
        + b"acsp"
        + bytes(28)
        + struct.pack(">iii", round(0.9642 * 65536), 65536, round(0.8249 * 65536))
    )
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def to_srgb_by_formula(
    colour: Sequence[int], to_xyz: npt.NDArray[np.float64], gamma: float
) -> npt.NDArray[np.float64]:
    """An 8-bit colour of an RGB space as 8-bit sRGB, by the definitions and no library."""
    linear = np.linalg.inv(SRGB_TO_XYZ) @ to_xyz @ (np.array(colour) / 255.0) ** gamma
    linear = np.clip(linear, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return 255.0 * encoded


_Entry = tuple[int, int, bytes, int]
"""Tag, type, value, count."""


def dng(
    *,
    preview: bytes | None,
    orientation: int = 1,
    width: int = 320,
    height: int = 240,
    colours: bool = True,
) -> bytes:
    """A DNG with uncompressed RGGB sensor data, and an embedded JPEG if one is given.

    Without colours it is of a camera for black and white only.

    Its scene is orange, getting brighter to the right; the upper left quarter is dark.
    """

    def numbers(tag: int, *values: int, kind: str = "H") -> _Entry:
        types = {"B": 1, "H": 3, "I": 4}
        return tag, types[kind], struct.pack(f"<{len(values)}{kind}", *values), len(values)

    def ratios(tag: int, *values: float) -> _Entry:
        data = b"".join(struct.pack("<ii", round(value * 10000), 10000) for value in values)
        return tag, 10, data, len(values)

    def text(tag: int, value: bytes) -> _Entry:
        return tag, 2, value + b"\0", len(value) + 1

    mosaic = np.empty((height, width), "<u2")
    mosaic[0::2, 0::2] = 12000
    mosaic[0::2, 1::2] = mosaic[1::2, 0::2] = 6000
    mosaic[1::2, 1::2] = 2000
    mosaic = (mosaic * np.linspace(0.3, 1.0, width)).astype("<u2")
    mosaic[: height // 2, : width // 2] //= 8
    sensor = mosaic.tobytes()

    def sensor_entries(offset: int) -> list[_Entry]:
        return [
            numbers(254, 0, kind="I"),
            numbers(256, width, kind="I"),
            numbers(257, height, kind="I"),
            numbers(258, 16),
            numbers(259, 1),
            numbers(262, 32803 if colours else 34892),
            numbers(273, offset, kind="I"),
            numbers(277, 1),
            numbers(278, height, kind="I"),
            numbers(279, len(sensor), kind="I"),
            numbers(33421, 2, 2),
            numbers(33422, 0, 1, 1, 2, kind="B"),
            numbers(50717, 16383, kind="I"),
        ]

    camera = [
        text(271, b"Testmaker"),
        text(272, b"Testmaker One"),
        numbers(274, orientation),
        text(306, b"2024:05:06 07:08:09"),
        numbers(50706, 1, 4, 0, 0, kind="B"),
        text(50708, b"Testmaker One"),
        ratios(50721, 3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.204, 1.057),
        ratios(50728, 1.0, 1.0, 1.0),
        numbers(50778, 21),
    ]

    def preview_entries(preview_offset: int, sensor_directory: int) -> list[_Entry]:
        return [
            numbers(254, 1, kind="I"),
            numbers(256, 1200, kind="I"),
            numbers(257, 800, kind="I"),
            numbers(258, 8, 8, 8),
            numbers(259, 7),
            numbers(262, 6),
            numbers(273, preview_offset, kind="I"),
            numbers(277, 3),
            numbers(278, 800, kind="I"),
            numbers(279, len(preview or b""), kind="I"),
            numbers(330, sensor_directory, kind="I"),
        ]

    def directory(entries: list[_Entry], start: int) -> bytes:
        """One TIFF directory at this place, its long values behind it."""
        size = 2 + 12 * len(entries) + 4
        table, values = struct.pack("<H", len(entries)), b""
        for tag, kind, data, count in sorted(entries):
            if len(data) > 4:
                where = start + size + len(values)
                values += data + bytes(len(data) % 2)
                data = struct.pack("<I", where)
            table += struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")
        return table + struct.pack("<I", 0) + values

    head = b"II*\0" + struct.pack("<I", 8)
    if preview is None:
        size = len(directory([*sensor_entries(0), *camera], 8))
        return head + directory([*sensor_entries(8 + size), *camera], 8) + sensor
    preview += bytes(len(preview) % 2)
    sensor_directory = 8 + len(directory([*preview_entries(0, 0), *camera], 8))
    preview_offset = sensor_directory + len(directory(sensor_entries(0), 0))
    return (
        head
        + directory([*preview_entries(preview_offset, sensor_directory), *camera], 8)
        + directory(sensor_entries(preview_offset + len(preview)), sensor_directory)
        + preview
        + sensor
    )
