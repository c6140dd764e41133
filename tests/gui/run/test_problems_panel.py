"""The list of photos without a score: what it shows and requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QPushButton, QTreeView
from pytestqt.qtbot import QtBot

from memapp.core.records import Failure
from memapp.gui.run.problems_panel import FailureTable, ProblemsPanel
from memapp.gui.widgets.theme import ThemeManager

_SELECT = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


@pytest.fixture
def failures(failure: Callable[[str], Failure]) -> list[Failure]:
    return [failure("a.jpg"), failure("b.jpg"), failure("c.jpg")]


@pytest.fixture
def panel(qtbot: QtBot, theme_manager: ThemeManager) -> ProblemsPanel:
    made = ProblemsPanel(theme_manager=theme_manager)
    qtbot.addWidget(made)
    made.resize(800, 240)
    made.show()
    return made


def _view(panel: ProblemsPanel) -> QTreeView:
    view = panel.findChild(QTreeView)
    assert view is not None
    return view


def _choose(panel: ProblemsPanel, *rows: int) -> None:
    view = _view(panel)
    view.clearSelection()
    for row in rows:
        view.selectionModel().select(view.model().index(row, 0), _SELECT)


def _button(panel: ProblemsPanel, text: str) -> QPushButton:
    return next(button for button in panel.findChildren(QPushButton) if button.text() == text)


def test_the_table_is_a_sound_item_model(theme_manager: ThemeManager, failures: list[Failure]) -> None:
    table = FailureTable(theme_manager=theme_manager)
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table.set_failures(failures)
    assert table.rowCount() == 3
    assert table.rowCount(table.index(0, 0)) == 0
    assert [table.index(1, column).data() for column in range(table.columnCount())] == [
        "b.jpg",
        "/photos/holiday",
        "Can't read b.jpg: it ends too early.",
    ]


def test_an_empty_list_says_so_and_offers_nothing(panel: ProblemsPanel) -> None:
    shown = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert "Every photo could be read." in shown
    assert not _view(panel).isVisible()
    assert not any(button.isEnabled() for button in panel.findChildren(QPushButton))


def test_a_count_stands_above_the_list(panel: ProblemsPanel, failures: list[Failure]) -> None:
    panel.set_failures(failures)
    assert _view(panel).isVisible()
    assert "3 photos could not be read" in [label.text() for label in panel.findChildren(QLabel)]
    panel.set_failures(failures[:1])
    assert "1 photo could not be read" in [label.text() for label in panel.findChildren(QLabel)]


def test_retry_all_requests_every_photo(qtbot: QtBot, panel: ProblemsPanel, failures: list[Failure]) -> None:
    panel.set_failures(failures)
    with qtbot.waitSignal(panel.retry) as asked:
        qtbot.mouseClick(_button(panel, "Try all again"), Qt.MouseButton.LeftButton)
    assert asked.args == [[each.key for each in failures]]


def test_retry_selected_requests_those_in_their_order(
    qtbot: QtBot, panel: ProblemsPanel, failures: list[Failure]
) -> None:
    panel.set_failures(failures)
    assert not _button(panel, "Try selected again").isEnabled()
    _choose(panel, 2, 0)
    with qtbot.waitSignal(panel.retry) as asked:
        qtbot.mouseClick(_button(panel, "Try selected again"), Qt.MouseButton.LeftButton)
    assert asked.args == [[failures[0].key, failures[2].key]]


def test_one_photo_can_be_shown_in_its_folder(
    qtbot: QtBot, panel: ProblemsPanel, failures: list[Failure]
) -> None:
    panel.set_failures(failures)
    reveal = _button(panel, "Show in folder")
    _choose(panel, 0, 1)
    assert not reveal.isEnabled()
    _choose(panel, 1)
    with qtbot.waitSignal(panel.reveal) as asked:
        qtbot.mouseClick(reveal, Qt.MouseButton.LeftButton)
    assert asked.args == [failures[1].key]


def test_copy_gives_a_table_as_text(qtbot: QtBot, panel: ProblemsPanel, failures: list[Failure]) -> None:
    panel.set_failures(failures[:2])
    qtbot.mouseClick(_button(panel, "Copy list"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == (
        "a.jpg\t/photos/holiday\tCan't read a.jpg: it ends too early.\n"
        "b.jpg\t/photos/holiday\tCan't read b.jpg: it ends too early."
    )


def test_a_double_click_selects_in_the_grid(
    qtbot: QtBot, panel: ProblemsPanel, failures: list[Failure]
) -> None:
    panel.set_failures(failures)
    view = _view(panel)
    place = view.visualRect(view.model().index(1, 2, QModelIndex())).center()
    with qtbot.waitSignal(panel.select) as asked:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked.args == [failures[1].key]


def test_the_selection_outlives_new_failures(panel: ProblemsPanel, failures: list[Failure]) -> None:
    panel.set_failures(failures[1:])
    _choose(panel, 1)
    panel.set_failures(failures)
    assert panel.selected_keys() == [failures[2].key]
    panel.set_failures(failures[:2])
    assert panel.selected_keys() == []
    assert not _button(panel, "Try selected again").isEnabled()
