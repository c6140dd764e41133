"""What the window's tests share: an appearance, and photos made of plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.core.nets import NetInfo
from memapp.core.records import Failure, FailureKind, ImageKey, PhotoFacts, Precision, ScoredPhoto
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.widgets.translator import CatalogueTranslator
from tests.fakes import BrightnessFactory, HalvesFactory
from tests.gui.window_bench import TurnstileScorer, WindowBench
from tests.qt_waits import SteadyQtBot


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's bot, with waits for a busy machine."""
    return SteadyQtBot(request)


@pytest.fixture
def theme_manager(qapp: QApplication) -> ThemeManager:
    """A dark window."""
    return ThemeManager(choice="dark")


@pytest.fixture
def photo_key() -> Callable[[str], ImageKey]:
    """Names a photo that lies nowhere."""

    def make(name: str) -> ImageKey:
        return ImageKey(path=f"/photos/holiday/{name}", size=4_200_000, mtime_ns=1)

    return make


@pytest.fixture
def scored(photo_key: Callable[[str], ImageKey]) -> Callable[..., ScoredPhoto]:
    """A photo with a score."""

    def make(
        name: str = "a.jpg",
        *,
        score: float = 0.8234,
        width: int = 3000,
        height: int = 2000,
        precision: Precision = Precision.EXACT,
    ) -> ScoredPhoto:
        facts = PhotoFacts(width=width, height=height, format="JPEG")
        return ScoredPhoto(photo_key(name), score, facts, precision=precision)

    return make


@pytest.fixture
def failure(photo_key: Callable[[str], ImageKey]) -> Callable[[str], Failure]:
    """A photo that could not be read."""

    def make(name: str = "broken.jpg") -> Failure:
        return Failure(photo_key(name), FailureKind.DAMAGED, f"Can't read {name}: it ends too early.")

    return make


@pytest.fixture
def plain_image() -> Callable[..., QImage]:
    """A picture of one colour."""

    def make(width: int, height: int, colour: str = "#ff0000") -> QImage:
        image = QImage(width, height, QImage.Format.Format_RGB888)
        image.fill(QColor(colour))
        return image

    return make


@pytest.fixture
def open_window(qtbot: QtBot, memapp_home: Path) -> Callable[..., WindowBench]:
    """Opens the real window over a net that costs nothing; the same home for all of one test's."""

    def make(
        scorers: BrightnessFactory | None = None,
        *,
        fast_scorers: BrightnessFactory | None = None,
        segmenters: HalvesFactory | None = None,
        others: dict[NetInfo, BrightnessFactory] | None = None,
        trash_restores: bool = True,
    ) -> WindowBench:
        return WindowBench(
            qtbot=qtbot,
            home=memapp_home,
            scorers=scorers or BrightnessFactory(),
            fast_scorers=fast_scorers,
            segmenters=segmenters,
            others=others,
            trash_restores=trash_restores,
        )

    return make


@pytest.fixture
def bench(open_window: Callable[..., WindowBench]) -> WindowBench:
    """A window whose net scores at once."""
    return open_window()


@pytest.fixture
def turnstile() -> TurnstileScorer:
    """The net of `slow_bench`."""
    return TurnstileScorer()


@pytest.fixture
def slow_bench(open_window: Callable[..., WindowBench], turnstile: TurnstileScorer) -> WindowBench:
    """A window whose net scores one photo a turn."""
    return open_window(BrightnessFactory(turnstile))


@pytest.fixture
def pseudo_window_language(qapp: QApplication, pseudo_language: None) -> Iterator[None]:
    """Show the language that marks every text that can be translated, in Qt's own texts too."""
    translator = CatalogueTranslator(qapp)
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)
