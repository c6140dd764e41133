"""Everything that can be done, as one table: menus, toolbar, cheat sheet and tests are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from memapp.gui.dialogs.shortcuts import ShortcutLine
from memapp.gui.widgets.theme import ThemeManager, icon


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action."""

    id: str
    menu: str
    """The menu it stands in; a second level after a slash."""
    text: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    group: str = ""
    """Actions of one group are choices of which one is on."""
    checkable: bool = False
    separated: bool = False
    """Whether a line comes before it in its menu."""


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("add-photos", "File", "Add photos...", ("Ctrl+O",), "add-photos"),
    ActionSpec("add-folder", "File", "Add a folder...", ("Ctrl+Shift+O",), "add-folder"),
    ActionSpec("paste", "File", "Paste files", ("Ctrl+V",)),
    ActionSpec("samples", "File", "Try it with sample photos"),
    ActionSpec("export", "File", "Export scores...", ("Ctrl+E",), separated=True),
    ActionSpec("clear", "File", "Start over with an empty window", separated=True),
    ActionSpec("preferences", "File", "Preferences...", ("Ctrl+,",), separated=True),
    ActionSpec("quit", "File", "Quit", ("Ctrl+Q",), separated=True),
    ActionSpec("open", "Photo", "Look at it large"),
    ActionSpec("reveal", "Photo", "Show in folder", ("Ctrl+Shift+R",), "folder"),
    ActionSpec("copy", "Photo", "Copy", ("Ctrl+C",), "copy"),
    ActionSpec("area-rectangle", "Photo/Area of interest", "Draw a rectangle", ("Alt+R",), "rectangle"),
    ActionSpec("area-polygon", "Photo/Area of interest", "Draw a polygon", ("Alt+P",), "polygon"),
    ActionSpec("undo", "Photo/Area of interest", "Undo", ("Ctrl+Z",), separated=True),
    ActionSpec("select-all", "Photo", "Select all", ("Ctrl+A",), separated=True),
    ActionSpec("remove", "Photo", "Take out of the window", ("Backspace",)),
    ActionSpec("trash", "Photo", "Move to the trash...", ("Delete",), separated=True),
    ActionSpec("pause", "Scoring", "Pause", ("Ctrl+P",), "pause"),
    ActionSpec("cancel", "Scoring", "Cancel", ("Ctrl+.",), "cancel"),
    ActionSpec("score-rest", "Scoring", "Score what has no score yet", ("Ctrl+R",), "retry", separated=True),
    ActionSpec("triage", "Scoring", "Triage...", ("Ctrl+T",)),
    ActionSpec("score-exact", "Scoring", "Score exactly", ("Ctrl+Shift+E",)),
    ActionSpec("nets", "Scoring", "Nets...", separated=True),
    ActionSpec("sort-score", "View/Sort by", "Score", ("Ctrl+1",), group="sort", checkable=True),
    ActionSpec("sort-name", "View/Sort by", "Name", ("Ctrl+2",), group="sort", checkable=True),
    ActionSpec("sort-taken", "View/Sort by", "Date taken", ("Ctrl+3",), group="sort", checkable=True),
    ActionSpec("sort-size", "View/Sort by", "File size", ("Ctrl+4",), group="sort", checkable=True),
    ActionSpec(
        "sort-disagreement", "View/Sort by", "Disagreement", ("Ctrl+5",), group="sort", checkable=True
    ),
    ActionSpec("reverse", "View", "Reverse the order", ("Ctrl+0",), "sort-descending"),
    ActionSpec("overlay-none", "View/Overlay", "None", ("Alt+0",), "overlay-none", "overlay", True),
    ActionSpec(
        "overlay-segmentation",
        "View/Overlay",
        "Segmentation",
        ("Alt+1",),
        "overlay-segmentation",
        "overlay",
        True,
    ),
    ActionSpec(
        "overlay-memorability",
        "View/Overlay",
        "Memorability",
        ("Alt+2",),
        "overlay-memorability",
        "overlay",
        True,
    ),
    ActionSpec("overlay-regions", "View/Overlay", "Regions", ("Alt+3",), "overlay-regions", "overlay", True),
    ActionSpec(
        "overlay-export",
        "View/Overlay",
        "Export picture...",
        ("Ctrl+Shift+S",),
        separated=True,
    ),
    ActionSpec("tile-overlays", "View/Overlay", "On thumbnails, too", checkable=True),
    ActionSpec("segmenters", "View/Overlay", "Segmenters..."),
    ActionSpec("next-net", "View", "Next net's scores", ("Ctrl+Shift+N",), separated=True),
    ActionSpec("disagreeing", "View", "Only where nets disagree", ("Ctrl+D",), "disagree", checkable=True),
    ActionSpec("find", "View", "Find by name", ("Ctrl+F",), "search", separated=True),
    ActionSpec("clear-filter", "View", "Show all photos", ("Ctrl+Shift+F",), "filter"),
    ActionSpec("larger", "View", "Larger thumbnails", ("Ctrl++", "Ctrl+="), "large-tile", separated=True),
    ActionSpec("smaller", "View", "Smaller thumbnails", ("Ctrl+-",), "small-tile"),
    ActionSpec("inspector", "View", "Inspector", ("Ctrl+I",), "inspector", checkable=True, separated=True),
    ActionSpec("problems", "View", "Problems", ("Ctrl+Shift+P",), "problems", checkable=True),
    ActionSpec("full-screen", "View", "Full screen", ("F11",), checkable=True, separated=True),
    ActionSpec("shortcuts", "Help", "Keyboard shortcuts", ("?",)),
    ActionSpec("log", "Help", "Show the log"),
    ActionSpec("licences", "Help", "Show all licences"),
    ActionSpec("about", "Help", "About memapp", separated=True),
)

OTHER_KEYS: tuple[ShortcutLine, ...] = (
    ShortcutLine("In the grid", "Look at a photo large", "Enter, Space, double-click"),
    ShortcutLine("In the grid", "Move", "Arrows, Home, End, Page Up, Page Down"),
    ShortcutLine("In the grid", "Select more", "Shift or Ctrl with them"),
    ShortcutLine("In the grid", "Go to a name", "Type its first letters"),
    ShortcutLine("Looking at a photo", "Next, previous", "Right, Left"),
    ShortcutLine("Looking at a photo", "Fit or actual size", "Z"),
    ShortcutLine("Looking at a photo", "What the net saw", "F"),
    ShortcutLine("Looking at a photo", "Back to the grid", "Esc"),
)
"""Keys that belong to a view rather than to an action."""


_SHEET_WORDS = {
    "View/Sort by": "Sort by {}",
    "View/Overlay": "Overlay: {}",
    "Photo/Area of interest": "Area of interest: {}",
}
"""How the cheat sheet words an entry that its menu's title explains."""


class Actions(QObject):
    """The table as QActions. Lives on the GUI thread."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QObject) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._actions: dict[str, QAction] = {}
        self._icons: dict[str, str] = {}
        groups: dict[str, QActionGroup] = {}
        for spec in ACTIONS:
            action = QAction(spec.text, self)
            action.setObjectName(spec.id)
            action.setShortcuts([QKeySequence(shortcut) for shortcut in spec.shortcuts])
            action.setCheckable(spec.checkable)
            if spec.shortcuts:
                action.setToolTip(f"{spec.text.rstrip('.')} ({_as_written(spec.shortcuts[0])})")
            if spec.group:
                groups.setdefault(spec.group, QActionGroup(self)).addAction(action)
            self._actions[spec.id] = action
            self._icons[spec.id] = spec.icon
        theme_manager.changed.connect(self._tint)
        self._tint()

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def set_words(self, action_id: str, text: str, icon_name: str) -> None:
        """Let an action say what it does next (pause, resume)."""
        spec = next(spec for spec in ACTIONS if spec.id == action_id)
        self._actions[action_id].setText(text)
        self._actions[action_id].setToolTip(f"{text} ({_as_written(spec.shortcuts[0])})")
        self._icons[action_id] = icon_name
        self._tint()

    def set_unavailable(self, action_id: str, reason: str) -> None:
        """Disable an action for good; its tooltip says why, in the menu, too."""
        action = self._actions[action_id]
        action.setEnabled(False)
        action.setToolTip(reason)
        for holder in action.associatedObjects():
            if isinstance(holder, QMenu):
                holder.setToolTipsVisible(True)

    def fill(self, menu_bar: QMenuBar) -> None:
        """Make the menus."""
        for spec in ACTIONS:
            above, _, below = spec.menu.partition("/")
            menu = _menu(menu_bar, above)
            if below:
                menu = _menu(menu, below)
            if spec.separated:
                menu.addSeparator()
            menu.addAction(self._actions[spec.id])

    def cheat_sheet(self) -> list[ShortcutLine]:
        """Every shortcut there is."""
        return [
            *(
                ShortcutLine(
                    spec.menu.partition("/")[0],
                    _in_words(spec),
                    ", ".join(map(_as_written, spec.shortcuts)),
                )
                for spec in ACTIONS
                if spec.shortcuts and self._actions[spec.id].isVisible()
            ),
            *OTHER_KEYS,
        ]

    def _tint(self) -> None:
        for action_id, name in self._icons.items():
            if name:
                self._actions[action_id].setIcon(icon(name, self._theme_manager.theme))


def _menu(parent: QMenuBar | QMenu, title: str) -> QMenu:
    for child in parent.actions():
        menu = child.menu()
        if isinstance(menu, QMenu) and menu.title() == title:
            return menu
    return parent.addMenu(title)


def _in_words(spec: ActionSpec) -> str:
    text = spec.text.rstrip(".")
    words = _SHEET_WORDS.get(spec.menu)
    return text if words is None else words.format(text[:1].lower() + text[1:])


def _as_written(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
