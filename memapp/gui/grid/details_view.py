"""Shows the photos as a table: a row for each, a column for each detail in the registry."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from memapp.core.settings import Settings
from memapp.core.text import tr
from memapp.gui.grid.arranged_model import Index
from memapp.gui.grid.column_layout import ColumnLayout
from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.interaction_hold import InteractionHold
from memapp.gui.grid.no_match_notice import NoMatchNotice
from memapp.gui.widgets.theme import SPACE_2, TEXT_NORMAL, Theme, font
from memapp.library.columns import Column
from memapp.library.order import NAME, Order

_NAME_WIDTH = 240
_TEXT_WIDTH = 160
_ELIDED_IN_THE_MIDDLE = (NAME, "folder")
"""Columns whose texts say the most at both ends."""
_NUMBER_WIDTH = 96
_VISIBLE_MILLISECONDS = 100
"""The time for which a scroll is waited for before the rows in sight are announced."""
_OPENING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class DetailsView(QTableView):
    """Another view of the grid's photos, with the grid's selection. Lives on the GUI thread.

    Signals:
        activated_photo(ImageKey): open this one (Enter, Space, double-click).
        visible_changed(list[ImageKey]): the photos in sight, after a scroll and the like.
        customContextMenuRequested(QPoint): Qt's own, in the viewport's coordinates.
    """

    activated_photo = Signal(object)
    visible_changed = Signal(list)

    def __init__(
        self,
        *,
        grid: GridView,
        theme: Theme,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        """Show the grid's photos, selected as there, in columns as wide as last time."""
        super().__init__(parent)
        self.photos = model = grid.photos
        self._grid = grid
        self.setAccessibleName(tr("Details of the photos"))
        self.setModel(model)
        self.setSelectionModel(grid.selectionModel())
        self.setItemDelegate(_RowDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(True)
        # Qt would select a whole column at a click, and search all rows for a selected one.
        head.sectionPressed.disconnect()
        head.sectionEntered.disconnect()
        head.setSelectionModel(QItemSelectionModel(model, self))
        head.sectionClicked.connect(self._sort_by)
        head.setSectionsMovable(True)
        self._layout = ColumnLayout(
            header=head, model=model, settings=settings, usual_width=self._usual_width
        )
        self._hold = InteractionHold(view=self, model=model)
        self._notice = NoMatchNotice(model=model, parent=self.viewport())
        self._notice.clear_requested.connect(grid.clear_filter_requested)
        self._visible_timer = QTimer(self)
        self._visible_timer.setSingleShot(True)
        self._visible_timer.setInterval(_VISIBLE_MILLISECONDS)
        self._visible_timer.timeout.connect(self._announce_visible)
        self.verticalScrollBar().valueChanged.connect(self._announce_soon)
        model.rearranged.connect(self._announce_soon)
        model.order_changed.connect(self._show_order)
        model.columnsInserted.connect(self._on_columns)
        model.columnsRemoved.connect(self._on_columns)
        self.doubleClicked.connect(self._activate)
        self.set_theme(theme)
        self._on_columns()

    def set_theme(self, theme: Theme) -> None:
        """Use the current system font; colours come from the style sheet."""
        face = font(TEXT_NORMAL)
        self.setFont(face)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 2 * SPACE_2)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter or Space; the rest as in any table."""
        opens = event.key() in _OPENING_KEYS and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if opens and self.currentIndex().isValid():
            self._activate(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Go to the first and the last photo with Home and End, as in the grid."""
        ends = {
            QAbstractItemView.CursorAction.MoveHome: 0,
            QAbstractItemView.CursorAction.MoveEnd: self.photos.rowCount() - 1,
        }
        if action in ends:
            return self.photos.index(ends[action], max(self.currentIndex().column(), 0))
        return super().moveCursor(action, modifiers)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the focus without a current photo that nobody chose: Qt would take the first."""
        chosen = self.currentIndex().isValid()
        super().focusInEvent(event)
        if not chosen:
            self.selectionModel().clearCurrentIndex()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say which rows are in sight now."""
        super().resizeEvent(event)
        self._announce_soon()

    def showEvent(self, event: QShowEvent) -> None:
        """Say which rows are in sight now."""
        super().showEvent(event)
        self._announce_soon()

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the selection as the grid does, which checks the files first."""
        self._grid.startDrag(actions)

    def _announce_soon(self) -> None:
        # Not started anew, or a long scroll would never be announced.
        if not self._visible_timer.isActive():
            self._visible_timer.start()

    def _announce_visible(self) -> None:
        first, end = self.rowAt(0), self.rowAt(self.viewport().height())
        if self.isVisible() and first >= 0:
            self.visible_changed.emit(
                self.photos.keys(range(first, end + 1 if end >= 0 else self.photos.rowCount()))
            )

    def _activate(self, index: QModelIndex) -> None:
        self.activated_photo.emit(self.photos.key(index.row()))

    def _sort_by(self, section: int) -> None:
        """Sort by a column in its natural order, or reverse it."""
        column, order = self.photos.columns[section], self.photos.order
        if column.id == order.column:
            self.photos.set_order(Order(order.column, not order.descending))
        elif column.sort is not None:
            self.photos.set_order(Order.natural(column))
        # The header has changed its own sign already, also where nothing was sorted.
        self._show_order()

    def _show_order(self) -> None:
        order = self.photos.order
        places = [place for place, each in enumerate(self.photos.columns) if each.id == order.column]
        direction = Qt.SortOrder.DescendingOrder if order.descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(places[0] if places else -1, direction)

    def _on_columns(self) -> None:
        self._layout.apply()
        self._show_order()

    def _usual_width(self, place: int, column: Column) -> int:
        width = _NUMBER_WIDTH if column.is_figure else _TEXT_WIDTH
        width = _NAME_WIDTH if column.id == NAME else width
        return max(width, self.horizontalHeader().sectionSizeHint(place))


class _RowDelegate(QStyledItemDelegate):
    """Marks whole rows, whichever cells the grid selected; elides names and folders in the middle."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        part: Any = option  # the stubs do not know the fields of style options
        view = self.parent()
        assert isinstance(view, DetailsView)
        if view.selectionModel().isSelected(index.model().index(index.row(), 0)):
            part.state |= QStyle.StateFlag.State_Selected
        if view.photos.columns[index.column()].id in _ELIDED_IN_THE_MIDDLE:
            part.textElideMode = Qt.TextElideMode.ElideMiddle
