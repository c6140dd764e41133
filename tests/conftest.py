"""What all tests share: real data where it lies, an own MEMAPP_HOME for each test, no thread left over."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from memapp.core.resources import resources_folder
from memapp.core.text import PSEUDO, set_language
from tests.packs import real_packs
from tests.prepare import prepare

CHECKOUT = Path(__file__).resolve().parents[1]

THREAD_END_SECONDS = 10.0
"""Longest wait for a thread to end that was asked to stop; a busy machine takes its time."""


@pytest.fixture(scope="session")
def shared_engines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of prepared nets that all tests share: preparing ResMem takes long, and is done once.

    In the MEMAPP_HOME of the whole suite where it is given, so that several runs of pytest share it, too.
    """
    given = os.environ.get("MEMAPP_HOME")
    folder = (Path(given) if given else tmp_path_factory.getbasetemp()) / "engines"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def memapp_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, shared_engines: Path
) -> Path:
    """A fresh MEMAPP_HOME, so that no test reads or writes the user's own scores and settings."""
    home = tmp_path_factory.mktemp("memapp_home")
    # Without the right to make links (Windows), every test that needs the net prepares its own.
    with suppress(OSError):
        (home / shared_engines.name).symlink_to(shared_engines, target_is_directory=True)
    monkeypatch.setenv("MEMAPP_HOME", str(home))
    return home


@pytest.fixture
def pseudo_language() -> Iterator[None]:
    """Speak the language that marks every text that can be translated: "[!! Score~~ !!]"."""
    set_language(PSEUDO, resources_folder())
    yield
    set_language("en", resources_folder())


@pytest.fixture(scope="session")
def prepared_home(shared_engines: Path) -> Path:
    """A MEMAPP_HOME in which ResMem is prepared for onnxruntime, for reading only."""
    home = shared_engines.parent
    prepare(home)
    return home


@pytest.fixture(autouse=True)
def no_thread_left_over() -> Iterator[None]:
    """Fail a test that leaves a thread running, Python's or Qt's: the test that starts one ends it."""
    before, native_before = set(threading.enumerate()), native_thread_names()
    yield
    deadline = time.monotonic() + THREAD_END_SECONDS
    left_over = _new_threads(before)
    while left_over and time.monotonic() < deadline:
        left_over[0].join(timeout=0.05)
        left_over = _new_threads(before)
    assert not left_over, f"left running: {left_over}"
    # A QThread is known to the system alone, and for a moment longer than Qt waits for it.
    left_over_in_qt = native_thread_names() - native_before
    while left_over_in_qt and time.monotonic() < deadline:
        time.sleep(0.01)
        left_over_in_qt = native_thread_names() - native_before
    assert not left_over_in_qt, f"left running in Qt: {left_over_in_qt}"


def native_thread_names() -> Counter[str]:
    """How many threads of this process have which name, as Linux sees it; of memapp's own threads only.

    Until Python 3.14 these are Qt's: Python kept its names to itself.
    """
    names: Counter[str] = Counter()
    for thread in Path("/proc/self/task").glob("*/comm"):
        # It may end meanwhile.
        with suppress(OSError):
            names[thread.read_text(encoding="utf-8").strip()] += 1
    return Counter({name: count for name, count in names.items() if name.startswith("memapp ")})


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    # Qt's threads show up as dummies that never end for Python; tqdm's one monitor lives with the process.
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and not isinstance(thread, threading._DummyThread)
        and type(thread).__name__ != "TMonitor"
    ]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real photos and nasty files; a bare clone has none."""
    folder = CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real test data is not there: {folder}")
    return folder


@pytest.fixture(scope="session")
def real_segmenters(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """A MEMAPP_HOME with the two real segmenter packs, for reading only."""
    return real_packs(tmp_path_factory.mktemp("segmenters_home"), shared_data)
