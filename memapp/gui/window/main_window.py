"""The window: its parts, and who listens to whom."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QPoint, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QAbstractItemView, QMainWindow, QMenu, QStackedWidget

from memapp.core.events import Notice, NoticeKind
from memapp.core.records import ImageKey
from memapp.core.settings import SETTINGS, Settings
from memapp.gui.grid.details_view import DetailsView
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.tile_images import TileImages
from memapp.gui.inspector.inspector import Inspector
from memapp.gui.overlay.explain_view import NO_OVERLAY
from memapp.gui.overlay.overlays import Overlays
from memapp.gui.run.changed_files import ChangedFiles
from memapp.gui.run.problems_panel import ProblemsPanel
from memapp.gui.run.run_pause import RunPause
from memapp.gui.run.run_view import RunView
from memapp.gui.run.scoring_commands import FAST_MISSING, ScoringCommands
from memapp.gui.run.session import Session
from memapp.gui.run.status import ProgressLine, RunStatus
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.action_updates import ActionUpdates
from memapp.gui.window.actions import Actions, Runners
from memapp.gui.window.app_services import AppServices
from memapp.gui.window.drop_area import EmptyPage
from memapp.gui.window.dropping import DropTarget
from memapp.gui.window.file_commands import FileCommands, changed_files_text
from memapp.gui.window.filter_controls import FilterControls
from memapp.gui.window.list_commands import ListCommands
from memapp.gui.window.net_commands import NetCommands
from memapp.gui.window.notices import NoticeAction, NoticeBar
from memapp.gui.window.photo_commands import PhotoCommands
from memapp.gui.window.photo_lists import PhotoLists
from memapp.gui.window.photo_panes import PhotoPanes
from memapp.gui.window.runners import PANELS, make_runners
from memapp.gui.window.sort_commands import SortCommands
from memapp.gui.window.toolbar import SizeSlider, fill_toolbar
from memapp.gui.window.undo_commands import UndoCommands
from memapp.gui.window.window_dialogs import WindowDialogs
from memapp.gui.window.window_layout import laid_out
from memapp.library.changes import Change, ChangeKind
from memapp.library.filtering import PhotoFilter
from memapp.library.library import Library
from memapp.library.photo_columns import photo_columns
from memapp.library.scores import Scores
from memapp.library.undo import CommandLog
from memapp.workers.power_monitor import PowerMonitor
from memapp.workers.request_sets import View
from memapp.workers.supervisor import Supervisor

_DEFAULT_SIZE = (1280, 800)
_SMALLEST_SIZE = (720, 480)
_SIZE_STEP = 32


class MainWindow(QMainWindow):
    """The one window. Lives on the GUI thread.

    Signals:
        engine_chosen(): the settings name another device or engine, for the next run.
        activated(): a person comes to the window; what may have changed meanwhile is looked at anew.
        closing(): the window is about to go; stop everything.
        unexpected(str): given from any thread, shown as a notice.
    """

    engine_chosen = Signal()
    activated = Signal()
    closing = Signal()
    unexpected = Signal(str)

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        power_monitor: PowerMonitor,
        settings: Settings,
        theme_manager: ThemeManager,
        services: AppServices,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._theme_manager = theme_manager
        self._services = services
        self._supervisor = supervisor
        self._power_monitor = power_monitor

        self.library = Library(photo_columns())
        self.scores = Scores(self.library)
        self.tile_images = TileImages(library=self.library, parent=self)
        self.photos = GridModel(scores=self.scores, images=self.tile_images, parent=self)
        self.session = Session(supervisor=supervisor, scores=self.scores, parent=self)
        self.actions_table = Actions(theme_manager=theme_manager, parent=self)
        self.grid = GridView(
            model=self.photos, theme=theme_manager.theme, tile_size=settings.get(SETTINGS.tile_size)
        )
        self.details = DetailsView(model=self.photos, grid=self.grid, theme=theme_manager.theme)
        self._photo_lists = PhotoLists(grid=self.grid, details=self.details)
        self.viewer = PhotoViewer(theme_manager=theme_manager)
        self.inspector = Inspector(theme_manager=theme_manager)
        self.panes = PhotoPanes(
            photos=self.photos,
            grid=self.grid,
            inspector=self.inspector,
            viewer=self.viewer,
            supervisor=supervisor,
            parent=self,
        )
        self.log = CommandLog()
        self.undo = UndoCommands(log=self.log, parent=self)
        self.overlays = Overlays(
            supervisor=supervisor,
            jobs=supervisor.jobs,
            long_jobs=supervisor.long_jobs,
            grid=self.grid,
            tile_images=self.tile_images,
            viewer=self.viewer,
            actions=self.actions_table,
            settings=settings,
            theme_manager=theme_manager,
            services=services,
            log=self.log,
            photo_of=self.library.id_of,
            window=self,
        )
        self.files = FileCommands(work=services.file_work, jobs=supervisor.jobs, window=self)
        self.pause = RunPause(
            session=self.session,
            power_monitor=power_monitor,
            wanted=settings.get(SETTINGS.pause_on_battery),
            parent=self,
        )
        self.filters = FilterControls(library=self.library, theme_manager=theme_manager)
        self.size_slider = SizeSlider(pixels=self.grid.tile_size)
        self.problems = ProblemsPanel(theme_manager=theme_manager)
        self.notices = NoticeBar(theme_manager=theme_manager)
        self.status = RunStatus(theme_manager=theme_manager)
        self.progress_line = ProgressLine(theme_manager=theme_manager)
        self._empty = EmptyPage(theme_manager=theme_manager)

        self.nets = NetCommands(
            session=self.session,
            scores=self.scores,
            actions=self.actions_table,
            filters=self.filters,
            settings=settings,
            jobs=supervisor.long_jobs,
            work=services.net_work,
            window=self,
        )
        self.sorting = SortCommands(
            photos=self.photos, actions=self.actions_table, settings=settings, window=self
        )
        self._lay_out()
        self.drops = DropTarget(window=self, theme_manager=theme_manager)
        self.dialogs = WindowDialogs(
            settings=settings,
            services=services,
            actions=self.actions_table,
            notices=self.notices,
            theme_manager=theme_manager,
            window=self,
        )
        self.run_view = RunView(
            session=self.session,
            pause=self.pause,
            scores=self.scores,
            status=self.status,
            progress_line=self.progress_line,
            problems=self.problems,
            parent=self,
        )
        self.scoring = ScoringCommands(
            session=self.session,
            scores=self.scores,
            fast_available=services.fast_available,
            window=self,
        )
        self._set_precision()
        self.changed_files = ChangedFiles(
            supervisor=supervisor, all_keys=self.photos.photos_shown, parent=self
        )
        self.lists = ListCommands(
            session=self.session,
            photos=self.photos,
            grid=self.grid,
            panes=self.panes,
            files=self.changed_files,
            undo=self.undo,
            log=self.log,
            parent=self,
        )
        self.photo_commands = PhotoCommands(
            session=self.session,
            photos=self.photos,
            grid=self.grid,
            panes=self.panes,
            files=self.files,
            lists=self.lists,
            nets=self.nets,
            scoring=self.scoring,
            settings=settings,
            parent=self,
        )
        self.actions_table.connect_runners(self._runners())
        self._connect_parts()
        self._connect_settings()
        self._restore()
        self._show_overlay_choice()
        self.run_view.update_run()
        self._update_photos()
        self._action_updates = ActionUpdates(
            actions=self.actions_table,
            session=self.session,
            photos=self.photos,
            grid=self.grid,
            photo_lists=self._photo_lists,
            viewer=self.viewer,
            pages=self._pages,
            overlay=self.overlays.view,
            nets=self.nets,
            sorting=self.sorting,
            filters=self.filters,
            undo=self.undo,
            fast_missing="" if services.fast_available else str(FAST_MISSING),
            parent=self,
        )

    def add(self, paths: list[str]) -> None:
        """Score these files and folders, too."""
        self.session.add(paths)

    def show_notice(self, notice: Notice, action: NoticeAction | None = None) -> None:
        """Show a notice."""
        self.notices.add(notice, action)

    # What lies where

    def _lay_out(self) -> None:
        self.setWindowTitle("memapp")
        self.setMinimumSize(*_SMALLEST_SIZE)
        self.actions_table.fill(self.menuBar())
        self.addActions(list(self.actions_table))
        overlay_menu = QMenu(self)
        overlay_menu.addActions(self.overlays.choices)
        toolbar = self.addToolBar("Toolbar")
        toolbar.setObjectName("toolbar")
        sort_button, self._overlay_button = fill_toolbar(
            toolbar,
            actions=self.actions_table,
            filters=self.filters,
            slider=self.size_slider,
            sort_menu=self.sorting.menu,
            overlay_menu=overlay_menu,
        )
        self.sorting.named.connect(sort_button.setText)
        self.nets.take_place(toolbar, before=sort_button)
        self._pages = QStackedWidget()
        for page in (self._empty, self._photo_lists, self.viewer):
            self._pages.addWidget(page)
        self.setCentralWidget(
            laid_out(
                above=[self.progress_line, self.notices],
                pages=self._pages,
                beside=self.inspector,
                below=self.problems,
            )
        )
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.status, 1)

    def _restore(self) -> None:
        self.resize(*_DEFAULT_SIZE)
        self.restoreGeometry(
            QByteArray.fromBase64(self._settings.get(SETTINGS.window_geometry).encode(errors="replace"))
        )
        for panel, widget in (("inspector", self.inspector), ("problems", self.problems)):
            self.actions_table[panel].setChecked(self._settings.get(PANELS[panel]))
            widget.setVisible(self._settings.get(PANELS[panel]))
        self.actions_table["details"].setChecked(self._settings.get(SETTINGS.details_open))
        self.sorting.restore()
        self.dialogs.show_licence()

    # Who listens to whom

    def _runners(self) -> Runners:
        """Return what each action runs."""
        return make_runners(
            photos=self.photo_commands,
            session=self.session,
            files=self.files,
            grid=self.grid,
            photo_lists=self._photo_lists,
            pause=self.pause,
            filters=self.filters,
            drops=self.drops,
            dialogs=self.dialogs,
            overlays=self.overlays,
            nets=self.nets,
            sorting=self.sorting,
            undo=self.undo,
            settings=self._settings,
            panels={"inspector": self.inspector, "problems": self.problems},
            add_samples=self._add_samples,
            window=self,
        )

    def _connect_parts(self) -> None:
        self._theme_manager.changed.connect(self._show_overlay_choice)
        self.overlays.chosen.connect(self._on_overlay)
        self.overlays.noticed.connect(self.show_notice)
        self.overlays.export_wanted.connect(self.files.export_overlay)
        self.overlays.panel_shown.connect(self._make_room)
        self._theme_manager.changed.connect(lambda: self.grid.set_theme(self._theme_manager.theme))
        self._empty.add_photos.connect(self.actions_table["add-photos"].trigger)
        self._empty.add_folder.connect(self.actions_table["add-folder"].trigger)
        self._empty.try_samples.connect(self._add_samples)

        self.library.subscribe(self._on_library_changed)
        self.photos.rearranged.connect(self._update_hidden)
        self.grid.visible_changed.connect(self._request_previews)
        self.grid.tile_size_changed.connect(self.size_slider.setValue)
        self.grid.tile_size_changed.connect(lambda pixels: self._settings.set(SETTINGS.tile_size, pixels))
        self.grid.clear_filter_requested.connect(self.filters.clear)
        for view in (self.grid, self.details):
            view.customContextMenuRequested.connect(partial(self._show_photo_menu, view))
        self.grid.drag_refused.connect(
            lambda count: self.show_notice(Notice(NoticeKind.WARNING, changed_files_text(count)))
        )
        self.details.activated_photo.connect(self.panes.open)
        self._theme_manager.changed.connect(lambda: self.details.set_theme(self._theme_manager.theme))
        self.size_slider.valueChanged.connect(self.grid.set_tile_size)
        self.filters.changed.connect(self._on_filter)
        self.status.show_all_clicked.connect(self.filters.clear)
        self.inspector.score_exactly.connect(lambda: self.scoring.score_exactly(self.panes.inspected))
        self.panes.viewer_opened.connect(self._show_viewer)
        self.panes.viewer_closed.connect(self._show_grid)

        self.session.noticed.connect(self.show_notice)
        self.session.run_net_changed.connect(self.status.set_net)
        self.nets.noticed.connect(self.show_notice)
        self.nets.shown.connect(lambda _net: self.run_view.update_scores())
        self.unexpected.connect(lambda text: self.show_notice(Notice(NoticeKind.WARNING, text)))
        self.session.not_scored.connect(self._on_not_scored)

        self.undo.noticed.connect(self.show_notice)
        self.photo_commands.noticed.connect(self.show_notice)
        self.drops.dropped.connect(self.session.add)
        self.drops.noticed.connect(self.show_notice)
        self.dialogs.segmenters_wanted.connect(self.overlays.manage_segmenters)
        self.dialogs.show_folder.connect(self.files.open_folder)
        self.status.problems_clicked.connect(self.actions_table["problems"].trigger)
        self.problems.retry.connect(self.session.score_again)
        self.problems.reveal.connect(self.files.reveal)
        self.problems.select.connect(self._go_to)
        self.problems.closed.connect(lambda: self.actions_table["problems"].setChecked(False))
        self.files.chosen.connect(self.session.add)
        self.files.folder_used.connect(lambda folder: self._settings.set(SETTINGS.last_folder, folder))
        self.files.trashed.connect(self.session.take_out)
        self.files.noticed.connect(self.show_notice)

    def _connect_settings(self) -> None:
        """Carry out at once what is chosen in the preferences, here or in another window."""
        settings = self._settings
        settings.subscribe(SETTINGS.theme, self._theme_manager.choose)
        settings.subscribe(SETTINGS.device, lambda _device: self.engine_chosen.emit())
        settings.subscribe(SETTINGS.engine, lambda _engine: self.engine_chosen.emit())
        settings.subscribe(SETTINGS.precision, lambda _precision: self._set_precision())
        settings.subscribe(SETTINGS.unload_minutes, self._power_monitor.set_idle_minutes)
        settings.subscribe(SETTINGS.pause_on_battery, self.pause.set_wanted)

    # The photos and the run

    def _on_library_changed(self, change: Change) -> None:
        if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CLEARED):
            self._update_photos()

    def _update_photos(self) -> None:
        some = len(self.library) > 0
        if not some:
            self._pages.setCurrentWidget(self._empty)
            self._empty.setFocus()
            self.inspector.show_none()
        elif self._pages.currentWidget() is self._empty:
            self._show_grid()
        self._update_hidden()
        self.run_view.update_scores()

    def _on_filter(self, wanted: PhotoFilter) -> None:
        self.photos.set_filter(wanted)
        self._update_hidden()

    def _update_hidden(self) -> None:
        hidden = len(self.library) - self.photos.rowCount()
        self.status.set_hidden_count(hidden if self.photos.filter and len(self.library) else None)

    def _on_not_scored(self, reason: str) -> None:
        self.show_notice(
            Notice(NoticeKind.WARNING, reason),
            NoticeAction("Try again", self.actions_table["score-rest"].trigger),
        )

    def _request_previews(self, keys: list[ImageKey], side: int) -> None:
        on_screen = len(self.grid.places_in_sight())
        for some, nearby in ((keys[:on_screen], False), (keys[on_screen:], True)):
            lacking = self.tile_images.lacking_previews(some, side)
            self._supervisor.request_previews(View.GRID, lacking, side, nearby=nearby)

    def _add_samples(self) -> None:
        self.session.add([self._services.samples_folder])

    # Pages and orders

    @Slot()
    def _show_viewer(self) -> None:
        self._pages.setCurrentWidget(self.viewer)
        self.viewer.setFocus()

    @Slot()
    def _show_grid(self) -> None:
        self._pages.setCurrentWidget(self._photo_lists)
        self._photo_lists.setFocus()

    @Slot(str)
    def _on_overlay(self, overlay: str) -> None:
        """An overlay is seen in the viewer only, so it opens."""
        self._show_overlay_choice()
        if self.panes.viewing is not None:
            # The panel changes: a button that had the keyboard may go, and Qt would hand it to the toolbar.
            self.viewer.setFocus()
        if overlay != NO_OVERLAY and self.panes.viewing is None:
            self.photo_commands.open()

    @Slot(bool)
    def _make_room(self, panel_shown: bool) -> None:
        """The overlay's panel takes the inspector's place."""
        self.inspector.setVisible(not panel_shown and self.actions_table["inspector"].isChecked())

    def _show_overlay_choice(self) -> None:
        self.overlays.show_choice(self._overlay_button)

    def _go_to(self, key: ImageKey) -> None:
        self._show_grid()
        self.grid.go_to(key)

    def _show_photo_menu(self, view: QAbstractItemView, position: QPoint) -> None:
        if not view.indexAt(position).isValid():
            return
        menu = QMenu(self)
        for action_id in ("open", "reveal", "copy", "", "score-rest", "score-exact", "", "remove", "trash"):
            menu.addAction(self.actions_table[action_id]) if action_id else menu.addSeparator()
        menu.exec(view.viewport().mapToGlobal(position))

    def _set_precision(self) -> None:
        self.scoring.set_precision(self._settings.get(SETTINGS.precision))
        self.overlays.set_precision(self.session.precision)

    # Coming and going

    def changeEvent(self, event: QEvent) -> None:
        """Say that the window is in use again."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember how the window was, and stop everything."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self._settings.set(SETTINGS.window_geometry, geometry)
        self._services.save_settings()
        self._settings.call_nobody()
        # Gone at once for the eye, while the photo in hand is finished.
        self.hide()
        self.overlays.stop()
        self.closing.emit()
        event.accept()
