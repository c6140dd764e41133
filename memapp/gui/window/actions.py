"""The table of actions as QActions: connects them to what they run, and updates them with the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeySequence, QPixmap
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from memapp.core.text import deferred, tr
from memapp.gui.dialogs.shortcuts import ShortcutLine
from memapp.gui.widgets.plain import as_caption, plain_tip
from memapp.gui.widgets.theme import ThemeManager, icon
from memapp.gui.window.action_context import ActionContext
from memapp.gui.window.action_spec import ActionSpec
from memapp.gui.window.action_table import ACTIONS, MENU_TITLES, OTHER_KEYS
from memapp.gui.window.digit_keys import keys_of_digit


@dataclass(frozen=True, slots=True)
class Runners:
    """The callables that actions run, by id; one for each action of the table."""

    commands: Mapping[str, Callable[[], object]]
    """Those of actions that are triggered."""
    switches: Mapping[str, Callable[[bool], object]]
    """Those of actions that are on or off; called with the new state."""

    def check(self) -> None:
        """Compare with the table.

        Raises:
            ValueError: an action has none, or one belongs to no action; the message names them.
        """
        own = [spec for spec in ACTIONS if not spec.choices]
        _compare(self.commands, {spec.id for spec in own if not spec.is_switch})
        _compare(self.switches, {spec.id for spec in own if spec.is_switch})


_SHEET_TEXTS = {
    "view/sort": deferred("Sort by: {choice}"),
    "view/overlay": deferred("Overlay: {choice}"),
    "photo/areas": deferred("Area of interest: {choice}"),
    "photo/moments": deferred("Moment: {choice}"),
}
"""The texts in the list of shortcuts for actions that need their menu's title to be understood."""


class Actions(QObject):
    """The table as QActions. Lives on the GUI thread."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QObject) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._actions: dict[str, QAction] = {}
        self._icons: dict[str, str] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._choices: dict[str, tuple[ActionSpec, ...]] = {spec.id: () for spec in ACTIONS if spec.choices}
        self._choice_menus: dict[str, QMenu] = {}
        for spec in self.specs:
            self._make(spec)
        self._context = ActionContext()
        theme_manager.changed.connect(self._tint)
        self._tint()
        self._show(self._context)

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    @property
    def specs(self) -> list[ActionSpec]:
        """All current actions, in the order of the menus."""
        return [each for spec in ACTIONS for each in (self._choices[spec.id] if spec.choices else (spec,))]

    @property
    def context(self) -> ActionContext:
        """The state of the window that was applied last."""
        return self._context

    def connect_runners(self, runners: Runners) -> None:
        """Connect each action to its callable; called once.

        Raises:
            ValueError: an action has none, or one belongs to no action.
        """
        runners.check()
        for action_id, command in runners.commands.items():
            self._actions[action_id].triggered.connect(lambda _checked, run=command: run())
            # Qt ticks what was triggered, whatever came of it.
            self._actions[action_id].triggered.connect(self._tick)
        for action_id, switch in runners.switches.items():
            self._actions[action_id].toggled.connect(switch)

    def set_choices(self, action_id: str, choices: Sequence[ActionSpec]) -> list[QAction]:
        """Put these actions in the place of the entry with this id, and return them.

        They are new where they differ from the present ones; the caller connects them.
        """
        if tuple(choices) != self._choices[action_id]:
            self._drop(self._choices[action_id])
            self._choices[action_id] = tuple(choices)
            made = [self._make(spec) for spec in choices]
            if action_id in self._choice_menus:
                self._choice_menus[action_id].addActions(made)
            window = self.parent()
            if isinstance(window, QWidget):
                # Shortcuts work where the menu bar is hidden, too.
                window.addActions(made)
            self._tint()
            self._show(self._context)
        return [self._actions[spec.id] for spec in choices]

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(as_caption(str(spec.text)), self)
        action.setObjectName(spec.id)
        keys = (key for shortcut in spec.shortcuts for key in (shortcut, *keys_of_digit(shortcut)))
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setCheckable(spec.checkable)
        # Icons belong to the toolbar: in menus they would take the place of ticks, and make rows uneven. The
        # room that Qt leaves for icons that are hidden is that of ticks, the same in every menu.
        action.setIcon(_blank())
        action.setIconVisibleInMenu(False)
        if spec.shortcuts:
            action.setToolTip(plain_tip(_tooltip(str(spec.text).rstrip("."), spec.shortcuts[0])))
        if spec.group:
            self._groups.setdefault(spec.group, QActionGroup(self)).addAction(action)
        self._actions[spec.id] = action
        self._icons[spec.id] = spec.icon
        return action

    def _drop(self, specs: Iterable[ActionSpec]) -> None:
        for spec in specs:
            del self._icons[spec.id]
            action = self._actions.pop(spec.id)
            for holder in action.associatedObjects():
                if isinstance(holder, QWidget):
                    holder.removeAction(action)
            action.deleteLater()

    def apply(self, context: ActionContext) -> None:
        """Update the actions for this state of the window."""
        if context != self._context:
            self._context = context
            self._show(context)

    def _show(self, context: ActionContext) -> None:
        self._tick()
        for spec in self.specs:
            action = self._actions[spec.id]
            missing = spec.missing(context)
            action.setEnabled(not missing and spec.enabled(context))
            action.setVisible(spec.visible(context))
            if missing:
                _show_missing(action, missing)
            elif spec.words is not None:
                self._set_words(spec, *spec.words(context))

    def _tick(self) -> None:
        for spec in self.specs:
            if spec.checked is not None:
                self._actions[spec.id].setChecked(spec.checked(self._context))

    def _set_words(self, spec: ActionSpec, text: str, icon_name: str) -> None:
        action = self._actions[spec.id]
        shown = as_caption(text)
        if action.text() != shown:
            action.setText(shown)
            action.setToolTip(plain_tip(_tooltip(text, spec.shortcuts[0])))
        if self._icons[spec.id] != icon_name:
            self._icons[spec.id] = icon_name
            self._tint()

    def fill(self, menu_bar: QMenuBar) -> None:
        """Add the menus to the menu bar."""
        for spec in ACTIONS:
            menu = _menu(menu_bar, spec.menu.partition("/")[0])
            if "/" in spec.menu:
                menu = _menu(menu, spec.menu)
            if spec.separated:
                menu.addSeparator()
            if spec.choices:
                self._choice_menus[spec.id] = menu
                menu.addActions([self._actions[each.id] for each in self._choices[spec.id]])
            else:
                menu.addAction(self._actions[spec.id])

    def cheat_sheet(self) -> list[ShortcutLine]:
        """Return every shortcut, with the group and the text of its action."""
        return [
            *(
                ShortcutLine(
                    str(MENU_TITLES[spec.menu.partition("/")[0]]).replace("&", ""),
                    _in_words(spec),
                    ", ".join(map(_as_written, spec.shortcuts)),
                )
                for spec in self.specs
                if spec.shortcuts and self._actions[spec.id].isVisible()
            ),
            *OTHER_KEYS,
        ]

    def _tint(self) -> None:
        for action_id, name in self._icons.items():
            if name:
                self._actions[action_id].setIcon(icon(name, self._theme_manager.theme))


def _blank() -> QIcon:
    pixmap = QPixmap(1, 1)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)


def _compare(given: Iterable[str], needed: set[str]) -> None:
    without, unknown = needed - set(given), set(given) - needed
    if without or unknown:
        raise ValueError(f"actions that run nothing: {sorted(without)}; runners of none: {sorted(unknown)}")


def _show_missing(action: QAction, reason: str) -> None:
    """Show the reason in the tooltip, in menus too."""
    action.setToolTip(plain_tip(reason))
    for holder in action.associatedObjects():
        if isinstance(holder, QMenu):
            holder.setToolTipsVisible(True)


def _menu(parent: QMenuBar | QMenu, menu_id: str) -> QMenu:
    for child in parent.actions():
        menu = child.menu()
        if isinstance(menu, QMenu) and menu.objectName() == menu_id:
            return menu
    made = parent.addMenu(str(MENU_TITLES[menu_id]))
    made.setObjectName(menu_id)
    return made


def _in_words(spec: ActionSpec) -> str:
    text = str(spec.text).rstrip(".")
    pattern = _SHEET_TEXTS.get(spec.menu)
    return text if pattern is None else pattern.filled(choice=text)


def _tooltip(text: str, shortcut: str) -> str:
    return tr("{action} ({shortcut})", action=text, shortcut=_as_written(shortcut))


def _as_written(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
