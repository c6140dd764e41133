"""The page on which photos stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from memapp.core.records import ImageKey
from memapp.core.text import tr, trn
from memapp.gui.compare.followed_view import FollowedView, Look
from memapp.gui.widgets.basic import ElidedLabel, IconButton, Role, hairline, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4, ThemeManager

_FRAME = 2
_KEY_ZOOM = 1.25
_KEY_PAN = 80.0


@dataclass(frozen=True, slots=True)
class ComparedPhoto:
    """What stands below one photo."""

    key: ImageKey
    size: QSize
    """Of the photo, in pixels; an empty one where it is not known."""
    placeholder: QImage | None
    score: str
    verdict: str
    """How it stands to the best of those beside it: "0.04 lower", "Too close to call"."""
    marks: str
    problem: str = ""
    """Why it can't be shown; empty for most."""


class ComparePage(QWidget):
    """Up to four photos with a caption each, and a bar below. It holds no list: it says what keys want.

    Signals:
        picture_wanted(object ImageKey, int): a picture with this longest side in pixels, 0 for full size.
        chosen(object ImageKey): this photo is the current one.
        step(int): the photo so many places further to the right is the current one.
        kept(), dropped(): the current photo stays, or leaves.
        closed(): go back to the grid.
        changed(): others are shown, another one is current, or the page was shown or hidden.
    """

    picture_wanted = Signal(object, int)
    chosen = Signal(object)
    step = Signal(int)
    kept = Signal()
    dropped = Signal()
    closed = Signal()
    changed = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._panes: list[_Pane] = []
        self._current: ImageKey | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Compare"))
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(1)
        self._waiting = text_label(role=Role.QUIET)
        self._linked = QToolButton()
        self._linked.setCheckable(True)
        self._linked.setChecked(True)
        self._linked.setText(tr("Move together (L)"))
        self._linked.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        keep, drop = QToolButton(), QToolButton()
        keep.setText(tr("Keep (Up)"))
        keep.setToolTip(tr("Keep the current photo, and compare it with the next ones"))
        drop.setText(tr("Leave out (Down)"))
        drop.setToolTip(tr("Leave out the current photo, and show the next one"))
        loupe = IconButton(theme_manager=theme_manager, name="actual-size", text=tr("100 % (Z)"))
        close = IconButton(theme_manager=theme_manager, name="close", text=tr("Back to the grid (Esc)"))
        keep.clicked.connect(self.kept)
        drop.clicked.connect(self.dropped)
        loupe.clicked.connect(lambda: self._toggle_loupe())
        close.clicked.connect(self.closed)
        self._linked.toggled.connect(lambda _on: self._follow_current())
        bar = QWidget()
        bar.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        bar.setAutoFillBackground(True)
        line = QHBoxLayout(bar)
        line.setContentsMargins(SPACE_3, SPACE_1, SPACE_2, SPACE_1)
        line.setSpacing(SPACE_2)
        line.addWidget(self._waiting)
        line.addStretch(1)
        for part in (keep, drop, self._linked, loupe, close):
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            line.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row, 1)
        column.addWidget(hairline())
        column.addWidget(bar)
        theme_manager.changed.connect(self._tint)
        self._commands = self._key_commands()

    @property
    def current(self) -> ImageKey | None:
        """The photo that marks and commands are about."""
        return self._current

    @property
    def keys(self) -> list[ImageKey]:
        """The photos side by side, from the left."""
        return [pane.key for pane in self._panes if pane.key is not None]

    def show_photos(self, photos: Sequence[ComparedPhoto], *, current: ImageKey | None, waiting: int) -> None:
        """Show these side by side; those that stand there already keep their pictures.

        Args:
            photos: four at most, from the left.
            current: the one that keys are about.
            waiting: how many have not been shown yet.
        """
        look = self._panes[0].view.look if self._panes else Look(None, QPointF(0.5, 0.5))
        while len(self._panes) < len(photos):
            self._add_pane()
        while len(self._panes) > len(photos):
            pane = self._panes.pop()
            self._row.removeWidget(pane)
            pane.hide()
            pane.deleteLater()
        self._current = current
        for pane, photo in zip(self._panes, photos, strict=True):
            is_new = pane.key != photo.key
            pane.show_photo(photo, current=photo.key == current)
            if is_new and self._linked.isChecked():
                pane.view.follow(look)
        self._waiting.setText(
            trn("{count:,} more to compare", "{count:,} more to compare", waiting) if waiting else ""
        )
        self.changed.emit()

    def set_picture(self, key: ImageKey, image: QImage, *, full_size: bool) -> None:
        """Show a requested picture of one of the photos; ignore others."""
        for pane in self._panes:
            if pane.key == key:
                pane.view.set_picture(image, full_size=full_size)

    def set_picture_missing(self, key: ImageKey, reason: str) -> None:
        """Show why a requested picture can't be loaded; ignore those of other photos."""
        for pane in self._panes:
            if pane.key == key:
                pane.view.show_message(reason)

    def view_of(self, key: ImageKey) -> FollowedView | None:
        """Return the surface that shows this photo; None where it is not shown."""
        return next((pane.view for pane in self._panes if pane.key == key), None)

    def showEvent(self, event: QShowEvent) -> None:
        """Report that the page is shown."""
        super().showEvent(event)
        self.changed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Report that the page is hidden."""
        super().hideEvent(event)
        self.changed.emit()

    def event(self, event: QEvent) -> bool:
        """Claim the page's own keys before the window's shortcuts see them."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._command_of(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, keep, drop, zoom, go back."""
        command = self._command_of(event)
        if command is None:
            super().keyPressEvent(event)
        else:
            command()

    def _command_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.text() in ("+", "-", "="):
            modifiers &= ~Qt.KeyboardModifier.ShiftModifier
        return self._commands.get((modifiers, Qt.Key(event.key())))

    def _key_commands(self) -> dict[tuple[Qt.KeyboardModifier, Qt.Key], Callable[[], None]]:
        plain, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
        return {
            (plain, Qt.Key.Key_Left): lambda: self.step.emit(-1),
            (plain, Qt.Key.Key_Right): lambda: self.step.emit(1),
            (plain, Qt.Key.Key_Up): self.kept.emit,
            (plain, Qt.Key.Key_Down): self.dropped.emit,
            (plain, Qt.Key.Key_L): self._linked.toggle,
            (plain, Qt.Key.Key_Z): self._toggle_loupe,
            (plain, Qt.Key.Key_Plus): lambda: self._zoom_by(_KEY_ZOOM),
            (plain, Qt.Key.Key_Equal): lambda: self._zoom_by(_KEY_ZOOM),
            (plain, Qt.Key.Key_Minus): lambda: self._zoom_by(1 / _KEY_ZOOM),
            (shift, Qt.Key.Key_Left): lambda: self._pan_by(_KEY_PAN, 0),
            (shift, Qt.Key.Key_Right): lambda: self._pan_by(-_KEY_PAN, 0),
            (shift, Qt.Key.Key_Up): lambda: self._pan_by(0, _KEY_PAN),
            (shift, Qt.Key.Key_Down): lambda: self._pan_by(0, -_KEY_PAN),
            **{
                (plain, key): self.closed.emit
                for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_C)
            },
        }

    def _current_view(self) -> FollowedView | None:
        return None if self._current is None else self.view_of(self._current)

    def _toggle_loupe(self) -> None:
        if (view := self._current_view()) is not None:
            view.toggle_loupe()

    def _zoom_by(self, factor: float) -> None:
        if (view := self._current_view()) is not None:
            view.zoom_by(factor)

    def _pan_by(self, across: float, down: float) -> None:
        if (view := self._current_view()) is not None:
            view.pan_by(across, down)

    def _follow_current(self) -> None:
        if (view := self._current_view()) is not None:
            self._on_looked(view, view.look)

    def _on_looked(self, view: FollowedView, look: Look) -> None:
        if self._linked.isChecked():
            for pane in self._panes:
                if pane.view is not view:
                    pane.view.follow(look)

    def _add_pane(self) -> None:
        pane = _Pane(theme_manager=self._theme_manager)
        pane.view.looked.connect(lambda look, view=pane.view: self._on_looked(view, look))
        pane.view.picture_wanted.connect(
            lambda side, pane=pane: None if pane.key is None else self.picture_wanted.emit(pane.key, side)
        )
        pane.pressed.connect(lambda pane=pane: None if pane.key is None else self.chosen.emit(pane.key))
        self._panes.append(pane)
        self._row.addWidget(pane, 1)
        # Otherwise Qt shows it at the next turn of the event loop only.
        pane.show()

    def _tint(self) -> None:
        for pane in self._panes:
            pane.update()


class _Pane(QWidget):
    """One photo and the lines below it; a frame around it while it is the current one.

    Signals:
        pressed(): the mouse was pressed on it.
    """

    pressed = Signal()

    def __init__(self, *, theme_manager: ThemeManager) -> None:
        super().__init__()
        self.key: ImageKey | None = None
        self._current = False
        self._theme_manager = theme_manager
        self.view = FollowedView(theme_manager=theme_manager)
        self.view.installEventFilter(self)
        self._score = text_label(role=Role.STRONG)
        self._verdict = text_label(role=Role.QUIET)
        self._marks = text_label()
        self._name = ElidedLabel()
        line = QHBoxLayout()
        line.setContentsMargins(SPACE_3, SPACE_1, SPACE_3, 0)
        line.setSpacing(SPACE_2)
        line.addWidget(self._score)
        line.addWidget(self._verdict)
        line.addStretch(1)
        line.addWidget(self._marks)
        below = QHBoxLayout()
        below.setContentsMargins(SPACE_3, 0, SPACE_3, SPACE_1)
        below.addWidget(self._name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_FRAME, _FRAME, _FRAME, _FRAME)
        column.setSpacing(SPACE_4 // 4)
        column.addWidget(self.view, 1)
        column.addLayout(line)
        column.addLayout(below)

    def show_photo(self, photo: ComparedPhoto, *, current: bool) -> None:
        """Show a photo, or other words below the same one."""
        self._score.setText(photo.score)
        self._verdict.setText(photo.verdict)
        self._marks.setText(photo.marks)
        self._name.set_whole_text(photo.key.name)
        words = (photo.key.name, photo.score, photo.verdict, photo.marks)
        self.view.setAccessibleName(", ".join(word for word in words if word))
        if current != self._current:
            self._current = current
            self.update()
        if self.key == photo.key:
            return
        self.key = photo.key
        if photo.problem:
            self.view.show_message(photo.problem)
        else:
            self.view.show_photo(photo.placeholder, photo.size)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Become the current one when the photo is pressed."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self.pressed.emit()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Become the current one when the words are pressed."""
        super().mousePressEvent(event)
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame of the current one."""
        super().paintEvent(event)
        if self._current:
            painter = QPainter(self)
            colour = self.palette().color(QPalette.ColorRole.Highlight)
            for inset in range(_FRAME):
                painter.setPen(colour)
                painter.drawRect(self.rect().adjusted(inset, inset, -1 - inset, -1 - inset))
