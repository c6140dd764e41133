"""A run waits while a person waits for an explanation, and goes on by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from pytestqt.qtbot import QtBot

from memapp.core.control import RunControl
from memapp.core.events import Event, Skipped
from memapp.core.explanation import ExplainEvent, ExplainOrder, ExplainProgress, Layer
from memapp.core.records import ImageKey, RunOrder
from memapp.intake.load import load_photo
from memapp.workers.supervisor import Supervisor


def test_a_run_gives_way_to_an_explanation_and_goes_on_after_it(qtbot: QtBot) -> None:
    controls: list[RunControl] = []
    explained = threading.Event()

    def waits(place: int) -> bool:
        return controls[place].waits

    def run(_order: RunOrder, control: RunControl) -> Iterator[Event]:
        controls.append(control)
        while not control.cancelled:
            time.sleep(0.01)
            yield Skipped(0)

    def explain(order: ExplainOrder, control: RunControl) -> Iterator[ExplainEvent]:
        while not explained.wait(0.01) and not control.cancelled:
            pass
        yield ExplainProgress(order.key, Layer.REGIONS, 1, 1)

    supervisor = Supervisor(make_run=run, loader=load_photo, make_explain=explain, preview_threads=2)
    try:
        supervisor.start_run(RunOrder(("a",)))
        qtbot.waitUntil(lambda: bool(controls))
        assert not waits(0)
        supervisor.explain(ExplainOrder(ImageKey("/a.jpg", 1, 1), frozenset({Layer.REGIONS})))
        assert waits(0)
        # It is no pause of the person's.
        assert not supervisor.paused
        explained.set()
        qtbot.waitUntil(lambda: not waits(0))
        # A run that begins while a photo is explained waits from its start.
        explained.clear()
        supervisor.cancel()
        qtbot.waitUntil(lambda: not supervisor.running)
        supervisor.explain(ExplainOrder(ImageKey("/a.jpg", 1, 1), frozenset({Layer.REGIONS})))
        supervisor.start_run(RunOrder(("b",)))
        qtbot.waitUntil(lambda: len(controls) == 2)
        assert waits(1)
        explained.set()
        qtbot.waitUntil(lambda: not waits(1))
    finally:
        explained.set()
        assert supervisor.stop(seconds=10.0)
