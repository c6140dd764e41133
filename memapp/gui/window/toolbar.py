"""The toolbar: add, pause and stop, sort, find and filter, overlays, size, panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QSlider, QToolBar, QToolButton, QWidget

from memapp.core.settings import SETTINGS
from memapp.core.text import tr
from memapp.gui.widgets.word_button import WordButton
from memapp.gui.window.actions import Actions
from memapp.gui.window.filter_controls import FilterControls
from memapp.gui.window.overlay_switch import OverlaySwitch

WORDS_FROM = 1200
"""The width of the window, in device-independent pixels, below which words give way to icons."""
SLIDER_WIDTH = 120
_ICON_SIDE = 18
_WAYS_TO_ADD = ("add-photos", "add-folder", "paste")
_OVERLAYS = ("overlay-segmentation", "overlay-memorability", "overlay-regions")


class SizeSlider(QSlider):
    """The size of the thumbnails, within the setting's limits."""

    def __init__(self, *, pixels: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        limits = SETTINGS.tile_size.limits
        assert limits is not None
        self.setRange(*limits)
        self.setPageStep(32)
        self.setValue(pixels)
        self.setFixedWidth(SLIDER_WIDTH)
        self.setAccessibleName(tr("Size of the thumbnails"))
        self.setToolTip(tr("Size of the thumbnails"))


@dataclass(frozen=True, slots=True)
class _Fit:
    """What the toolbar shows of what can give way."""

    words: bool
    """Of the buttons for what memapp is about."""
    steps: bool
    """The buttons beside the slider."""
    labels: bool
    """The words that say what the order and the fields are."""
    rest: bool
    """What the menus and the status bar have as well, and the lines between."""
    scores: bool
    """The fields for scores, which are else among the other filters."""


_FITS = tuple(
    _Fit(words, steps, labels, rest, scores)
    for words in (True, False)
    for steps, labels, rest, scores in (
        (True, True, True, True),
        (False, True, True, True),
        (False, False, True, True),
        (False, False, False, True),
        (False, False, False, False),
    )
)
"""From all of it to the least."""


class MainToolbar(QToolBar):
    """Lays its parts out; what there is no room for gives way, in an order. Lives on the GUI thread."""

    def __init__(
        self,
        *,
        actions: Actions,
        filters: FilterControls,
        slider: SizeSlider,
        sort_button: WordButton,
        net_button: WordButton,
        parent: QWidget,
    ) -> None:
        super().__init__(tr("Toolbar"), parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(_ICON_SIDE, _ICON_SIDE))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self._filters = filters
        self._fit_soon = QTimer(self)
        self._fit_soon.setSingleShot(True)
        self._fit_soon.setInterval(0)
        self._fit_soon.timeout.connect(self._fit)
        self._fitted: tuple[object, ...] = ()
        """For what it was fitted last."""
        self._add_button = WordButton(menu=self._menu_of(_WAYS_TO_ADD))
        self._add_button.set_words(tr("Add"), tip=tr("Add photos or a folder"))
        self._overlays = OverlaySwitch(
            overlays=[actions[overlay] for overlay in _OVERLAYS],
            none=actions["overlay-none"],
            icon_side=_ICON_SIDE,
        )
        self._labelled = (net_button, sort_button)

        self.addWidget(self._add_button)
        lines = [self.addSeparator()]
        self._add("pause", "cancel")
        lines.append(self.addSeparator())
        self.net_place = self.addWidget(net_button)
        """To be hidden while one net scores."""
        self.addWidget(sort_button)
        reverse = self.addWidget(self._button("reverse"))
        self.addWidget(filters)
        self._add("disagreeing")
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spring)
        self._worded = [
            self._word_button("compare", tr("Compare")),
            self._word_button("choose-best", tr("Choose the best")),
        ]
        compare, _ = (self.addWidget(button) for button in self._worded)
        self.addWidget(self._overlays)
        smaller = self.addWidget(self._button("smaller"))
        self.addWidget(slider)
        self._steps = (smaller, self.addWidget(self._button("larger")))
        lines.append(self.addSeparator())
        self._rest = (reverse, compare, self.addWidget(self._button("problems")), *lines)
        self._add("inspector")
        actions["add-photos"].changed.connect(self._tint)
        self._tint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Fit anew where a text, a part or the type is another one."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            # Later: Qt is going over all widgets now, and crashes where one gets another parent meanwhile.
            self._fit_soon.start()
        return super().event(event)

    def _fit(self) -> None:
        """Show the most that there is room for; the very least where there is no room for that either."""
        giving_way = (*self._steps, *self._rest)
        shown = tuple(action.isVisible() for action in self.actions() if action not in giving_way)
        words = tuple(button.words for button in (*self._labelled, *self._overlays.segments))
        wanted = (self.width(), self.font().key(), shown, words)
        # Each try changes what is laid out, and so asks for another one.
        if wanted != self._fitted:
            self._fitted = wanted
            for fit in _FITS:
                if fit.words and self.width() < WORDS_FROM:
                    continue
                self._apply(fit)
                if self._needed_width() <= self.width():
                    break

    def _apply(self, fit: _Fit) -> None:
        for button in (self._add_button, *self._worded, *self._overlays.segments):
            button.set_worded(fit.words)
        for step in self._steps:
            step.setVisible(fit.steps)
        for part in self._rest:
            part.setVisible(fit.rest)
        for button in self._labelled:
            button.set_worded(fit.labels)
        self._filters.set_room(labels=fit.labels, scores=fit.scores)

    def _needed_width(self) -> int:
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        spare = self._filters.sizeHint().width() - self._filters.minimumSizeHint().width()
        return layout.sizeHint().width() - max(0, spare)

    def _add(self, *names: str) -> None:
        for name in names:
            self.addAction(self._actions[name])
            self.widgetForAction(self._actions[name]).setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _button(self, name: str) -> QToolButton:
        # A button of its own: an action that is hidden here would be hidden in its menu, too.
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIconSize(self.iconSize())
        return button

    def _word_button(self, name: str, words: str) -> WordButton:
        button = WordButton()
        button.follow(self._actions[name], words=words)
        button.clicked.connect(lambda _checked: self._actions[name].trigger())
        return button

    def _menu_of(self, names: Sequence[str]) -> QMenu:
        menu = QMenu(self)
        menu.addActions([self._actions[name] for name in names])
        return menu

    def _tint(self) -> None:
        self._add_button.setIcon(self._actions["add-photos"].icon())
