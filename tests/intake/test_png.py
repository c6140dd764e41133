"""PNG with large metadata: the pixels are good, so it is scored."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.intake.load import load_photo
from tests.intake.making import ADOBE_GAMMA, ADOBE_RGB_TO_XYZ, matrix_profile, photo_image

MEGABYTE = 1 << 20


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def with_chunk(path: Path, added: bytes, *, after_pixels: bool) -> Path:
    """Save a photo with one more chunk, before or after its pixels."""
    photo_image().save(path)
    content = path.read_bytes()
    place = content.index(b"IEND" if after_pixels else b"IDAT") - 4
    path.write_bytes(content[:place] + added + content[place:])
    return path


def texts(size: int) -> dict[str, bytes]:
    """Return text chunks of each kind with this many bytes."""
    packed = zlib.compress(b"<rdf:li>" * (size // 8))
    return {
        "tEXt": chunk(b"tEXt", b"Comment\0" + b"<rdf:li>" * (size // 8)),
        "zTXt": chunk(b"zTXt", b"Comment\0\0" + packed),
        "iTXt": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed),
    }


@pytest.mark.parametrize("after_pixels", [False, True])
@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt"])
@pytest.mark.parametrize("megabytes", [2, 70])
def test_large_texts_do_not_matter(tmp_path: Path, kind: str, megabytes: int, after_pixels: bool) -> None:
    added = texts(megabytes * MEGABYTE)[kind]
    photo = load_photo(str(with_chunk(tmp_path / "a.png", added, after_pixels=after_pixels)), longest_side=0)
    assert photo.picture is not None
    assert np.array_equal(photo.picture, np.asarray(photo_image()))
    assert photo.facts.missing is None


def test_a_profile_of_several_megabytes_counts(tmp_path: Path) -> None:
    profile = matrix_profile(ADOBE_RGB_TO_XYZ, ADOBE_GAMMA)
    shown = []
    for padding in (0, 3 * MEGABYTE):
        # A profile's own size is in its first bytes; what follows its tags is ignored.
        padded = struct.pack(">I", len(profile) + padding) + profile[4:] + bytes(padding)
        added = chunk(b"iCCP", b"Adobe\0\0" + zlib.compress(padded))
        path = with_chunk(tmp_path / f"{padding}.png", added, after_pixels=False)
        picture = load_photo(str(path), longest_side=0).picture
        assert picture is not None
        shown.append(picture)
    assert np.array_equal(shown[0], shown[1])
    assert not np.array_equal(shown[0], np.asarray(photo_image()))


def test_the_handed_png(shared_data: Path) -> None:
    path = shared_data / "cases" / "png_large_metadata" / "photoshop_xmp_DocumentAncestors.png"
    photo = load_photo(str(path), frame=True)
    assert photo.frame is not None
    assert (photo.facts.width, photo.facts.height, photo.facts.missing) == (240, 160, None)
    with Image.open(path) as image:
        assert image.size == (240, 160)
