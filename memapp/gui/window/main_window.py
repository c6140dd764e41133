"""The window: builds its parts and connects their signals."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow

from memapp.core.events import Notice, NoticeKind
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr
from memapp.gui.grid.details_view import DetailsView
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.tile_images import TileImages
from memapp.gui.inspector.inspector import Inspector
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
from memapp.gui.window.inspector_place import InspectorPlace
from memapp.gui.window.last_photos import LastPhotos
from memapp.gui.window.list_commands import ListCommands
from memapp.gui.window.net_commands import NetCommands
from memapp.gui.window.notices import NoticeAction, NoticeBar
from memapp.gui.window.overlay_room import OverlayRoom
from memapp.gui.window.pages import Pages
from memapp.gui.window.photo_commands import PhotoCommands
from memapp.gui.window.photo_lists import PhotoLists
from memapp.gui.window.photo_menu import PhotoMenu
from memapp.gui.window.photo_panes import PhotoPanes
from memapp.gui.window.runners import make_runners
from memapp.gui.window.settings_effects import connect_settings
from memapp.gui.window.sort_commands import SortCommands
from memapp.gui.window.toolbar import MainToolbar, SizeSlider
from memapp.gui.window.undo_commands import UndoCommands
from memapp.gui.window.window_dialogs import WindowDialogs
from memapp.gui.window.window_layout import add_bars, laid_out
from memapp.gui.window.window_state import WindowState
from memapp.library.library import Library
from memapp.library.photo_columns import photo_columns
from memapp.library.scores import Scores
from memapp.library.undo import CommandLog
from memapp.workers.power_monitor import PowerMonitor
from memapp.workers.supervisor import Supervisor

_SMALLEST_SIZE = (720, 480)


class MainWindow(QMainWindow):
    """The one window. Lives on the GUI thread.

    Signals:
        engine_chosen(): the settings name another device or engine, for the next run.
        activated(): the window became active; check what may have changed meanwhile.
        closing(): the window closes; stop everything.
        unexpected(str): emitted on any thread, shown as a notice.
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

        self.library = Library(photo_columns())
        self.scores = Scores(self.library)
        self.tile_images = TileImages(library=self.library, parent=self)
        self.photos = GridModel(scores=self.scores, images=self.tile_images, parent=self)
        self.session = Session(supervisor=supervisor, scores=self.scores, parent=self)
        self.actions_table = Actions(theme_manager=theme_manager, parent=self)
        self.grid = GridView(
            model=self.photos, theme=theme_manager.surround, tile_size=settings.get(SETTINGS.tile_size)
        )
        self.details = DetailsView(grid=self.grid, theme=theme_manager.theme, settings=settings)
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
            library=self.library,
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
        self._pages = Pages(
            library=self.library, empty=self._empty, lists=self._photo_lists, viewer=self.viewer, parent=self
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
            photos=self.photos,
            status=self.status,
            progress_line=self.progress_line,
            problems=self.problems,
            close_notice=self.notices.close_text,
            parent=self,
        )
        self.scoring = ScoringCommands(
            session=self.session, scores=self.scores, fast_available=services.fast_available, window=self
        )
        self._set_precision()
        self.changed_files = ChangedFiles(
            supervisor=supervisor, all_keys=self.photos.photos_shown, parent=self
        )
        self.lists = ListCommands(
            session=self.session,
            photos=self.photos,
            grid=self.grid,
            details=self.details,
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
            log=self.log,
            supervisor=supervisor,
            services=services,
            settings=settings,
            pages=self._pages,
            theme_manager=theme_manager,
            window=self,
        )
        self.actions_table.connect_runners(self._runners())
        self._connect_parts()
        connect_settings(
            settings,
            theme_manager=theme_manager,
            actions=self.actions_table,
            power_monitor=power_monitor,
            pause=self.pause,
            engine_changed=self.engine_chosen.emit,
            precision_changed=self._set_precision,
        )
        self._state = WindowState(
            window=self,
            problems=self.problems,
            inspector=self.inspector_place,
            actions=self.actions_table,
            settings=settings,
        )
        self._state.restore()
        self.sorting.restore()
        self.dialogs.show_licence()
        self.run_view.update_run()
        self._pages.update()
        self.run_view.update_scores()
        self._action_updates = ActionUpdates(
            actions=self.actions_table,
            session=self.session,
            photos=self.photos,
            grid=self.grid,
            photo_lists=self._photo_lists,
            viewer=self.viewer,
            compare=self.photo_commands.compare.page,
            pages=self._pages.stack,
            overlays=self.overlays,
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

    def _lay_out(self) -> None:
        self.setWindowTitle("memapp")
        self.setMinimumSize(*_SMALLEST_SIZE)
        toolbar = MainToolbar(
            actions=self.actions_table,
            filters=self.filters,
            slider=self.size_slider,
            sort_button=self.sorting.button,
            net_button=self.nets.button,
            parent=self,
        )
        add_bars(self, actions=self.actions_table, toolbar=toolbar, status=self.status)
        self.nets.take_place(toolbar.net_place)
        self.inspector_place = InspectorPlace(
            pages=self._pages.stack,
            inspector=self.inspector,
            actions=self.actions_table,
            settings=self._settings,
            window=self,
        )
        above = [self.progress_line, self.notices, self.overlays.tiles.bar]
        self.setCentralWidget(laid_out(above=above, middle=self.inspector_place.side, below=self.problems))

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
            problems=self.problems,
            inspector=self.inspector_place,
            add_samples=self._add_samples,
            window=self,
        )

    def _connect_parts(self) -> None:
        photos = self.photo_commands
        for part in (self.overlays, self.session, self.nets, self.undo, photos, self.drops, self.files):
            part.noticed.connect(self.show_notice)
        OverlayRoom(
            overlays=self.overlays,
            viewer=self.viewer,
            panes=self.panes,
            inspector=self.inspector_place,
            actions=self.actions_table,
            parent=self,
        )
        self.overlays.export_wanted.connect(self.files.export_overlay)
        for pass_over_all in (self.overlays.contents, photos.moments):
            pass_over_all.progressed.connect(self.status.set_looking)
            self.status.stop_looking_clicked.connect(pass_over_all.stop)
        self.overlays.contents.sort_wanted.connect(self.photos.set_order)
        self._empty.add_photos.connect(self.actions_table["add-photos"].trigger)
        self._empty.add_folder.connect(self.actions_table["add-folder"].trigger)
        self._empty.try_samples.connect(self._add_samples)

        self.grid.tile_size_changed.connect(self.size_slider.setValue)
        self.grid.tile_size_changed.connect(lambda pixels: self._settings.set(SETTINGS.tile_size, pixels))
        self.grid.clear_filter_requested.connect(self.filters.clear)
        for view in (self.grid, self.details):
            PhotoMenu(view=view, actions=self.actions_table)
        self._theme_manager.changed.connect(lambda: self.grid.set_theme(self._theme_manager.surround))
        self._theme_manager.changed.connect(lambda: self.details.set_theme(self._theme_manager.theme))
        PhotoMenu(view=self.viewer.view, actions=self.actions_table)
        LastPhotos(session=self.session, settings=self._settings, page=self._empty, parent=self)
        self.grid.drag_refused.connect(
            lambda count: self.show_notice(Notice(NoticeKind.WARNING, changed_files_text(count)))
        )
        self.details.activated_photo.connect(self.panes.open)
        self.size_slider.valueChanged.connect(self.grid.set_tile_size)
        self.filters.changed.connect(self.photos.set_filter)
        self.filters.left.connect(self._pages.show_photos)
        self.filters.changed.connect(lambda _filter: self.run_view.update_hidden())
        self.status.show_all_clicked.connect(self.filters.clear)
        self.inspector.score_exactly.connect(lambda: self.scoring.score_exactly(self.panes.inspected))
        self.panes.viewer_opened.connect(self._pages.show_viewer)
        self.panes.viewer_closed.connect(self._pages.show_photos)

        self.session.run_net_changed.connect(self.status.set_net)
        self.nets.shown.connect(lambda _net: self.run_view.update_scores())
        self.unexpected.connect(lambda text: self.show_notice(Notice(NoticeKind.WARNING, text)))
        self.session.not_scored.connect(self._on_not_scored)

        self.drops.dropped.connect(self.session.add)
        self.dialogs.segmenters_wanted.connect(self.overlays.manage_segmenters)
        self.dialogs.show_folder.connect(self.files.open_folder)
        self.status.problems_clicked.connect(self.actions_table["problems"].trigger)
        self.problems.retry.connect(self.session.score_again)
        self.problems.reveal.connect(self.files.reveal)
        self.problems.select.connect(self._pages.show_photos)
        self.problems.select.connect(self.grid.go_to)
        self.problems.closed.connect(lambda: self.actions_table["problems"].setChecked(False))
        self.files.chosen.connect(self.session.add)
        self.files.folder_used.connect(lambda folder: self._settings.set(SETTINGS.last_folder, folder))

    def _on_not_scored(self, reason: str) -> None:
        self.show_notice(
            Notice(NoticeKind.WARNING, reason),
            NoticeAction(tr("Try again"), self.actions_table["score-rest"].trigger),
        )

    def _add_samples(self) -> None:
        self.session.add([self._services.samples_folder])

    def _set_precision(self) -> None:
        self.scoring.set_precision(self._settings.get(SETTINGS.precision))
        self.overlays.set_precision(self.session.precision)

    def changeEvent(self, event: QEvent) -> None:
        """Say that the window is in use again."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember how the window was, and stop everything."""
        self._state.save()
        self._services.save_settings()
        self._settings.call_nobody()
        # Gone at once for the eye, while the photo in hand is finished.
        self.hide()
        self.overlays.stop()
        self.closing.emit()
        event.accept()
