"""Pause, resume and cancel, from another thread than the run's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled

WAIT_SECONDS = 10.0
"""Seconds after which a thread counts as stuck."""


class Walker(threading.Thread):
    """Passes checkpoints until it is cancelled, as a run does."""

    def __init__(self, control: RunControl) -> None:
        super().__init__()
        self.cancelled = False
        self._control = control
        self._passed = threading.Semaphore(0)

    def run(self) -> None:
        """Pass one checkpoint after another."""
        try:
            while True:
                self._control.checkpoint()
                self._passed.release()
        except Cancelled:
            self.cancelled = True

    def passes(self, *, within: float = WAIT_SECONDS) -> bool:
        """Whether a checkpoint that no one has counted yet is passed in time."""
        return self._passed.acquire(timeout=within)

    def come_to_rest(self) -> None:
        """Count all checkpoints passed so far, and the one that may be in progress."""
        while self.passes(within=0.2):
            pass


@contextmanager
def walking(control: RunControl) -> Iterator[Walker]:
    """A walker that is stopped whatever the test does."""
    walker = Walker(control)
    walker.start()
    try:
        yield walker
    finally:
        control.cancel()
        walker.join(WAIT_SECONDS)
        assert not walker.is_alive()


def test_a_new_run_runs() -> None:
    control = RunControl()
    control.checkpoint()
    assert not control.paused
    assert not control.cancelled


def test_pause_holds_a_run_until_resume() -> None:
    control = RunControl()
    with walking(control) as walker:
        assert walker.passes()
        control.pause()
        paused = [control.paused]
        walker.come_to_rest()
        assert walker.is_alive()
        control.resume()
        paused.append(control.paused)
        assert walker.passes()
    assert paused == [True, False]


def test_cancel_ends_a_run() -> None:
    control = RunControl()
    with walking(control) as walker:
        assert walker.passes()
        control.cancel()
        walker.join(WAIT_SECONDS)
        assert walker.cancelled


def test_cancel_ends_a_paused_run() -> None:
    control = RunControl()
    with walking(control) as walker:
        control.pause()
        walker.come_to_rest()
        control.cancel()
        walker.join(WAIT_SECONDS)
        assert walker.cancelled


def test_a_cancelled_run_can_be_neither_paused_nor_revived() -> None:
    control = RunControl()
    control.cancel()
    control.pause()
    assert not control.paused
    control.resume()
    assert control.cancelled
    with pytest.raises(Cancelled):
        control.checkpoint()


def state(control: RunControl) -> tuple[bool, bool]:
    """Return whether a run should wait, and whether a person paused it."""
    return control.waits, control.paused


def test_a_run_that_gives_way_waits_but_is_not_paused() -> None:
    control = RunControl()
    control.set_giving_way(True)
    assert state(control)[0]
    assert not state(control)[1]
    # The person's own pause stays when the way is free again, and the other way round.
    control.pause()
    control.set_giving_way(False)
    assert state(control)[0]
    assert state(control)[1]
    control.set_giving_way(True)
    control.resume()
    assert state(control)[0]
    control.cancel()
    assert not state(control)[0]
    with pytest.raises(Cancelled):
        control.checkpoint()
