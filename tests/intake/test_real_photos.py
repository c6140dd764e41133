"""Real photos of every format: they load, upright, with the package's very pixels where it has any."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind, PixelArray
from memapp.intake.load import load_photo
from tests.intake.making import has_colours_that_the_package_ignores, plain_frame

REFUSED = {
    "cmyk_layers.jxl": FailureKind.UNSUPPORTED,  # pylibjxl gives three of its four inks
    "hopper.ico": FailureKind.UNSUPPORTED,  # an icon
    "8x4x8bit-Grayscale.psd": FailureKind.UNSUPPORTED,  # saved without the picture of its layers
    # libavif takes it for malformed: its alpha lacks a property that the standard demands
    "plum-blossom-small.profile0.8bpc.yuv420.alpha-full.avif": FailureKind.DAMAGED,
}


def frame(path: Path) -> PixelArray:
    loaded = load_photo(str(path), frame=True).frame
    assert loaded is not None
    return loaded


def difference(first: PixelArray, second: PixelArray) -> float:
    return float(np.abs(first.astype(int) - second).mean())


def test_every_format_loads_or_is_refused_for_a_known_reason(shared_data: Path) -> None:
    refused = {}
    files = [path for path in sorted((shared_data / "photos" / "formats").rglob("*")) if path.is_file()]
    assert len(files) > 150
    for path in files:
        try:
            photo = load_photo(str(path), frame=True, longest_side=256)
        except PhotoError as problem:
            refused[path.name] = problem.kind
            continue
        assert photo.frame is not None
        assert photo.frame.shape == (227, 227, 3)
        assert photo.picture is not None
        assert max(photo.picture.shape[:2]) == min(256, max(photo.facts.width, photo.facts.height))
    assert refused == REFUSED


def test_frames_are_the_packages_bit_for_bit(shared_data: Path) -> None:
    with (shared_data / "photos" / "reference_scores.tsv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter="\t")
            if row["mode"] == "RGB"
            and row["has_icc"] == "0"
            and not row["path"].endswith((".heif", ".heic", ".jxl"))
        ]
    assert len(rows) > 400
    sample = rows[::5] + [row for row in rows if row["orientation"] != "1"]
    for row in sample:
        path = shared_data / "photos" / row["path"]
        if has_colours_that_the_package_ignores(path):
            continue
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            assert np.array_equal(frame(path), plain_frame(upright)), row["path"]


@pytest.mark.parametrize("scene", ["Landscape", "Portrait"])
def test_eight_orientations_are_all_upright(shared_data: Path, scene: str) -> None:
    folder = shared_data / "photos" / "exif_orientation"
    frames = [frame(folder / f"{scene}_{number}.jpg") for number in range(1, 9)]
    # They differ in the number written on them and were compressed one by one.
    assert max(difference(frames[0], other) for other in frames[1:]) < 8.0
    assert difference(frames[0], frames[0][::-1]) > 30.0
    assert difference(frames[0], frames[0][:, ::-1]) > 30.0


def test_turned_and_mirrored_avif_look_alike(shared_data: Path) -> None:
    folder = shared_data / "photos" / "formats"
    plain = frame(folder / "kimono.avif")
    for name in ("kimono.rotate90", "kimono.rotate270", "kimono.mirror-horizontal"):
        assert difference(plain, frame(folder / f"{name}.avif")) < 4.0, name


def test_one_scene_in_several_codings_has_the_same_colours(shared_data: Path) -> None:
    folder = shared_data / "photos" / "formats"
    for first, *others in (
        ("fox.profile0.8bpc.yuv420.avif", "fox.profile0.10bpc.yuv420.avif", "fox.profile1.8bpc.yuv444.avif"),
        ("hopper.ppm", "hopper.bmp", "hopper.tif", "hopper.webp"),
        ("balloon.jp2", "balloon.j2c"),
        (
            "african_elephants.jpg",
            "african_elephants_cmyk.jpg",
            "african_elephants_with_exif_orientation.jpg",
        ),
        ("indexed.png", "sample-xyb.jpg"),
        ("IMG_2927.HEIC", "exif-at-eof.heic"),
        ("RGB_16__128x128.png", "RGB_10__128x128.heif"),
        ("hopper_8bit.pgm", "hopper_16bit.pgm", "hopper_gray.jpg"),
    ):
        for other in others:
            assert difference(frame(folder / first), frame(folder / other)) < 8.0, other


def test_cameras_tell_when_and_how(shared_data: Path) -> None:
    folder = shared_data / "photos" / "camera"
    facts = load_photo(str(folder / "Canon EOS 450D.jpg")).facts
    assert (facts.width, facts.height) == (4272, 2848)
    assert facts.camera == "Canon EOS 450D"
    assert facts.taken is not None
    assert facts.exposure is not None
    known = [load_photo(str(path)).facts for path in sorted(folder.iterdir())]
    assert sum(fact.camera is not None for fact in known) > 0.9 * len(known)
    assert all("\0" not in (fact.camera or "") for fact in known)
