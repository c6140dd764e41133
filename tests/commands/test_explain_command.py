"""memapp explain, in processes of its own: what it writes, how it ends, and what it says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.cli import main
from memapp.commands import explain
from memapp.core.control import RunControl
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.scoring.weights import RESMEM_WEIGHTS
from memapp.store.explained_files import ENDINGS
from tests.commands.command_line import make_photo, memapp
from tests.conftest import CHECKOUT
from tests.fakes import BrightnessFactory
from tests.packs import MADE, made_pack

AREAS = {
    "areas": [
        {"name": "middle", "outline": [[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]]},
        {"name": "edge", "outline": [[0, 0], [0.04, 0], [0.04, 1], [0, 1]]},
    ]
}


def test_wrong_usage_is_two(tmp_path: Path, memapp_home: Path) -> None:
    photo = make_photo(tmp_path / "a.png")
    wrong: tuple[list[str | Path], ...] = (
        ["explain", photo],
        ["explain", photo, "--output", tmp_path / "out", "--method", "guess"],
        ["explain", photo, "--output", tmp_path / "out", "--segmenter", "gone"],
        ["explain", photo, "--output", tmp_path / "out", "--aoi", tmp_path / "none.json"],
        ["explain", photo, "--output", photo],
    )
    for arguments in wrong:
        done = memapp(*arguments, home=memapp_home)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert "Traceback" not in done.stderr
        assert done.stderr


def test_nothing_to_explain_is_said(tmp_path: Path, memapp_home: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = memapp("explain", tmp_path / "empty", "--output", tmp_path / "out", home=memapp_home)
    assert done.returncode == 2
    assert "nothing to explain" in done.stderr


def test_without_weights_one_sentence_says_what_to_do(tmp_path: Path, memapp_home: Path) -> None:
    weights = memapp_home / "weights" / RESMEM_WEIGHTS.file_name
    weights.parent.mkdir()
    weights.write_bytes(b"a download that broke off")
    photo = make_photo(tmp_path / "a.png")
    done = memapp("explain", photo, "--output", tmp_path / "out", home=memapp_home)
    assert done.returncode == 1
    [sentence] = done.stderr.splitlines()
    assert "incomplete" in sentence


def test_gradients_without_torch_are_refused_before_any_work(tmp_path: Path, memapp_home: Path) -> None:
    photo = make_photo(tmp_path / "a.png")
    # As on a computer with the laptop build: torch can't be found.
    (tmp_path / "torchless.py").write_text(
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: None if name == 'torch' else find(name, *more)\n"
        "from memapp import cli\n"
        "sys.exit(cli.main(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    arguments = ["explain", photo, "--output", tmp_path / "out", "--method", "gradient"]
    done = subprocess.run(
        [sys.executable, tmp_path / "torchless.py", *map(str, arguments)],
        env={**os.environ, "MEMAPP_HOME": str(memapp_home), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    [sentence] = done.stderr.splitlines()
    assert "needs torch" in sentence
    assert "thorough method" in sentence


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """A photo, the same one lying on its side, and a broken one. Everything that is written is upright."""
    original = resources_folder() / "samples" / "Coffee.jpg"
    turned = tmp_path / "turned" / "Coffee.jpg"
    turned.parent.mkdir()
    with Image.open(original) as image:
        exif = Image.Exif()
        exif[0x0112] = 6
        image.transpose(Image.Transpose.ROTATE_90).save(turned, exif=exif, quality=95)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 and no more")
    return [original, turned, broken]


@pytest.fixture
def areas(tmp_path: Path) -> Path:
    file = tmp_path / "areas.json"
    file.write_text(json.dumps(AREAS), encoding="utf-8")
    return file


def check_written(out: Path, photos: Sequence[Path], *, passes: int) -> None:
    """Check what was written of these photos, which all show the same."""
    names = ["Coffee", "Coffee (2)"][: len(photos)]
    assert sorted(file.name for file in out.iterdir()) == sorted(
        f"{name}{ending}" for name in names for ending in ENDINGS
    )
    with Image.open(photos[0]) as image:
        size = image.size
    maps = []
    for name, photo in zip(names, photos, strict=True):
        document = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
        assert document["path"] == str(photo)
        assert 0.3 < document["score"] < 1
        assert document["map"]["method"] == "occlusion"
        assert document["map"]["forward_passes"] <= passes
        assert document["segmenter"]["name"] == MADE
        regions = {region["name"]: region for region in document["regions"]}
        assert regions["edge"]["contribution"] is None
        assert regions["edge"]["frame_share"] == 0
        assert regions["middle"]["area_share"] == pytest.approx(0.16, abs=0.01)
        contributions = [each["contribution"] for each in document["regions"] if each["name"] != "edge"]
        assert contributions == sorted(contributions, reverse=True)
        maps.append(np.load(out / f"{name}.map.npy"))
        assert maps[-1].shape == (size[1], size[0])
        assert document["map"]["min"] == pytest.approx(float(np.nanmin(maps[-1])), abs=1e-6)
        with Image.open(out / f"{name}.overlay.png") as overlay:
            assert overlay.size == size
    for each in maps[1:]:
        seen = np.isfinite(maps[0])
        np.testing.assert_array_equal(seen, np.isfinite(each))
        assert np.corrcoef(maps[0][seen], each[seen])[0, 1] > 0.8


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("count", [1, pytest.param(2, marks=pytest.mark.breadth)])
def test_photos_are_explained_and_failures_listed(
    tmp_path: Path, memapp_home: Path, photos: list[Path], areas: Path, count: int
) -> None:
    made_pack(memapp_home)
    *given, broken = *photos[:count], photos[-1]
    out = tmp_path / "out"
    options: list[str | Path] = ["--output", out, "--aoi", areas, "--segmenter", MADE]

    done = memapp("explain", *given, broken, *options, home=memapp_home)

    assert done.returncode == 3, done.stderr
    assert f"{broken}: Can't read this file" in done.stderr
    assert done.stderr.count('"edge" lies outside the frame') == 1
    check_written(out, given, passes=128)
    first = np.load(out / "Coffee.map.npy")
    # The second time everything is known, and written again under the same names.
    shutil.rmtree(out)
    again = memapp("explain", given[0], *options, home=memapp_home)
    assert again.returncode == 0, again.stderr
    np.testing.assert_array_equal(np.load(out / "Coffee.map.npy"), first)


def test_a_photo_lying_on_its_side_is_explained_upright(
    tmp_path: Path, memapp_home: Path, monkeypatch: pytest.MonkeyPatch, photos: list[Path], areas: Path
) -> None:
    """With a net that takes no time: bright is memorable."""
    made_pack(memapp_home)
    monkeypatch.setattr(explain, "nets", _BrightnessNets)
    out = tmp_path / "out"
    given = [str(photo) for photo in photos[:2]]
    assert main(["explain", *given, "--output", str(out), "--aoi", str(areas), "--segmenter", MADE]) == 0
    check_written(out, photos[:2], passes=128)


class _BrightnessNets:
    """Nets of which each is the brightness of the photo."""

    def factory(self, _name: str, **_options: object) -> BrightnessFactory:
        return BrightnessFactory()


def test_a_file_that_was_replaced_since_it_was_found_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shared_data: Path
) -> None:
    """Nothing may be written of two pictures at once."""
    first, second = sorted((shared_data / "cases" / "replaced_in_place").glob("*.jpg"))
    photo = tmp_path / "a.jpg"
    photo.write_bytes(first.read_bytes())

    def find(paths: list[str], *, control: RunControl) -> Iterator[object]:
        found = list(find_photos(paths, control=control))
        photo.write_bytes(second.read_bytes())
        yield from found

    def explained(*_: object, **__: object) -> Iterator[object]:
        pytest.fail("what is known of the first photo would be drawn over the second")

    monkeypatch.setattr(explain, "find_photos", find)
    monkeypatch.setattr(explain, "explain_run", explained)
    status = main(["explain", str(photo), "--output", str(tmp_path / "out"), "--segmenter", "none"])
    assert status == 3
    assert "changed or replaced" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())
