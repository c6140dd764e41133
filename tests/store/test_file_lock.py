"""A lock between processes: one holder at a time, released with its process, optional in the end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from memapp.store.file_lock import file_lock

HOLDER = (
    "import sys, time; from pathlib import Path; from memapp.store.file_lock import file_lock\n"
    "with file_lock(Path(sys.argv[1])) as held:\n"
    "    print('held' if held else 'without', flush=True); time.sleep(60)\n"
)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / ".lock"


def test_one_after_another(lock: Path) -> None:
    for _ in range(2):
        with file_lock(lock) as held:
            assert held


def test_a_lock_that_another_process_holds_does_not_come_until_that_has_ended(lock: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        started = time.monotonic()
        with file_lock(lock, seconds=0.2) as held:
            assert not held
        assert time.monotonic() - started >= 0.2
        holder.kill()
        holder.wait()
    with file_lock(lock) as held:
        assert held


def test_threads_exclude_each_other(lock: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(10):
            with file_lock(lock, seconds=30) as held:
                assert held
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_an_error_inside_releases_it(lock: Path) -> None:
    with pytest.raises(ValueError, match="inside"), file_lock(lock):
        raise ValueError("inside")
    with file_lock(lock, seconds=0) as held:
        assert held


def test_a_place_that_can_not_be_locked_is_done_without(tmp_path: Path) -> None:
    with file_lock(tmp_path / "missing" / ".lock") as held:
        assert not held
