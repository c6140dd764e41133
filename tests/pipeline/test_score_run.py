"""The run, with real files and a fake net: everything found is reported, scored and stored."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.errors import StoreError, WeightsError
from memapp.core.events import (
    EngineReady,
    Event,
    Failed,
    Found,
    Notice,
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
    ScoredPhoto,
)
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.decode_pool import Decoded, DecodePool
from memapp.pipeline.score_run import score_run
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.store.photos import photos_in_memory
from memapp.store.scores import FILE_NAME
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory, BrightnessScorer
from tests.pipeline.score_runs import collect, last_progress, run, scores


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
    assert "changed while memapp read it" in failures[0].reason


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


def test_sleep_abandons_no_thread(tmp_path: Path) -> None:
    release, began = threading.Event(), threading.Event()
    outcomes: list[object] = []
    frame = np.zeros((227, 227, 3), np.uint8)
    good = _grey(tmp_path)
    facts = load_photo(str(good), frame=False).facts
    now = [1000.0]

    def slow(path: str, **_: Any) -> LoadedPhoto:
        began.set()
        release.wait(20)
        return LoadedPhoto(facts=facts, frame=frame)

    pool = DecodePool(
        loader=slow, threads=1, deliver=outcomes.append, control=RunControl(), clock=lambda: now[0]
    )
    status = good.stat()
    pool.submit(ImageKey(str(good), status.st_size, status.st_mtime_ns))
    assert began.wait(10)
    for gap in (3600.0, 8 * 3600.0):
        now[0] += gap
        pool.give_up_hanging()
    assert outcomes == []
    release.set()
    pool.close()
    pool.join(5)
    assert [type(outcome) for outcome in outcomes] == [Decoded]


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
