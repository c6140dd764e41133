"""--gui-smoke, as the trial of an installer uses it: it scores photos, takes a picture, and closes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.window.memapp_window import CHECKOUT, memapp_command
from tests.window.screen import Screen

pytestmark = [pytest.mark.window, pytest.mark.weights, pytest.mark.slow]


def smoke(screen: Screen, home: Path, folder: Path, picture: Path) -> int:
    """The exit status of one smoke test."""
    options = ("--gui-smoke", str(folder), "--screenshot", str(picture), "--quit-after", "120")
    environment = {**screen.environment, "MEMAPP_HOME": str(home)}
    done = subprocess.run(memapp_command(*options), cwd=CHECKOUT, env=environment, check=False, timeout=180)
    return done.returncode


def test_a_folder_is_scored_and_the_window_pictured(
    screen: Screen,
    memapp_home: Path,
    prepared_home: Path,
    make_photos: Callable[..., list[Path]],
    tmp_path: Path,
) -> None:
    make_photos(tmp_path / "photos", 2)
    picture = tmp_path / "window.png"
    assert smoke(screen, memapp_home, tmp_path / "photos", picture) == 0
    with Image.open(picture) as opened:
        assert opened.width > 600
        assert len(set(opened.convert("L").resize((64, 64)).tobytes())) > 20


def test_a_photo_that_can_not_be_scored_is_a_failure(
    screen: Screen, memapp_home: Path, prepared_home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and nothing more")
    assert smoke(screen, memapp_home, folder, tmp_path / "window.png") == 1
    assert (tmp_path / "window.png").exists()
