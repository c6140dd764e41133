"""Time in which the process did not run is not counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from memapp.core.running_time import LONGEST_BEAT_SECONDS, RunningTime
from tests.conftest import CHECKOUT

CHILD = """
import sys, time
from memapp.intake.limits import Deadline
deadline = Deadline(seconds=2.0, control=None)
# Before the parent hears of it: it may stop this process at once.
began = time.monotonic()
print("started", flush=True)
while time.monotonic() - began < 3.0:
    deadline.check()
    time.sleep(0.01)
print("whole", flush=True)
"""


def test_a_gap_counts_as_one_heartbeat() -> None:
    moments = iter([100.0, 100.25, 100.5, 4000.5, 4000.75])
    time_run = RunningTime(clock=lambda: next(moments))
    assert [time_run.beat() for _ in range(4)] == [0.25, 0.5, 0.5 + LONGEST_BEAT_SECONDS, 1.75]
    assert time_run.seconds == 1.75


@pytest.mark.breadth
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system can't stop a process")
def test_a_process_that_was_stopped_has_time_left() -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    assert child.stdout is not None
    assert child.stdout.readline() == "started\n"
    os.kill(child.pid, signal.SIGSTOP)
    time.sleep(2.7)
    os.kill(child.pid, signal.SIGCONT)
    assert child.communicate(timeout=30)[0] == "whole\n"
    assert child.returncode == 0
