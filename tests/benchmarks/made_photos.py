"""Photos to measure with, made from the sample photos: a bare clone has no others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from memapp.core.machine import usable_cores
from memapp.core.resources import resource_path

CAMERA_SIZE = (6000, 4000)
"""24 megapixels: what a camera writes."""

SCREEN_SIZE = (1600, 1067)
"""What is sent to a client, or downloaded."""

_LEAST_PART = 0.6
"""Of a sample's sides, what a made photo shows at least."""

_GRAIN = 12.0
"""Standard deviation of the noise, in levels of 255: enlarged samples alone would be smoother, and so quicker
to decode, than what a camera writes."""


def make_photos(folder: Path, *, count: int, size: tuple[int, int] = SCREEN_SIZE) -> list[Path]:
    """Write so many different JPEGs of this width and height into a folder; the same ones every time.

    Each is a random part of a sample photo, enlarged, with grain; quality 90.
    """
    folder.mkdir(parents=True, exist_ok=True)
    samples = _samples()
    # Noise costs more than all the rest: one sheet of it, of which each photo gets another part.
    width, height = size
    levels = np.random.default_rng(0).normal(128.0, _GRAIN, (height * 5 // 4, width * 5 // 4))
    sheet = Image.fromarray(levels.clip(0, 255).astype(np.uint8))

    def make(number: int) -> Path:
        chance = np.random.default_rng(number)
        sample = samples[number % len(samples)]
        scale = chance.uniform(_LEAST_PART, 1.0) * min(sample.width / width, sample.height / height)
        photo = sample.resize(
            size,
            Image.Resampling.BICUBIC,
            box=_random_box(sample.size, (scale * width, scale * height), chance),
        )
        left, top, right, bottom = map(int, _random_box(sheet.size, size, chance))
        grain = sheet.crop((left, top, right, bottom))
        path = folder / f"Photo {number + 1:04}.jpg"
        ImageChops.add(photo, Image.merge("RGB", (grain,) * 3), 1.0, -128).save(path, quality=90)
        return path

    with ThreadPoolExecutor(usable_cores()) as pool:
        return list(pool.map(make, range(count)))


def _samples() -> list[Image.Image]:
    files = sorted(resource_path("samples").iterdir())
    return [Image.open(file).convert("RGB") for file in files if file.suffix in {".jpg", ".webp"}]


def _random_box(
    whole: tuple[int, int], part: tuple[float, float], chance: np.random.Generator
) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a part that lies anywhere within the whole."""
    left = chance.uniform(0.0, whole[0] - part[0])
    top = chance.uniform(0.0, whole[1] - part[1])
    return left, top, left + part[0], top + part[1]
