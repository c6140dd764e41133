"""Areas of interest: draw, name, change with undo, use on other photos, keep, and exchange as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMenu, QWidget

from memapp.core.events import Notice, NoticeKind
from memapp.core.explanation import AreaOfInterest, FolderAreas, Layer, Region, RegionKind
from memapp.core.export_kinds import ExportKind
from memapp.core.records import ImageKey, PhotoId
from memapp.gui.dialogs.save_dialog import ask_place
from memapp.gui.overlay.area_tools import AreaTool, PolygonTool, RectangleTool
from memapp.gui.overlay.region_table import RegionsPage
from memapp.gui.run.status import counted
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.window.actions import Actions
from memapp.gui.window.notices import NoticeAction
from memapp.library.undo import Command, CommandLog
from memapp.workers.jobs import Jobs

_FILES = "Areas of interest (*.json)"
_AREAS = ExportKind("areas", "Areas of interest", (".json",), "application/json")


@dataclass(frozen=True, slots=True)
class AreaWork:
    """What the composition root lends: work on files, done off the window's thread. Raises: StoreError."""

    load: Callable[[str], FolderAreas]
    """The areas of a folder."""
    save: Callable[[str, FolderAreas], None]
    read: Callable[[Path], tuple[AreaOfInterest, ...]]
    """A file in the format of `memapp explain --aoi`."""
    write: Callable[[Path, Sequence[AreaOfInterest]], None]


class AreaCommands(QObject):
    """Keeps the areas of the folders that are looked at. Lives on the GUI thread.

    Signals:
        changed(): a photo in sight has other areas now, or they have become known.
        overlay_wanted(str): areas are seen with this overlay only.
        noticed(object Notice, object NoticeAction or None): what came of it.
    """

    changed = Signal()
    overlay_wanted = Signal(str)
    noticed = Signal(object, object)

    def __init__(
        self,
        *,
        work: AreaWork,
        jobs: Jobs,
        viewer: PhotoViewer,
        page: RegionsPage,
        actions: Actions,
        log: CommandLog,
        photo_of: Callable[[ImageKey], PhotoId | None],
        window: QWidget,
    ) -> None:
        """Keep the areas of the photos that the viewer shows.

        Args:
            work: what reads and writes areas.
            jobs: runs that off the GUI thread.
            viewer: whose photo areas are drawn on.
            page: the list of regions, whose menu is filled here.
            actions: has the actions that draw.
            log: where every change is logged, to be undone.
            photo_of: names the photo of a file, so that undo can go there.
            window: Qt's owner, and the parent of dialogs.
        """
        super().__init__(window)
        self._log = log
        self._photo_of = photo_of
        self._work = work
        self._jobs = jobs
        self._viewer = viewer
        self._page = page
        self._window = window
        self._undo_action = actions["undo"]
        self._draw_actions = (actions["area-rectangle"], actions["area-polygon"])
        self._known: dict[str, FolderAreas] = {}
        self._asked: set[str] = set()
        self._tool: AreaTool | None = None
        page.add_area_buttons(self._draw_actions)
        page.menu_wanted.connect(self._show_menu)

    def areas_of(self, key: ImageKey) -> tuple[AreaOfInterest, ...] | None:
        """The areas of a photo; None while they are not known, and changed is emitted when they are."""
        folder, name = _place(key)
        known = self._known.get(folder)
        if known is not None:
            return known.of(name)
        if folder not in self._asked:
            self._asked.add(folder)
            self._jobs.start(
                lambda: self._work.load(folder),
                done=lambda areas: self._learn(folder, areas),
                failed=lambda problem: self._learn(folder, FolderAreas(), problem),
            )
        return None

    def draw_rectangle(self) -> None:
        """Let the user draw a rectangle on the viewer's photo."""
        self.draw(RectangleTool(parent=self))

    def draw_polygon(self) -> None:
        """Let the user draw a polygon on the viewer's photo."""
        self.draw(PolygonTool(parent=self))

    def draw(self, tool: AreaTool) -> None:
        """Let the user draw an area on the viewer's photo."""
        self.overlay_wanted.emit(Layer.REGIONS.value)
        self._tool = tool
        tool.drawn.connect(self._on_drawn)
        self._viewer.view.use_tool(tool)
        self._viewer.setFocus()

    def add(self, name: str, outline: tuple[tuple[float, float], ...]) -> None:
        """A new area on the viewer's photo."""
        free = self._free(name)
        self._change(f'Draw area "{free}"', list, lambda areas: [*areas, AreaOfInterest(free, outline)])

    def rename(self, name: str, new_name: str) -> None:
        """Give an area another name, wherever it is used."""
        free = self._free(new_name) if new_name != name else name

        def renamed(areas: Iterable[AreaOfInterest]) -> list[AreaOfInterest]:
            return [AreaOfInterest(free, area.outline) if area.name == name else area for area in areas]

        self._change(f'Rename area "{name}"', renamed, renamed)

    def delete(self, name: str) -> None:
        """Delete an area; a notice offers to take that back."""

        def others(areas: Iterable[AreaOfInterest]) -> list[AreaOfInterest]:
            return [area for area in areas if area.name != name]

        key = self._viewer.key
        before = None if key is None else self._known.get(_place(key)[0])
        if key is None or before is None:
            return
        self._change(f'Delete area "{name}"', others, others)
        self.noticed.emit(
            Notice(NoticeKind.INFORMATION, f'The area "{name}" was deleted.'),
            NoticeAction("Undo", lambda: self._restore(name, key, before)),
        )

    def _restore(self, name: str, key: ImageKey, before: FolderAreas) -> None:
        """Put a deleted area back, whatever was changed since."""
        folder, photo = _place(key)
        known = self._known[folder]
        if any(area.name == name for area in known.of(photo)):
            return
        of_all = [area for area in before.everywhere if area.name == name]
        of_photo = [area for area in before.by_photo.get(photo, ()) if area.name == name]
        by_photo = {**known.by_photo, photo: (*known.by_photo.get(photo, ()), *of_photo)}
        after = FolderAreas(everywhere=(*known.everywhere, *of_all), by_photo=by_photo)
        self._run(f'Restore area "{name}"', key, known, after)

    def use_everywhere(self, name: str) -> None:
        """Use an area of the viewer's photo on all photos of its folder."""
        moved = [area for area in self._here() if area.name == name]
        self._change(
            f'Use area "{name}" on all photos',
            lambda areas: [*(area for area in areas if area.name != name), *moved],
            lambda areas: [area for area in areas if area.name != name],
        )

    def use_here_only(self, name: str) -> None:
        """Use an area of the whole folder on the viewer's photo alone."""
        moved = [area for area in self._here() if area.name == name]
        self._change(
            f'Use area "{name}" on one photo',
            lambda areas: [area for area in areas if area.name != name],
            lambda areas: [*(area for area in areas if area.name != name), *moved],
        )

    def export(self) -> None:
        """Write the areas of the viewer's photo to a file."""
        areas = self._here()
        place = ask_place(self._window, "Export areas", Path("areas.json"), (_AREAS,))
        if place is not None:
            path = place.path
            self._jobs.start(
                lambda: self._work.write(path, areas),
                done=lambda _: self._say(f"{counted(len(areas), 'area', 'areas')} written to {path}."),
                failed=self._warn,
            )

    def take_in(self) -> None:
        """Add the areas of a file to the viewer's photo."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Import areas", "", f"{_FILES};;All files (*)")
        if path:
            self._jobs.start(lambda: self._work.read(Path(path)), done=self._on_read, failed=self._warn)

    # Inside

    def _on_drawn(self, outline: tuple[tuple[float, float], ...]) -> None:
        self._viewer.view.use_tool(None)
        name = self._ask_name("What is it?", self._free("Area 1"))
        if name:
            self.add(name, outline)

    def _on_read(self, areas: tuple[AreaOfInterest, ...]) -> None:
        for area in areas:
            self.add(area.name, area.outline)
        self.overlay_wanted.emit(Layer.REGIONS.value)

    def _ask_name(self, title: str, name: str) -> str:
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle("Area of interest")
        dialog.setLabelText(title)
        dialog.setTextValue(name)
        dialog.setOkButtonText("Keep")
        dialog.findChildren(QLineEdit)[0].selectAll()
        return dialog.textValue().strip() if dialog.exec() else ""

    def _show_menu(self, row: int, place: QPoint) -> None:
        menu = self.menu_for(self._area_at(row))
        menu.exec(place)
        menu.deleteLater()

    def menu_for(self, area: Region | None) -> QMenu:
        """What can be done with an area (None for none), and with all of the photo's."""
        menu = QMenu(self._window)
        if area is not None:
            name = area.name
            menu.addAction("Rename...", lambda: self._ask_rename(name))
            menu.addAction("Delete", lambda: self.delete(name))
            if self._is_everywhere(name):
                menu.addAction("Use on this photo only", lambda: self.use_here_only(name))
            else:
                menu.addAction("Use on all photos of this folder", lambda: self.use_everywhere(name))
            menu.addSeparator()
        menu.addActions(list(self._draw_actions))
        menu.addAction(self._undo_action)
        menu.addSeparator()
        export = menu.addAction("Export areas...", self.export)
        export.setEnabled(bool(self._here()))
        menu.addAction("Import areas...", self.take_in)
        return menu

    def _ask_rename(self, name: str) -> None:
        if new_name := self._ask_name("What is it called?", name):
            self.rename(name, new_name)

    def _area_at(self, row: int) -> Region | None:
        regions = self._page.table.regions
        region = regions[row] if 0 <= row < len(regions) else None
        return region if region is not None and region.kind is RegionKind.AREA else None

    def _here(self) -> tuple[AreaOfInterest, ...]:
        key = self._viewer.key
        return () if key is None else self.areas_of(key) or ()

    def _is_everywhere(self, name: str) -> bool:
        key = self._viewer.key
        known = None if key is None else self._known.get(_place(key)[0])
        return known is not None and any(area.name == name for area in known.everywhere)

    def _free(self, name: str) -> str:
        """A name that no other area of this photo has: rows are told apart by it."""
        taken = {area.name for area in self._here()}
        if name not in taken:
            return name
        stem, _, number = name.rpartition(" ")
        base = stem if stem and number.isdecimal() else name
        return next(free for free in (f"{base} {n}" for n in range(2, 10_000)) if free not in taken)

    def _change(
        self,
        text: str,
        everywhere: Callable[[Sequence[AreaOfInterest]], list[AreaOfInterest]],
        here: Callable[[Sequence[AreaOfInterest]], list[AreaOfInterest]],
    ) -> None:
        """Change the folder's areas and those of the viewer's photo."""
        key = self._viewer.key
        known = None if key is None else self._known.get(_place(key)[0])
        if key is None or known is None:
            return
        _, name = _place(key)
        by_photo = {**known.by_photo, name: tuple(here(known.by_photo.get(name, ())))}
        after = FolderAreas(everywhere=tuple(everywhere(known.everywhere)), by_photo=by_photo)
        self._run(text, key, known, after)

    def _run(self, text: str, key: ImageKey, before: FolderAreas, after: FolderAreas) -> None:
        folder, _ = _place(key)
        self._log.run(
            Command(
                text,
                do=lambda: self._set(folder, after),
                undo=lambda: self._set(folder, before),
                where=self._photo_of(key),
                on_photo=True,
            )
        )

    def _set(self, folder: str, areas: FolderAreas) -> None:
        self._known[folder] = areas
        self._jobs.start(lambda: self._work.save(folder, areas), done=lambda _: None, failed=self._warn)
        self.changed.emit()

    def _learn(self, folder: str, areas: FolderAreas, problem: Exception | None = None) -> None:
        self._known[folder] = areas
        if problem is not None:
            self._warn(problem)
        self.changed.emit()

    def _say(self, text: str) -> None:
        self.noticed.emit(Notice(NoticeKind.INFORMATION, text), None)

    def _warn(self, problem: Exception) -> None:
        self.noticed.emit(Notice(NoticeKind.WARNING, str(problem)), None)


def _place(key: ImageKey) -> tuple[str, str]:
    return str(PurePath(key.path).parent), key.name
