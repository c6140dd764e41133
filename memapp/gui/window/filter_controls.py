"""The filter of the grid: name, a range of scores, and all other filters in a popup."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from memapp.core.text import tr
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.number_field import NumberField
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, ThemeManager, icon
from memapp.gui.window.condition_editors import ConditionEditor, RangeEditor, TextEditor, editor_for
from memapp.library.changes import Change, ChangeKind
from memapp.library.columns import Column
from memapp.library.filtering import Condition, PhotoFilter
from memapp.library.library import Library
from memapp.library.order import NAME, SCORE

_LEAVE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape)
_LEAVE_BOX_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
"""In a box for a number, Down is a step."""
_FIND_WIDTHS = (76, 200)
_SCORE_WIDTH = 44
_BOX_WIDTH = 72
_TEXT_WIDTH = 200


class FilterControls(QWidget):
    """The filter, made from the columns that can be filtered. Lives on the GUI thread.

    Signals:
        changed(object PhotoFilter): show the photos that pass this filter.
        cleared(): show all photos.
        left(): the keyboard leaves the search for the photos.
    """

    left = Signal()
    changed = Signal(object)
    cleared = Signal()

    def __init__(
        self, *, library: Library, theme_manager: ThemeManager, parent: QWidget | None = None
    ) -> None:
        """Offer the filters of the library's columns, now and after changes."""
        super().__init__(parent)
        self._library = library
        self._theme_manager = theme_manager
        self._announced = PhotoFilter()
        self._name = TextEditor(library.columns[NAME], hint=tr("Find"))
        self._name.line.setMinimumWidth(_FIND_WIDTHS[0])
        self._name.setMaximumWidth(_FIND_WIDTHS[1])
        self._name.line.installEventFilter(self)
        self._magnifier = QAction(self)
        self._name.line.addAction(self._magnifier, self._name.line.ActionPosition.LeadingPosition)
        self._score = RangeEditor(library.columns[SCORE], box_width=_SCORE_WIDTH)
        # Its row of fields would take all room that is left, and move the button away from them.
        self._score.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        for box in self._score.findChildren(NumberField):
            box.installEventFilter(self)
        self._popup = FilterPopup(parent=self)
        self._popup.clear_requested.connect(self.clear)
        self._button = QToolButton()
        self._button.setCheckable(True)
        self._button.setAccessibleName(tr("More filters"))
        self._button.setToolTip(tr("More filters"))
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._open_popup)

        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_1)
        row.addWidget(self._name, 1)
        row.addSpacing(SPACE_2)
        self._score_label = text_label(library.columns[SCORE].title, Role.QUIET)
        row.addWidget(self._score_label)
        row.addWidget(self._score)
        row.addWidget(self._button)
        row.addStretch()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

        for editor in (self._name, self._score):
            editor.changed.connect(self._emit)
        self._popup.changed.connect(self._emit)
        library.subscribe(self._on_library_changed)
        theme_manager.changed.connect(self._tint)
        self._take_columns()
        self._tint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go on to the photos from the search with Enter, Down or Esc, from the scores with Enter or Esc."""
        keys = _LEAVE_KEYS if watched is self._name.line else _LEAVE_BOX_KEYS
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in keys:
            if isinstance(watched, NumberField):
                watched.interpretText()
                self._popup.hide()
            self.left.emit()
            return True
        return super().eventFilter(watched, event)

    @property
    def wanted(self) -> PhotoFilter:
        """The filter as it is set."""
        conditions = (editor.condition for editor in self._editors())
        return PhotoFilter(tuple(condition for condition in conditions if condition is not None))

    @property
    def popup(self) -> FilterPopup:
        """The filters other than name and score."""
        return self._popup

    def set_room(self, *, labels: bool, scores: bool) -> None:
        """Show as much as there is room for.

        Args:
            labels: whether the fields of scores have labels, which their tooltips and names say as well.
            scores: whether those fields are here; else they are among the other filters.
        """
        if scores == self._popup.has_guest:
            if scores:
                self._popup.give_back()
                self._row.insertWidget(self._row.indexOf(self._button), self._score)
            else:
                self._popup.take(self._score)
            self._score.show()
            self._order_by_tab()
        self._score_label.setVisible(labels and scores)
        for label in self._score.findChildren(QLabel):
            label.setVisible(labels or not scores)
        # At once, not with the next turn of the event loop: the toolbar asks for the width.
        self._score.updateGeometry()
        self.updateGeometry()
        self._show_use()

    def _order_by_tab(self) -> None:
        boxes = self._score.findChildren(NumberField)
        if self.isAncestorOf(self._score):
            for before, after in pairwise((self._name.line, *boxes, self._button)):
                QWidget.setTabOrder(before, after)

    def start_finding(self) -> None:
        """Focus the field for the name."""
        self._name.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._name.line.selectAll()

    def set_condition(self, column_id: str, condition: Condition | None) -> None:
        """Filter by a column, or not; ignore a column that can't be filtered."""
        for editor in self._editors():
            if editor.column.id == column_id:
                editor.show_condition(condition)

    def clear(self) -> None:
        """Show all photos."""
        for editor in self._editors():
            editor.show_condition(None)
        self.cleared.emit()

    def _editors(self) -> Iterable[ConditionEditor]:
        return (self._name, self._score, *self._popup.editors)

    def _emit(self) -> None:
        wanted = self.wanted
        self._show_use()
        if wanted != self._announced:
            self._announced = wanted
            self.changed.emit(wanted)

    def _show_use(self) -> None:
        """Press the button while one of the filters behind it is in use."""
        behind = (*self._popup.editors, *([self._score] if self._popup.has_guest else []))
        self._button.setChecked(any(editor.condition is not None for editor in behind))

    def _open_popup(self) -> None:
        # A click switches it, but it shows whether anything is filtered.
        self._emit()
        self._popup.open_below(self._button)

    def _on_library_changed(self, change: Change) -> None:
        if change.kind is ChangeKind.COLUMNS:
            self._take_columns()

    def _take_columns(self) -> None:
        others = [each for each in self._library.columns.filterable if each.id not in (NAME, SCORE)]
        self._popup.set_columns(others)
        self._emit()

    def _tint(self) -> None:
        theme = self._theme_manager.theme
        self._magnifier.setIcon(icon("search", theme))
        self._button.setIcon(icon("filter", theme))


class FilterPopup(QFrame):
    """A row for each column, below the button that opens it. Lives on the GUI thread.

    Signals:
        changed(): a condition was changed.
        clear_requested(): show all photos again.
    """

    changed = Signal()
    clear_requested = Signal()

    def __init__(self, *, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAccessibleName(tr("More filters"))
        self.editors: list[ConditionEditor] = []
        self._guest: ConditionEditor | None = None
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(SPACE_3)
        self._form.setVerticalSpacing(SPACE_2)
        clear = QPushButton(tr("Show all photos"))
        clear.clicked.connect(self.clear_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_3, SPACE_3, SPACE_3, SPACE_3)
        column.setSpacing(SPACE_3)
        column.addLayout(self._form)
        column.addWidget(clear, alignment=Qt.AlignmentFlag.AlignRight)

    @property
    def has_guest(self) -> bool:
        """Whether an editor from the toolbar is shown above the others."""
        return self._guest is not None

    def take(self, editor: ConditionEditor) -> None:
        """Show an editor from the toolbar above the others."""
        self._guest = editor
        self._form.insertRow(0, text_label(editor.column.title, Role.QUIET), editor)

    def give_back(self) -> None:
        """Show it no longer; it has no parent then."""
        if self._guest is not None:
            row = self._form.takeRow(self._guest)
            label = row.labelItem.widget()
            if label is not None:
                label.deleteLater()
            self._guest.setParent(None)
            self._guest = None

    def set_columns(self, columns: list[Column]) -> None:
        """Offer these columns; those that stay keep their conditions."""
        if [editor.column for editor in self.editors] == columns:
            return
        before = {editor.column.id: editor.condition for editor in self.editors}
        kept = int(self.has_guest)
        while self._form.rowCount() > kept:
            self._form.removeRow(kept)
        self.editors = [editor_for(column, box_width=_BOX_WIDTH) for column in columns]
        for editor in self.editors:
            editor.show_condition(before.get(editor.column.id))
            editor.changed.connect(self.changed)
            editor.setMinimumWidth(_TEXT_WIDTH)
            self._form.addRow(text_label(editor.column.title, Role.QUIET), editor)

    def open_below(self, button: QWidget) -> None:
        """Show the popup under a button; a click elsewhere or Escape closes it."""
        self.adjustSize()
        place = button.mapToGlobal(QPoint(0, button.height()))
        screen = button.screen().availableGeometry()
        place.setX(max(screen.left(), min(place.x(), screen.right() + 1 - self.width())))
        self.move(place)
        self.show()
        if self._guest is not None:
            self._guest.setFocus(Qt.FocusReason.PopupFocusReason)
        elif self.editors:
            self.editors[0].setFocus(Qt.FocusReason.PopupFocusReason)
