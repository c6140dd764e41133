"""Damaged files that decoders read nevertheless are marked, and none of the whole ones is."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind
from memapp.intake.load import load_photo
from tests.intake.making import dng, photo_image

Damage = Callable[[bytearray, int, random.Random], None]


def zeros(content: bytearray, place: int, _chance: random.Random) -> None:
    content[place : place + 512] = bytes(512)


def gap(content: bytearray, place: int, _chance: random.Random) -> None:
    del content[place : place + 4096]


def noise(content: bytearray, place: int, chance: random.Random) -> None:
    content[place : place + 512] = chance.randbytes(512)


def flipped_bit(content: bytearray, place: int, chance: random.Random) -> None:
    content[place] ^= 1 << chance.randrange(8)


DAMAGES: tuple[Damage, ...] = (zeros, gap, noise, flipped_bit)


def textured(width: int = 480, height: int = 320) -> Image.Image:
    """A picture with detail everywhere, so that its JPEG has data everywhere."""
    speckles = np.random.default_rng(3).normal(0, 25, (height, width, 3))
    return Image.fromarray(
        np.clip(np.asarray(photo_image(width, height)) + speckles, 0, 255).astype(np.uint8)
    )


def saved(path: Path, **options: object) -> bytes:
    textured().save(path, **options)  # type: ignore[arg-type]
    return path.read_bytes()


def missing(path: Path) -> float | None:
    """Load a photo for its score; return what is said of its damage."""
    photo = load_photo(str(path), frame=True)
    assert photo.frame is not None
    return photo.facts.missing


def is_unmarked(path: Path) -> bool:
    try:
        return missing(path) is None
    except PhotoError:
        return False


def djpeg_warns(path: Path) -> bool:
    """Return what libjpeg's own program says."""
    done = subprocess.run(["djpeg", "-outfile", "/dev/null", str(path)], capture_output=True, check=False)
    return bool(done.stderr) or done.returncode != 0


def unmarked_among_warned(original: bytes, folder: Path, copies: int) -> tuple[int, int]:
    """Damage copies of a JPEG; return how many djpeg warns of, and how many of these are not marked."""
    chance = random.Random(12)
    found: Counter[str] = Counter()
    for damage in DAMAGES:
        for _ in range(copies):
            content = bytearray(original)
            damage(content, chance.randrange(700, len(content) - 5000), chance)
            (folder / "copy.jpg").write_bytes(content)
            if djpeg_warns(folder / "copy.jpg"):
                found["warned"] += 1
                found["unmarked"] += is_unmarked(folder / "copy.jpg")
    return found["warned"], found["unmarked"]


@pytest.mark.skipif(not shutil.which("djpeg"), reason="djpeg is not installed")
@pytest.mark.parametrize("copies", [8, pytest.param(60, marks=pytest.mark.breadth)])
def test_damage_that_djpeg_warns_of_is_marked(tmp_path: Path, copies: int) -> None:
    original = saved(tmp_path / "whole.jpg", quality=85)
    warned, unmarked = unmarked_among_warned(original, tmp_path, copies)
    assert warned > 2 * copies
    assert unmarked <= 0.05 * warned


@pytest.mark.breadth
@pytest.mark.skipif(not shutil.which("djpeg"), reason="djpeg is not installed")
def test_damaged_camera_jpegs_are_marked_and_whole_ones_are_not(tmp_path: Path, shared_data: Path) -> None:
    good = shared_data / "cases" / "jpeg_damaged_quietly" / "good.jpg"
    warned, unmarked = unmarked_among_warned(good.read_bytes(), tmp_path, 60)
    assert warned > 120
    assert unmarked <= 0.05 * warned
    whole = [good, *(path for path in sorted((shared_data / "photos").rglob("*.jpg")))]
    assert len(whole) > 400
    assert [path.name for path in whole if missing(path) is not None] == []


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ({}, "RGB"),
        ({"progressive": True}, "RGB"),
        ({"subsampling": 2}, "RGB"),
        ({}, "L"),
        ({}, "CMYK"),
        ({"restart_marker_blocks": 4}, "RGB"),
    ],
)
def test_whole_jpegs_have_pillows_pixels_and_no_mark(
    tmp_path: Path, options: dict[str, object], mode: str
) -> None:
    path = tmp_path / "a.jpg"
    textured().convert(mode).save(path, **options)  # type: ignore[arg-type]
    photo = load_photo(str(path), longest_side=0)
    assert photo.facts.missing is None
    assert photo.picture is not None
    with Image.open(path) as image:
        assert np.array_equal(photo.picture, np.asarray(image.convert("RGB")))


def test_the_handed_jpegs(shared_data: Path) -> None:
    folder = shared_data / "cases" / "jpeg_damaged_quietly"
    assert missing(folder / "good.jpg") is None
    assert missing(folder / "other_photo_tail.jpg") == 0
    with pytest.raises(PhotoError, match="ends too early, after about 50 % of the picture") as caught:
        missing(folder / "half_zero.jpg")
    assert caught.value.kind is FailureKind.DAMAGED


def test_a_missing_lower_half_is_measured(tmp_path: Path) -> None:
    content = saved(tmp_path / "whole.jpg", quality=85)
    (tmp_path / "half.jpg").write_bytes(content[: len(content) // 2] + b"\xff\xd9")
    share = missing(tmp_path / "half.jpg")
    assert share == pytest.approx(0.5, abs=0.05)
    (tmp_path / "little.jpg").write_bytes(content[: len(content) // 40] + b"\xff\xd9")
    with pytest.raises(PhotoError) as caught:
        missing(tmp_path / "little.jpg")
    assert caught.value.kind is FailureKind.DAMAGED


def test_a_jpeg_that_lacks_its_end_marker_only_is_marked_and_shown(tmp_path: Path) -> None:
    content = saved(tmp_path / "whole.jpg", quality=85)
    (tmp_path / "open.jpg").write_bytes(content[:-2])
    assert missing(tmp_path / "open.jpg") == 0


def test_zeros_before_the_end_marker_are_no_damage(tmp_path: Path) -> None:
    content = saved(tmp_path / "whole.jpg", quality=85)
    (tmp_path / "padded.jpg").write_bytes(content[:-2] + bytes(600) + content[-2:])
    assert missing(tmp_path / "padded.jpg") is None
    (tmp_path / "rest.jpg").write_bytes(content + bytes(600))
    assert missing(tmp_path / "rest.jpg") is None


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("optimize", [False, True])
def test_zeros_instead_of_pixels_are_damage(tmp_path: Path, share: float, optimize: bool) -> None:
    content = saved(tmp_path / "whole.jpg", quality=85, optimize=optimize)
    good = round(len(content) * share)
    (tmp_path / "zeros.jpg").write_bytes(content[:good] + bytes(len(content) - good) + b"\xff\xd9")
    assert missing(tmp_path / "zeros.jpg") is not None


def test_odd_headers_are_no_damage_and_hide_none(tmp_path: Path) -> None:
    content = bytearray(saved(tmp_path / "whole.jpg", quality=85))
    scan = content.index(b"\xff\xda")
    content[scan + 12] = 7  # a spectral selection that baseline decoders ignore
    (tmp_path / "odd.jpg").write_bytes(content)
    assert missing(tmp_path / "odd.jpg") is None
    del content[len(content) // 2 : len(content) // 2 + 4096]
    (tmp_path / "both.jpg").write_bytes(content)
    assert missing(tmp_path / "both.jpg") is not None


def test_a_damaged_preview_marks_its_raw_photo(tmp_path: Path) -> None:
    textured(1200, 800).save(tmp_path / "preview.jpg", quality=85)
    preview = bytearray((tmp_path / "preview.jpg").read_bytes())
    (tmp_path / "a.dng").write_bytes(dng(preview=bytes(preview)))
    assert missing(tmp_path / "a.dng") is None
    del preview[len(preview) // 2 : len(preview) // 2 + 4096]
    (tmp_path / "a.dng").write_bytes(dng(preview=bytes(preview)))
    assert missing(tmp_path / "a.dng") is not None


@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
def test_a_png_whose_pixels_have_a_wrong_checksum_is_marked(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    textured(120, 80).convert(mode).save(path)
    assert missing(path) is None
    content = bytearray(path.read_bytes())
    content[content.rindex(b"IEND") - 8] ^= 1
    path.write_bytes(content)
    assert missing(path) == 0


def test_a_png_with_several_parts_is_checked_to_its_last(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    textured(600, 400).save(path, compress_level=1)
    content = bytearray(path.read_bytes())
    assert content.count(b"IDAT") > 4
    assert missing(path) is None
    content[content.rindex(b"IEND") - 8] ^= 1
    path.write_bytes(content)
    assert missing(path) == 0


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("tiled", [False, True])
def test_a_tiff_with_a_damaged_jpeg_inside_is_marked(tmp_path: Path, mode: str, tiled: bool) -> None:
    path = tmp_path / "a.tif"
    options: dict[str, object] = {"tiffinfo": {322: 128, 323: 128}} if tiled else {}
    textured(1200, 600).convert(mode).save(path, compression="jpeg", **options)  # type: ignore[arg-type]
    assert missing(path) is None
    whole = path.read_bytes()
    marked = 0
    for damage in (zeros, noise):
        for number in range(4):
            content = bytearray(whole)
            damage(content, 3000 + 5000 * number, random.Random(number))
            path.write_bytes(content)
            marked += not is_unmarked(path)
    # Noise in a strip's header, and zeros that are valid data, are rare.
    assert marked >= 7
