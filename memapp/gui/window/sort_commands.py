"""Commands on the order of the grid, which is remembered for the next start."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.widgets.word_button import WordButton
from memapp.gui.window.action_spec import ActionSpec
from memapp.gui.window.actions import Actions
from memapp.library.changes import Change, ChangeKind
from memapp.library.order import Order

_WITH_SHORTCUT = 9
"""The number of columns with Ctrl and a digit as a shortcut."""


class SortCommands(QObject):
    """Sorts the grid by any column that can be sorted. Lives on the GUI thread.

    Signals:
        changed(): the order is another one.
    """

    changed = Signal()

    def __init__(self, *, photos: GridModel, actions: Actions, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._photos = photos
        self._actions = actions
        self._settings = settings
        self._menu = QMenu(window)
        self.button = WordButton(menu=self._menu)
        """For the toolbar: what the grid is sorted by, and the choice of another column."""
        photos.order_changed.connect(self._on_order)
        photos.library.subscribe(self._on_library_changed)
        self._fill()

    def restore(self) -> None:
        """Sort as last time; by score if that column does not exist."""
        column = self._settings.get(SETTINGS.sort_by)
        if any(each.id == column for each in self._photos.library.columns.sortable):
            self._photos.set_order(Order(column, self._settings.get(SETTINGS.sort_descending)))
        self._on_order()

    def reverse(self) -> None:
        """Reverse the order."""
        order = self._photos.order
        self._photos.set_order(Order(order.column, not order.descending))

    def _fill(self) -> None:
        present = self._photos.order.column
        columns = [
            column
            for column in self._photos.library.columns.sortable
            if column.id == present or (column.sort is not None and column.sort.in_menu)
        ]
        specs = [
            ActionSpec(
                f"sort-{column.id}",
                "view/sort",
                column.title,
                (f"Ctrl+{place}",) if place <= _WITH_SHORTCUT else (),
                group="sort",
                checkable=True,
            )
            for place, column in enumerate(columns, start=1)
        ]
        made = self._actions.set_choices("sort", specs)
        if made == self._menu.actions():
            return
        self._menu.addActions(made)
        for action, column in zip(made, columns, strict=True):
            order = Order.natural(column)
            action.triggered.connect(lambda _checked, chosen=order: self._photos.set_order(chosen))
        self._check()

    def _check(self) -> None:
        self._actions[f"sort-{self._photos.order.column}"].setChecked(True)

    def _on_library_changed(self, change: Change) -> None:
        if change.kind is ChangeKind.COLUMNS:
            self._fill()

    def _on_order(self) -> None:
        order = self._photos.order
        self._fill()
        self._check()
        self._settings.set(SETTINGS.sort_by, order.column)
        self._settings.set(SETTINGS.sort_descending, order.descending)
        column = self._photos.library.columns[order.column]
        self.button.set_words(tr("Sort: {column}", column=column.title), short=column.title)
        self.changed.emit()
