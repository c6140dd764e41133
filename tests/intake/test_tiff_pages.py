"""Which page of a TIFF file is the photo: the largest that is not marked as reduced, wherever it is."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.core.records import PhotoFacts, PixelArray
from memapp.intake.load import load_photo
from tests.intake.making import photo_image
from tests.intake.making_tiff import DEFLATE, LZW, RAW, Page, tiff

PHOTO = np.asarray(photo_image(70, 50))
HANG_SECONDS = 120  # reading all of it would take hours


def load(path: Path, content: bytes) -> tuple[PixelArray, PhotoFacts]:
    path.write_bytes(content)
    photo = load_photo(str(path), longest_side=0)
    assert photo.picture is not None
    return photo.picture, photo.facts


def test_a_reduced_first_page_is_not_the_photo(shared_data: Path) -> None:
    path = shared_data / "cases" / "tiff_small_page_first" / "page0_is_thumb.tif"
    photo = load_photo(str(path), frame=True, longest_side=0)
    assert (photo.facts.width, photo.facts.height, photo.facts.rendering) == (480, 320, None)
    assert photo.picture is not None
    with Image.open(path) as image:
        image.seek(1)
        assert np.abs(photo.picture.astype(int) - np.asarray(image.convert("RGB"))).mean() < 1


def flat(colour: int, side: int, kind: int = 0, below: tuple[Page, ...] = (), **tags: int) -> Page:
    more = {254: kind, **{int(name[1:]): value for name, value in tags.items()}}
    return Page(np.full((side, side, 3), colour, np.uint8), tags=more, below=below)


@pytest.mark.parametrize(
    ("pages", "colour", "rendering"),
    [
        pytest.param((flat(10, 90, kind=1), flat(20, 80)), 20, None, id="reduced first"),
        pytest.param((flat(10, 80), flat(20, 99, kind=1)), 10, None, id="larger, but marked reduced"),
        pytest.param((flat(10, 80, t255=2), flat(20, 70)), 20, None, id="old mark of reduced"),
        pytest.param((flat(10, 70), flat(20, 80), flat(30, 75)), 20, "largest page", id="largest"),
        pytest.param((flat(10, 70, kind=2), flat(20, 70, kind=2)), 10, "first page", id="equal"),
        pytest.param((flat(10, 70), flat(20, 80, kind=4)), 10, None, id="mask"),
        pytest.param((flat(10, 64, kind=1), flat(20, 80, kind=1)), 20, "largest page", id="all reduced"),
        pytest.param((flat(10, 64, kind=1, below=(flat(20, 80),)),), 20, None, id="below a reduced one"),
        pytest.param(
            (flat(10, 80, below=(flat(20, 90, kind=1),)), flat(30, 64, kind=1)), 10, None, id="pyramid"
        ),
        pytest.param(
            (flat(10, 64), flat(20, 65, below=(flat(30, 90),))), 30, "largest page", id="below a later"
        ),
    ],
)
@pytest.mark.parametrize(("order", "big"), [("<", False), (">", False), ("<", True), (">", True)])
def test_the_largest_whole_page_is_the_photo(
    tmp_path: Path, pages: tuple[Page, ...], colour: int, rendering: str | None, order: str, big: bool
) -> None:
    picture, facts = load(tmp_path / "a.tif", tiff(*pages, order=order, big=big))
    assert picture[0, 0].tolist() == [colour] * 3
    assert facts.rendering == rendering
    assert picture.shape[:2] == (facts.height, facts.width)


@pytest.mark.parametrize("compression", [RAW, LZW, DEFLATE])
def test_pages_decompressed_by_libtiff(tmp_path: Path, compression: int) -> None:
    small = Page(PHOTO[::2, ::2], compression=compression, tags={254: 1})
    content = tiff(small, Page(PHOTO, compression=compression))
    assert np.array_equal(load(tmp_path / "a.tif", content)[0], PHOTO)


def test_the_photo_is_rotated_and_dated_though_another_page_is_first(tmp_path: Path) -> None:
    # A directory of EXIF below the first page, with DateTimeOriginal only.
    date = b"2024:05:06 07:08:09\0"
    exif = struct.pack("<HHHII", 1, 0x9003, 2, len(date), 0) + bytes(4)
    first = flat(10, 40, kind=1, t274=3)
    content = bytearray(tiff(first, Page(PHOTO, tags={274: 6})))
    content += bytes(len(content) % 2)
    start = len(content)
    content += exif[:10] + struct.pack("<I", start + 18) + bytes(4) + date
    # NewSubfileType of the first page stays; its orientation becomes the pointer to EXIF.
    place = content.index(struct.pack("<HHII", 274, 4, 1, 3))
    content[place : place + 12] = struct.pack("<HHII", 305, 4, 1, 3)
    place = content.index(struct.pack("<HH", 339, 3))
    content[place : place + 12] = struct.pack("<HHII", 0x8769, 4, 1, start)
    picture, facts = load(tmp_path / "a.tif", bytes(content))
    assert facts.taken == "2024-05-06T07:08:09"
    assert np.array_equal(picture, np.rot90(PHOTO, -1))


def test_pages_that_lead_back_end(tmp_path: Path) -> None:
    content = bytearray(tiff(flat(10, 64), flat(20, 80)))
    first = struct.unpack_from("<I", content, 4)[0]
    (count,) = struct.unpack_from("<H", content, first)
    (second,) = struct.unpack_from("<I", content, first + 2 + 12 * count)
    (count,) = struct.unpack_from("<H", content, second)
    struct.pack_into("<I", content, second + 2 + 12 * count, first)
    assert load(tmp_path / "a.tif", bytes(content))[0][0, 0].tolist() == [20] * 3
    struct.pack_into("<I", content, second + 2 + 12 * count, len(content) + 5)
    assert load(tmp_path / "a.tif", bytes(content))[0][0, 0].tolist() == [20] * 3


@pytest.mark.parametrize("offset", [0, 1 << 45, 1 << 60, (1 << 64) - 1])
def test_pages_beyond_any_file(tmp_path: Path, offset: int) -> None:
    content = bytearray(tiff(Page(PHOTO), big=True))
    (first,) = struct.unpack_from("<Q", content, 8)
    (count,) = struct.unpack_from("<Q", content, first)
    struct.pack_into("<Q", content, first + 8 + 20 * count, offset)
    assert np.array_equal(load(tmp_path / "a.tif", bytes(content))[0], PHOTO)


@pytest.mark.timeout(HANG_SECONDS)
def test_thousands_of_pages_are_not_all_read(tmp_path: Path) -> None:
    content = tiff(*(flat(page % 256, 8) for page in range(3000)), flat(7, 20))
    picture, facts = load(tmp_path / "a.tif", content)
    # Only the first pages are looked at.
    assert picture.shape == (8, 8, 3)
    assert facts.rendering == "first page"


def test_a_damaged_later_page_leaves_the_photo(tmp_path: Path) -> None:
    content = tiff(Page(PHOTO), flat(10, 90))
    # Within its directory, which is at the end.
    for cut in (5, 80, 100, 120):
        picture, facts = load(tmp_path / "a.tif", content[:-cut])
        assert facts.width == (90 if cut == 5 else 70)
        assert np.array_equal(picture, PHOTO if cut > 5 else np.full((90, 90, 3), 10))


@pytest.mark.timeout(HANG_SECONDS)
def test_many_large_directories_are_not_all_read(tmp_path: Path) -> None:
    number = 1_000_000
    content = bytearray(b"II+\0" + struct.pack("<HHQ", 8, 0, 16 + number * 8) + bytes(number * 8))
    for page in range(256):
        entries = [
            (256, 4, 1, 50),
            (257, 4, 1, 50),
            *((tag, 16, number, 16) for tag in (273, 279, 324, 325, 330)),
        ]
        content += struct.pack("<Q", len(entries))
        content += b"".join(struct.pack("<HHQQ", *entry) for entry in entries)
        content += struct.pack("<Q", 0 if page == 255 else len(content) + 8)
    (tmp_path / "a.tif").write_bytes(content)
    load_photo(str(tmp_path / "a.tif"))
