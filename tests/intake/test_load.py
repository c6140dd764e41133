"""The loader's promises: its results for each option, facts, limits, and a reason for every refusal."""

from __future__ import annotations

import os
import struct
import threading
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile
from PIL.TiffImagePlugin import IFDRational

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.records import FailureKind
from memapp.intake import opening
from memapp.intake.formats import available_formats
from memapp.intake.limits import DecodeBudget, Limits
from memapp.intake.load import load_photo
from memapp.intake.reading import PhotoFile
from memapp.intake.sniff import Format
from tests.intake.making import photo_image, plain_frame

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX file kinds")


def save(path: Path, size: tuple[int, int] = (640, 480), **options: Any) -> Path:
    photo_image(*size).save(path, **options)
    return path


def refusal(path: Path | str, **options: Any) -> PhotoError:
    with pytest.raises(PhotoError) as caught:
        load_photo(str(path), **({"frame": True} | options))
    assert caught.value.reason.endswith(".")
    return caught.value


def test_frame_is_the_packages_recipe_bit_for_bit(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", (1001, 613), quality=90)
    photo = load_photo(str(path), frame=True)
    assert photo.picture is None
    assert photo.frame is not None
    assert photo.frame.dtype == np.uint8
    with Image.open(path) as image:
        assert np.array_equal(photo.frame, plain_frame(image))


def test_frame_does_not_depend_on_other_options(tmp_path: Path) -> None:
    path = str(save(tmp_path / "a.jpg", (3000, 2000)))
    alone = load_photo(path, frame=True).frame
    assert alone is not None
    for longest_side in (0, 64, 512):
        both = load_photo(path, frame=True, longest_side=longest_side)
        assert both.frame is not None
        assert np.array_equal(alone, both.frame)


def test_facts_only_decodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.jpg")

    def no_decoding(image: ImageFile.ImageFile) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", no_decoding)
    photo = load_photo(str(path))
    assert (photo.frame, photo.picture) == (None, None)
    assert (photo.facts.width, photo.facts.height, photo.facts.format) == (640, 480, "JPEG")


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp", "bmp", "gif", "jp2", "avif"])
@pytest.mark.parametrize(("longest_side", "size"), [(0, (640, 480)), (200, (200, 150)), (5000, (640, 480))])
def test_picture_is_never_enlarged(
    tmp_path: Path, ending: str, longest_side: int, size: tuple[int, int]
) -> None:
    path = save(tmp_path / f"a.{ending}")
    picture = load_photo(str(path), longest_side=longest_side).picture
    assert picture is not None
    assert (picture.shape[1], picture.shape[0]) == size
    assert picture.dtype == np.uint8


def test_small_pictures_shrink_while_decoding(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", (4000, 3000))
    limits = Limits(memory=4000 * 3000 * 4 // 30)
    picture = load_photo(str(path), longest_side=300, limits=limits).picture
    assert picture is not None
    assert picture.shape == (225, 300, 3)
    expected = np.asarray(photo_image(4000, 3000).resize((300, 225), Image.Resampling.LANCZOS))
    assert np.abs(picture.astype(int) - expected).mean() < 2.0


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 700)])
def test_extreme_shapes(tmp_path: Path, size: tuple[int, int]) -> None:
    photo = load_photo(str(save(tmp_path / "a.png", size)), frame=True, longest_side=100)
    assert photo.frame is not None
    assert photo.picture is not None
    assert photo.frame.shape == (227, 227, 3)
    assert min(photo.picture.shape[:2]) >= 1
    assert max(photo.picture.shape[:2]) <= 100


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png").rename(tmp_path / "really.jpg")
    assert load_photo(str(path), frame=True).facts.format == "PNG"


def test_facts_are_read(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[271] = "NIKON CORPORATION\0"
    exif[272] = "NIKON D90"
    exif[306] = "2020:01:01 00:00:00"
    details = exif.get_ifd(0x8769)
    details[36867] = "2019:12:31 23:59:58"
    details[33434] = IFDRational(1, 250)
    details[33437] = IFDRational(28, 10)
    details[34855] = 400
    details[37386] = IFDRational(85, 1)
    details[42036] = "AF-S 85mm f/1.8G"
    facts = load_photo(str(save(tmp_path / "a.jpg", exif=exif))).facts
    assert facts.taken == "2019-12-31T23:59:58"
    assert facts.camera == "NIKON D90"
    assert facts.lens == "AF-S 85mm f/1.8G"
    assert facts.exposure == "1/250 s  f/2.8  ISO 400  85 mm"
    assert facts.rendering is None


def test_date_of_change_is_no_date_of_exposure(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[306] = "2020:01:01 00:00:00"
    exif[271] = "Canon"
    exif[272] = "EOS 5D"
    facts = load_photo(str(save(tmp_path / "a.jpg", exif=exif))).facts
    assert facts.taken is None
    assert facts.camera == "Canon EOS 5D"


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0garbage that is no TIFF",
        b"Exif\0\0II*\0\xff\xff\xff\x7f",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x05\xff\xff\xff\xff\xff\xff\xff\xff" * 40,
    ],
)
def test_invalid_exif_is_ignored(tmp_path: Path, exif: bytes) -> None:
    photo = load_photo(str(save(tmp_path / "a.jpg", exif=exif)), frame=True)
    assert photo.frame is not None
    assert photo.facts.taken is None


def test_first_of_several_pictures_is_used_and_named(tmp_path: Path) -> None:
    others = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    for ending, rendering in (
        ("gif", "first frame"),
        ("webp", "first frame"),
        ("png", "first frame"),
        ("tif", "first page"),
    ):
        path = tmp_path / f"a.{ending}"
        photo_image(64, 48).quantize(64).convert("RGB").save(
            path, save_all=True, append_images=others, lossless=True
        )
        photo = load_photo(str(path), longest_side=0)
        assert photo.facts.rendering == rendering
        assert photo.picture is not None
        assert np.abs(photo.picture.astype(int) - np.asarray(photo_image(64, 48))).mean() < 8.0, ending


def test_missing_and_vanished(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.jpg").kind is FailureKind.MISSING
    assert refusal(tmp_path / "nul\0.jpg").kind is FailureKind.MISSING
    assert refusal(tmp_path / ("x" * 400)).kind is FailureKind.UNREADABLE


def test_folder_is_not_a_picture(tmp_path: Path) -> None:
    problem = refusal(tmp_path)
    assert problem.kind is FailureKind.NOT_A_PICTURE
    assert "folder" in problem.reason


@posix_only
def test_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    assert "a connection between programs" in refusal(tmp_path / "a.jpg").reason


@posix_only
def test_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to("a.jpg")
    assert "back to itself" in refusal(tmp_path / "a.jpg").reason


@posix_only
def test_no_permission(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    problem = refusal(path)
    assert problem.kind is FailureKind.UNREADABLE
    assert "permission" in problem.reason


def test_empty_zeros_and_text(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "zeros.jpg").write_bytes(bytes(10_000))
    (tmp_path / "text.jpg").write_text("Hello", encoding="utf-8")
    empty = refusal(tmp_path / "empty.jpg")
    assert (empty.kind, empty.reason) == (
        FailureKind.EMPTY,
        "This file is empty. Copy it again from its source.",
    )
    assert "zeros" in refusal(tmp_path / "zeros.jpg").reason
    problem = refusal(tmp_path / "text.jpg")
    assert (problem.kind, problem.reason) == (
        FailureKind.NOT_A_PICTURE,
        "This is a text file, not a picture.",
    )


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp", "bmp", "jp2", "avif", "gif"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_files_end_too_early(tmp_path: Path, ending: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)
    path = tmp_path / f"a.{ending}"
    Image.fromarray(noise).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: round(len(content) * share)])
    problem = refusal(path)
    assert problem.kind is FailureKind.DAMAGED
    if ending in {"webp", "bmp", "tif", "avif"} and share > 0.1:
        assert f"of {len(content) / 1e3:.1f} kB)" in problem.reason


def test_truncated_jpeg_says_so(tmp_path: Path) -> None:
    content = save(tmp_path / "a.jpg").read_bytes()
    for share in (0.05, 0.6):
        (tmp_path / "b.jpg").write_bytes(content[: round(len(content) * share)])
        assert "it ends too early" in refusal(tmp_path / "b.jpg").reason


def test_damage_in_the_middle_is_reported(tmp_path: Path) -> None:
    content = bytearray(save(tmp_path / "a.png").read_bytes())
    content[len(content) // 2 : len(content) // 2 + 40] = b"\xff" * 40
    (tmp_path / "b.png").write_bytes(content)
    assert refusal(tmp_path / "b.png").kind is FailureKind.DAMAGED


def test_bomb_is_refused_before_decoding(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b""))
    (tmp_path / "a.png").write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks
        )
    )
    problem = refusal(tmp_path / "a.png")
    assert problem.kind is FailureKind.TOO_LARGE
    assert "40,000 x 40,000 pixels (1,600 megapixels)" in problem.reason


@pytest.mark.parametrize("ending", ["png", "webp", "avif", "tif", "jp2"])
def test_memory_limit_holds_for_every_decoder(tmp_path: Path, ending: str) -> None:
    path = save(tmp_path / f"a.{ending}")
    limits = Limits(memory=640 * 480 * 3)
    assert refusal(path, limits=limits).kind is FailureKind.TOO_LARGE


def test_jpeg_too_large_for_full_size_is_shrunk_while_decoding(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", (1600, 1200))
    photo = load_photo(str(path), frame=True, longest_side=0, limits=Limits(memory=1600 * 1200 * 2))
    full = load_photo(str(path), frame=True)
    assert (photo.facts.width, photo.facts.height) == (1600, 1200)
    assert photo.picture is not None
    assert photo.picture.shape == (600, 800, 3)
    assert photo.frame is not None
    assert full.frame is not None
    assert np.abs(photo.frame.astype(int) - full.frame).mean() < 2.0


def test_time_limit(tmp_path: Path) -> None:
    problem = refusal(save(tmp_path / "a.jpg"), limits=Limits(seconds=0.0))
    assert problem.kind is FailureKind.TOO_SLOW


def test_cancel_before_and_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.jpg", (2000, 1500), quality=98)
    control = RunControl()
    real_decode = opening.decode

    def cancelled_while_decoding(image: Image.Image, plan: opening.Plan, file: PhotoFile) -> opening.Pixels:
        control.cancel()
        return real_decode(image, plan, file)

    monkeypatch.setattr(opening, "decode", cancelled_while_decoding)
    with pytest.raises(Cancelled):
        load_photo(str(path), frame=True, control=control)
    with pytest.raises(Cancelled):
        load_photo(str(path), frame=True, control=control)


def test_budget_is_released_after_success_and_failure(tmp_path: Path) -> None:
    limits = Limits(budget=DecodeBudget(total=10_000_000))
    whole = save(tmp_path / "a.jpg")
    load_photo(str(whole), frame=True, limits=limits)
    (tmp_path / "b.jpg").write_bytes(whole.read_bytes()[:9000])
    refusal(tmp_path / "b.jpg", limits=limits)
    assert limits.budget.used == 0


def test_many_threads_under_a_small_budget(tmp_path: Path) -> None:
    paths = [str(save(tmp_path / f"{number}.jpg", (800 + number, 600))) for number in range(12)]
    expected = [load_photo(path, frame=True).frame for path in paths]
    limits = Limits(budget=DecodeBudget(total=5_000_000))
    found: dict[int, Any] = {}

    def work(start: int) -> None:
        for number in range(start, len(paths), 4):
            found[number] = load_photo(paths[number], frame=True, longest_side=100, limits=limits).frame

    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for number, frame in enumerate(expected):
        assert frame is not None
        assert np.array_equal(frame, found[number])


@posix_only
@pytest.mark.parametrize(
    "name",
    [
        "new\nline.jpg",
        "\u202egpj.jpg",
        "🦊.jpg",
        "-rf.jpg",
        "é" * 125 + "a.jpg",
        os.fsdecode(b"\xe9\xff.jpg"),
    ],
)
def test_hostile_names_load(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    photo_image().save(path, "JPEG")
    assert load_photo(str(path), frame=True).frame is not None


def test_every_format_has_a_reader_and_is_reported() -> None:
    assert set(opening._OPENERS) == set(Format)
    formats = available_formats()
    assert set(Format) <= set(formats)
    assert formats["camera RAW"]
