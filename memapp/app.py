"""The composition root of the window: the one file that sees every layer and connects them."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QFileOpenEvent, QIcon, QImage
from PySide6.QtWidgets import QApplication

from memapp import __version__, log
from memapp.core.contracts import ScorerFactory
from memapp.core.control import RunControl
from memapp.core.errors import StoreError
from memapp.core.events import Event
from memapp.core.explanation import (
    AreaOfInterest,
    ExplainEvent,
    ExplainOrder,
    SegmenterFactory,
)
from memapp.core.files import write_bytes_atomically
from memapp.core.machine import usable_cores
from memapp.core.nets import RESMEM_NAME
from memapp.core.records import ImageKey, Precision, RunOrder
from memapp.core.resources import resource_path, resources_folder
from memapp.core.settings import Preferences
from memapp.gui.overlay.area_commands import AreaWork
from memapp.gui.overlay.segmenter_commands import BytesProgress, SegmenterRow, SegmenterWork
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.app_services import AppServices
from memapp.gui.window.file_commands import ExportOrder, FileWork
from memapp.gui.window.main_window import MainWindow
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.explain_run import Explainers, explain_run
from memapp.pipeline.score_run import score_run
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.pipeline.triage_run import triage_run
from memapp.scoring.explain.makers import map_makers
from memapp.scoring.explain.regions import FilledRegions
from memapp.scoring.fast.factory import FastFactory
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.segmentation import coco
from memapp.scoring.segmentation.folders import DEFAULT_SEGMENTER, SegmenterFolders
from memapp.scoring.weights import WeightsLocator
from memapp.store.area_book import AreaBook
from memapp.store.areas import read_areas, write_areas
from memapp.store.export import write_export
from memapp.store.home import home_folder
from memapp.store.maps import DiskMapStore
from memapp.store.preferences import load_preferences, save_preferences
from memapp.store.scores import SqliteScoreStore
from memapp.store.thumbnails import ThumbnailStore
from memapp.store.trash import move_to_trash
from memapp.window_nets import OtherNets, net_work
from memapp.window_smoke import SmokeOrder, WindowSmoke
from memapp.workers.jobs import Jobs
from memapp.workers.power_monitor import PowerMonitor
from memapp.workers.preview_pool import to_image
from memapp.workers.supervisor import Supervisor

STOP_SECONDS = 2.5

_log = logging.getLogger(__name__)


def run_window(paths: Sequence[str], *, smoke: SmokeOrder | None = None) -> int:
    """Open the window on some paths and stay until it is closed; gives the exit status.

    With a smoke order the window opens on its folder instead, and closes itself.
    """
    qInstallMessageHandler(_log_qt)
    application = QApplication([sys.argv[0]])
    application.setApplicationName("memapp")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("memapp")
    application.setWindowIcon(QIcon(str(resource_path("icons/memapp.svg"))))
    # Ctrl-C in the terminal ends the program; what was scored is kept already.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    preferences = load_preferences(home_folder())
    thumbnails = ThumbnailCache(ThumbnailStore(home=home_folder()))
    segmenters = SegmenterFolders(resources=resources_folder(), home=home_folder())
    registry = NetRegistry(weights=_weights(), home=home_folder(), segmenters=segmenters)
    nets = _Nets(preferences=preferences, thumbnails=thumbnails, segmenters=segmenters, registry=registry)
    supervisor = Supervisor(
        make_run=nets.make_run, loader=load_photo, thumbnails=thumbnails, make_explain=nets.make_explain
    )
    jobs, long_jobs = Jobs(), Jobs()
    power_monitor = PowerMonitor(supervisor=supervisor, idle_minutes=preferences.number("unload_minutes"))
    window = MainWindow(
        supervisor=supervisor,
        jobs=jobs,
        long_jobs=long_jobs,
        power_monitor=power_monitor,
        preferences=preferences,
        theme_manager=ThemeManager(choice=preferences.text("theme"), parent=application),
        services=AppServices(
            file_work=FileWork(
                export=_export,
                move_to_trash=move_to_trash,
                picture=_picture,
                write=write_bytes_atomically,
            ),
            net_work=net_work(registry=registry, home=home_folder()),
            area_work=_area_work(),
            segmenter_work=_segmenter_work(segmenters),
            save_preferences=lambda: _save(preferences),
            scores_folder=str(home_folder()),
            log_folder=str(home_folder() / log.FOLDER_NAME),
            licences_folder=str(resource_path("licences")),
            samples_folder=str(resource_path("samples")),
            version=__version__,
            details=_details,
            fast_available=registry.why_not_fast() is None,
        ),
    )
    log.on_unexpected(lambda text: window.unexpected.emit(text))
    window.engine_chosen.connect(nets.renew)
    power_monitor.on_battery_changed.connect(nets.set_on_battery)
    power_monitor.idle.connect(nets.release)
    opener = _FileOpener(window)
    application.installEventFilter(opener)

    stopped = True

    def stop() -> None:
        nonlocal stopped
        stopped = supervisor.stop(seconds=STOP_SECONDS)
        stopped = jobs.stop(seconds=STOP_SECONDS) and stopped
        stopped = long_jobs.stop(seconds=STOP_SECONDS) and stopped

    window.closing.connect(stop)
    window.show()
    window.add([smoke.folder] if smoke else list(paths))
    watch = WindowSmoke(window=window, order=smoke) if smoke else None
    status = application.exec()
    if watch is not None:
        status = watch.status
    if not stopped:
        _log.warning("a thread did not end in time")
    return status


class _Nets:
    """The nets that runs use, kept loaded between them; another device or engine means other ones."""

    def __init__(
        self,
        *,
        preferences: Preferences,
        thumbnails: ThumbnailCache,
        segmenters: SegmenterFactory,
        registry: NetRegistry,
    ) -> None:
        self._preferences = preferences
        self._thumbnails = thumbnails
        self._on_battery = False
        self._segmenters = segmenters
        self._map_makers = map_makers(_weights())
        self._maps = DiskMapStore(home=home_folder())
        self._registry = registry
        self._others = OtherNets(open_net=self._open_net)
        self.renew()

    def set_on_battery(self, on_battery: bool) -> None:
        """Use fewer cores on battery where that is wanted, from the next time on that the net is loaded."""
        self._on_battery = on_battery
        if self._preferences.flag("battery_threads"):
            self.renew()

    def release(self) -> None:
        """Give back the nets' memory; called while nothing is scored or explained."""
        self._factory.release()
        self._fast.release()
        self._others.release()
        for maker in self._map_makers.values():
            maker.close()

    def renew(self) -> None:
        """Use what the preferences and the battery say now, from the next run on."""
        self._factory = SharedScorer(self._open_net(RESMEM_NAME))
        self._fast = SharedScorer(
            FastFactory(weights=_weights(), home=home_folder(), most_threads=self._most_threads())
        )
        self._others.forget()

    def _open_net(self, name: str) -> ScorerFactory:
        return self._registry.factory(
            name,
            device=self._preferences.text("device"),
            engine=self._preferences.text("engine"),
            at_once=True,
            most_threads=self._most_threads(),
        )

    def _most_threads(self) -> int | None:
        sparing = self._on_battery and self._preferences.flag("battery_threads")
        return max(1, usable_cores() // 2) if sparing else None

    def make_run(self, order: RunOrder, control: RunControl) -> Iterator[Event]:
        """The run that was ordered."""

        def run(paths: Sequence[str], precision: Precision) -> Iterator[Event]:
            if precision is Precision.EXACT:
                # Two nets loaded are one too many for a small computer.
                self._fast.release()
            return score_run(
                paths,
                finder=find_photos,
                loader=load_photo,
                scorers=self._scorers(order.net, precision),
                open_store=lambda: SqliteScoreStore(home=home_folder()),
                control=control,
                thumbnails=self._thumbnails,
            )

        if order.triage:
            return triage_run(order.paths, count=order.triage, make_run=run)
        return run(order.paths, order.precision)

    def _scorers(self, net: str, precision: Precision) -> ScorerFactory:
        if net != RESMEM_NAME:
            return self._others.factory(net)
        return self._fast if precision is Precision.FAST else self._factory

    def make_explain(self, order: ExplainOrder, control: RunControl) -> Iterator[ExplainEvent]:
        """Explains a photo, with scores of the precision that the order names."""
        return explain_run(
            order,
            loader=load_photo,
            explainers=Explainers(
                scorers=self._scorers(RESMEM_NAME, order.precision),
                segmenters=self._segmenters,
                map_makers=self._map_makers,
                region_maker=FilledRegions(),
            ),
            store=self._maps,
            control=control,
        )


class _FileOpener(QObject):
    """Adds the files that the system asks a running memapp to open (macOS sends them as events)."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if isinstance(event, QFileOpenEvent) and event.file():
            self._window.add([event.file()])
            return True
        return super().eventFilter(watched, event)


def _weights() -> WeightsLocator:
    return WeightsLocator(resources=resources_folder(), home=home_folder())


def _export(order: ExportOrder) -> None:
    write_export(
        order.path,
        order.outcomes,
        net=order.net,
        app_version=__version__,
        shown=order.shown,
        columns=order.columns,
        comparison=order.comparison,
    )


def _picture(key: ImageKey, longest_side: int) -> QImage:
    picture = load_photo(key.path, longest_side=longest_side).picture
    assert picture is not None
    return to_image(picture)


def _area_work() -> AreaWork:
    book = AreaBook(home=home_folder())
    return AreaWork(load=book.load, save=book.save, read=read_areas, write=_write_areas)


def _write_areas(path: Path, areas: Sequence[AreaOfInterest]) -> None:
    try:
        write_areas(path, areas)
    except OSError as problem:
        raise StoreError(
            f"The areas can't be written to {path}: {problem.strerror}. Choose another place."
        ) from problem


def _segmenter_work(folders: SegmenterFolders) -> SegmenterWork:
    def rows() -> tuple[SegmenterRow, ...]:
        return tuple(
            SegmenterRow(
                name=pack.name,
                title=pack.description.identity.title if pack.description else pack.name,
                size=pack.size,
                built_in=pack.built_in,
                problem=pack.problem or "",
            )
            for pack in folders.packs()
        )

    def install(source: Path, control: RunControl, progress: BytesProgress) -> str:
        return coco.install_file(folders, source, control=control, progress=progress, say=_log.info).name

    def fetch(control: RunControl, progress: BytesProgress) -> str:
        home = home_folder()
        return coco.fetch_default(folders, home=home, control=control, progress=progress, say=_log.info).name

    return SegmenterWork(
        rows=rows,
        installed=folders.installed,
        install=install,
        remove=folders.remove,
        fetch=fetch if coco.can_be_made() else None,
        fetch_name=DEFAULT_SEGMENTER,
        fetch_bytes=coco.WEIGHTS_BYTES,
    )


def _save(preferences: Preferences) -> None:
    try:
        save_preferences(preferences, home_folder())
    except StoreError as problem:
        # The window is closing: there is nobody left to tell.
        _log.warning("%s", problem)


def _details() -> str:
    lines = [
        f"Python {sys.version.split()[0]} on {sys.platform}, {usable_cores()} cores",
        f"scores and settings: {home_folder()}",
    ]
    return "\n".join(lines)


def _log_qt(kind: QtMsgType, _context: object, text: str) -> None:
    level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
    logging.getLogger("qt").log(level, "%s", text)
