"""How far scores move when large JPEGs are shrunk while they are decoded: real photos and the worst ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont, ImageOps

from memapp.core.contracts import Scorer
from memapp.core.records import PixelArray, Precision
from memapp.core.resources import resources_folder
from memapp.intake import colour
from memapp.intake.load import load_photo
from memapp.intake.opening import decoding_scale
from memapp.intake.render import FAST_SIZE, net_frame
from memapp.scoring.resmem_net import resmem_factory
from memapp.scoring.weights import WeightsLocator
from memapp.store.home import home_folder
from tests.benchmarks.made_photos import CAMERA_SIZE, make_photos
from tests.benchmarks.measurement import Measurement

REAL_PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "photos"
LARGE_CAMERA_SIZE = (8256, 5504)
"""45 megapixels."""

MOST_CHANGE = 0.006
"""A tenth of what fast precision may be off. Exact scores never take reduced pixels, for want of a size from
which on they change by less than 0.001: see docs/decisions/reduced-decode.md."""
BATCH = 16


def run() -> list[Measurement]:
    """Score each photo decoded in full and as the loader decodes it."""
    weights = WeightsLocator(resources=resources_folder(), home=home_folder())
    scorer = resmem_factory(weights=weights, home=home_folder(), device="cpu").build(print)
    measurements = []
    with tempfile.TemporaryDirectory(prefix="memapp-reduced-") as scratch:
        for name, paths, limit in (
            ("large photos of ../shared/data", sorted(_real_photos()), MOST_CHANGE),
            ("24 megapixels", make_photos(Path(scratch) / "24", count=6, size=CAMERA_SIZE), MOST_CHANGE),
            (
                "45 megapixels",
                make_photos(Path(scratch) / "45", count=3, size=LARGE_CAMERA_SIZE),
                MOST_CHANGE,
            ),
            # Such flat greys as fine checkers give: the net answers to one level in 255, and no photo is so.
            ("patterns and text", list(_patterns(Path(scratch))), None),
        ):
            if paths:
                change = _changes(paths, scorer)
                text = f"{name} ({len(paths)}): largest change of a score"
                measurements.append(Measurement(text, float(change.max()), "", limit))
    scorer.close()
    return measurements


def _changes(paths: Sequence[Path], scorer: Scorer) -> npt.NDArray[np.float32]:
    as_loaded = [load_photo(str(path), frame=True, precision=Precision.FAST).frame for path in paths]
    loaded = _scores([frame for frame in as_loaded if frame is not None], scorer)
    changes: npt.NDArray[np.float32] = np.abs(
        loaded - _scores([_frame_of_all_pixels(path) for path in paths], scorer)
    )
    return changes


def _scores(frames: Sequence[PixelArray], scorer: Scorer) -> npt.NDArray[np.float32]:
    batches = [np.stack(frames[start : start + BATCH]) for start in range(0, len(frames), BATCH)]
    return np.concatenate([scorer.score(batch) for batch in batches])


def _frame_of_all_pixels(path: Path) -> PixelArray:
    """The net's frame from a full decode, whatever the loader's rule is."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
    return net_frame(colour.to_srgb(upright))


def _real_photos() -> Iterator[Path]:
    """The JPEGs that the loader shrinks while decoding."""
    for path in REAL_PHOTOS.rglob("*"):
        if path.suffix.lower() in {".jpg", ".jpeg"}:
            with Image.open(path) as image:
                if decoding_scale(image, FAST_SIZE) > 1:
                    yield path


def _patterns(folder: Path) -> Iterator[Path]:
    """What reduced decoding could hurt most: structures as fine as pixels and as JPEG's blocks of 8."""
    for size in ((4099, 3075), CAMERA_SIZE):
        for name, pixels in _pattern_pixels(*size):
            path = folder / f"{name} {size[0]}.jpg"
            Image.fromarray(pixels).save(path, quality=92)
            yield path


def _pattern_pixels(width: int, height: int) -> Iterator[tuple[str, PixelArray]]:
    down, across = np.ogrid[:height, :width]
    for period in (2, 3, 7, 9, 17):
        yield f"checkers {period}", _grey(255 * ((across // period + down // period) % 2))
    for wave in (3.3, 7.9, 8.1, 16.3):
        yield f"stripes {wave}", _grey(127.5 + 127.5 * np.sin(2 * np.pi * (across + 0.31 * down) / wave))
    squares = (across - width / 2) ** 2 + (down - height / 2) ** 2
    yield "rings", _grey(127.5 + 127.5 * np.cos(np.pi * squares / width))
    chance = np.random.default_rng(0)
    yield "noise", chance.integers(0, 256, (height, width, 3), np.uint8)
    yield "black and white noise", _grey(255 * chance.integers(0, 2, (height, width)))
    page = Image.new("L", (width, height), 250)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=12)
    for top in range(0, height, 16):
        draw.text((-(top * 7) % 200 - 200, top), "The quick brown fox, 0123456789. " * 40, 10, font)
    yield "text", _grey(np.asarray(page))


def _grey(levels: npt.NDArray[np.generic]) -> PixelArray:
    return np.repeat(levels.astype(np.uint8)[..., None], 3, axis=2)


if __name__ == "__main__":
    for measurement in run():
        print(measurement.line())
