"""The window in its states, compared with docs/screens: a change of looks is seen in review.

python3 dev.py screens writes them anew. The photos are the samples, and the net scores by brightness, so that
nothing depends on the computer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit

from memapp.core.errors import WeightsError
from memapp.core.events import Progress
from memapp.core.records import PixelArray
from memapp.core.settings import SETTINGS
from memapp.gui.dialogs.best_set_dialog import THUMBNAIL_SIDE
from memapp.gui.dialogs.licence import LicenceDialog
from memapp.gui.run.status import RunStatus
from tests.fakes import BrightnessFactory, HalvesFactory, HalvesSegmenter
from tests.gui.window_bench import TurnstileScorer, WindowBench
from tests.screens.conftest import STORED, WRITE, ScreenScorer, Take, prepared

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the stored screens are Linux's")

TAKEN = {
    "Photos": (
        *("empty", "empty-light", "filling", "paused", "done", "done-light", "marks", "several-selected"),
        *("details", "filtered-to-nothing", "problems", "no-weights", "long-names", "small-window"),
        "large-window",
    ),
    "One photo, and photos side by side": (
        *("viewer", "viewer-light", "segmentation", "where-it-comes-from", "compare"),
    ),
    "Dialogs": (
        *("choose-the-best", "quick-first-pass", "scoring-models", "object-finders", "preferences"),
        *("preferences-light", "shortcuts", "licence", "about"),
    ),
}
"""The pictures, as docs/screens/README.md shows them."""


@pytest.fixture(autouse=True)
def no_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run takes three seconds, and none says how fast it is."""
    finished, progress = RunStatus.set_finished, RunStatus.set_progress
    monkeypatch.setattr(
        RunStatus, "set_finished", lambda self, *, photos, seconds: finished(self, photos=photos, seconds=3.0)
    )
    monkeypatch.setattr(RunStatus, "set_progress", lambda self, news: progress(self, steady(news)))


class TurnstileScreenScorer(TurnstileScorer):
    """Scores one photo a turn, as a net does."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Return scores, shape (n,)."""
        return np.asarray(0.5 + 0.75 * super().score(frames), np.float32)


def steady(progress: Progress) -> Progress:
    return replace(progress, photos_per_second=None, seconds_left=None)


def shown(bench: WindowBench, folder: Path) -> None:
    """Show the photos, with all thumbnails that are in sight."""
    bench.add(folder)
    settle(bench)


def settle(bench: WindowBench) -> None:
    """Wait for the thumbnails in sight, at the size at which they are shown, and for the histogram."""
    window, grid = bench.window, bench.window.grid
    bench.until(
        lambda: (
            not window.tile_images.lacking_previews(
                [window.photos.key(place) for place in grid.places_in_sight()], grid.tile_size
            )
        )
    )
    bench.until(lambda: not window.panes._shoot_timer.isActive())
    QApplication.processEvents()


def dialog(bench: WindowBench, action: str, take: Take, name: str) -> None:
    """Take a picture of the dialog that an action opens, and close it."""
    left: list[Exception | BaseException] = []

    def look() -> None:
        found = QApplication.activeModalWidget()
        if not isinstance(found, QDialog) or not found.isVisible():
            QTimer.singleShot(5, look)
            return
        try:
            take(name, found)
        except BaseException as problem:  # pytest's own failure must not get lost in Qt's event loop
            left.append(problem)
        found.reject()

    QTimer.singleShot(0, look)
    bench.trigger(action)
    if left:
        raise left[0]


def test_empty(window: WindowBench, take: Take) -> None:
    take("empty", window.window)
    window.settings.set(SETTINGS.theme, "light")
    take("empty-light", window.window)


def test_filling_and_paused(open_window: Callable[..., WindowBench], shoot: Path, take: Take) -> None:
    turnstile = TurnstileScreenScorer()
    bench = prepared(open_window(BrightnessFactory(turnstile)))
    # Which photos are scored first is a matter of chance; so these are all of a first folder.
    first = shoot.with_name("Evening")
    first.mkdir()
    for name in ("Coffee.jpg", "Chelsea.jpg", "Raccoon.jpg", "Moose.webp"):
        (shoot / name).rename(first / name)
    turnstile.go(4)
    shown(bench, first)
    turnstile.waiting.clear()
    bench.window.add([str(shoot)])
    bench.until(lambda: turnstile.waiting.is_set() and len(bench.names()) > 10)
    settle(bench)
    bench.window.photos.refresh()
    take("filling", bench.window)
    bench.trigger("pause")
    bench.until(lambda: bench.window.session.paused)
    take("paused", bench.window)


def test_done(window: WindowBench, shoot: Path, take: Take) -> None:
    shown(window, shoot)
    window.choose("Coffee.jpg")
    settle(window)
    take("done", window.window)
    window.settings.set(SETTINGS.theme, "light")
    take("done-light", window.window)
    window.settings.set(SETTINGS.theme, "dark")
    window.window.resize(900, 600)
    settle(window)
    take("small-window", window.window)
    window.window.resize(2560, 1440)
    settle(window)
    take("large-window", window.window)


def test_details_and_filtered_to_nothing(window: WindowBench, shoot: Path, take: Take) -> None:
    shown(window, shoot)
    window.trigger("details")
    take("details", window.window)
    window.trigger("details")
    search = window.window.filters.findChild(QLineEdit)
    assert search is not None
    search.setText("wedding")
    window.until(lambda: not window.names())
    take("filtered-to-nothing", window.window)


def test_problems(window: WindowBench, shoot: Path, take: Take) -> None:
    (shoot / "IMG_0815.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (shoot / "empty.jpg").write_bytes(b"")
    shown(window, shoot)
    window.trigger("problems")
    settle(window)
    take("problems", window.window)


def test_no_weights(open_window: Callable[..., WindowBench], shoot: Path, take: Take) -> None:
    missing = WeightsError("The scoring model is not on this computer: install memapp again.")
    bench = prepared(open_window(BrightnessFactory(identity_problem=missing)))
    shown(bench, shoot)
    take("no-weights", bench.window)


def test_viewer(window: WindowBench, shoot: Path, take: Take) -> None:
    shown(window, shoot)
    window.window.panes.open(window.key("Chelsea.jpg"))
    window.until(lambda: window.window.viewer.view.zoom)
    window.until(lambda: window.window.viewer.view._levels.size.width() > 300)
    take("viewer", window.window)
    window.settings.set(SETTINGS.theme, "light")
    take("viewer-light", window.window)


def test_overlays(open_window: Callable[..., WindowBench], shoot: Path, take: Take) -> None:
    bench = prepared(
        open_window(
            BrightnessFactory(ScreenScorer()), segmenters=HalvesFactory(HalvesSegmenter(with_instance=True))
        )
    )
    shown(bench, shoot)
    bench.window.panes.open(bench.key("Chelsea.jpg"))
    bench.until(lambda: bench.window.viewer.view._levels.size.width() > 300)
    for overlay, name in (("segmentation", "segmentation"), ("memorability", "where-it-comes-from")):
        bench.trigger(f"overlay-{overlay}")
        bench.until(lambda: bench.window.overlays.view.shown is not None)
        bench.until(lambda: not bench.supervisor.explaining)
        bench.until(lambda: bench.window.viewer.view.layer is not None)
        QApplication.processEvents()
        take(name, bench.window)


def test_several_selected_and_marks(window: WindowBench, shoot: Path, take: Take) -> None:
    shown(window, shoot)
    window.choose("Coffee.jpg", "Chelsea.jpg", "Moose.webp")
    window.trigger("pick")
    window.trigger("stars-4")
    window.choose("Grass.jpg")
    window.trigger("reject")
    window.choose("Rocket.jpg")
    window.trigger("label-green")
    settle(window)
    take("marks", window.window)
    window.choose("Coffee.jpg", "Chelsea.jpg", "Moose.webp")
    settle(window)
    take("several-selected", window.window)


def test_compare(window: WindowBench, shoot: Path, take: Take) -> None:
    shown(window, shoot)
    window.choose("Coffee.jpg", "Chelsea.jpg", "Moose.webp")
    window.trigger("compare")
    page = window.window.photo_commands.compare.page
    views = [view for key in page.keys if (view := page.view_of(key)) is not None]
    window.until(lambda: all(view.zoom and view._levels.size.width() > 300 for view in views))
    take("compare", window.window)


def test_choose_the_best(window: WindowBench, shoot: Path, take: Take) -> None:
    shown(window, shoot)
    window.trigger("choose-best")
    proposal = window.window.photo_commands.best_set.dialog
    assert proposal is not None
    window.until(lambda: len(proposal.proposed) > 1)
    window.until(lambda: not window.window.tile_images.lacking_previews(proposal.proposed, THUMBNAIL_SIDE))
    take("choose-the-best", proposal)
    proposal.reject()


def test_long_names_and_odd_shapes(window: WindowBench, shoot: Path, take: Take) -> None:
    for file in shoot.iterdir():
        file.unlink()
    name = "A very long name that somebody gave to a photo of the whole family at the lake in August"
    for number, size in enumerate(((900, 150), (150, 900), (500, 500), (640, 400))):
        Image.new("RGB", size, (60 + 45 * number, 110, 150)).save(shoot / f"{name} {number}.png")
    shown(window, shoot)
    window.choose(f"{name} 0.png")
    settle(window)
    take("long-names", window.window)


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("about", "about"),
        ("shortcuts", "shortcuts"),
        ("preferences", "preferences"),
        ("nets", "scoring-models"),
        ("segmenters", "object-finders"),
    ],
)
def test_dialogs(window: WindowBench, take: Take, action: str, name: str) -> None:
    dialog(window, action, take, name)
    if action == "preferences":
        window.settings.set(SETTINGS.theme, "light")
        dialog(window, action, take, f"{name}-light")


def test_quick_first_pass(open_window: Callable[..., WindowBench], shoot: Path, take: Take) -> None:
    bench = prepared(open_window(BrightnessFactory(ScreenScorer()), fast_scorers=BrightnessFactory()))
    shown(bench, shoot)
    dialog(bench, "triage", take, "quick-first-pass")


def test_licence(window: WindowBench, take: Take) -> None:
    shown_dialog = LicenceDialog(theme_manager=window.window._theme_manager, parent=window.window)
    shown_dialog.show()
    take("licence", shown_dialog)
    shown_dialog.reject()


def readme() -> str:
    """Return the page that shows all pictures."""
    parts = [
        "# How memapp looks",
        "The window in its states, with the sample photos and a stand-in for the scoring model. A test\n"
        "compares these pictures with the window of today; `python3 dev.py screens` writes them anew when a\n"
        "change of looks is meant.",
    ]
    for title, names in TAKEN.items():
        parts.append(f"## {title}")
        parts += [f"{name.replace('-', ' ').capitalize()}\n\n![{name}]({name}.png)" for name in names]
    return "\n\n".join(parts) + "\n"


def test_every_picture_is_taken_and_shown() -> None:
    names = {name for group in TAKEN.values() for name in group}
    if os.environ.get(WRITE):
        for file in STORED.glob("*.png"):
            if file.stem not in names:
                file.unlink()
        (STORED / "README.md").write_text(readme(), encoding="utf-8")
    assert {file.stem for file in STORED.glob("*.png")} == names
    assert (STORED / "README.md").read_text(encoding="utf-8") == readme()
