"""Everything that can be done, as one table: what it is called, where it stands, and when it can be done.

To add an action, add a line here and a callable under the same id in runners.py; Actions refuses to start
without it. Menus, shortcuts, the cheat sheet and tests follow by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from memapp.gui.dialogs.shortcuts import ShortcutLine
from memapp.gui.window.action_context import ActionContext

Condition: TypeAlias = Callable[[ActionContext], bool]
Words: TypeAlias = tuple[str, str]
"""A text and the name of an icon ("" for none)."""


# Conditions


def _always(_context: ActionContext) -> bool:
    return True


def _nothing(_context: ActionContext) -> str:
    return ""


def _any_photo(context: ActionContext) -> bool:
    return context.photos > 0


def _any_chosen(context: ActionContext) -> bool:
    return context.chosen > 0


def _running(context: ActionContext) -> bool:
    return context.running


def _compared(context: ActionContext) -> bool:
    return context.compared


def _photo_visible(context: ActionContext) -> bool:
    return context.photo_visible


# Words that change


def _pause_words(context: ActionContext) -> Words:
    return ("Resume", "resume") if context.paused else ("Pause", "pause")


def _reverse_words(context: ActionContext) -> Words:
    return "Reverse the order", "sort-descending" if context.descending else "sort-ascending"


def _undo_words(context: ActionContext) -> Words:
    return ("Undo" if context.undo_text is None else f"Undo: {context.undo_text}"), ""


def _redo_words(context: ActionContext) -> Words:
    return ("Redo" if context.redo_text is None else f"Redo: {context.redo_text}"), ""


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
    enabled: Condition = _always
    """When it can be used."""
    visible: Condition = _always
    """When it is there at all."""
    missing: Callable[[ActionContext], str] = _nothing
    """Why it can't be used for good; its tooltip says so. Empty where it can."""
    words: Callable[[ActionContext], Words] | None = None
    """What it says and shows, where that changes."""
    choices: bool = False
    """Whether it only marks the place of others, which are set later: Actions.set_choices."""

    @property
    def is_switch(self) -> bool:
        """Whether it turns something on and off by itself."""
        return self.checkable and not self.group


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("add-photos", "File", "Add photos...", ("Ctrl+O",), "add-photos"),
    ActionSpec("add-folder", "File", "Add a folder...", ("Ctrl+Shift+O",), "add-folder"),
    ActionSpec("paste", "File", "Paste files", ("Ctrl+V",)),
    ActionSpec("samples", "File", "Try it with sample photos"),
    ActionSpec("export", "File", "Export scores...", ("Ctrl+E",), separated=True, enabled=_any_photo),
    ActionSpec("clear", "File", "Start over with an empty window", separated=True, enabled=_any_photo),
    ActionSpec("preferences", "File", "Preferences...", ("Ctrl+,",), separated=True),
    ActionSpec("quit", "File", "Quit", ("Ctrl+Q",), separated=True),
    ActionSpec(
        "undo",
        "Edit",
        "Undo",
        ("Ctrl+Z",),
        enabled=lambda context: context.undo_text is not None,
        words=_undo_words,
    ),
    ActionSpec(
        "redo",
        "Edit",
        "Redo",
        ("Ctrl+Shift+Z",),
        enabled=lambda context: context.redo_text is not None,
        words=_redo_words,
    ),
    ActionSpec("copy", "Edit", "Copy", ("Ctrl+C",), "copy", separated=True, enabled=_any_chosen),
    ActionSpec("select-all", "Edit", "Select all", ("Ctrl+A",), enabled=_any_photo),
    ActionSpec("open", "Photo", "Open", enabled=_any_chosen),
    ActionSpec("reveal", "Photo", "Show in folder", ("Ctrl+Shift+R",), "folder", enabled=_any_chosen),
    ActionSpec(
        "area-rectangle",
        "Photo/Area of interest",
        "Draw a rectangle",
        ("Alt+R",),
        "rectangle",
        enabled=_photo_visible,
    ),
    ActionSpec(
        "area-polygon",
        "Photo/Area of interest",
        "Draw a polygon",
        ("Alt+P",),
        "polygon",
        enabled=_photo_visible,
    ),
    ActionSpec("remove", "Photo", "Remove from list", ("Backspace",), separated=True, enabled=_any_chosen),
    ActionSpec("trash", "Photo", "Move to the trash...", ("Delete",), separated=True, enabled=_any_chosen),
    ActionSpec("pause", "Scoring", "Pause", ("Ctrl+P",), "pause", enabled=_running, words=_pause_words),
    ActionSpec("cancel", "Scoring", "Cancel", ("Ctrl+.",), "cancel", enabled=_running),
    ActionSpec(
        "score-rest",
        "Scoring",
        "Score what has no score yet",
        ("Ctrl+R",),
        "retry",
        separated=True,
        enabled=_any_photo,
    ),
    ActionSpec(
        "triage",
        "Scoring",
        "Triage...",
        ("Ctrl+T",),
        enabled=lambda context: context.photos > 1,
        missing=lambda context: context.fast_missing,
    ),
    ActionSpec(
        "score-exact",
        "Scoring",
        "Score exactly",
        ("Ctrl+Shift+E",),
        enabled=lambda context: context.chosen > 0 and context.fast_scores > 0,
    ),
    ActionSpec("nets", "Scoring", "Nets...", separated=True),
    ActionSpec("sort", "View/Sort by", "", group="sort", choices=True),
    ActionSpec(
        "reverse",
        "View",
        "Reverse the order",
        ("Ctrl+0",),
        "sort-descending",
        enabled=_any_photo,
        words=_reverse_words,
    ),
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
        enabled=lambda context: context.overlay_shown,
    ),
    ActionSpec("tile-overlays", "View/Overlay", "On thumbnails, too", checkable=True),
    ActionSpec("segmenters", "View/Overlay", "Segmenters..."),
    ActionSpec(
        "next-net",
        "View",
        "Next net's scores",
        ("Ctrl+Shift+N",),
        separated=True,
        visible=lambda context: context.nets > 1,
    ),
    ActionSpec(
        "disagreeing",
        "View",
        "Only where nets disagree",
        ("Ctrl+D",),
        "disagree",
        checkable=True,
        visible=_compared,
    ),
    ActionSpec("find", "View", "Find by name", ("Ctrl+F",), "search", separated=True, enabled=_any_photo),
    ActionSpec(
        "clear-filter",
        "View",
        "Show all photos",
        ("Ctrl+Shift+F",),
        "filter",
        enabled=lambda context: context.filtered,
    ),
    ActionSpec("details", "View", "Details", ("Ctrl+L",), checkable=True, separated=True),
    ActionSpec("larger", "View", "Larger thumbnails", ("Ctrl++", "Ctrl+="), "large-tile"),
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
