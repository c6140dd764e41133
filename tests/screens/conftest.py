"""What all screens share: one font, photos at one place, a window of one size, what becomes of a picture."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from PySide6.QtGui import QFont, QFontDatabase, QImage
from PySide6.QtWidgets import QApplication, QWidget

from memapp.core.records import PixelArray
from memapp.core.resources import resources_folder
from memapp.core.settings import SETTINGS
from memapp.gui.widgets import theme
from tests.conftest import CHECKOUT
from tests.fakes import BrightnessFactory, SeeingScorer
from tests.gui.conftest import open_window, qtbot
from tests.gui.window_bench import WindowBench
from tests.screens.comparing import beside, compare, store

__all__ = ["open_window", "qtbot"]

STORED = CHECKOUT / "docs" / "screens"
WRITE = "MEMAPP_WRITE_SCREENS"
"""The variable that has the pictures written instead of compared."""
DIFFERENCES = CHECKOUT / "build" / "screens"

Take = Callable[..., None]


class _OneFont:
    """In the place of QFontDatabase: the system's font is the one that comes with matplotlib."""

    SystemFont = QFontDatabase.SystemFont
    family = ""

    @classmethod
    def systemFont(cls, _which: QFontDatabase.SystemFont) -> QFont:  # noqa: N802 (a name of Qt's)
        return QFont(cls.family)


@pytest.fixture(autouse=True)
def one_font(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use the same font on every computer."""
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    added = [QFontDatabase.addApplicationFont(str(fonts / f"DejaVuSans{kind}.ttf")) for kind in ("", "-Bold")]
    _OneFont.family = QFontDatabase.applicationFontFamilies(added[0])[0]
    monkeypatch.setattr(theme, "QFontDatabase", _OneFont)
    before = qapp.font()
    qapp.setFont(QFont(_OneFont.family))
    yield
    qapp.setFont(before)


class ScreenScorer(SeeingScorer):
    """Scores by brightness, but as a net does: from 0.5 to 0.95."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Return scores, shape (n,)."""
        return np.asarray(np.clip(0.5 + 0.75 * super().score(frames), 0.5, 0.95), np.float32)


@pytest.fixture(autouse=True)
def memapp_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh MEMAPP_HOME at a place whose name can be shown."""
    home = Path(tempfile.gettempdir()) / "memapp screens home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    monkeypatch.setenv("MEMAPP_HOME", str(home))
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def shoot() -> Iterator[Path]:
    """The sample photos, at a place whose name can be shown."""
    place = Path(tempfile.gettempdir()) / "memapp screens"
    shutil.rmtree(place, ignore_errors=True)
    folder = place / "Anna and Ben"
    shutil.copytree(resources_folder() / "samples", folder, ignore=shutil.ignore_patterns("*.md"))
    yield folder
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def window(open_window: Callable[..., WindowBench]) -> WindowBench:
    """A dark window of the usual size."""
    return prepared(open_window(BrightnessFactory(ScreenScorer())))


def prepared(bench: WindowBench) -> WindowBench:
    """Return the window at the usual size, dark, with the licence accepted and no caret that blinks."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setCursorFlashTime(0)
    bench.settings.set(SETTINGS.licence_accepted, True)
    for notice in bench.window.notices.notices:
        bench.window.notices.close_text(notice.text)
    bench.settings.set(SETTINGS.theme, "dark")
    bench.window.resize(1240, 780)
    return bench


@pytest.fixture
def take() -> Take:
    """Takes a picture of a widget, and compares it with the stored one, or stores it."""

    def compared(name: str, widget: QWidget) -> None:
        QApplication.processEvents()
        image = picture_of(widget.grab().toImage())
        file = STORED / f"{name}.png"
        if os.environ.get(WRITE):
            STORED.mkdir(exist_ok=True)
            store(image, file)
            return
        difference = compare(image, file)
        if difference is None:
            return
        words = f"The screen {name} {difference.words}. "
        if file.is_file():
            beside(image, file, DIFFERENCES / f"{name}.png")
            words += f"Before, after and difference: {DIFFERENCES / f'{name}.png'}. "
        pytest.fail(words + "If that is meant, run python3 dev.py screens and commit.", pytrace=False)

    return compared


def picture_of(image: QImage) -> Image.Image:
    """Return Qt's picture as Pillow's."""
    flat = image.convertToFormat(QImage.Format.Format_RGB888)
    return Image.frombuffer(
        "RGB", (flat.width(), flat.height()), bytes(flat.constBits()), "raw", "RGB", flat.bytesPerLine(), 1
    )
