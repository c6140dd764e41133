"""Shows the rows of a model as a grid of equal tiles, as many columns as fit."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from memapp.gui.grid.arranged_model import Index
from memapp.gui.grid.grid_geometry import GridGeometry
from memapp.gui.grid.part_heading import paint_heading
from memapp.gui.grid.tile_delegate import TileDelegate
from memapp.gui.widgets.theme import SPACE_6, Theme
from memapp.library.order import Border
from memapp.library.photo_columns import Part


class TileView(QAbstractItemView):
    """Tiles, with movement and selection among them. Lives on the GUI thread.

    A view of its own, because QListView lays out each row again at every change of width, order or number
    (50 ms for 100,000 photos, in which nothing else moves); here places are reckoned from the row alone.

    Signals:
        sight_changed(): other tiles have come into sight, or the same ones elsewhere.
    """

    sight_changed = Signal()

    def __init__(
        self,
        *,
        model: QAbstractItemModel,
        delegate: TileDelegate,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        """Show this model's rows with this delegate."""
        super().__init__(parent)
        self._theme = theme
        self._tiles = delegate
        self._geometry = GridGeometry(width=0, count=0, tile=delegate.layout.tile)
        self._borders: tuple[Border, ...] = ()
        """The rows of the model with which further parts begin, each below a heading."""
        self._pointer: QPoint | None = None
        self._hovered: int | None = None
        self._band = QRect()
        self.setItemDelegate(delegate)
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        # A tile stands for a whole row of the model, also where a details view shares the selection.
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)

    # Places

    def geometry_of_tiles(self) -> GridGeometry:
        """Return the places of the tiles in the content, which is scrolled by verticalOffset()."""
        return self._geometry

    def visualRect(self, index: Index) -> QRect:
        """Return the cell of a photo (its tile and half of the gaps around it), in the viewport."""
        if not index.isValid():
            return QRect()
        return self._geometry.cell_rect(index.row()).translated(0, -self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the photo whose tile is at a point of the viewport."""
        place = self._geometry.place_at(point + QPoint(0, self.verticalOffset()))
        return QModelIndex() if place is None else self.model().index(place, 0)

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Scroll only as far as needed to show a whole tile, or put it where the hint says."""
        if not index.isValid():
            return
        cell, height = self.visualRect(index), self.viewport().height()
        to_top, to_bottom = cell.top(), cell.bottom() + 1 - height
        match hint:
            case QAbstractItemView.ScrollHint.PositionAtTop:
                distance = to_top
            case QAbstractItemView.ScrollHint.PositionAtBottom:
                distance = to_bottom
            case QAbstractItemView.ScrollHint.PositionAtCenter:
                distance = (to_top + to_bottom) // 2
            case _:
                distance = to_top if to_top < 0 or cell.height() > height else max(0, to_bottom)
        self.verticalScrollBar().setValue(self.verticalOffset() + distance)

    def horizontalOffset(self) -> int:
        """Return 0: rows are as wide as the viewport."""
        return 0

    def verticalOffset(self) -> int:
        """Return how far the content is scrolled, in device-independent pixels."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """Return False: hidden photos are not in the model."""
        return False

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return the region to paint again when the selection changes: the visible cells."""
        region = QRegion()
        in_sight = self.places_in_sight()
        for chosen in selection.toList():
            for row in range(max(chosen.top(), in_sight.start), min(chosen.bottom() + 1, in_sight.stop)):
                region += self.visualRect(self.model().index(row, 0))
        return region

    def places_in_sight(self) -> range:
        """Return the rows that are on screen, at least in part."""
        top = self.verticalOffset()
        return self._geometry.places_between(top, top + self.viewport().height())

    # Moving and selecting

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Return the target of an arrow, Home, End or Page key."""
        count = self.model().rowCount()
        current = self.currentIndex()
        if not count:
            return QModelIndex()
        if not current.isValid():
            return self.model().index(self.places_in_sight().start, 0)
        place = current.row()
        page = max(1, self.viewport().height() // self._geometry.cell.height())
        cursor = QAbstractItemView.CursorAction
        match action:
            case cursor.MoveLeft | cursor.MovePrevious:
                place -= 1
            case cursor.MoveRight | cursor.MoveNext:
                place += 1
            case cursor.MoveUp:
                place = self._geometry.place_below(place, -1)
            case cursor.MoveDown:
                place = self._geometry.place_below(place, 1)
            case cursor.MovePageUp:
                place = self._geometry.place_below(place, -page)
            case cursor.MovePageDown:
                place = self._geometry.place_below(place, page)
            case cursor.MoveHome:
                place = 0
            case cursor.MoveEnd:
                place = count - 1
        return self.model().index(min(max(place, 0), count - 1), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what a rubber band touches, or all from one corner's photo to the other's."""
        content = rect.translated(0, self.verticalOffset())
        if self.state() == QAbstractItemView.State.DragSelectingState:
            self._band = content.normalized()
            rows = self._geometry.places_in(self._band)
            self.viewport().update()
        else:
            ends = [self._geometry.place_at(point) for point in (content.topLeft(), content.bottomRight())]
            known = [end for end in ends if end is not None]
            rows = list(range(min(known), max(known) + 1)) if known else []
        self.selectionModel().select(self._as_selection(rows), command)

    def _as_selection(self, rows: list[int]) -> QItemSelection:
        selection = QItemSelection()
        first = None
        for place, row in enumerate(rows):
            first = row if first is None else first
            if place + 1 == len(rows) or rows[place + 1] != row + 1:
                selection.select(self.model().index(first, 0), self.model().index(row, 0))
                first = None
        return selection

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the focus without a current photo that the user did not choose: Qt would take the first."""
        chosen = self.currentIndex().isValid()
        super().focusInEvent(event)
        if not chosen:
            self.selectionModel().clearCurrentIndex()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the rubber band."""
        super().mouseReleaseEvent(event)
        self._band = QRect()
        self.viewport().update()

    # Layout and painting

    def relayout(self) -> None:
        """Lay the tiles out again after a change in their number or size."""
        self.updateGeometries()
        self._update_hover()
        self.viewport().update()
        self.sight_changed.emit()

    def updateGeometries(self) -> None:
        """Compute the grid again and set the scroll bar's range."""
        viewport = self.viewport()
        self._geometry = GridGeometry(
            width=viewport.width(),
            count=self.model().rowCount(),
            tile=self._tiles.layout.tile,
            parts=tuple(border.place for border in self._borders),
        )
        bar = self.verticalScrollBar()
        bar.setPageStep(viewport.height())
        bar.setSingleStep(max(SPACE_6, self._geometry.cell.height() // 5))
        bar.setRange(0, max(0, self._geometry.height - viewport.height()))
        super().updateGeometries()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move what is painted already, and paint only what becomes visible."""
        self.viewport().scroll(dx, dy)
        self._update_hover()
        self.sight_changed.emit()

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Any = ()) -> None:
        """Paint visible tiles that changed again."""
        in_sight = self.places_in_sight()
        first, last = max(top_left.row(), in_sight.start), min(bottom_right.row() + 1, in_sight.stop)
        for row in range(first, last):
            self.viewport().update(self.visualRect(self.model().index(row, 0)))

    def viewportEvent(self, event: QEvent) -> bool:
        """Paint the tile under the pointer as hovered."""
        if isinstance(event, QMouseEvent):
            self._pointer = event.position().toPoint()
            self._update_hover()
        elif event.type() == QEvent.Type.Leave:
            self._pointer = None
            self._update_hover()
        return super().viewportEvent(event)

    def _update_hover(self) -> None:
        index = self.indexAt(self._pointer) if self._pointer is not None else QModelIndex()
        hovered = index.row() if index.isValid() else None
        if hovered != self._hovered:
            for row in (self._hovered, hovered):
                if row is not None:
                    self.viewport().update(self.visualRect(self.model().index(row, 0)))
            self._hovered = hovered

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles in the region."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._theme.window))
        option: Any = QStyleOptionViewItem()  # the stubs do not know the fields of style options
        self.initViewItemOption(option)
        region, offset = event.region(), self.verticalOffset()
        touched = event.rect().translated(0, offset)
        for border, heading in zip(self._borders, self._geometry.headings, strict=False):
            if touched.intersects(heading):
                paint_heading(painter, heading.translated(0, -offset), self._theme, Part(border.part))
        for row in self._geometry.places_between(touched.top(), touched.bottom() + 1):
            cell = self._geometry.cell_rect(row).translated(0, -offset)
            if region.intersects(cell):
                index = self.model().index(row, 0)
                option.rect, option.state = cell, self._state_of(index)
                self._tiles.paint(painter, option, index)
        if not self._band.isNull():
            painter.setPen(QPen(QColor(self._theme.ring or self._theme.accent), 1))
            painter.drawRect(self._band.translated(0, -offset))

    def _state_of(self, index: QModelIndex) -> QStyle.StateFlag:
        flag = QStyle.StateFlag
        state = flag.State_Enabled
        if self.selectionModel().isSelected(index):
            state |= flag.State_Selected
        if index.row() == self.currentIndex().row() and self.hasFocus():
            state |= flag.State_HasFocus
        if index.row() == self._hovered:
            state |= flag.State_MouseOver
        return state
