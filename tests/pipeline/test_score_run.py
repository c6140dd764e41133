"""The run, with real files and a fake net: everything found is reported, scored and stored."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.errors import StoreError, WeightsError
from memapp.core.events import (
    EngineReady,
    Event,
    Failed,
    Found,
    Notice,
    Progress,
    Scored,
    Skipped,
    Started,
)
from memapp.core.records import (
    FailureKind,
    Fingerprint,
    ImageKey,
    LoadedPhoto,
    NetIdentity,
    Precision,
    ScoredPhoto,
)
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.decode_pool import Decoded, DecodePool
from memapp.pipeline.score_run import score_run
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.photos import photos_in_memory
from memapp.store.scores import FILE_NAME, SqliteScoreStore
from memapp.store.thumbnails import FOLDER_NAME, ThumbnailStore
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory, BrightnessScorer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty grey photos, brighter and brighter, a broken one and a text."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(20):
        Image.new("RGB", (40, 30), (10 * number,) * 3).save(folder / f"{number}.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (folder / "notes.txt").write_text("not a photo", encoding="utf-8")
    return folder


def run(
    *paths: Path,
    factory: BrightnessFactory | None = None,
    home: Path | None = None,
    control: RunControl | None = None,
    loader: PhotoLoader = load_photo,
    thumbnails: ThumbnailCache | None = None,
) -> Iterator[Event]:
    return score_run(
        [str(path) for path in paths],
        finder=find_photos,
        loader=loader,
        scorers=factory or BrightnessFactory(),
        open_store=None if home is None else lambda: SqliteScoreStore(home=home),
        control=control or RunControl(),
        thumbnails=thumbnails,
    )


def scores(events: Iterable[Event], *, known: bool | None = None) -> dict[str, float]:
    return {
        photo.key.name: photo.score
        for event in events
        if isinstance(event, Scored) and known in (None, event.known)
        for photo in event.photos
    }


def collect(events: Iterable[Event], into: list[Event]) -> None:
    """Collect the events even of a run that fails."""
    for event in events:
        into.append(event)


def last_progress(events: list[Event]) -> Progress:
    return [event for event in events if isinstance(event, Progress)][-1]


@pytest.fixture(autouse=True)
def no_thread_left_over() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while (left := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left


def test_every_photo_is_found_and_then_scored_or_failed(folder: Path) -> None:
    factory = BrightnessFactory()
    events = list(run(folder, factory=factory))
    found = [key.name for event in events if isinstance(event, Found) for key in event.keys]
    assert sorted(found) == sorted([f"{number}.png" for number in range(20)] + ["broken.jpg"])
    assert scores(events) == pytest.approx({f"{n}.png": 10 * n / 255 for n in range(20)})
    failures = [failure for event in events if isinstance(event, Failed) for failure in event.failures]
    assert [failure.key.name for failure in failures] == ["broken.jpg"]
    assert failures[0].reason
    assert sum(event.count for event in events if isinstance(event, Skipped)) == 1
    assert [event.net for event in events if isinstance(event, Started)] == [BRIGHTNESS_NET]
    assert len([event for event in events if isinstance(event, EngineReady)]) == 1
    end = last_progress(events)
    assert (end.done, end.total, end.total_is_final) == (21, 21, True)
    assert factory.scorer.closed


def test_the_net_works_on_the_thread_that_drives_the_run(folder: Path) -> None:
    factory = BrightnessFactory()
    list(run(folder, factory=factory))
    assert factory.scorer.threads == {threading.get_ident()}


def test_found_comes_before_scored_for_each_photo(folder: Path) -> None:
    seen: set[ImageKey] = set()
    for event in run(folder):
        if isinstance(event, Found):
            seen.update(event.keys)
        elif isinstance(event, Scored):
            assert {photo.key for photo in event.photos} <= seen
        elif isinstance(event, Failed):
            assert {failure.key for failure in event.failures} <= seen


def test_for_known_photos_neither_they_nor_the_net_are_loaded(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.jpg").unlink()
    first = scores(run(folder, home=tmp_path / "home"))

    def no_loading(path: str, **_: object) -> LoadedPhoto:
        raise AssertionError(f"{path} was loaded")

    factory = BrightnessFactory()
    events = list(run(folder, home=tmp_path / "home", factory=factory, loader=no_loading))
    assert scores(events, known=True) == first
    assert scores(events, known=False) == {}
    assert factory.built == 0


def test_a_changed_file_is_scored_again(folder: Path, tmp_path: Path) -> None:
    list(run(folder, home=tmp_path / "home"))
    Image.new("RGB", (50, 30), (200,) * 3).save(folder / "3.png")
    again = list(run(folder, home=tmp_path / "home"))
    assert scores(again, known=False) == pytest.approx({"3.png": 200 / 255})


def test_without_a_store_everything_is_scored_and_nothing_kept(folder: Path, memapp_home: Path) -> None:
    assert len(scores(run(folder), known=False)) == 20
    assert not (memapp_home / FILE_NAME).exists()


def test_cancel_ends_the_run_and_keeps_what_was_scored(folder: Path, tmp_path: Path) -> None:
    control = RunControl()
    factory = BrightnessFactory(BrightnessScorer(batch_size=2))
    seen: dict[str, float] = {}
    for event in run(folder, home=tmp_path / "home", control=control, factory=factory):
        seen |= scores([event])
        if seen:
            control.cancel()
    assert 0 < len(seen) < 20
    assert factory.scorer.closed
    rest = list(run(folder, home=tmp_path / "home"))
    assert scores(rest, known=True) == seen
    assert len(scores(rest, known=False)) == 20 - len(seen)


def test_an_abandoned_run_leaves_no_thread(folder: Path) -> None:
    events = run(folder)
    next(events)
    events.close()  # type: ignore[attr-defined]


def test_pause_stops_scoring_and_resume_continues(folder: Path) -> None:
    control = RunControl()
    factory = BrightnessFactory(BrightnessScorer(batch_size=2))
    events = run(folder, control=control, factory=factory)
    for event in events:
        if isinstance(event, Scored):
            break
    control.pause()
    before = factory.scorer.scored
    ticks = [next(events) for _ in range(4)]
    assert not any(isinstance(event, Scored) for event in ticks)
    assert factory.scorer.scored == before
    control.resume()
    list(events)
    assert factory.scorer.scored == 20


def test_cancel_reaches_a_paused_run(folder: Path) -> None:
    control = RunControl()
    control.pause()
    events = run(folder, control=control)
    next(events)
    control.cancel()
    assert not scores(events)


def test_placeholders_and_known_scores_do_not_wait_for_the_net(folder: Path, tmp_path: Path) -> None:
    for number in range(10):
        list(run(folder / f"{number}.png", home=tmp_path / "home"))
    kinds = [
        type(event).__name__ + (" known" if isinstance(event, Scored) and event.known else "")
        for event in run(folder, home=tmp_path / "home", factory=BrightnessFactory(seconds=0.4))
    ]
    assert (
        kinds.index("Found")
        < kinds.index("Scored known")
        < kinds.index("EngineReady")
        < kinds.index("Scored")
    )


def test_missing_weights_end_the_run_after_everything_was_found(folder: Path, tmp_path: Path) -> None:
    seen: list[Event] = []
    factory = BrightnessFactory(identity_problem=WeightsError("The weights are not on this computer."))
    with pytest.raises(WeightsError, match="not on this computer"):
        collect(run(folder, factory=factory, home=tmp_path / "home"), seen)
    assert sum(len(event.keys) for event in seen if isinstance(event, Found)) == 21


def test_known_scores_come_even_if_the_net_can_not_be_loaded(folder: Path, tmp_path: Path) -> None:
    list(run(folder / "7.png", home=tmp_path / "home"))
    seen: list[Event] = []
    factory = BrightnessFactory(build_problem=WeightsError("damaged"))
    with pytest.raises(WeightsError, match="damaged"):
        collect(run(folder, factory=factory, home=tmp_path / "home"), seen)
    assert list(scores(seen)) == ["7.png"]


def test_scores_before_a_failure_of_the_net_are_kept(folder: Path, tmp_path: Path) -> None:
    factory = BrightnessFactory(BrightnessScorer(batch_size=4, fail_after=8))
    seen: list[Event] = []
    with pytest.raises(RuntimeError, match="on purpose"):
        collect(run(folder, factory=factory, home=tmp_path / "home"), seen)
    assert len(scores(seen)) == 8
    assert len(scores(run(folder, home=tmp_path / "home"), known=True)) == 8


def test_messages_of_the_loading_net_become_notices(folder: Path) -> None:
    events = list(run(folder, factory=BrightnessFactory(notice="The GPU was not found.")))
    assert [event.text for event in events if isinstance(event, Notice)] == ["The GPU was not found."]


class FailingStore:
    """A store whose disk fails, at the lookup or at the put."""

    notice: str | None = None

    def __init__(self, *, fails_at: str) -> None:
        self._fails_at = fails_at
        self.puts = 0
        self.photos = photos_in_memory()

    def lookup(self, keys: object, net: NetIdentity) -> dict[ImageKey, ScoredPhoto]:
        if self._fails_at == "lookup":
            raise StoreError("Scores can't be kept: the disk does not answer.")
        return {}

    def lookup_content(self, contents: object, net: NetIdentity) -> dict[Fingerprint, ScoredPhoto]:
        return {}

    def put(self, photos: object, net: NetIdentity) -> None:
        self.puts += 1
        raise StoreError("Scores can't be kept: the disk is full.")

    def close(self) -> None:
        pass


@pytest.mark.parametrize("fails_at", ["open", "lookup", "put"])
def test_a_failing_store_is_reported_once_and_the_run_continues(folder: Path, fails_at: str) -> None:
    store = FailingStore(fails_at=fails_at)

    def open_store() -> FailingStore:
        if fails_at == "open":
            raise StoreError("Scores can't be kept: no such folder.")
        return store

    events = list(
        score_run(
            [str(folder)],
            finder=find_photos,
            loader=load_photo,
            scorers=BrightnessFactory(BrightnessScorer(batch_size=2)),
            open_store=open_store,
            control=RunControl(),
        )
    )
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert len(notices) == 1
    assert "lost when memapp is closed" in notices[0]
    assert len(scores(events)) == 20
    assert store.puts <= 1


def test_a_file_that_changes_while_it_is_read_is_not_given_the_wrong_score(tmp_path: Path) -> None:
    photo = tmp_path / "being copied.png"
    Image.new("RGB", (40, 30), (10,) * 3).save(photo)

    def slow_copy(path: str, **_: Any) -> LoadedPhoto:
        loaded = load_photo(path, frame=True)
        Image.new("RGB", (80, 30), (250,) * 3).save(photo)
        return loaded

    events = list(run(photo, loader=slow_copy))
    assert scores(events) == {}
    failures = [failure for event in events if isinstance(event, Failed) for failure in event.failures]
    assert "changed while it was being read" in failures[0].reason


def test_a_bug_with_one_photo_does_not_stop_the_run(folder: Path) -> None:
    def faulty(path: str, **_: Any) -> LoadedPhoto:
        if path.endswith("5.png"):
            raise KeyError("a fault")
        return load_photo(path, frame=True)

    events = list(run(folder, loader=faulty))
    assert len(scores(events)) == 18  # all but 5.png and 15.png
    assert last_progress(events).done == 21


def test_a_hanging_thread_is_abandoned_and_the_others_continue(tmp_path: Path) -> None:
    release = threading.Event()
    outcomes: list[object] = []
    frame = np.zeros((227, 227, 3), np.uint8)
    facts = load_photo(str(_grey(tmp_path)), frame=False).facts

    def hanging(path: str, **_: Any) -> LoadedPhoto:
        if path.endswith("hang.png"):
            release.wait(20)
        return LoadedPhoto(facts=facts, frame=frame)

    pool = DecodePool(loader=hanging, threads=1, deliver=outcomes.append, control=RunControl(), deadline=1.0)
    good = _grey(tmp_path)
    status = good.stat()
    pool.submit(ImageKey(str(tmp_path / "hang.png"), 1, 1))
    pool.submit(ImageKey(str(good), status.st_size, status.st_mtime_ns))
    deadline = time.monotonic() + 10
    while len(outcomes) < 2 and time.monotonic() < deadline:
        pool.give_up_hanging()
        time.sleep(0.01)
    failure, decoded = outcomes
    assert getattr(failure, "kind", None) is FailureKind.TOO_SLOW
    assert isinstance(decoded, Decoded)
    release.set()
    pool.close()
    pool.join(5)
    assert len(outcomes) == 2


def _grey(folder: Path) -> Path:
    path = folder / "grey.png"
    if not path.exists():
        Image.new("RGB", (8, 8), (100,) * 3).save(path)
    return path


def test_a_kept_net_is_loaded_once_and_released_on_demand(folder: Path) -> None:
    factory = BrightnessFactory()
    keeping = SharedScorer(factory)
    for _ in range(2):
        list(
            score_run(
                [str(folder)],
                finder=find_photos,
                loader=load_photo,
                scorers=keeping,
                open_store=None,
                control=RunControl(),
            )
        )
    assert factory.built == 1
    assert not factory.scorer.closed
    keeping.release()
    assert factory.scorer.closed


FAST_NET = replace(BRIGHTNESS_NET, precision=Precision.FAST)


def test_a_fast_run_computes_nothing_that_is_known_exactly(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    list(run(folder / "7.png", home=home))
    fast = BrightnessFactory(identity=FAST_NET, equivalent_identities=(BRIGHTNESS_NET,))
    events = list(run(folder, home=home, factory=fast))
    assert list(scores(events, known=True)) == ["7.png"]
    precisions = {
        photo.key.name: photo.precision
        for event in events
        if isinstance(event, Scored)
        for photo in event.photos
    }
    assert precisions.pop("7.png") is Precision.EXACT
    assert set(precisions.values()) == {Precision.FAST}


def test_an_exact_run_uses_no_fast_score(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    list(
        run(
            folder,
            home=home,
            factory=BrightnessFactory(identity=FAST_NET, equivalent_identities=(BRIGHTNESS_NET,)),
        )
    )
    events = list(run(folder, home=home))
    assert scores(events, known=True) == {}
    assert len(scores(events, known=False)) == 20


def test_one_decode_serves_the_net_and_the_thumbnail(folder: Path, tmp_path: Path) -> None:
    asked: list[int | None] = []

    def loader(
        path: str,
        *,
        frame: bool = False,
        longest_side: int | None = None,
        precision: Precision = Precision.EXACT,
        control: RunControl | None = None,
    ) -> LoadedPhoto:
        asked.append(longest_side)
        return load_photo(path, frame=frame, longest_side=longest_side, precision=precision, control=control)

    cache = ThumbnailCache(ThumbnailStore(home=tmp_path / "home"))
    events = list(run(folder, loader=loader, thumbnails=cache))
    assert asked == [512] * 21
    keys = [photo.key for event in events if isinstance(event, Scored) for photo in event.photos]
    for key in keys:
        thumbnail = cache.find(key, 200)
        assert thumbnail is not None
        assert thumbnail.shape == (30, 40, 3)
        assert np.abs(thumbnail.astype(int) - 10 * int(key.name.split(".")[0])).max() <= 1
    # What was made once is not made again.
    asked.clear()
    list(run(folder, loader=loader, thumbnails=cache))
    assert sorted(asked, key=str) == [512, *[None] * 20]  # the broken one


def test_thumbnails_change_no_score(folder: Path, tmp_path: Path) -> None:
    cache = ThumbnailCache(ThumbnailStore(home=tmp_path / "home"))
    assert scores(run(folder, thumbnails=cache)) == scores(run(folder))


def test_without_a_cache_no_thumbnail_is_written(folder: Path, memapp_home: Path) -> None:
    list(run(folder, home=memapp_home))
    assert not (memapp_home / FOLDER_NAME).exists()


def test_a_failing_thumbnail_cache_stops_no_run(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    cache = ThumbnailCache(ThumbnailStore(home=tmp_path / "file"))
    events = list(run(folder, thumbnails=cache))
    assert len(scores(events)) == 20
    assert not [event for event in events if isinstance(event, Notice)]


@pytest.mark.parametrize("precision", list(Precision))
def test_photos_are_decoded_for_the_nets_precision(folder: Path, precision: Precision) -> None:
    asked: set[object] = set()

    def loader(path: str, **options: Any) -> LoadedPhoto:
        asked.add(options["precision"])
        return load_photo(path, **options)

    net = dataclasses.replace(BRIGHTNESS_NET, precision=precision)
    assert len(scores(run(folder, factory=BrightnessFactory(identity=net), loader=loader))) == 20
    assert asked == {precision}
