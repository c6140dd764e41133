"""Pictures of the window: written small, and compared with a tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

COLOURS = 128
"""Of the palette of a stored picture: a window has few, and the photos in it need not be exact."""
STEPS_APART = 40
"""A pixel differs if one of its channels is further off than this, of 255, after a slight blur. Smoothing of
letters and the palette differ by less."""
MOST_DIFFERING = 0.001
"""The share of pixels that may differ: a word that changed is more, the edges of letters are less."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wrong with a picture, in words."""

    words: str


def reduced(image: Image.Image) -> Image.Image:
    """Return a picture with few colours, as it is stored; the same for the same pixels."""
    return image.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def store(image: Image.Image, file: Path) -> None:
    """Write a picture, small."""
    reduced(image).save(file, "PNG", optimize=True)


def compare(image: Image.Image, stored: Path) -> Difference | None:
    """Return how a picture differs from the stored one; None where it does not."""
    if not stored.is_file():
        return Difference("is not stored yet")
    with Image.open(stored) as before:
        if before.size != image.size:
            return Difference(
                f"is {image.width} x {image.height} now, {before.width} x {before.height} before"
            )
        one, other = _blurred(before), _blurred(reduced(image))
    share = float((np.abs(one - other).max(axis=2) > STEPS_APART).mean())
    return Difference(f"differs in {100 * share:.2f} % of its pixels") if share > MOST_DIFFERING else None


def beside(image: Image.Image, stored: Path, file: Path) -> None:
    """Write the stored picture, the new one and their difference side by side."""
    with Image.open(stored) as found:
        before = found.convert("RGB")
    after = image.convert("RGB")
    size = (max(before.width, after.width), max(before.height, after.height))
    apart = Image.new("RGB", size)
    if before.size == after.size:
        steps = np.abs(_blurred(before) - _blurred(after)).max(axis=2)
        apart = Image.fromarray(((steps > STEPS_APART) * 255).astype(np.uint8)).convert("RGB")
    row = Image.new("RGB", (3 * size[0], size[1]))
    for place, part in enumerate((before, after, apart)):
        row.paste(part, (place * size[0], 0))
    file.parent.mkdir(parents=True, exist_ok=True)
    row.save(file)


def _blurred(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return np.asarray(image.convert("RGB").filter(ImageFilter.BoxBlur(1)), np.int16)
