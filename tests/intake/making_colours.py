"""What the tests of stated colours are made of: files of one colour that state it, and what is right."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from memapp.intake.icc import Primaries
from memapp.intake.load import load_photo
from tests.intake.making import ADOBE_GAMMA, ADOBE_RGB_TO_XYZ, SRGB_TO_XYZ, to_srgb_by_formula
from tests.intake.test_png import chunk

COLOUR = (200, 100, 50)
P3_TO_XYZ = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
"""Display P3 to XYZ, adapted to D50, as in its own ICC profile."""
BT_2020_TO_XYZ = np.array(
    [[0.67348, 0.16566, 0.12505], [0.27904, 0.67535, 0.04561], [-0.00193, 0.02998, 0.79686]]
)
"""BT.2020 to XYZ, adapted to D50."""
HDR = "HDR, shown in SDR"

FLAT_JXL = {
    "P3": "/wpDQEAmNwIIAgEAaABLGIsVANQXY4wX490FIgAQJAwAICCEPEIBFw==",
    "P3, lossy": (
        "/wpDQEImNwIAEogCAOAAXeUSAAAVKqOMG7yc6/nyQ4fFtI3rDG21bWFJosg4NkkncEgSiyDuhuQCBCBAzJNwGHsPhlRQSQI="
    ),
    "linear": "/wpDQEDRIggCAQBoAEsYixUA1BdjjBfj3QUiABAkDAAgIIQ8QgEX",
    "linear, lossy": (
        "/wpDQELRIgASiAIA4ABd5RIAABUqo4wbvJzr+fJDh8W0jesMbbVtYUmiyDg2SSdwSBKrIO7m4AgQAoCYl+IImw6GpqgkAQ=="
    ),
    "PQ": "/wpDBBCQR484HAAAAAACCAIBAGgASxiLFQDUF2OMF+PdBSIAECQMACAghDxCARc=",
    "HLG": "/wpDBBCQZyDQYwAAAAAICAIBAGgASxiLFQDUF2OMF+PdBSIAECQMACAghDxCARc=",
}
"""16 x 16 pixels of COLOUR, written by libjxl 0.7."""
FLAT_HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA"
    "AAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAHgAAACNpaW5mAAAAAAABAAAAFWluZmUC"
    "AAAAAAEAAGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNw"
    "AAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHB"
    "crAiQAAAABRpc3BlAAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAAmbWRhdAAA"
    "ABooAa8GOFr8/TeqN///ykMeh/ZHyqvEJj9fgA=="
)
"""64 x 64 pixels of COLOUR, of which nothing is stated, written by libheif 1.15."""


def shown(path: Path) -> npt.NDArray[np.int64]:
    """The colour in the middle of a picture."""
    picture = load_photo(str(path), longest_side=0).picture
    assert picture is not None
    colour: npt.NDArray[np.int64] = picture[picture.shape[0] // 2, picture.shape[1] // 2].astype(np.int64)
    return colour


def srgb_curve(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """255 times sRGB's values of light, clipped."""
    light = np.clip(values, 0, 1)
    curved: npt.NDArray[np.float64] = 255 * np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055
    )
    return curved


def from_srgb_curve(colour: tuple[int, int, int]) -> npt.NDArray[np.float64]:
    values = np.array(colour) / 255
    bright = ((values + 0.055) / 1.055) ** 2.4
    light: npt.NDArray[np.float64] = np.where(values <= 0.04045, values / 12.92, bright)
    return light


def expected(light: npt.NDArray[np.float64], to_xyz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """sRGB of linear light in other primaries."""
    return srgb_curve(np.linalg.inv(SRGB_TO_XYZ) @ to_xyz @ light)


def png(path: Path, *chunks: bytes, image: Image.Image | None = None) -> Path:
    """Save a PNG of one colour with chunks before its pixels."""
    (image or Image.new("RGB", (16, 16), COLOUR)).save(path)
    content = path.read_bytes()
    place = content.index(b"IDAT") - 4
    path.write_bytes(content[:place] + b"".join(chunks) + content[place:])
    return path


def cicp(primaries: int, transfer: int, *, matrix: int = 0, full: int = 1) -> bytes:
    return chunk(b"cICP", bytes((primaries, transfer, matrix, full)))


def gama(value: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def chrm(primaries: Primaries) -> bytes:
    parts = (*primaries.white, *primaries.red, *primaries.green, *primaries.blue)
    return chunk(b"cHRM", struct.pack(">8I", *(round(part * 100_000) for part in parts)))


ADOBE_CHRM = chrm(Primaries((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), (0.3127, 0.329)))
IN_ADOBE = to_srgb_by_formula(COLOUR, ADOBE_RGB_TO_XYZ, ADOBE_GAMMA)
IN_P3 = expected(from_srgb_curve(COLOUR), P3_TO_XYZ)
LINEAR = srgb_curve(np.array(COLOUR) / 255)
