"""The table of all actions: text, menu, shortcuts, and when each is enabled.

To add an action, add a line here and a callable under the same id in runners.py; Actions refuses to start
without it. Menus, shortcuts, the list of shortcuts and tests include it by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from memapp.core.text import Deferred, deferred, tr
from memapp.gui.dialogs.shortcuts import ShortcutLine
from memapp.gui.widgets.choice_texts import SURROUND_TEXTS
from memapp.gui.window.action_context import ActionContext, Page
from memapp.gui.window.action_spec import ActionSpec, Words, any_chosen
from memapp.gui.window.mark_actions import MARK_ACTIONS
from memapp.gui.window.moment_actions import GROUPING_ACTIONS, MOMENT_ACTIONS

# Conditions


def _any_photo(context: ActionContext) -> bool:
    return context.photos > 0


def _photos_meant(context: ActionContext) -> bool:
    return context.chosen > 0 and not context.area


def _running(context: ActionContext) -> bool:
    return context.running


def _compared(context: ActionContext) -> bool:
    return context.compared


def _photo_visible(context: ActionContext) -> bool:
    return context.photo_visible


# Texts that change


def _pause_words(context: ActionContext) -> Words:
    return (tr("Resume"), "resume") if context.paused else (tr("Pause"), "pause")


def _reverse_words(context: ActionContext) -> Words:
    return tr("Reverse the order"), "sort-descending" if context.descending else "sort-ascending"


def _trash_words(context: ActionContext) -> Words:
    return (tr('Delete area "{name}"', name=context.area) if context.area else tr("Move to the trash...")), ""


def _undo_words(context: ActionContext) -> Words:
    text = context.undo_text
    return (tr("Undo") if text is None else tr("Undo: {command}", command=text)), ""


def _redo_words(context: ActionContext) -> Words:
    text = context.redo_text
    return (tr("Redo") if text is None else tr("Redo: {command}", command=text)), ""


MENU_TITLES: Mapping[str, Deferred] = {
    "file": deferred("&File"),
    "edit": deferred("&Edit"),
    "photo": deferred("&Photo"),
    "photo/areas": deferred("Area of interest"),
    "photo/marks": deferred("Mark"),
    "photo/moments": deferred("Moment"),
    "scoring": deferred("&Scoring"),
    "view": deferred("&View"),
    "view/sort": deferred("Sort by"),
    "view/overlay": deferred("Overlay"),
    "view/contents": deferred("What's in photos"),
    "view/surround": deferred("Background of photos"),
    "help": deferred("&Help"),
}
"""The titles of the menus; those of a second level have a slash in their ids. Alt and the letter after
"&" open a menu, so that no action has Alt and a letter for itself."""

_SURROUNDS = tuple(
    ActionSpec(f"surround-{choice}", "view/surround", text, group="surround", checkable=True)
    for choice, text in SURROUND_TEXTS.items()
)

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("add-photos", "file", deferred("Add photos..."), ("Ctrl+O",), "add-photos"),
    ActionSpec("add-folder", "file", deferred("Add a folder..."), ("Ctrl+Shift+O",), "add-folder"),
    ActionSpec("paste", "file", deferred("Paste files"), ("Ctrl+V",)),
    ActionSpec("samples", "file", deferred("Try it with sample photos")),
    ActionSpec(
        "export", "file", deferred("Export scores..."), ("Ctrl+E",), separated=True, enabled=_any_photo
    ),
    ActionSpec("clear", "file", deferred("Close all photos"), separated=True, enabled=_any_photo),
    ActionSpec("preferences", "file", deferred("Preferences..."), ("Ctrl+,",), separated=True),
    ActionSpec("quit", "file", deferred("Quit"), ("Ctrl+Q",), separated=True),
    ActionSpec(
        "undo",
        "edit",
        deferred("Undo"),
        ("Ctrl+Z",),
        enabled=lambda context: context.undo_text is not None,
        words=_undo_words,
    ),
    ActionSpec(
        "redo",
        "edit",
        deferred("Redo"),
        ("Ctrl+Shift+Z",),
        enabled=lambda context: context.redo_text is not None,
        words=_redo_words,
    ),
    ActionSpec("copy", "edit", deferred("Copy"), ("Ctrl+C",), "copy", separated=True, enabled=any_chosen),
    ActionSpec("select-all", "edit", deferred("Select all"), ("Ctrl+A",), enabled=_any_photo),
    ActionSpec("open", "photo", deferred("Open"), enabled=any_chosen),
    ActionSpec(
        "reveal", "photo", deferred("Show in folder"), ("Ctrl+Shift+R",), "folder", enabled=any_chosen
    ),
    ActionSpec(
        "compare",
        "photo",
        deferred("Compare"),
        ("C",),
        "compare",
        separated=True,
        enabled=lambda context: (
            context.page is not Page.COMPARE and context.chosen > 0 and context.photos > 1
        ),
    ),
    ActionSpec(
        "choose-best",
        "photo",
        deferred("Choose the best..."),
        ("Ctrl+B",),
        "choose-best",
        enabled=lambda context: context.photos > 1,
    ),
    ActionSpec(
        "area-rectangle",
        "photo/areas",
        deferred("Draw a rectangle"),
        ("Alt+Shift+R",),
        "rectangle",
        enabled=_photo_visible,
    ),
    ActionSpec(
        "area-polygon",
        "photo/areas",
        deferred("Draw a polygon"),
        ("Alt+Shift+P",),
        "polygon",
        enabled=_photo_visible,
    ),
    *MARK_ACTIONS,
    *MOMENT_ACTIONS,
    ActionSpec(
        "remove", "photo", deferred("Remove from list"), ("Backspace",), separated=True, enabled=_photos_meant
    ),
    ActionSpec(
        "trash",
        "photo",
        deferred("Move to the trash..."),
        ("Delete",),
        separated=True,
        enabled=any_chosen,
        words=_trash_words,
    ),
    ActionSpec("pause", "scoring", deferred("Pause"), ("F9",), "pause", enabled=_running, words=_pause_words),
    ActionSpec("cancel", "scoring", deferred("Stop"), ("Ctrl+.",), "cancel", enabled=_running),
    ActionSpec(
        "score-rest",
        "scoring",
        deferred("Score the rest"),
        ("Ctrl+R",),
        "retry",
        separated=True,
        enabled=_any_photo,
    ),
    ActionSpec(
        "triage",
        "scoring",
        deferred("Quick first pass..."),
        ("Ctrl+T",),
        enabled=lambda context: context.photos > 1,
        missing=lambda context: context.fast_missing,
    ),
    ActionSpec(
        "score-exact",
        "scoring",
        deferred("Score exactly"),
        ("Ctrl+Shift+E",),
        enabled=lambda context: context.chosen > 0 and context.fast_scores > 0,
    ),
    ActionSpec("nets", "scoring", deferred("Scoring models..."), separated=True),
    ActionSpec("sort", "view/sort", "", group="sort", choices=True),
    ActionSpec(
        "reverse",
        "view",
        deferred("Reverse the order"),
        ("Ctrl+0",),
        "sort-descending",
        enabled=_any_photo,
        words=_reverse_words,
    ),
    ActionSpec("overlay-none", "view/overlay", deferred("None"), ("Alt+0",), "overlay-none", "overlay", True),
    ActionSpec(
        "overlay-segmentation",
        "view/overlay",
        deferred("What's in it"),
        ("Alt+1",),
        "overlay-segmentation",
        "overlay",
        True,
    ),
    ActionSpec(
        "overlay-memorability",
        "view/overlay",
        deferred("Where it comes from"),
        ("Alt+2",),
        "overlay-memorability",
        "overlay",
        True,
    ),
    ActionSpec(
        "overlay-regions",
        "view/overlay",
        deferred("What each part adds"),
        ("Alt+3",),
        "overlay-regions",
        "overlay",
        True,
    ),
    ActionSpec(
        "overlay-export",
        "view/overlay",
        deferred("Export overlay..."),
        ("Ctrl+Shift+S",),
        separated=True,
        enabled=lambda context: context.overlay_shown,
    ),
    ActionSpec("tile-overlays", "view/overlay", deferred("Also on thumbnails"), checkable=True),
    ActionSpec("segmenters", "view/overlay", deferred("Object finder...")),
    ActionSpec(
        "contents-all", "view/contents", deferred("Find what's in all photos, or stop"), enabled=_any_photo
    ),
    ActionSpec("share", "view/contents", "", group="share", choices=True, separated=True),
    *GROUPING_ACTIONS,
    ActionSpec(
        "next-net",
        "view",
        deferred("Next scoring model's scores"),
        ("Ctrl+Shift+N",),
        separated=True,
        visible=lambda context: context.nets > 1,
    ),
    ActionSpec(
        "disagreeing",
        "view",
        deferred("Only where scoring models disagree"),
        ("Ctrl+D",),
        "disagree",
        checkable=True,
        visible=_compared,
    ),
    ActionSpec(
        "find", "view", deferred("Find by name"), ("Ctrl+F",), "search", separated=True, enabled=_any_photo
    ),
    ActionSpec(
        "clear-filter",
        "view",
        deferred("Show all photos"),
        ("Ctrl+Shift+F",),
        "filter",
        enabled=lambda context: context.filtered,
    ),
    ActionSpec("details", "view", deferred("Details"), ("Ctrl+L",), checkable=True, separated=True),
    ActionSpec("larger", "view", deferred("Larger thumbnails"), ("Ctrl++", "Ctrl+="), "large-tile"),
    ActionSpec("smaller", "view", deferred("Smaller thumbnails"), ("Ctrl+-",), "small-tile"),
    *_SURROUNDS,
    ActionSpec(
        "inspector", "view", deferred("Inspector"), ("Ctrl+I",), "inspector", checkable=True, separated=True
    ),
    ActionSpec("problems", "view", deferred("Problems"), ("Ctrl+Shift+P",), "problems", checkable=True),
    ActionSpec("full-screen", "view", deferred("Full screen"), ("F11",), checkable=True, separated=True),
    ActionSpec("shortcuts", "help", deferred("Keyboard shortcuts"), ("?",)),
    ActionSpec("log", "help", deferred("Show the log")),
    ActionSpec("licences", "help", deferred("Show all licences")),
    ActionSpec("about", "help", deferred("About memapp"), separated=True),
)

OTHER_KEYS: tuple[ShortcutLine, ...] = (
    ShortcutLine(
        deferred("In the grid"), deferred("Look at a photo large"), deferred("Enter, Space, double-click")
    ),
    ShortcutLine(
        deferred("In the grid"), deferred("Move"), deferred("Arrows, Home, End, Page Up, Page Down")
    ),
    ShortcutLine(
        deferred("In the grid"),
        deferred("Select more"),
        deferred("Arrows with Shift, click with Shift or Ctrl"),
    ),
    ShortcutLine(deferred("Looking at a photo"), deferred("Next, previous"), deferred("Right, Left")),
    ShortcutLine(deferred("Looking at a photo"), deferred("Fit or actual size"), "Z"),
    ShortcutLine(deferred("Looking at a photo"), deferred("What the scoring model saw"), "F"),
    ShortcutLine(deferred("Looking at a photo"), deferred("Back to the grid"), deferred("Esc")),
    ShortcutLine(
        deferred("With an area selected"),
        deferred("Move it in small steps"),
        deferred("Arrows; larger steps with Shift"),
    ),
    ShortcutLine(deferred("With an area selected"), deferred("Delete it"), deferred("Delete")),
    ShortcutLine(deferred("With an area selected"), deferred("Select nothing"), deferred("Esc")),
    ShortcutLine(
        deferred("Comparing"), deferred("Make the next photo the current one"), deferred("Right, Left")
    ),
    ShortcutLine(
        deferred("Comparing"),
        deferred("Keep the current photo, and compare it with the next ones"),
        deferred("Up"),
    ),
    ShortcutLine(
        deferred("Comparing"),
        deferred("Leave out the current photo, and show the next one"),
        deferred("Down"),
    ),
    ShortcutLine(deferred("Comparing"), deferred("Zoom and move together, or each alone"), "L"),
    ShortcutLine(deferred("In the search"), deferred("Go to the photos"), deferred("Enter, Down, Esc")),
)
"""Keys of a view, which belong to no action."""
