"""The window's composition root: builds the window and its services, and stops them in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Slot

from memapp import __version__, log
from memapp.compose import services
from memapp.compose.installation import Installation
from memapp.compose.loading import load_photo
from memapp.compose.moments import search_stacks
from memapp.compose.net_pool import NetPool
from memapp.compose.runs import Runs
from memapp.core.events import Notice, NoticeKind
from memapp.core.resources import resource_path
from memapp.core.settings import SETTINGS, Settings
from memapp.gui.overlay.segmenter_commands import SegmenterWork
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.app_services import AppServices
from memapp.gui.window.main_window import MainWindow
from memapp.gui.window.moment_commands import MomentWork
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.contents import ContentsStore
from memapp.store.marks import MarkStore
from memapp.store.preferences import SettingsFile, unusable_notice
from memapp.store.stack_choices import StackChoiceStore
from memapp.store.thumbnails import ThumbnailStore
from memapp.workers.power_monitor import PowerMonitor
from memapp.workers.settings_saver import SettingsSaver
from memapp.workers.supervisor import Supervisor

STOP_SECONDS = 2.5
"""The time for the threads to stop when the window is closed."""


class WindowRoot(QObject):
    """One window, its threads, and the nets that they share. Lives on the GUI thread.

    The window is built hidden; closing it stops every thread.
    """

    def __init__(
        self,
        installation: Installation,
        *,
        make_runs: Callable[..., Runs] = Runs,
        parent: QObject | None = None,
    ) -> None:
        """Build everything; the threads start, idle.

        Args:
            installation: the parts of this computer.
            make_runs: makes the runs; takes the arguments of Runs.
            parent: owns this root and with it the window's services.
        """
        super().__init__(parent)
        home = installation.home
        self._marks, self._contents = MarkStore(home=home), ContentsStore(home=home)
        self._stack_choices = StackChoiceStore(home=home)
        settings_file = SettingsFile(home=home)
        read = settings_file.read()
        self.settings = Settings(read.values)
        self.pool = NetPool(
            nets=installation.nets,
            settings=self.settings,
            segmenters=installation.segmenters,
            map_makers=installation.map_makers,
        )
        thumbnails = ThumbnailCache(ThumbnailStore(home=home))
        self.runs = make_runs(pool=self.pool, home=home, thumbnails=thumbnails)
        self.supervisor = Supervisor(
            make_run=self.runs.score,
            loader=load_photo,
            thumbnails=thumbnails,
            make_explain=self.runs.explain,
            make_idle=self.runs.fingerprints,
        )
        self.settings_saver = SettingsSaver(
            settings=self.settings, disk=settings_file, jobs=self.supervisor.jobs, parent=self
        )
        self.power_monitor = PowerMonitor(
            supervisor=self.supervisor,
            idle_minutes=self.settings.get(SETTINGS.unload_minutes),
            read_battery=installation.read_battery,
        )
        self.theme_manager = ThemeManager(
            choice=self.settings.get(SETTINGS.theme),
            surround=self.settings.get(SETTINGS.surround),
            parent=self,
        )
        self.window = MainWindow(
            supervisor=self.supervisor,
            power_monitor=self.power_monitor,
            settings=self.settings,
            theme_manager=self.theme_manager,
            services=self._services(installation),
        )
        self.window.engine_chosen.connect(self.pool.renew)
        self.power_monitor.on_battery_changed.connect(self.pool.set_on_battery)
        self.power_monitor.idle.connect(self.pool.release)
        self.power_monitor.idle.connect(self.supervisor.start_idle_work)
        self.window.activated.connect(self.settings_saver.refresh)
        self.settings_saver.failed.connect(self.window.unexpected)
        if notice := unusable_notice(read, refused=self.settings.refused):
            self.window.show_notice(Notice(NoticeKind.WARNING, notice))
        self.window.closing.connect(self._stop)
        self.stopped: bool | None = None
        """Whether every thread has ended in time; None while the window is open."""

    def _services(self, installation: Installation) -> AppServices:
        home = installation.home
        fast = installation.nets.why_not_fast() is None
        return AppServices(
            file_work=services.file_work(installation.move_to_trash, installation.restore_from_trash),
            net_work=installation.net_work,
            area_work=services.area_work(home),
            segmenter_work=self._closing_first(installation.segmenter_work),
            save_settings=self.settings_saver.flush,
            save_marks=self._marks.save,
            save_contents=self._contents.save,
            likenesses=services.likeness_reader(self.pool, fast=fast, home=home),
            moment_work=MomentWork(
                search=partial(search_stacks, home=home),
                note=partial(self.runs.note_likeness, is_busy=self.supervisor.is_busy),
                save=self._stack_choices.save,
            ),
            scores_folder=str(home),
            log_folder=str(home / log.FOLDER_NAME),
            licences_folder=str(resource_path("licences")),
            samples_folder=str(resource_path("samples")),
            version=__version__,
            details=lambda: services.details(home),
            fast_available=fast,
        )

    def _closing_first(self, work: SegmenterWork) -> SegmenterWork:
        """Return the same work, which closes the open segmenter first: Windows can't delete open files."""

        def remove(name: str) -> None:
            self.pool.segmenters.release()
            work.remove(name)

        return replace(work, remove=remove)

    @Slot()
    def _stop(self) -> None:
        # On the thread that has opened the files, after all that waits there.
        for store in (self._marks, self._contents, self._stack_choices):
            self.supervisor.saving.start(store.close, done=_nothing, failed=_nothing)
        self.stopped = self.supervisor.stop(seconds=STOP_SECONDS)


def _nothing(_outcome: object) -> None:
    """Nobody is left to hear how it ended."""
