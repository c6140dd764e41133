"""What the grid's tests share: models under Qt's own model tester, and a view on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.item_model import PhotoItemModel
from memapp.gui.grid.sort_proxy import PhotoSortProxy
from memapp.gui.widgets.theme import ThemeManager


@pytest.fixture
def model(qapp: QApplication) -> Iterator[PhotoItemModel]:
    """An empty item model, watched by Qt's model tester at every change; its complaints fail the test."""
    made = PhotoItemModel()
    tester = _tester(made)
    yield made
    tester.deleteLater()


@pytest.fixture
def proxy(model: PhotoItemModel) -> Iterator[PhotoSortProxy]:
    """A proxy over it, watched as well."""
    made = PhotoSortProxy(source=model)
    tester = _tester(made)
    yield made
    tester.deleteLater()


@pytest.fixture
def show_view(qtbot: QtBot, proxy: PhotoSortProxy, theme_manager: ThemeManager) -> Callable[[], GridView]:
    """Shows the proxy's photos: three tiles of 200 pixels side by side, two rows and a bit in sight."""

    def show() -> GridView:
        view = GridView(proxy=proxy, theme=theme_manager.theme, tile_size=200)
        view.resize(720, 640)
        qtbot.addWidget(view)
        with qtbot.waitExposed(view):
            view.show()
        return view

    return show


def _tester(model: PhotoItemModel | PhotoSortProxy) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
