"""The surface on which one photo is looked at: fit, loupe, zoom to the pointer, pan."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from memapp.gui.overlay.overlay_layer import OverlayLayer, draw_part_in_view
from memapp.gui.viewer.floating_labels import FloatingLabels
from memapp.gui.viewer.grey_picture import EdgeColours, in_grey
from memapp.gui.viewer.photo_tool import PhotoTool
from memapp.gui.viewer.picture_levels import PictureLevels
from memapp.gui.viewer.seen_part import paint_seen_part
from memapp.gui.viewer.zoom import ACTUAL_SIZE, Zoom
from memapp.gui.widgets.theme import SPACE_6, TEXT_LARGE, ThemeManager, font

_RESIZE_PAUSE_MS = 120
_WHEEL_STEP = 120.0
_WHEEL_FACTOR = 1.2
_PIXELS_SHOWN_FROM = 2.0
"""From this scale on, single pixels are drawn as squares: so close, a person wants to see them."""


class PhotoView(QWidget):
    """One photo, or the reason why there is none. Its pictures are asked for, and may come late or never.

    Signals:
        picture_wanted(int): a picture with this longest side in pixels is needed, 0 for full size.
        zoom_changed(): the scale was changed.
        tool_changed(): the mouse draws with another tool, or with none.
        pointed(object): the place of the photo under the pointer, a QPointF of fractions, or None beside it.
    """

    picture_wanted = Signal(int)
    zoom_changed = Signal()
    tool_changed = Signal()
    pointed = Signal(object)

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._levels = PictureLevels()
        self._zoom = Zoom()
        self._photo_size = QSize()
        self._loupe_place: QPointF | None = None
        self._asked: int | None = None
        self._message = ""
        self._seen_shown = False
        self._layer: OverlayLayer | None = None
        self._edges = EdgeColours()
        self._tool: PhotoTool | None = None
        self._labels = FloatingLabels(view=self)
        self.setMouseTracking(True)
        self.take_click: Callable[[QPointF], bool] | None = None
        """Asked where a click is, in fractions of the photo: whether it is about something there."""
        self._pressed_at: QPoint | None = None
        self._panned_to = QPoint()
        self._panning = False
        self._resize_pause = QTimer(self)
        self._resize_pause.setSingleShot(True)
        self._resize_pause.setInterval(_RESIZE_PAUSE_MS)
        self._resize_pause.timeout.connect(self._ask)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        theme_manager.changed.connect(self.update)

    def show_photo(self, placeholder: QImage | None, photo_size: QSize) -> None:
        """Show another photo, at once by its placeholder; an empty size means that it is not known yet.

        Zoom and place are kept, so that one detail can be compared through a burst.
        """
        if not self._zoom.fitted:
            self._loupe_place = self._zoom.centre
        self._message = ""
        self._photo_size = photo_size
        self._asked = None
        self._levels.start(placeholder)
        self._lay_out()
        self._ask()

    def set_photo_size(self, size: QSize) -> None:
        """Take the photo's own size, once it is known."""
        if size != self._photo_size:
            self._photo_size = size
            self._lay_out()
            self._ask()

    def show_message(self, text: str) -> None:
        """Show a text instead of a photo."""
        self._levels.start(None)
        self._photo_size = QSize()
        self._message = text
        self._lay_out()

    def set_picture(self, image: QImage, *, full_size: bool) -> None:
        """Show a better picture of the same photo."""
        if image.isNull():
            return
        # The loader never enlarges: what is smaller than was asked for is all there is.
        smaller_than_asked = bool(self._asked) and max(image.width(), image.height()) < (self._asked or 0)
        if full_size or smaller_than_asked:
            self._photo_size = image.size()
        self._levels.add(image)
        self._lay_out()
        self._ask()

    @property
    def message(self) -> str:
        """The text shown instead of a photo; empty while there is one."""
        return self._message

    def show_seen_part(self, shown: bool) -> None:
        """Set whether the part that the net did not see is dimmed."""
        self._seen_shown = shown
        self.update()

    @property
    def layer(self) -> OverlayLayer | None:
        """What lies over the photo."""
        return self._layer

    def show_layer(self, layer: OverlayLayer | None) -> None:
        """Draw this over the photo; None for nothing."""
        self._layer = layer
        self.show_tag("")
        self.update()

    @property
    def tool(self) -> PhotoTool | None:
        """What the mouse draws with."""
        return self._tool

    def use_tool(self, tool: PhotoTool | None) -> None:
        """Let the mouse draw with this tool; None to zoom and pan again."""
        self._tool = tool
        if self._layer is not None:
            self._layer.lit = None
        self._labels.show_hint("" if tool is None else str(tool.hint))
        self._labels.show_tag("")
        self._show_cursor()
        self.update()
        self.tool_changed.emit()

    def show_tag(self, text: str) -> None:
        """Show a name beside the pointer; nothing where the text is empty."""
        self._labels.show_tag(text)

    # Zoom

    @property
    def fitted(self) -> bool:
        """Whether the whole photo is shown."""
        return self._zoom.fitted

    @property
    def zoom(self) -> float | None:
        """Device pixels per pixel of the photo; None while its size is not known."""
        return self._zoom.scale if self._photo_size.isValid() else None

    def fit(self) -> None:
        """Show the whole photo."""
        self._loupe_place = None
        if not self._zoom.fitted:
            self._zoom.fit()
            self._zoom_was_changed()

    def toggle_loupe(self, point: QPointF | None = None) -> None:
        """Switch between fit and 100 %, at a point of this widget or in its middle."""
        if not self._zoom.fitted:
            self.fit()
            return
        at = self._device_point(point if point is not None else QRectF(self.rect()).center())
        if self._photo_size.isValid():
            self._zoom.zoom_to(ACTUAL_SIZE, at)
            self._zoom_was_changed()
        elif self._levels.shape.isValid():
            self._loupe_place = self._zoom.place_at(at)
            self._ask()

    def zoom_by(self, factor: float, point: QPointF | None = None) -> None:
        """Zoom by a factor around a point of this widget, or its middle; stop at 100 % on the way."""
        if not self._photo_size.isValid():
            return
        before = self._zoom.scale
        after = before * factor
        if (before - ACTUAL_SIZE) * (after - ACTUAL_SIZE) < 0:
            after = ACTUAL_SIZE
        at = point if point is not None else QRectF(self.rect()).center()
        self._zoom.zoom_to(after, self._device_point(at))
        self._zoom_was_changed()

    def pan_by(self, across: float, down: float) -> None:
        """Move the photo by this many device-independent pixels."""
        ratio = self.devicePixelRatioF()
        self._zoom.pan(QPointF(across * ratio, down * ratio))
        self.update()

    def photo_rect(self) -> QRectF:
        """Return the photo's place, in this widget's device-independent pixels."""
        ratio = self.devicePixelRatioF()
        drawn = self._zoom.drawn_rect()
        return QRectF(drawn.topLeft() / ratio, drawn.size() / ratio)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the photo to the new size; a picture of that size is requested once resizing pauses."""
        super().resizeEvent(event)
        self._lay_out()
        self._labels.place_hint()
        self._resize_pause.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Request the picture that could not be requested before the size was known."""
        super().showEvent(event)
        self._lay_out()
        self._ask()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom_by(_WHEEL_FACTOR ** (event.angleDelta().y() / _WHEEL_STEP), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a pan."""
        if self._tool is not None:
            if event.button() == Qt.MouseButton.LeftButton:
                self._tool.press(self._place_at(event.position()))
                self.update()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
            self._panned_to = self._pressed_at
            self._panning = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do nothing more: the first click has switched the zoom already. A tool completes its drawing."""
        self._pressed_at = None
        if self._tool is not None:
            self._tool.finish()
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Report that the pointer is beside the photo."""
        super().leaveEvent(event)
        self.pointed.emit(None)
        self.show_tag("")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, once the pointer has moved far enough from where it was pressed."""
        if self._tool is not None:
            self._tool.move(self._place_at(event.position()))
            self.update()
            return
        if self._pressed_at is None:
            on_photo = not self._message and self.photo_rect().contains(event.position())
            self.pointed.emit(self._place_at(event.position()) if on_photo else None)
            self._labels.place_tag(event.position().toPoint())
            return
        now = event.position().toPoint()
        far = (now - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if not self._panning and not (far and not self._zoom.fitted):
            return
        self._panning = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        moved = now - self._panned_to
        self._panned_to = now
        self.pan_by(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a pan; a click without one switches the zoom."""
        if self._tool is not None:
            if event.button() == Qt.MouseButton.LeftButton:
                self._tool.release(self._place_at(event.position()))
                self.update()
            return
        if event.button() != Qt.MouseButton.LeftButton or self._pressed_at is None:
            return
        take = self.take_click
        if not self._panning and not (take and take(self._place_at(event.position()))):
            self.toggle_loupe(event.position())
        self._pressed_at = None
        self._panning = False
        self._show_cursor()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw in device pixels, so that at 100 % one pixel is one pixel on any screen."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme_manager.surround.window))
        if self._message:
            self._paint_message(painter)
            return
        drawn = self._zoom.drawn_rect()
        picture = self._levels.best(drawn.width())
        if picture is None:
            return
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        if self._layer is not None and self._layer.grey_photo:
            painter.drawImage(0, 0, self._in_grey(picture, drawn))
        else:
            self._paint_picture(painter, picture, drawn)
        if self._layer is not None:
            self._layer.paint(painter, drawn, self._view_size(), line_width=ratio)
        if self._tool is not None:
            self._tool.paint(painter, drawn, line_width=ratio)
        if self._seen_shown:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_seen_part(painter, drawn, line_width=ratio)

    def _paint_picture(self, painter: QPainter, picture: QImage, drawn: QRectF) -> None:
        """Draw only the visible part of a large photo."""
        full_pixels = self._levels.size == self._photo_size and picture.width() == self._photo_size.width()
        smooth = not (full_pixels and self._zoom.scale >= _PIXELS_SHOWN_FROM)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        draw_part_in_view(painter, picture, drawn, self._view_size())

    def _in_grey(self, picture: QImage, drawn: QRectF) -> QImage:
        """Return the visible part in grey: quick, however large the photo is. Graphics keep some colours."""
        seen = QImage(self._view_size().toSize(), QImage.Format.Format_RGB32)
        seen.fill(QColor(self._theme_manager.surround.window))
        with QPainter(seen) as painter:
            self._paint_picture(painter, picture, drawn)
        return in_grey(seen, self._edges.of(self._levels), drawn, self._view_size())

    def _paint_message(self, painter: QPainter) -> None:
        painter.setFont(font(TEXT_LARGE))
        painter.setPen(QColor(self._theme_manager.surround.text))
        width = min(480, self.width() - 2 * SPACE_6)
        room = QRect((self.width() - width) // 2, 0, width, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)

    def _view_size(self) -> QSizeF:
        return QSizeF(self.size()) * self.devicePixelRatioF()

    def _device_point(self, point: QPointF) -> QPointF:
        return point * self.devicePixelRatioF()

    def _lay_out(self) -> None:
        """Fit the geometry to the photo and the view, as far as they are known."""
        size = QSizeF(self._photo_size)
        if not self._photo_size.isValid():
            # Only the aspect is known: take the photo to be as large as the view.
            size = QSizeF(self._levels.shape).scaled(self._view_size(), Qt.AspectRatioMode.KeepAspectRatio)
            self._zoom.fit()
        self._zoom.set_sizes(size, self._view_size())
        if self._photo_size.isValid() and self._loupe_place is not None:
            self._zoom.zoom_in_on(ACTUAL_SIZE if self._zoom.fitted else self._zoom.scale, self._loupe_place)
            self._loupe_place = None
        self._show_cursor()
        self.update()
        self.zoom_changed.emit()

    def _ask(self) -> None:
        """Request the picture that is needed now, unless it is here or was requested."""
        if not self.isVisible() or self._message:
            return
        wanted = self._needed_longest_side()
        at_hand = self._levels.size
        enough = at_hand.isValid() and (
            at_hand == self._photo_size or (wanted and max(at_hand.width(), at_hand.height()) >= wanted)
        )
        asked_already = self._asked is not None and (self._asked == 0 or 0 < wanted <= self._asked)
        if not enough and not asked_already:
            self._asked = wanted
            self.picture_wanted.emit(wanted)

    def _needed_longest_side(self) -> int:
        if not self._zoom.fitted or (self._loupe_place is not None and not self._photo_size.isValid()):
            return 0
        if self._photo_size.isValid() or self._levels.shape.isValid():
            drawn = self._zoom.drawn_rect()
            return round(max(drawn.width(), drawn.height()))
        view = self._view_size()
        return round(max(view.width(), view.height()))

    def _zoom_was_changed(self) -> None:
        self._ask()
        self._show_cursor()
        self.update()
        self.zoom_changed.emit()

    def _show_cursor(self) -> None:
        if self._tool is not None:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            fitted = self._zoom.fitted
            self.setCursor(Qt.CursorShape.ArrowCursor if fitted else Qt.CursorShape.OpenHandCursor)

    def _place_at(self, point: QPointF) -> QPointF:
        return self._zoom.place_at(self._device_point(point))
