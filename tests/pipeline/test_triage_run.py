"""Triage: all photos fast, the best and their ties exactly, reported as one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.events import Event, Found, Progress, Scored
from memapp.core.records import ImageKey, Precision
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.pipeline.triage_run import best_and_ties, triage_run
from memapp.store.scores import SqliteScoreStore
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory

NETS = {precision: replace(BRIGHTNESS_NET, precision=precision) for precision in Precision}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty grey photos, brighter and brighter, 8/255 (one tie width) apart; and a broken one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(30):
        Image.new("RGB", (80, 64), (8 * number,) * 3).save(folder / f"{number}.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    return folder


def triage(folder: Path, home: Path, *, count: int, control: RunControl | None = None) -> Iterator[Event]:
    steering = control or RunControl()

    def make_run(paths: Sequence[str], precision: Precision) -> Iterator[Event]:
        better = (NETS[Precision.EXACT],) if precision is Precision.FAST else ()
        return score_run(
            paths,
            finder=find_photos,
            loader=load_photo,
            scorers=BrightnessFactory(identity=NETS[precision], equivalent_identities=better),
            open_store=lambda: SqliteScoreStore(home=home),
            control=steering,
        )

    return triage_run([str(folder)], count=count, make_run=make_run)


def last_precisions(events: list[Event]) -> dict[str, Precision]:
    return {
        photo.key.name: photo.precision
        for event in events
        if isinstance(event, Scored)
        for photo in event.photos
    }


def test_the_best_and_their_ties_end_exact_the_others_fast(folder: Path, tmp_path: Path) -> None:
    precisions = last_precisions(list(triage(folder, tmp_path / "home", count=5)))
    exact = {name for name, precision in precisions.items() if precision is Precision.EXACT}
    # 8/255 is more than the width of a tie: only the five themselves.
    assert exact == {f"{number}.png" for number in range(25, 30)}
    assert len(precisions) == 30


def test_it_is_reported_as_one_run(folder: Path, tmp_path: Path) -> None:
    events = list(triage(folder, tmp_path / "home", count=5))
    assert sum(len(event.keys) for event in events if isinstance(event, Found)) == 31
    progress = [event for event in events if isinstance(event, Progress)]
    assert (progress[-1].done, progress[-1].total) == (36, 36)
    done = [event.done for event in progress]
    assert done == sorted(done)


def test_a_second_triage_computes_nothing_again(folder: Path, tmp_path: Path) -> None:
    first = last_precisions(list(triage(folder, tmp_path / "home", count=5)))
    events = list(triage(folder, tmp_path / "home", count=5))
    assert last_precisions(events) == first
    assert all(event.known for event in events if isinstance(event, Scored))


def test_a_cancel_in_the_first_half_ends_it(folder: Path, tmp_path: Path) -> None:
    control = RunControl()
    seen: list[Event] = []
    for event in triage(folder, tmp_path / "home", count=5, control=control):
        seen.append(event)
        if isinstance(event, Scored):
            control.cancel()
    assert set(last_precisions(seen).values()) == {Precision.FAST}


def key(name: str) -> ImageKey:
    return ImageKey(name, 1, 1)


def test_ties_at_the_border_are_included() -> None:
    scores = {key("a"): 0.90, key("b"): 0.80, key("c"): 0.79, key("d"): 0.771, key("e"): 0.769}
    assert [found.path for found in best_and_ties(scores, 2)] == ["a", "b", "c", "d"]
    assert [found.path for found in best_and_ties(scores, 1)] == ["a"]
    assert len(best_and_ties(scores, 9)) == 5
    assert best_and_ties({}, 3) == []
