"""One photo, large, with its score below it: stepping, zooming, and what the net saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QHideEvent, QImage, QKeyEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from memapp.core.caution import CAUTION_MARK, caution_of, caution_sentence, caution_text
from memapp.core.nets import RESMEM, NetInfo
from memapp.core.records import Failure, ImageKey, Precision, ScoredPhoto
from memapp.core.score_text import FAST_SENTENCE, score_text, standing
from memapp.core.text import tr
from memapp.gui.viewer.photo_tool import PhotoTool
from memapp.gui.viewer.photo_view import PhotoView
from memapp.gui.viewer.seen_part import SEEN_PART_TEXT
from memapp.gui.widgets.basic import ICON_SIDE, ElidedLabel, IconButton, Role, hairline, text_label
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4, ThemeManager

_PAGE = 10
_TOOL_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
_NUDGE, _LARGE_NUDGE = 0.005, 0.05
"""Shares of the photo's side by which an arrow key moves what is selected, alone and with Shift."""
_KEY_ZOOM = 1.25
_KEY_PAN = 80.0


class PhotoViewer(QWidget):
    """The viewer with its bar. It holds no list: it emits steps, and others show the next photo.

    Signals:
        picture_wanted(ImageKey, int): a picture with this longest side in pixels, 0 for full size.
        step(int): show the photo this many places further on (back, below 0).
        closed(): go back to the grid.
        changed(): another photo is shown, or none can be, or the viewer was shown or hidden.
    """

    picture_wanted = Signal(object, int)
    step = Signal(int)
    closed = Signal()
    changed = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key: ImageKey | None = None
        self._position = 0
        """The photo's place, from 1; where it is filtered out, the place of the one that follows it."""
        self._filtered_out = False
        self._count = 0
        self.take_escape: Callable[[], bool] = bool
        """Asked first at Esc: whether something that lies over the photo takes it."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Viewer"))

        self._view = PhotoView(theme_manager=theme_manager)
        self._view.picture_wanted.connect(self._ask)
        self._view.zoom_changed.connect(self._show_zoom)
        self._bar = _ViewerBar(theme_manager=theme_manager)
        self._bar.previous.clicked.connect(lambda: self._step_by(-1))
        self._bar.next.clicked.connect(lambda: self._step_by(1))
        self._bar.loupe.clicked.connect(lambda: self._view.toggle_loupe())
        self._bar.seen.toggled.connect(self._view.show_seen_part)
        self._bar.close_button.clicked.connect(self.closed)

        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._beside = QHBoxLayout()
        self._beside.setSpacing(0)
        self._beside.addWidget(self._view, 1)
        column.addLayout(self._beside, 1)
        column.addWidget(hairline())
        column.addWidget(self._bar)
        self._commands = self._key_commands()

    @property
    def key(self) -> ImageKey | None:
        """The photo that is shown."""
        return self._key

    @property
    def view(self) -> PhotoView:
        """The surface with the photo."""
        return self._view

    @property
    def bar(self) -> _ViewerBar:
        """The line below it."""
        return self._bar

    def add_panel(self, panel: QWidget) -> None:
        """Put a panel beside the photo."""
        self._beside.addWidget(panel)
        # Tab follows the eye: what is added last is reached last, and the bar lies below.
        self._bar.setParent(None)
        self._column.addWidget(self._bar)

    def add_overlay_switch(self, actions: Sequence[QAction]) -> None:
        """Put buttons for these choices into the bar."""
        self._bar.add_overlay_switch(actions)

    def show_photo(
        self,
        key: ImageKey,
        *,
        placeholder: QImage | None,
        position: int,
        count: int,
        caption: ScoredPhoto | Failure | None,
        net: NetInfo = RESMEM,
        following: int = 1,
    ) -> None:
        """Show a photo.

        Args:
            key: which photo.
            placeholder: its thumbnail, shown until a better picture is set.
            position: its place among those that are listed, from 1; 0 where it is filtered out.
            count: how many they are.
            caption: its score, or why there is none, or None while it waits.
            net: whose score that is.
            following: where it is filtered out, the place of the photo that follows it, from 1.
        """
        if key != self._key:
            self._view.use_tool(None)
        self._key = key
        self._bar.name.set_whole_text(key.name)
        self.set_place(position, count, following=following)
        self._bar.show_caption(caption, net)
        if isinstance(caption, Failure):
            self._view.show_message(caption.reason)
        else:
            size = QSize(caption.facts.width, caption.facts.height) if caption else QSize()
            self._view.show_photo(placeholder, size)
        self.changed.emit()

    def set_place(self, position: int, count: int, *, following: int = 1) -> None:
        """Take the photo's new place, as in show_photo, and the number of photos."""
        self._filtered_out = not position
        self._position = position or following
        self._count = count
        self._bar.show_place(self._position, count, filtered_out=self._filtered_out)

    def set_caption(
        self, key: ImageKey, caption: ScoredPhoto | Failure | None, net: NetInfo = RESMEM
    ) -> None:
        """Show the score if it is of the photo that is shown; ignore others."""
        if key == self._key:
            self._bar.show_caption(caption, net)
            if isinstance(caption, Failure):
                self._view.show_message(caption.reason)
            elif caption is not None and not self._view.message:
                self._view.set_photo_size(QSize(caption.facts.width, caption.facts.height))

    def set_marks(self, text: str) -> None:
        """Show what a person says of the photo that is shown; empty for nothing."""
        self._bar.marks.setText(text)

    def set_picture(self, key: ImageKey, image: QImage, full_size: bool) -> None:
        """Show a requested picture if it is of the photo that is shown; ignore others."""
        if key == self._key:
            self._view.set_picture(image, full_size=full_size)

    def set_picture_missing(self, key: ImageKey, reason: str) -> None:
        """Show why a requested picture can't be loaded; ignore those of other photos."""
        if key == self._key:
            self._view.show_message(reason)
            self.changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Report that the viewer is shown."""
        super().showEvent(event)
        self.changed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Report that the viewer is hidden."""
        super().hideEvent(event)
        self.changed.emit()

    def event(self, event: QEvent) -> bool:
        """Claim the viewer's own keys before the window's shortcuts see them."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._command_of(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, zoom, go back."""
        command = self._command_of(event)
        if command is None:
            super().keyPressEvent(event)
        else:
            command()

    def _command_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.text() in ("+", "-", "="):
            modifiers &= ~Qt.KeyboardModifier.ShiftModifier
        key = Qt.Key(event.key())
        tool = self._view.tool
        if tool is not None and key in _TOOL_KEYS:
            return lambda: self._use_tool_key(key)
        command = self._commands.get((modifiers, key))
        if tool is not None and key in _ARROWS:
            step = _LARGE_NUDGE if modifiers & Qt.KeyboardModifier.ShiftModifier else _NUDGE
            across, down = _ARROWS[key]
            return lambda: self._nudge(tool, step * across, step * down, otherwise=command)
        return command

    def _use_tool_key(self, key: Qt.Key) -> None:
        """While something is drawn, these keys are about it."""
        tool = self._view.tool
        assert tool is not None
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            tool.finish()
        elif key == Qt.Key.Key_Escape or not tool.take_back():
            self._view.use_tool(None)
        self._view.update()

    def _nudge(
        self, tool: PhotoTool, across: float, down: float, *, otherwise: Callable[[], None] | None
    ) -> None:
        """Move what the tool has selected; where that is nothing, do what the key does without a tool."""
        if tool.nudge(across, down):
            self._view.update()
        elif otherwise is not None:
            otherwise()

    def _key_commands(self) -> dict[tuple[Qt.KeyboardModifier, Qt.Key], Callable[[], None]]:
        plain, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
        view, step = self._view, self._step_by
        return {
            (plain, Qt.Key.Key_Left): lambda: step(-1),
            (plain, Qt.Key.Key_Up): lambda: step(-1),
            (plain, Qt.Key.Key_Right): lambda: step(1),
            (plain, Qt.Key.Key_Down): lambda: step(1),
            (plain, Qt.Key.Key_PageUp): lambda: step(-_PAGE),
            (plain, Qt.Key.Key_PageDown): lambda: step(_PAGE),
            (plain, Qt.Key.Key_Home): lambda: self._go_to(1),
            (plain, Qt.Key.Key_End): lambda: self._go_to(self._count),
            (plain, Qt.Key.Key_Z): lambda: view.toggle_loupe(),
            (plain, Qt.Key.Key_F): lambda: self._bar.seen.toggle(),
            (plain, Qt.Key.Key_Plus): lambda: view.zoom_by(_KEY_ZOOM),
            (plain, Qt.Key.Key_Equal): lambda: view.zoom_by(_KEY_ZOOM),
            (plain, Qt.Key.Key_Minus): lambda: view.zoom_by(1 / _KEY_ZOOM),
            (shift, Qt.Key.Key_Left): lambda: view.pan_by(_KEY_PAN, 0),
            (shift, Qt.Key.Key_Right): lambda: view.pan_by(-_KEY_PAN, 0),
            (shift, Qt.Key.Key_Up): lambda: view.pan_by(0, _KEY_PAN),
            (shift, Qt.Key.Key_Down): lambda: view.pan_by(0, -_KEY_PAN),
            (plain, Qt.Key.Key_Escape): lambda: None if self.take_escape() else self.closed.emit(),
            **{
                (plain, key): self.closed.emit
                for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
            },
        }

    def _step_by(self, places: int) -> None:
        """Step, but no further than the first and the last photo."""
        if self._filtered_out and places > 0:
            if self._position > self._count:
                return
            places -= 1
        self._go_to(self._position + places)

    def _go_to(self, place: int) -> None:
        target = min(max(place, 1), self._count)
        if self._count and (self._filtered_out or target != self._position):
            self.step.emit(target - self._position)

    def _ask(self, longest_side: int) -> None:
        if self._key is not None:
            self.picture_wanted.emit(self._key, longest_side)

    def _show_zoom(self) -> None:
        self._bar.show_zoom(self._view.zoom, fitted=self._view.fitted)
        for button in (self._bar.loupe, self._bar.seen):
            button.setEnabled(not self._view.message)
        self._view.setAccessibleDescription(self._view.message)


class _ViewerBar(QWidget):
    """The line below the photo: score, name, place, zoom, and a button for each key."""

    def __init__(self, *, theme_manager: ThemeManager) -> None:
        super().__init__()
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.setAutoFillBackground(True)
        self.score = text_label(role=Role.STRONG)
        self.band = text_label(role=Role.QUIET)
        self.percentile = text_label(role=Role.QUIET)
        self.name = ElidedLabel()
        self.marks = text_label()
        self.place = text_label(role=Role.QUIET)
        self.zoom = text_label(role=Role.QUIET)
        self.zoom.setMinimumWidth(44)
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.seen = IconButton(
            theme_manager=theme_manager, name="seen-frame", text=tr("What the scoring model saw (F)")
        )
        self.seen.setCheckable(True)
        self.seen.setAccessibleDescription(str(SEEN_PART_TEXT))
        self.loupe = IconButton(theme_manager=theme_manager, name="actual-size", text=tr("100 % (Z)"))
        self.previous = IconButton(
            theme_manager=theme_manager, name="previous", text=tr("Previous photo (Left)")
        )
        self.next = IconButton(theme_manager=theme_manager, name="next", text=tr("Next photo (Right)"))
        self.close_button = IconButton(
            theme_manager=theme_manager, name="close", text=tr("Back to the grid (Esc)")
        )

        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_3, SPACE_1, SPACE_2, SPACE_1)
        row.setSpacing(SPACE_4)
        score = QHBoxLayout()
        score.setSpacing(SPACE_2)
        for part in (self.score, self.band, self.percentile):
            score.addWidget(part)
        row.addLayout(score)
        row.addWidget(self.name, 1)
        row.addWidget(self.marks)
        row.addWidget(self.place)
        row.addWidget(self.zoom)
        self._overlays = QHBoxLayout()
        self._overlays.setSpacing(0)
        row.addLayout(self._overlays)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_1)
        for button in (self.seen, self.loupe, self.previous, self.next, self.close_button):
            buttons.addWidget(button)
        row.addLayout(buttons)

    def add_overlay_switch(self, actions: Sequence[QAction]) -> None:
        """Add a button for each choice; the chosen one is pressed."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._overlays.addWidget(button)

    def show_place(self, position: int, count: int, *, filtered_out: bool) -> None:
        """Show the photo's place among all that are listed, and which steps are possible."""
        self.place.setText(
            tr("Hidden by the filter")
            if filtered_out
            else tr("{done:,} of {total:,}", done=position, total=count)
        )
        self.previous.setEnabled(position > 1)
        self.next.setEnabled(position < count + filtered_out)

    def show_caption(self, caption: ScoredPhoto | Failure | None, net: NetInfo = RESMEM) -> None:
        """Show the score, or why there is none."""
        scored = isinstance(caption, ScoredPhoto)
        caution = caution_of(caption.facts) if isinstance(caption, ScoredPhoto) else None
        self.score.setVisible(scored)
        self.percentile.setVisible(scored and (net.scale.has_percentiles or caution is not None))
        self.band.setVisible(not scored or net.scale.typical_error is not None)
        if isinstance(caption, ScoredPhoto):
            fast = caption.precision is Precision.FAST
            self.score.setText(score_text(caption.score, caption.precision))
            self.score.setToolTip(str(FAST_SENTENCE) if fast else "")
            score = score_text(caption.score)
            self.score.setAccessibleName(
                tr("Fast score {score}", score=score) if fast else tr("Score {score}", score=score)
            )
            self.band.setText(net.scale.error_text())
            place = net.scale.percentile(caption.score)
            self.percentile.setToolTip(plain_tip(caution_sentence(caption.facts)))
            if caution is not None:
                # Its place among people's scores means nothing.
                self.percentile.setText(f"{CAUTION_MARK} {caution_text(caution)}")
            elif place is not None:
                self.percentile.setText(standing(place))
        else:
            self.band.setText(tr("No score") if caption else tr("Not scored yet"))

    def show_zoom(self, zoom: float | None, *, fitted: bool) -> None:
        """Show the zoom in percent, and what the button switches to."""
        self.zoom.setText("" if zoom is None else tr("{percent} %", percent=max(1, round(100 * zoom))))
        self.loupe.show_icon("actual-size" if fitted else "fit")
        self.loupe.set_words(tr("100 % (Z)") if fitted else tr("Fit (Z)"))
