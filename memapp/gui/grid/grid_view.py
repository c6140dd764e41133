"""The grid of tiles: size, selection, drags, and requests for previews."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QKeyEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QWidget

from memapp.core.file_state import check_file
from memapp.core.records import FileCheck, ImageKey
from memapp.core.settings import SETTINGS
from memapp.core.text import tr
from memapp.gui.grid.drag_picture import drag_picture
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.interaction_hold import InteractionHold
from memapp.gui.grid.no_match_notice import NoMatchNotice
from memapp.gui.grid.scroll_anchor import ScrollAnchor
from memapp.gui.grid.tile_delegate import TileDelegate
from memapp.gui.grid.tile_view import TileView
from memapp.gui.widgets.theme import Theme

VISIBLE_MILLISECONDS = 60
"""The time for which changes are gathered before visible_changed is emitted."""

_WHEEL_NOTCH = 120
_SIZE_STEP = 1.15
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class GridView(TileView):
    """Photos as tiles, in as many columns as fit. Lives on the GUI thread.

    While scores arrive, the order waits until the user pauses (see InteractionHold). When it changes, the
    current photo, else the topmost visible one, keeps its place on screen (see ScrollAnchor).

    Signals:
        activated_photo(ImageKey): open this one (Enter, Space, double-click).
        selection_changed(list[ImageKey], ImageKey | None): the selected photos in the order on screen, and
            the current one; once for each turn of the event loop.
        visible_changed(list[ImageKey], int): the photos on screen or near it, most urgent first, and the
            longer side of a preview in device pixels; debounced.
        tile_size_changed(int): by wheel, pinch or set_tile_size.
        drag_refused(int): this many files were changed since they were scored, and are not dragged.
        moment_clicked(ImageKey): the number of this photo's moment was clicked.
        clear_filter_requested(): the button shown where no photo passes the filter was clicked.
        customContextMenuRequested(QPoint): Qt's own, in the viewport's coordinates.
    """

    activated_photo = Signal(object)
    selection_changed = Signal(list, object)
    visible_changed = Signal(list, int)
    tile_size_changed = Signal(int)
    moment_clicked = Signal(object)
    clear_filter_requested = Signal()
    drag_refused = Signal(int)

    def __init__(
        self, *, model: GridModel, theme: Theme, tile_size: int, parent: QWidget | None = None
    ) -> None:
        """Show the model's photos in squares of tile_size device-independent pixels.

        Args:
            model: the photos.
            theme: the colours of the surround.
            tile_size: within the setting's limits.
            parent: Qt's owner.
        """
        side = _within_limits(tile_size)
        delegate = TileDelegate(theme=theme, side=side)
        super().__init__(model=model, delegate=delegate, theme=theme, parent=parent)
        delegate.moment_clicked.connect(lambda place: self.moment_clicked.emit(model.key(place)))
        self._photos = model
        self._tile_size = side
        self._current_before: ImageKey | None = None
        self._wheel = 0
        self._pinch = 0.0
        self.setObjectName("photos")
        self._notice = NoMatchNotice(model=model, parent=self.viewport())
        self._notice.set_colour(theme.text)
        self._notice.clear_requested.connect(self.clear_filter_requested)
        self._anchor = ScrollAnchor(view=self)
        self._hold = InteractionHold(view=self, model=model)
        self._visible_timer = _single_shot(self, VISIBLE_MILLISECONDS, self._announce_visible)
        self._selection_timer = _single_shot(self, 0, self._announce_selection)
        self.setAccessibleName(tr("Photos"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self._connect(model)

    def _connect(self, model: GridModel) -> None:
        self.sight_changed.connect(self._announce_soon)
        model.rowsInserted.connect(self.relayout)
        model.modelReset.connect(self._on_reset)
        model.rearranging.connect(self._on_rearranging)
        model.rearranged.connect(self._on_rearranged)
        model.files_changed.connect(self._announce_soon)
        self.doubleClicked.connect(self._activate)
        selection = self.selectionModel()
        selection.selectionChanged.connect(self._on_selection)
        selection.currentChanged.connect(self._on_selection)

    # For the main window

    @property
    def tile_size(self) -> int:
        """The side of a photo's square in device-independent pixels."""
        return self._tile_size

    def set_tile_size(self, pixels: int) -> None:
        """Make the tiles larger or smaller, within the setting's limits."""
        pixels = _within_limits(pixels)
        if pixels == self._tile_size:
            return
        self._anchor.take()
        self._tile_size = pixels
        self._tiles.set_side(pixels)
        self.relayout()
        self._anchor.restore()
        self.tile_size_changed.emit(pixels)

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of this surround."""
        self._theme = theme
        self._notice.set_colour(theme.text)
        self._tiles.set_theme(theme)
        self._tiles.set_side(self._tile_size)
        self.relayout()

    def current_photo(self) -> ImageKey | None:
        """Return the photo with the keyboard focus; None where there is none."""
        index = self.currentIndex()
        return self._photos.key(index.row()) if index.isValid() else None

    @property
    def photos(self) -> GridModel:
        """The model that the grid shows."""
        return self._photos

    def selected_photos(self) -> list[ImageKey]:
        """Return the selected photos in the order on screen."""
        return self._photos.keys(self._selected_rows())

    def go_to(self, key: ImageKey) -> None:
        """Make a photo the current and only selected one, and scroll to it."""
        index = self._photos.index_of(key)
        if index.isValid():
            flag = QItemSelectionModel.SelectionFlag
            command = flag.ClearAndSelect | flag.Rows
            self.selectionModel().setCurrentIndex(index, command)
            self.scrollTo(index)

    def go_to_all(self, keys: Iterable[ImageKey]) -> None:
        """Select those of these photos that are shown, and no others; the first one becomes current."""
        rows = sorted(index.row() for key in keys if (index := self._photos.index_of(key)).isValid())
        if rows:
            self.go_to(self._photos.key(rows[0]))
            flag = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(self._as_selection(rows), flag.ClearAndSelect | flag.Rows)

    def _selected_rows(self) -> list[int]:
        chosen = self.selectionModel().selection()
        return sorted({row for part in chosen.toList() for row in range(part.top(), part.bottom() + 1)})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter or Space; the rest as in any list."""
        opens = event.key() in _ENTER_KEYS and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if opens and self.currentIndex().isValid():
            self._activate(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _activate(self, index: QModelIndex) -> None:
        self.activated_photo.emit(self._photos.key(index.row()))

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Let the selected files be dropped elsewhere, as copies."""
        selected = self._selected_rows()
        rows = [row for row in selected if self._is_as_shown(row)]
        if len(rows) < len(selected):
            self.drag_refused.emit(len(selected) - len(rows))
        if not rows:
            return
        drag = QDrag(self)
        drag.setMimeData(self._photos.mimeData([self._photos.index(row, 0) for row in rows]))
        current = self.current_photo()
        preview = None if current is None else self._photos.images.preview(current)
        drag.setPixmap(drag_picture(preview, len(rows), self._theme, self.devicePixelRatioF()))
        drag.exec(Qt.DropAction.CopyAction)

    def _is_as_shown(self, row: int) -> bool:
        # Qt's drags can't wait for another thread; to look at a file takes microseconds.
        return not self._photos.is_changed(row) and check_file(self._photos.key(row)) is FileCheck.SAME

    # Size by hand

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl, make the tiles larger or smaller."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / _WHEEL_NOTCH)
        self._wheel -= notches * _WHEEL_NOTCH
        if notches:
            self.set_tile_size(round(self._tile_size * _SIZE_STEP**notches))
        event.accept()

    def _on_pinch(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() == Qt.NativeGestureType.BeginNativeGesture:
            self._pinch = float(self._tile_size)
        elif event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._pinch *= 1.0 + event.value()
            self.set_tile_size(round(self._pinch))
        else:
            return False
        return True

    # Changes of the model

    def relayout(self) -> None:
        """Lay the tiles out again after a change in their number or size."""
        # Fast scores are a part of their own, below exact ones.
        self._borders = self._photos.borders
        super().relayout()

    def _on_reset(self) -> None:
        self.relayout()
        self._selection_timer.start()

    def _on_rearranging(self) -> None:
        self._anchor.take()
        self._current_before = self.current_photo()

    def _on_rearranged(self) -> None:
        self.relayout()
        self._anchor.restore()
        if self.current_photo() != self._current_before:
            # It is no longer shown; Qt made another one current that the user did not choose.
            self.selectionModel().clearCurrentIndex()
        # The selected photos may be in another order now, or one of them may be gone.
        self._selection_timer.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the tiles out in as many columns as fit."""
        self._anchor.take()
        super().resizeEvent(event)
        self.relayout()
        self._anchor.restore()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay the tiles out, which emits visible_changed soon."""
        super().showEvent(event)
        self.relayout()

    def viewportEvent(self, event: QEvent) -> bool:
        """Make the tiles larger or smaller on a pinch gesture."""
        if isinstance(event, QNativeGestureEvent) and self._on_pinch(event):
            return True
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        """Request previews for the pixel density of another screen."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._announce_soon()
        return super().event(event)

    # Signals

    def _on_selection(self) -> None:
        self._selection_timer.start()

    def _announce_soon(self) -> None:
        # Not restarted, or a long scroll would never be announced.
        if not self._visible_timer.isActive():
            self._visible_timer.start()

    def _announce_visible(self) -> None:
        if not self.isVisible():
            return
        top, height = self.verticalOffset(), self.viewport().height()
        visible = self.places_in_sight()
        below = self._geometry.places_between(top + height, top + 2 * height)
        above = self._geometry.places_between(top - height, top)
        wanted = dict.fromkeys((*visible, *below, *reversed(above)))
        pixel_side = round(self._tile_size * self.devicePixelRatioF())
        self.visible_changed.emit(self._photos.keys(wanted), pixel_side)

    def _announce_selection(self) -> None:
        self.selection_changed.emit(self.selected_photos(), self.current_photo())


def _within_limits(pixels: int) -> int:
    limits = SETTINGS.tile_size.limits
    assert limits is not None
    return min(max(pixels, limits[0]), limits[1])


def _single_shot(parent: QWidget, milliseconds: int, slot: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
