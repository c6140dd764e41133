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
from memapp.core.text import deferred, tr, trn
from memapp.gui.dialogs.save_dialog import ask_place
from memapp.gui.overlay.area_selection import AreaSelection
from memapp.gui.overlay.area_tools import AreaTool, PolygonTool, RectangleTool
from memapp.gui.overlay.region_table import RegionsPage
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.window.actions import Actions
from memapp.gui.window.notices import NoticeAction
from memapp.library.undo import Command, CommandLog
from memapp.workers.jobs import Jobs

_AREAS = ExportKind("areas", deferred("Areas of interest"), (".json",), "application/json")


@dataclass(frozen=True, slots=True)
class AreaWork:
    """Work on files, handed in by the composition root and run off the GUI thread. Raises: StoreError."""

    load: Callable[[str], FolderAreas]
    """Returns the areas of a folder."""
    save: Callable[[str, FolderAreas], None]
    read: Callable[[Path], tuple[AreaOfInterest, ...]]
    """Reads a file in the format of `memapp explain --aoi`."""
    write: Callable[[Path, Sequence[AreaOfInterest]], None]


class AreaCommands(QObject):
    """Holds the areas of the folders whose photos are viewed. Lives on the GUI thread.

    Signals:
        changed(): areas were changed, or have become known.
        selection_changed(): another area is selected on the photo, or none.
        overlay_wanted(str): show this overlay, the only one with areas.
        noticed(object Notice, object NoticeAction or None): show this.
    """

    changed = Signal()
    selection_changed = Signal()
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
        """Hold the areas of the photos that the viewer shows.

        Args:
            work: what reads and writes areas.
            jobs: runs that off the GUI thread.
            viewer: shows the photo on which areas are drawn.
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
        page.use_everywhere.connect(self._use_selected_everywhere)
        self._selection = AreaSelection(
            viewer=viewer,
            page=page,
            areas_here=self._here,
            is_everywhere=self._is_everywhere,
            areas_shown=actions["overlay-regions"].isChecked,
            parent=self,
        )
        self._selection.reshaped.connect(self.reshape)
        self._selection.changed.connect(self.selection_changed)
        page.menu_wanted.connect(self._show_menu)

    @property
    def selected(self) -> str | None:
        """The name of the area that is selected on the photo; None for none."""
        return self._selection.name

    def select(self, name: str) -> None:
        """Select an area of the viewer's photo, to be moved, changed or deleted."""
        self._selection.select(name)

    def reshape(self, name: str, outline: tuple[tuple[float, float], ...], by_key: bool = False) -> None:
        """Give an area another outline, wherever it is used; steps by key that follow soon are one act."""

        def reshaped(areas: Iterable[AreaOfInterest]) -> list[AreaOfInterest]:
            return [AreaOfInterest(name, outline) if area.name == name else area for area in areas]

        series = f"{self._viewer.key}/{name}" if by_key else ""
        self._change(tr('Move area "{name}"', name=name), reshaped, reshaped, series=series)

    def delete_selected(self) -> bool:
        """Delete the selected area; return whether there was one."""
        name = self.selected
        if name is None:
            return False
        self._selection.end()
        self.delete(name)
        return True

    def _use_selected_everywhere(self) -> None:
        name = self.selected
        if name is not None and self._is_everywhere(name):
            self.use_here_only(name)
        elif name is not None:
            self.use_everywhere(name)

    def areas_of(self, key: ImageKey) -> tuple[AreaOfInterest, ...] | None:
        """Return the areas of a photo; None until they are known, then changed is emitted."""
        folder, name = _place(key)
        known = self._known.get(folder)
        if known is not None:
            return known.of(name)
        if folder not in self._asked:
            self._asked.add(folder)
            self._jobs.start(
                lambda: self._work.load(folder),
                done=lambda areas: self._set_known(folder, areas),
                failed=lambda problem: self._set_known(folder, FolderAreas(), problem),
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

    def add(self, name: str, outline: tuple[tuple[float, float], ...]) -> str:
        """Add an area to the viewer's photo; return its name, which no other area there has."""
        free = self._free(name)
        text = tr('Draw area "{name}"', name=free)
        self._change(text, list, lambda areas: [*areas, AreaOfInterest(free, outline)])
        return free

    def rename(self, name: str, new_name: str) -> None:
        """Rename an area, wherever it is used."""
        free = self._free(new_name) if new_name != name else name

        def renamed(areas: Iterable[AreaOfInterest]) -> list[AreaOfInterest]:
            return [AreaOfInterest(free, area.outline) if area.name == name else area for area in areas]

        selected = self.selected == name
        self._change(tr('Rename area "{name}"', name=name), renamed, renamed)
        if selected:
            self.select(free)

    def delete(self, name: str) -> None:
        """Delete an area; a notice offers to undo that."""

        def others(areas: Iterable[AreaOfInterest]) -> list[AreaOfInterest]:
            return [area for area in areas if area.name != name]

        key = self._viewer.key
        before = None if key is None else self._known.get(_place(key)[0])
        if key is None or before is None:
            return
        self._change(tr('Delete area "{name}"', name=name), others, others)
        self.noticed.emit(
            Notice(NoticeKind.INFORMATION, tr('The area "{name}" was deleted.', name=name)),
            NoticeAction(tr("Undo"), lambda: self._restore(name, key, before)),
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
        self._run(tr('Restore area "{name}"', name=name), key, known, after)

    def use_everywhere(self, name: str) -> None:
        """Use an area of the viewer's photo on all photos of its folder."""
        moved = [area for area in self._here() if area.name == name]
        self._change(
            tr('Use area "{name}" on all photos', name=name),
            lambda areas: [*(area for area in areas if area.name != name), *moved],
            lambda areas: [area for area in areas if area.name != name],
        )

    def use_here_only(self, name: str) -> None:
        """Use an area of the whole folder on the viewer's photo alone."""
        moved = [area for area in self._here() if area.name == name]
        self._change(
            tr('Use area "{name}" on one photo', name=name),
            lambda areas: [area for area in areas if area.name != name],
            lambda areas: [*(area for area in areas if area.name != name), *moved],
        )

    def export(self) -> None:
        """Write the areas of the viewer's photo to a file."""
        areas = self._here()
        place = ask_place(self._window, tr("Export areas"), Path("areas.json"), (_AREAS,))
        if place is not None:
            path = place.path
            self._jobs.start(
                lambda: self._work.write(path, areas),
                done=lambda _: self._show_notice(
                    trn(
                        "{count:,} area written to {path}.",
                        "{count:,} areas written to {path}.",
                        len(areas),
                        path=path,
                    )
                ),
                failed=self._warn,
            )

    def import_areas(self) -> None:
        """Add the areas of a file to the viewer's photo."""
        filters = f"{_AREAS.title} (*.json);;{tr('All files')} (*)"
        path, _ = QFileDialog.getOpenFileName(self._window, tr("Import areas"), "", filters)
        if path:
            self._jobs.start(lambda: self._work.read(Path(path)), done=self._on_read, failed=self._warn)

    # Inside

    def _on_drawn(self, outline: tuple[tuple[float, float], ...]) -> None:
        # The outline stays in sight while its name is asked for and its contribution is computed.
        self._selection.show_unnamed(outline)
        name = self._ask_name(tr("What is it?"), self._free(tr("Area {number}", number=1)))
        self._selection.end()
        if name:
            self.select(self.add(name, outline))

    def _on_read(self, areas: tuple[AreaOfInterest, ...]) -> None:
        for area in areas:
            self.add(area.name, area.outline)
        self.overlay_wanted.emit(Layer.REGIONS.value)

    def _ask_name(self, title: str, name: str) -> str:
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(tr("Area of interest"))
        dialog.setLabelText(title)
        dialog.setTextValue(name)
        dialog.setOkButtonText(tr("Keep"))
        dialog.findChildren(QLineEdit)[0].selectAll()
        return dialog.textValue().strip() if dialog.exec() else ""

    def _show_menu(self, row: int, place: QPoint) -> None:
        menu = self.menu_for(self._area_at(row))
        menu.exec(place)
        menu.deleteLater()

    def menu_for(self, area: Region | None) -> QMenu:
        """Return a menu for one area (None for none), and for all areas of the photo."""
        menu = QMenu(self._window)
        if area is not None:
            name = area.name
            menu.addAction(tr("Rename..."), lambda: self._ask_rename(name))
            menu.addAction(tr("Delete"), lambda: self.delete(name))
            if self._is_everywhere(name):
                menu.addAction(tr("Use on this photo only"), lambda: self.use_here_only(name))
            else:
                menu.addAction(tr("Use on all photos of this folder"), lambda: self.use_everywhere(name))
            menu.addSeparator()
        menu.addActions(list(self._draw_actions))
        menu.addAction(self._undo_action)
        menu.addSeparator()
        export = menu.addAction(tr("Export areas..."), self.export)
        export.setEnabled(bool(self._here()))
        menu.addAction(tr("Import areas..."), self.import_areas)
        return menu

    def _ask_rename(self, name: str) -> None:
        if new_name := self._ask_name(tr("What is it called?"), name):
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
        """Return a name that no other area of this photo has: it identifies a row."""
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
        series: str = "",
    ) -> None:
        """Change the folder's areas and those of the viewer's photo."""
        key = self._viewer.key
        known = None if key is None else self._known.get(_place(key)[0])
        if key is None or known is None:
            return
        _, name = _place(key)
        by_photo = {**known.by_photo, name: tuple(here(known.by_photo.get(name, ())))}
        after = FolderAreas(everywhere=tuple(everywhere(known.everywhere)), by_photo=by_photo)
        self._run(text, key, known, after, series)

    def _run(
        self, text: str, key: ImageKey, before: FolderAreas, after: FolderAreas, series: str = ""
    ) -> None:
        folder, _ = _place(key)
        self._log.run(
            Command(
                text,
                do=lambda: self._set(folder, after),
                undo=lambda: self._set(folder, before),
                where=self._photo_of(key),
                on_photo=True,
                series=series,
            )
        )

    def _set(self, folder: str, areas: FolderAreas) -> None:
        self._known[folder] = areas
        self._jobs.start(lambda: self._work.save(folder, areas), done=lambda _: None, failed=self._warn)
        self._selection.follow_changes()
        self.changed.emit()

    def _set_known(self, folder: str, areas: FolderAreas, problem: Exception | None = None) -> None:
        self._known[folder] = areas
        if problem is not None:
            self._warn(problem)
        self.changed.emit()

    def _show_notice(self, text: str) -> None:
        self.noticed.emit(Notice(NoticeKind.INFORMATION, text), None)

    def _warn(self, problem: Exception) -> None:
        self.noticed.emit(Notice(NoticeKind.WARNING, str(problem)), None)


def _place(key: ImageKey) -> tuple[str, str]:
    return str(PurePath(key.path).parent), key.name
