"""Photos with known moments: real photos, what photographers make of them, and pictures that only look alike.

Each picture has the name of its moment; pictures of one name belong together, all others do not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from memapp.intake.load import load_photo

FOLDERS = (
    *("cid22", "clic2025", "landscape_large", "objects_azure", "scenes_azure", "people"),
    *("products_clothing", "openimages_coco_tiny", "openimages_ade20k_tiny", "camera", "cameratrap"),
)
TRAPS = "cameratrap"
BRACKET = "bracket"
"""Part of the name of a frame of a bracket."""
LARGEST = 1600
"""Pixels, the longest side of the pictures."""

_START = 1_700_000_000.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture of the labelled set."""

    name: str
    moment: str
    image: Image.Image = field(repr=False)
    seconds: float | None = None
    """When it was taken; None where that is not known."""
    exposure: str | None = None
    camera: str | None = None


def labelled_pictures(photos: Path, *, originals: int) -> Iterator[Picture]:
    """Yield the set, the same each time.

    Args:
        photos: the folder of real photos.
        originals: how many of them are varied; all others are there once, as pictures that stand alone.
    """
    paths = [path for folder in FOLDERS for path in sorted((photos / folder).glob("*.*"))]
    choice = np.random.Generator(np.random.PCG64(15)).permutation(len(paths))
    varied = set(choice[:originals].tolist())
    for number, path in enumerate(paths):
        picture = load_photo(str(path), longest_side=LARGEST).picture
        assert picture is not None
        image = Image.fromarray(picture)
        name = f"{path.parent.name}/{path.name}"
        if path.parent.name == TRAPS:
            yield from _trap(name, image, number)
        elif number not in varied:
            yield Picture(name, name, image)
        else:
            made = (_burst, _edits, _apart, _bracket)[number % 4]
            yield from made(name, image, _START + number * _DAY, number)


def _edits(name: str, image: Image.Image, _start: float, _seed: int) -> Iterator[Picture]:
    """Yield a photo and what people make of one file; none says when it was taken."""
    yield Picture(name, name, image)
    yield Picture(f"{name} crop 90 %", name, _crop(image, 0.07, 0.02, 0.9))
    yield Picture(f"{name} crop 82 %", name, _crop(image, 0.03, 0.12, 0.82))
    yield Picture(f"{name} +0.8 EV", name, _exposed(image, 0.8))
    yield Picture(f"{name} -1 EV", name, _exposed(image, -1.0))
    yield Picture(f"{name} quality 25", name, _compressed(image, 25))
    yield Picture(f"{name} mirrored", name, image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    yield Picture(f"{name} straightened", name, _turned(image, 3.0))
    yield Picture(f"{name} half size", name, image.resize((image.width // 2, image.height // 2)))
    yield Picture(f"{name} grey", name, image.convert("L").convert("RGB"))


def _burst(name: str, image: Image.Image, start: float, seed: int) -> Iterator[Picture]:
    """Yield six frames of a burst by hand: each a little elsewhere, turned, brighter, some soft."""
    draws = np.random.Generator(np.random.PCG64(seed))
    for frame in range(6):
        left, top = draws.uniform(0.0, 0.1, 2)
        seen = _exposed(_turned(_crop(image, left, top, 0.88), draws.normal(0, 0.8)), draws.normal(0, 0.12))
        if frame % 3 == 2:
            seen = seen.filter(ImageFilter.GaussianBlur(2.5))
        yield Picture(f"{name} burst {frame}", name, seen, start + frame * 0.7, "1/250 s  f/4  ISO 200", "A")
    # The same place on another day, from the tripod: as alike as can be, and another moment.
    yield Picture(f"{name} next day", f"{name} next day", _exposed(image, 0.1), start + _DAY / 2)
    yield Picture(f"{name} an hour later", f"{name} later", _crop(image, 0.02, 0.02, 0.95), start + 3600)


def _bracket(name: str, image: Image.Image, start: float, seed: int) -> Iterator[Picture]:
    """Yield a bracket of three exposures by hand, twice, and an edit of the first file."""
    draws = np.random.Generator(np.random.PCG64(seed))
    for again in range(2):
        for frame, (stops, exposure) in enumerate(
            ((0.0, "1/250 s  f/8  ISO 200"), (-2.0, "1/1000 s  f/8  ISO 200"), (2.0, "1/60 s  f/8  ISO 200"))
        ):
            left, top = draws.uniform(0.0, 0.015, 2)
            seen = _exposed(_crop(image, left, top, 0.98), stops)
            when = start + again * 1.8 + frame * 0.5
            yield Picture(f"{name} {BRACKET} {again} {stops:+}", f"{name} {again}", seen, when, exposure, "A")
    # An edit has the exposure of its file: not the camera's doing.
    yield Picture(f"{name} alone", f"{name} alone", image, start + 3600, "1/250 s  f/8  ISO 200", "A")
    brighter = _exposed(image, 1.2)
    yield Picture(f"{name} brighter", f"{name} alone", brighter, start + 3600, "1/250 s  f/8  ISO 200", "A")


def _apart(name: str, image: Image.Image, start: float, _seed: int) -> Iterator[Picture]:
    """Yield pictures made of one photo that show different things: halves, and the steps of a panorama."""
    third = image.width // 3
    yield Picture(f"{name} left", f"{name} left", image.crop((0, 0, image.width // 2, image.height)))
    yield Picture(f"{name} right", f"{name} right", image.crop((image.width // 2, 0, *image.size)))
    for step in range(4):
        # Two thirds of one are in the next: frames of a panorama, taken within seconds.
        part = image.crop(
            (step * third * 2 // 3, 0, min(image.width, step * third * 2 // 3 + third), image.height)
        )
        yield Picture(f"{name} panorama {step}", f"{name} panorama {step}", part, start + 1.5 * step)


def _trap(name: str, image: Image.Image, number: int) -> Iterator[Picture]:
    """Yield what a camera on a tree takes: three frames at each of three visits, hours apart."""
    draws = np.random.Generator(np.random.PCG64(number))
    side = min(image.size) // 5
    for visit in range(3):
        background = _exposed(image, draws.normal(0, 0.15))
        x, y = draws.integers(side, image.width - 3 * side), draws.integers(side, image.height - 2 * side)
        animal = background.crop((side, side, 2 * side, 2 * side)).transpose(Image.Transpose.ROTATE_180)
        for frame in range(3):
            seen = background.copy()
            seen.paste(animal, (int(x + frame * side // 3), int(y)))
            noise = draws.normal(0, 4, (image.height, image.width, 1))
            seen = Image.fromarray(np.clip(np.asarray(seen) + noise, 0, 255).astype(np.uint8))
            when = _START + number * _DAY + visit * 7200 + frame
            yield Picture(f"{name} visit {visit} frame {frame}", f"{name} visit {visit}", seen, when)


def _crop(image: Image.Image, left: float, top: float, share: float) -> Image.Image:
    box = (
        round(left * image.width),
        round(top * image.height),
        round((left + share) * image.width),
        round((top + share) * image.height),
    )
    return image.crop((*box[:2], min(box[2], image.width), min(box[3], image.height)))


def _exposed(image: Image.Image, stops: float) -> Image.Image:
    """Return the picture as another exposure shows it: linear light times 2 ** stops, clipped."""
    light = (np.asarray(image, np.float32) / 255) ** 2.2 * 2.0**stops
    return Image.fromarray((np.clip(light, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8))


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=quality)
    return ImageEnhance.Color(Image.open(content).convert("RGB")).enhance(1.15)


def _turned(image: Image.Image, degrees: float) -> Image.Image:
    """Return the picture turned, without the corners that this leaves empty."""
    turned = image.rotate(degrees, Image.Resampling.BILINEAR)
    angle = abs(np.radians(degrees))
    width, height = image.size
    inset = (np.sin(angle) * height / 2 + 1) / width, (np.sin(angle) * width / 2 + 1) / height
    return turned.crop(
        (
            int(inset[0] * width),
            int(inset[1] * height),
            int(width - inset[0] * width),
            int(height - inset[1] * height),
        )
    )
