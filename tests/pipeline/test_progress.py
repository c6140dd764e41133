"""The rate and the remaining time are correct, steady, and exclude pauses."""

from __future__ import annotations

import pytest

from memapp.pipeline.progress import ProgressMeter


def test_nothing_is_shown_before_the_first_measurement() -> None:
    state = ProgressMeter(now=0.0).state()
    assert (state.done, state.photos_per_second, state.seconds_left) == (0, None, None)


def test_rate_and_time_left_of_a_steady_run() -> None:
    meter = ProgressMeter(now=0.0)
    meter.total, meter.total_is_final = 1000, True
    for second in range(1, 101):
        meter.finished(5, now=float(second), worked=True)
    state = meter.state()
    assert state.photos_per_second == pytest.approx(5.0)
    assert state.seconds_left == pytest.approx(100.0)


def test_the_rate_follows_the_last_half_minute() -> None:
    meter = ProgressMeter(now=0.0)
    for second in range(1, 61):
        meter.finished(10 if second <= 20 else 1, now=float(second), worked=True)
    assert meter.state().photos_per_second == pytest.approx(1.0, abs=0.1)


def test_known_photos_count_as_done_but_not_as_speed() -> None:
    meter = ProgressMeter(now=0.0)
    meter.total, meter.total_is_final = 1100, True
    meter.finished(1000, now=0.5, worked=False)
    meter.finished(10, now=2.0, worked=True)
    state = meter.state()
    assert state.done == 1010
    assert state.photos_per_second == pytest.approx(5.0)
    assert state.seconds_left == pytest.approx(18.0)


def test_pauses_are_excluded() -> None:
    meter = ProgressMeter(now=0.0)
    meter.finished(10, now=2.0, worked=True)
    meter.idle(now=2.0)
    meter.idle(now=500.0)
    meter.idle(now=1002.0)
    meter.working()
    meter.finished(10, now=1004.0, worked=True)
    assert meter.state().photos_per_second == pytest.approx(5.0)


def test_no_remaining_time_is_shown_while_folders_are_searched() -> None:
    meter = ProgressMeter(now=0.0)
    meter.total = 100
    meter.finished(10, now=2.0, worked=True)
    assert meter.state().seconds_left is None
