"""A run in the window: photos stream in, and nothing comes late, twice or in another's place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from memapp.core.errors import WeightsError
from memapp.core.records import FailureKind
from memapp.library.photo_columns import PhotoState
from tests.fakes import BrightnessFactory, BrightnessScorer
from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photo, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200}
BEST_FIRST = ["b.png", "d.png", "c.png", "a.png"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


def test_photos_stream_in_and_end_sorted(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(lambda: len(slow_bench.names()) == 4)
    assert slow_bench.window.scores.count(PhotoState.WAITING) == 4
    turnstile.go(1)
    slow_bench.until(lambda: slow_bench.window.scores.count(PhotoState.SCORED) == 1)
    assert slow_bench.window.session.running
    turnstile.go(3)
    slow_bench.until(lambda: slow_bench.names() == BEST_FIRST)
    slow_bench.until_done()
    assert slow_bench.scores() == pytest.approx({name: grey / 255 for name, grey in GREYS.items()})


def test_a_second_folder_joins_the_first(bench: WindowBench, folder: Path, tmp_path: Path) -> None:
    bench.add(folder)
    bench.add(make_photos(tmp_path / "more", {"e.png": 220}))
    assert bench.names() == ["b.png", "e.png", "d.png", "c.png", "a.png"]
    bench.add(folder)
    assert len(bench.names()) == 5


def test_what_was_scored_is_known_at_the_next_start(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    first = open_window()
    first.add(folder)
    assert first.scorers.built == 1
    first.window.close()
    second = open_window()
    second.add(folder)
    assert second.names() == BEST_FIRST
    assert second.scorers.built == 0


def test_a_paused_run_waits_and_goes_on(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(turnstile.waiting.is_set)
    slow_bench.trigger("pause")
    turnstile.open()
    # The photo in hand is finished, no other.
    slow_bench.until(lambda: slow_bench.window.scores.count(PhotoState.SCORED) == 1)
    slow_bench.qtbot.wait(200)
    assert slow_bench.window.scores.count(PhotoState.SCORED) == 1
    assert slow_bench.window.actions_table["pause"].text() == "Resume"
    assert slow_bench.window.status.text.startswith("Paused")
    slow_bench.trigger("pause")
    slow_bench.until_done()
    assert slow_bench.names() == BEST_FIRST
    assert slow_bench.window.actions_table["pause"].text() == "Pause"
    assert not slow_bench.window.actions_table["pause"].isEnabled()


def test_a_cancelled_run_keeps_its_scores_and_the_rest_can_be_scored_later(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    turnstile.go(1)
    slow_bench.until(lambda: slow_bench.window.scores.count(PhotoState.SCORED) == 1)
    slow_bench.trigger("cancel")
    turnstile.open()
    slow_bench.until_done()
    scored = slow_bench.window.scores.count(PhotoState.SCORED)
    assert 1 <= scored <= 2
    assert len(slow_bench.names()) == 4
    assert slow_bench.window.status.text.startswith("Stopped at ")
    assert not slow_bench.window.actions_table["cancel"].isEnabled()
    slow_bench.trigger("score-rest")
    slow_bench.until_done()
    assert slow_bench.names() == BEST_FIRST
    assert turnstile.scored == 4


def test_a_photo_that_was_mended_is_scored_and_leaves_no_second_tile(
    bench: WindowBench, folder: Path
) -> None:
    broken = folder / "broken.png"
    broken.write_bytes(b"no picture")
    bench.add(folder)
    assert bench.names() == [*BEST_FIRST, "broken.png"]
    [failure] = bench.window.scores.failures()
    assert failure.key.name == "broken.png"
    make_photo(broken, 255)
    bench.window.problems.retry.emit([failure.key])
    bench.until_done()
    assert bench.names() == ["broken.png", *BEST_FIRST]
    assert bench.window.scores.failures() == []
    assert bench.scores()["broken.png"] == pytest.approx(1.0)


def test_a_photo_that_is_still_broken_fails_again(bench: WindowBench, folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"no picture")
    bench.add(folder)
    bench.trigger("score-rest")
    bench.until_done()
    assert bench.names() == [*BEST_FIRST, "broken.png"]
    assert len(bench.window.scores.failures()) == 1


def test_a_deleted_photo_says_so_when_it_is_tried_again(bench: WindowBench, folder: Path) -> None:
    broken = folder / "broken.png"
    broken.write_bytes(b"no picture")
    bench.add(folder)
    broken.unlink()
    bench.trigger("score-rest")
    bench.until_done()
    [failure] = bench.window.scores.failures()
    assert failure.kind == FailureKind.MISSING
    assert bench.names() == [*BEST_FIRST, "broken.png"]


def test_photos_taken_out_during_a_run_do_not_come_back(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(lambda: len(slow_bench.names()) == 4)
    slow_bench.choose("c.png")
    slow_bench.trigger("remove")
    assert sorted(slow_bench.names()) == ["a.png", "b.png", "d.png"]
    turnstile.open()
    slow_bench.until_done()
    assert slow_bench.names() == ["b.png", "d.png", "a.png"]
    assert (folder / "c.png").exists()
    # Who gives it again wants it again.
    slow_bench.add(folder / "c.png")
    assert slow_bench.names() == BEST_FIRST


def test_starting_over_during_a_run_shows_nothing_late(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path, tmp_path: Path
) -> None:
    (folder / "broken.png").write_bytes(b"no picture")
    slow_bench.window.add([str(folder), str(tmp_path / "nowhere.png")])
    turnstile.go(1)
    slow_bench.until(lambda: slow_bench.window.scores.count(PhotoState.SCORED) == 1)
    slow_bench.close_all()
    assert slow_bench.names() == []
    assert slow_bench.page() == "empty"
    turnstile.open()
    slow_bench.until(lambda: not slow_bench.window.session.running)
    slow_bench.qtbot.wait(100)
    assert slow_bench.names() == []
    assert slow_bench.page() == "empty"
    assert slow_bench.window.scores.failures() == []
    # The next folder begins afresh.
    slow_bench.add(folder / "a.png")
    assert slow_bench.names() == ["a.png"]
    assert slow_bench.page() == "grid"


def test_a_folder_added_right_after_starting_over_is_scored(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path, tmp_path: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(lambda: turnstile.waiting.is_set() and slow_bench.names())
    slow_bench.close_all()
    slow_bench.window.add([str(make_photos(tmp_path / "more", {"e.png": 220}))])
    turnstile.open()
    slow_bench.until_done()
    assert slow_bench.names() == ["e.png"]


def test_runs_wait_for_each_other(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path, tmp_path: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.window.add([str(make_photos(tmp_path / "more", {"e.png": 220}))])
    turnstile.open()
    slow_bench.until_done()
    assert slow_bench.names() == ["b.png", "e.png", "d.png", "c.png", "a.png"]


def test_missing_weights_are_reported_with_a_way_to_try_again(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    problem = WeightsError("The weights are incomplete: put a good copy there.")
    bench = open_window(BrightnessFactory(identity_problem=problem))
    bench.add(folder)
    assert len(bench.names()) == 4
    assert bench.window.scores.count(PhotoState.WAITING) == 4
    assert any(str(problem) in text for text in bench.notice_texts())
    # The weights were put there.
    bench.scorers.identity_problem = None
    bench.trigger("score-rest")
    bench.until_done()
    assert bench.names() == BEST_FIRST


def test_a_net_that_fails_during_a_run_is_reported_and_the_scores_stay(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    bench = open_window(BrightnessFactory(BrightnessScorer(batch_size=1, fail_after=2)))
    bench.add(folder)
    assert bench.window.scores.count(PhotoState.SCORED) == 2
    assert any("failed on purpose" in text for text in bench.notice_texts())
    bench.scorers.scorer.fail_after = None
    bench.trigger("score-rest")
    bench.until_done()
    assert bench.names() == BEST_FIRST


def test_an_empty_folder_is_reported(bench: WindowBench, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    bench.add(empty)
    assert "No photos were found there." in bench.notice_texts()
    assert bench.page() == "empty"


def test_other_files_are_counted(bench: WindowBench, folder: Path) -> None:
    (folder / "a.xmp").write_text("sidecar", encoding="utf-8")
    (folder / "notes.txt").write_text("text", encoding="utf-8")
    said: list[int] = []
    bench.window.session.skipped_changed.connect(said.append)
    bench.add(folder)
    assert said[-1] == 2
    assert len(bench.names()) == 4


@pytest.mark.skipif(os.name == "nt", reason="names that are no text exist on POSIX only")
def test_a_name_that_is_no_text_is_scored(bench: WindowBench, folder: Path) -> None:
    odd = os.fsencode(folder) + b"/caf\xe9.png"
    try:
        Path(os.fsdecode(odd)).write_bytes((folder / "a.png").read_bytes())
    except OSError:
        pytest.skip("this file system takes no such names")
    bench.add(folder)
    assert len(bench.scores()) == 5
    assert None not in bench.scores().values()
