"""The callables that actions run, by the ids of the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr, trn
from memapp.gui.grid.grid_view import GridView
from memapp.gui.overlay.explain_view import OVERLAYS
from memapp.gui.overlay.overlays import Overlays
from memapp.gui.run.run_pause import RunPause
from memapp.gui.run.session import Session
from memapp.gui.widgets.plain import ask
from memapp.gui.window.actions import Runners
from memapp.gui.window.dropping import DropTarget
from memapp.gui.window.file_commands import FileCommands
from memapp.gui.window.filter_controls import FilterControls
from memapp.gui.window.inspector_place import InspectorPlace
from memapp.gui.window.net_commands import NetCommands
from memapp.gui.window.photo_commands import PhotoCommands
from memapp.gui.window.photo_lists import PhotoLists
from memapp.gui.window.sort_commands import SortCommands
from memapp.gui.window.undo_commands import UndoCommands
from memapp.gui.window.window_dialogs import WindowDialogs

_SIZE_STEP = 32


def make_runners(
    *,
    photos: PhotoCommands,
    session: Session,
    files: FileCommands,
    grid: GridView,
    photo_lists: PhotoLists,
    pause: RunPause,
    filters: FilterControls,
    drops: DropTarget,
    dialogs: WindowDialogs,
    overlays: Overlays,
    nets: NetCommands,
    sorting: SortCommands,
    undo: UndoCommands,
    settings: Settings,
    problems: QWidget,
    inspector: InspectorPlace,
    add_samples: Callable[[], None],
    window: QWidget,
) -> Runners:
    """Return a callable for each action of the table."""

    def in_last_folder(choose: Callable[[str], object]) -> None:
        choose(settings.get(SETTINGS.last_folder))

    def resize(pixels: int) -> None:
        grid.set_tile_size(grid.tile_size + pixels)

    def area_or(command: Callable[[], None]) -> None:
        """Delete the area that is selected on the photo; where there is none, do this to the photos."""
        if not overlays.areas.delete_selected():
            command()

    def close_all() -> None:
        count = len(session.library)
        question = trn("Close {count:,} photo?", "Close all {count:,} photos?", count)
        stays = tr("Files, scores and marks stay. Add the photos again to continue.")
        if ask(window, tr("Close all photos"), question, stays, act=tr("Close all"), keep=tr("Keep")):
            session.clear()
            filters.clear()

    def show_problems(shown: bool) -> None:
        problems.setVisible(shown)
        settings.set(SETTINGS.problems_open, shown)

    def show_details(on: bool) -> None:
        photo_lists.show_details(on)
        settings.set(SETTINGS.details_open, on)

    def fill_screen(on: bool) -> None:
        if on:
            window.showFullScreen()
        else:
            window.showNormal()

    return Runners(
        commands={
            "add-photos": lambda: in_last_folder(files.choose_photos),
            "add-folder": lambda: in_last_folder(files.choose_folder),
            "paste": lambda: drops.take(QGuiApplication.clipboard().mimeData()),
            "samples": add_samples,
            "export": photos.export,
            "clear": close_all,
            "preferences": dialogs.show_preferences,
            "quit": window.close,
            "undo": undo.undo,
            "redo": undo.redo,
            "copy": photos.copy,
            "select-all": grid.selectAll,
            "open": photos.open,
            "reveal": photos.reveal,
            "area-rectangle": overlays.areas.draw_rectangle,
            "area-polygon": overlays.areas.draw_polygon,
            **photos.marks.runners,
            "compare": photos.compare.open,
            "choose-best": photos.best_set.choose,
            **photos.moments.runners,
            "remove": photos.remove,
            "trash": partial(area_or, photos.move_to_trash),
            "pause": pause.toggle,
            "cancel": session.cancel,
            "score-rest": session.score_rest,
            "triage": photos.triage,
            "score-exact": photos.score_exactly,
            "nets": nets.open_dialog,
            "reverse": sorting.reverse,
            **{f"overlay-{name}": partial(overlays.view.choose, name) for name in OVERLAYS},
            "overlay-export": overlays.export,
            "segmenters": overlays.manage_segmenters,
            "contents-all": overlays.contents.toggle,
            "next-net": nets.show_next,
            "find": filters.start_finding,
            "clear-filter": filters.clear,
            **{
                f"surround-{choice}": partial(settings.set, SETTINGS.surround, choice)
                for choice in SETTINGS.surround.choices
            },
            "larger": lambda: resize(_SIZE_STEP),
            "smaller": lambda: resize(-_SIZE_STEP),
            "shortcuts": dialogs.show_shortcuts,
            "log": dialogs.show_log,
            "licences": dialogs.show_licences,
            "about": dialogs.show_about,
        },
        switches={
            "tile-overlays": overlays.tiles.set_wanted,
            "disagreeing": lambda _on: nets.comparison.update_filter(),
            "inspector": inspector.show,
            "problems": show_problems,
            "details": show_details,
            "group-moments": photos.moments.group,
            "full-screen": fill_screen,
        },
    )
