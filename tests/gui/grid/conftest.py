"""What the grid's tests share: the model under Qt's own model tester, and a view on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.widgets.theme import ThemeManager
from tests.gui.grid.photos import new_model


@pytest.fixture
def model(qapp: QApplication) -> Iterator[GridModel]:
    """An empty grid, watched by Qt's model tester at every change; its complaints fail the test."""
    made = new_model()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Warning)
    yield made
    tester.deleteLater()


@pytest.fixture
def show_view(qtbot: QtBot, model: GridModel, theme_manager: ThemeManager) -> Callable[[], GridView]:
    """Shows the model's photos: three tiles of 200 pixels side by side, two rows and a bit in sight."""

    def show() -> GridView:
        view = GridView(model=model, theme=theme_manager.theme, tile_size=200)
        view.resize(720, 640)
        qtbot.addWidget(view)
        with qtbot.waitExposed(view):
            view.show()
        return view

    return show
