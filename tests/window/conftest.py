"""End to end: the real memapp on a screen of the tests' own, with the real net and a fresh MEMAPP_HOME."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from tests.window.memapp_window import CHECKOUT, MemappWindow
from tests.window.screen import Screen, missing_programs

SAMPLES = CHECKOUT / "resources" / "samples"

PhotoMaker = Callable[..., list[Path]]
Starter = Callable[..., MemappWindow]


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """A screen for all tests."""
    if missing := missing_programs():
        reason = f"no screen can be made without {', '.join(missing)}"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    made = Screen(folder=tmp_path_factory.mktemp("screen"))
    yield made
    made.stop()


@pytest.fixture
def start(screen: Screen, memapp_home: Path, prepared_home: Path) -> Iterator[Starter]:
    """Start memapp with paths; all starts of one test share a home. Nothing outlives the test.

    The net is prepared already: preparing it takes a minute, and its notice would cover others.
    """
    started: list[MemappWindow] = []

    def make(*paths: Path) -> MemappWindow:
        started.append(MemappWindow(screen=screen, home=memapp_home, paths=paths))
        return started[-1]

    yield make
    for window in started:
        window.make_sure_of_the_end()


@pytest.fixture
def licence_accepted(memapp_home: Path) -> None:
    """As on the second start: the first notice was read."""
    # The tests' photos are made of few, so that many are of one moment: each is shown by itself.
    settings = {"licence_accepted": True, "group_moments": False}
    (memapp_home / "settings.json").write_text(json.dumps(settings), encoding="utf-8")


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where pictures for a person go: the folder in MEMAPP_SCREENSHOTS, else the test's own."""
    folder = Path(os.environ.get("MEMAPP_SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def make_photos() -> PhotoMaker:
    """Makes real photos, no two alike: parts of the samples."""
    samples = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".jpg", ".webp"})

    def make(folder: Path, count: int) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        made = []
        for number in range(count):
            turn, which = divmod(number, len(samples))
            with Image.open(samples[which]) as opened:
                sample = ImageOps.exif_transpose(opened)
                width, height = sample.size
                inset = 0.04 * turn
                part = sample.crop(
                    (round(width * inset), round(height * inset), round(width * (1 - inset)), height)
                )
            part.thumbnail((480, 480))
            made.append(folder / f"{samples[which].stem} {turn}.jpg")
            part.convert("RGB").save(made[-1], quality=90)
        return made

    return make
