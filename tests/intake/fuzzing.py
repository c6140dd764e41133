"""Mutated files of every format, seeded, and a program that loads them: python -m tests.intake.fuzzing."""

from __future__ import annotations

import io
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pillow_heif
import pylibjxl
from PIL import Image

from memapp.core.errors import PhotoError
from memapp.intake.limits import DecodeBudget, Limits
from memapp.intake.load import load_photo
from tests.intake.making import dng, photo_image
from tests.intake.making_psd import RLE, ZIP_WITH_PREDICTION, psd
from tests.intake.making_tiff import CMYK, LZW, WEBP, Page, tiff

LIMITS = Limits(pixels=50_000_000, memory=400_000_000, seconds=10.0, budget=DecodeBudget(total=400_000_000))
"""Smaller than those of the app, so that a mutated header soon asks for too much."""

_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF)


def originals() -> Mapping[str, list[bytes]]:
    """Return small whole files of every format, by its ending."""
    speckles = np.random.default_rng(3).normal(0, 20, (96, 128, 3))
    pixels = np.clip(np.asarray(photo_image(128, 96)) + speckles, 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112], exif[0x0110] = 6, "Camera"
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 18:30:05"

    def saved(kind: str, shown: Image.Image = image, **options: object) -> bytes:
        file = io.BytesIO()
        shown.save(file, kind, **options)
        return file.getvalue()

    heic = io.BytesIO()
    pillow_heif.from_pillow(image).save(heic)
    jpeg = saved("JPEG", exif=exif)
    return {
        "jpg": [jpeg, saved("JPEG", progressive=True), saved("JPEG", image.convert("CMYK"))],
        "png": [
            saved("PNG", exif=exif),
            saved("PNG", image.quantize(40)),
            saved("PNG", image.convert("I;16")),
        ],
        "webp": [saved("WEBP", exif=exif), saved("WEBP", lossless=True)],
        "tif": [
            saved("TIFF", compression=compression)
            for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")
        ]
        + [
            tiff(Page((pixels / 255).astype(np.float16), compression=LZW, predictor=3, rows=20)),
            tiff(Page(np.dstack([pixels, pixels]) * np.uint16(257), CMYK, (0, 2), separate=True), order=">"),
            tiff(
                Page(pixels[::2, ::2], tags={254: 1}), Page(pixels, compression=WEBP, tile=(64, 48)), big=True
            ),
        ],
        "bmp": [saved("BMP"), saved("BMP", image.quantize(40))],
        "gif": [saved("GIF"), saved("GIF", save_all=True, append_images=[image.rotate(90)])],
        "heic": [heic.getvalue()],
        "avif": [saved("AVIF", exif=exif)],
        "jxl": [pylibjxl.encode(pixels), pylibjxl.jpeg_to_jxl(jpeg)],
        "jp2": [saved("JPEG2000"), saved("JPEG2000", no_jp2=True)],
        "psd": [
            psd(pixels),
            psd(pixels, compression=RLE, layers=2),
            psd(
                np.dstack([pixels, pixels[..., :1]]) * np.uint16(257), compression=RLE, large=True, layers=-1
            ),
            psd((pixels / 255).astype(np.float32), compression=ZIP_WITH_PREDICTION),
        ],
        "ppm": [saved("PPM"), saved("PPM", image.convert("L"))],
        "dng": [
            dng(preview=saved("JPEG", image.resize((1200, 800)))),
            dng(preview=None),
            dng(preview=None, colours=False),
        ],
    }


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return a copy with one to four faults, half of them among its first bytes."""
    copy = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        if len(copy) < 16:
            break
        end = min(len(copy), 600) if chance.random() < 0.5 else len(copy)
        chance.choice(_FAULTS)(copy, chance.randrange(end), chance)
    return bytes(copy)


def _flip(copy: bytearray, place: int, chance: random.Random) -> None:
    copy[place] ^= 1 << chance.randrange(8)


def _extreme(copy: bytearray, place: int, chance: random.Random) -> None:
    size = chance.choice((1, 2, 4))
    copy[place : place + size] = bytes((chance.choice(_EXTREMES),)) * size


def _noise(copy: bytearray, place: int, chance: random.Random) -> None:
    size = chance.randint(1, 64)
    copy[place : place + size] = chance.randbytes(size)


def _zeros(copy: bytearray, place: int, chance: random.Random) -> None:
    size = chance.randint(1, 512)
    copy[place : place + size] = bytes(len(copy[place : place + size]))


def _remove(copy: bytearray, place: int, chance: random.Random) -> None:
    del copy[place : place + chance.randint(1, 512)]


def _repeat(copy: bytearray, place: int, chance: random.Random) -> None:
    part = bytes(copy[place : place + chance.randint(1, 512)])
    copy[place:place] = part * chance.randint(1, 4)


def _move(copy: bytearray, place: int, chance: random.Random) -> None:
    other = chance.randrange(len(copy))
    size = chance.randint(1, 128)
    copy[place : place + size] = copy[other : other + size]


def _cut(copy: bytearray, place: int, _chance: random.Random) -> None:
    del copy[max(place, 8) :]


_FAULTS: tuple[Callable[[bytearray, int, random.Random], None], ...] = (
    *(_flip, _extreme, _noise, _zeros, _remove, _repeat, _move),
    _cut,
)


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield this many files, as names and contents, spread evenly over the formats."""
    formats = originals()
    endings = sorted(formats)
    for number in range(count):
        ending = endings[number % len(endings)]
        # Each has a seed of its own, so that one can be made again without the others.
        chance = random.Random(f"{seed} {number}")
        yield f"{number}.{ending}", mutated(chance.choice(formats[ending]), chance)


def peak_memory() -> int:
    """Return the most bytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def outcome_of(path: Path) -> tuple[str, str]:
    """Load a file; return what came of it, in a word and a reason."""
    try:
        photo = load_photo(str(path), frame=True, longest_side=256, limits=LIMITS)
    except PhotoError as problem:
        return problem.kind.value, problem.reason
    assert photo.frame is not None
    assert photo.frame.shape == (227, 227, 3)
    assert photo.picture is not None
    assert 1 <= max(photo.picture.shape[:2]) <= 256
    return "photo", photo.facts.format


def main(count: int, seed: int, folder: Path) -> None:
    """Load the mutants one by one; print a line for each, and at last how memory grew."""
    for ending, whole in originals().items():
        for content in whole:
            (folder / f"whole.{ending}").write_bytes(content)
            kind, reason = outcome_of(folder / f"whole.{ending}")
            assert kind == "photo", f"whole.{ending}: {reason}"
    start = peak_memory()
    for name, content in mutants(count, seed):
        # It stays there if loading it ends the process.
        (folder / name).write_bytes(content)
        began = time.monotonic()
        kind, reason = outcome_of(folder / name)
        print(json.dumps([name, kind, reason, time.monotonic() - began]), flush=True)
        (folder / name).unlink()
    print(json.dumps({"growth": peak_memory() - start}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
