"""HEIC files that end the process in pi-heif are refused before it opens them."""

from __future__ import annotations

import io
from pathlib import Path

import pillow_heif
import pytest

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind
from memapp.intake.load import load_photo
from tests.intake.making import photo_image


@pytest.fixture(scope="module")
def heic() -> bytes:
    """A photo with EXIF and XMP."""
    image = photo_image()
    image.getexif()[0x0110] = "Camera"
    file = io.BytesIO()
    heif = pillow_heif.from_pillow(image)
    heif.info["exif"] = image.getexif().tobytes()
    heif.info["xmp"] = b"<x:xmpmeta/>"
    heif.save(file)
    return file.getvalue()


def test_a_whole_one_is_read(tmp_path: Path, heic: bytes) -> None:
    (tmp_path / "a.heic").write_bytes(heic)
    photo = load_photo(str(tmp_path / "a.heic"), frame=True)
    assert (photo.facts.width, photo.facts.height) == photo_image().size
    assert photo.facts.camera == "Camera"


# Each ended the process, not only the photo.
@pytest.mark.parametrize(
    ("kind", "damaged"),
    [
        (b"Exif", b"\xff\xff\xff\xff"),
        (b"Exif", b"Ex\xe9f"),
        (b"application/rdf+xml", b"application/rdf\xffxml"),
    ],
)
def test_kinds_of_items_that_are_no_text_are_damage(
    tmp_path: Path, heic: bytes, kind: bytes, damaged: bytes
) -> None:
    assert kind in heic
    (tmp_path / "a.heic").write_bytes(heic.replace(kind, damaged, 1))
    with pytest.raises(PhotoError) as caught:
        load_photo(str(tmp_path / "a.heic"), frame=True)
    assert caught.value.kind is FailureKind.DAMAGED


def test_a_file_that_ends_too_early_says_so(tmp_path: Path, heic: bytes) -> None:
    (tmp_path / "a.heic").write_bytes(heic[: len(heic) // 2])
    with pytest.raises(PhotoError, match="ends too early"):
        load_photo(str(tmp_path / "a.heic"), frame=True)
