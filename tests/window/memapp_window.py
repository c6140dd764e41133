"""The real memapp in a process of its own, seen from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from tests.window.screen import Screen, wait_until

CHECKOUT = Path(__file__).resolve().parents[2]

START_SECONDS = 30.0
SCORING_SECONDS = 120.0
"""Deadline, not speed: these tests may run on a machine that is busy with something else."""

STILL_SECONDS = 2.0
"""A little longer than the grid holds its order after a key."""

CLOSE_SECONDS = 3.0
"""So long may memapp go on after its window was closed."""

_NO_TROUBLE = {"DEBUG", "INFO"}
_LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ (?P<level>[A-Z]+) ")


def memapp_command(*arguments: str) -> list[str]:
    """Return the command that starts memapp."""
    return [sys.executable, "-m", "memapp", *arguments]


def memapp_scores(folder: Path, environment: Mapping[str, str]) -> dict[str, float]:
    """Return what `memapp score` finds for a folder: scores by path, best first. Nothing is stored."""
    done = subprocess.run(
        memapp_command("score", "--no-cache", "--format", "json", str(folder)),
        cwd=CHECKOUT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=SCORING_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return {result["path"]: result["score"] for result in json.loads(done.stdout)["results"]}


class MemappWindow:
    """One start of `memapp PATH...`: its process, window, log and stored scores."""

    def __init__(self, *, screen: Screen, home: Path, paths: Sequence[Path] = ()) -> None:
        """Start it and wait for its window."""
        self.home = home
        self._screen = screen
        self._complaints = home / "stderr.txt"
        with self._complaints.open("ab") as complaints:
            self.process = subprocess.Popen(
                memapp_command(*map(str, paths)),
                cwd=CHECKOUT,
                env={**screen.environment, "MEMAPP_HOME": str(home)},
                stdout=complaints,
                stderr=complaints,
                start_new_session=True,
            )
        self.window = wait_until(self._find_window, "the window", seconds=START_SECONDS)
        self.activate()

    # Input

    def activate(self) -> None:
        """Bring the window to the front, with the keyboard."""
        assert self.window is not None
        self._screen.xdotool("windowactivate", "--sync", self.window)

    def key(self, *keys: str) -> None:
        """Press keys, one after another: "Right", "ctrl+f"."""
        self._screen.xdotool("key", "--delay", 60, *keys)

    def type(self, text: str) -> None:
        """Type plain letters."""
        self._screen.xdotool("type", "--delay", 40, text)

    def frame(self) -> tuple[int, int, int, int]:
        """x, y, width and height of the window's inside on the screen."""
        assert self.window is not None
        said = self._screen.xdotool("getwindowgeometry", "--shell", self.window)
        values = dict(line.split("=", 1) for line in said.splitlines())
        return int(values["X"]), int(values["Y"]), int(values["WIDTH"]), int(values["HEIGHT"])

    def centre(self) -> tuple[int, int]:
        """The middle of the window on the screen."""
        x, y, width, height = self.frame()
        return x + width // 2, y + height // 2

    def move_pointer_away(self) -> None:
        """Let the pointer rest where it hovers over nothing."""
        self._screen.xdotool("mousemove", 1399, 899)

    # Output

    def photos_on_screen(self) -> list[str]:
        """Return the paths in the grid, in the order on screen: select all, copy."""
        self.key("ctrl+a", "ctrl+c")
        return self._screen.read_clipboard().splitlines()

    def wait_for_order(self, wanted: Sequence[str], *, seconds: float = 30.0) -> None:
        """Wait until the photos stand in this order; each look holds the grid for a moment."""
        deadline = time.monotonic() + seconds
        while (shown := self.photos_on_screen()) != list(wanted):
            assert time.monotonic() < deadline, f"on screen: {shown}, wanted: {list(wanted)}"
            time.sleep(STILL_SECONDS)

    def notice_text(self) -> str:
        """Return the text of the notice bar, selected with the mouse; empty if there is no notice."""
        x, y, width, _ = self.frame()
        for down in range(60, 130, 10):
            before = self._screen.read_selected_text()
            self._screen.xdotool(
                "mousemove", x + width // 3, y + down, "click", "--repeat", 3, "--delay", 60, 1, "sleep", 0.3
            )
            if (text := self._screen.read_selected_text()) and text != before:
                return text
        return ""

    def titles(self) -> list[str]:
        """The titles of all its windows."""
        found = self._screen.xdotool(
            "search", "--all", "--onlyvisible", "--pid", self.process.pid, "--name", ""
        )
        return [self._screen.xdotool("getwindowname", window) for window in found.split()]

    # Stored scores

    def scores(self) -> dict[str, float]:
        """Return its stored scores by path."""
        rows = self._ask_store("SELECT path, score FROM scores")
        return {os.fsdecode(path): score for path, score in rows}

    def wait_for_scores(self, count: int, *, seconds: float = SCORING_SECONDS) -> dict[str, float]:
        """Wait until it has stored at least so many."""

        def enough() -> dict[str, float] | None:
            assert self.process.poll() is None, f"memapp ended with {self.process.returncode}\n{self.log()}"
            scores = self.scores()
            return scores if len(scores) >= count else None

        scores = wait_until(enough, f"{count} scores", seconds=seconds)
        assert scores is not None
        return scores

    def _ask_store(self, question: str) -> list[tuple[bytes, float]]:
        file = self.home / "scores.sqlite"
        if not file.exists():
            return []
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
        with closing(connection), suppress(sqlite3.OperationalError):  # the table is not made yet
            return connection.execute(question).fetchall()
        return []

    def log(self) -> str:
        """Its log, so far."""
        return (self.home / "logs" / "memapp.log").read_text(encoding="utf-8")

    def troubles(self) -> list[str]:
        """Return the warnings and errors in its log, and all that it wrote to the terminal."""
        levels = ((line, _LOG_LINE.match(line)) for line in self.log().splitlines())
        bad = [line for line, match in levels if match and match["level"] not in _NO_TROUBLE]
        return bad + self._complaints.read_text(encoding="utf-8").splitlines()

    # Shutdown

    def close(self) -> None:
        """Close the window as the window manager does it."""
        self.activate()
        self.key("alt+F4")

    def wait_for_end(self) -> int:
        """Wait until the process has ended after its window was closed, and return its exit status.

        It has three seconds; more where other programs keep the machine busy.
        """
        crowd = os.getloadavg()[0] / len(os.sched_getaffinity(0))
        return self.process.wait(CLOSE_SECONDS * max(1.0, crowd))

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def leaves_processes(self) -> bool:
        """Return whether a process that it started still runs."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def make_sure_of_the_end(self) -> None:
        """Leave nothing behind, whatever went wrong."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def _find_window(self) -> str | None:
        assert self.process.poll() is None, (
            f"memapp ended with {self.process.returncode}: {self._complaints.read_text(encoding='utf-8')}"
        )
        found = self._screen.xdotool(
            "search", "--all", "--onlyvisible", "--pid", self.process.pid, "--name", "^memapp$"
        ).split()
        return found[0] if found else None
