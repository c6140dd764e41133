"""A screen of the tests' own: an X server, a window manager, input, and what is shown."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

PROGRAMS = ("Xvfb", "openbox", "xdotool")
HERE = Path(__file__).parent
SIZE = (1400, 900)

_Answer = TypeVar("_Answer")

# The window manager's own settings, so that no one's configuration changes what the keys do.
_OPENBOX = """<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <theme><name>Clearlooks</name></theme>
  <keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard>
  <mouse>
    <context name="Client">
      <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
    </context>
  </mouse>
</openbox_config>
"""


def missing_programs() -> list[str]:
    """Return the programs that a screen needs and the system lacks."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def wait_until(ask: Callable[[], _Answer], what: str, *, seconds: float, every: float = 0.1) -> _Answer:
    """Repeat the question until the answer is true, and return it. Raise AssertionError when time is up."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(every)
    return answer


class Screen:
    """An X server of 1400 x 900 pixels with openbox, for programs started with its environment."""

    def __init__(self, *, folder: Path) -> None:
        """Start both; folder takes their files."""
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                "x".join(map(str, (*SIZE, 24))),
                # What is on the screen is a file there, too.
                "-fbdir",
                str(folder),
                "-nolisten",
                "tcp",
            ],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        assert number, "the X server did not start"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"},
            "DISPLAY": f":{number}",
            "QT_QPA_PLATFORM": "xcb",
            "LC_ALL": "C.UTF-8",
            # Qt's file dialogs remember things there.
            "XDG_CONFIG_HOME": str(folder),
        }
        settings = folder / "openbox.xml"
        settings.write_text(_OPENBOX, encoding="utf-8")
        self._manager = subprocess.Popen(
            ["openbox", "--config-file", str(settings)], env=self.environment, stderr=subprocess.DEVNULL
        )
        wait_until(self._is_managed, "the window manager", seconds=10)

    def stop(self) -> None:
        """End both."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)

    def xdotool(self, *arguments: str | float) -> str:
        """Send input with xdotool, and return what it prints; empty if it finds nothing."""
        done = subprocess.run(
            ["xdotool", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        return done.stdout.strip()

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the left button at one point and let go at another, moving as a hand does."""
        self.xdotool("mousemove", *start, "sleep", 0.2, "mousedown", 1, "sleep", 0.2)
        steps = 25
        for step in range(1, steps + 1):
            x, y = (round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True))
            self.xdotool("mousemove", x, y, "sleep", 0.02)
        # The target answers each motion; a button let go before its answer came is a drop on nothing.
        self.xdotool("mousemove", end[0] + 1, end[1], "sleep", 0.5, "mouseup", 1)

    @contextmanager
    def tool(self, name: str, *arguments: str | int) -> Iterator[Callable[[], str]]:
        """Run a small program beside this file during the block, and yield a reader of its next line."""
        with subprocess.Popen(
            self._tool_command(name, *arguments), env=self.environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            printed = process.stdout
            try:
                yield lambda: printed.readline().rstrip("\n")
            finally:
                process.kill()

    def run_tool(self, name: str, *arguments: str | int) -> str:
        """Run one of the small programs beside this file, and return what it prints."""
        return subprocess.run(
            self._tool_command(name, *arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=30,
        ).stdout

    @staticmethod
    def _tool_command(name: str, *arguments: str | int) -> list[str]:
        return [sys.executable, str(HERE / name), *map(str, arguments)]

    def read_clipboard(self) -> str:
        """Return the text on the clipboard."""
        return self.run_tool("clipboard.py", "read")

    def read_selected_text(self) -> str:
        """Return the text selected by the mouse."""
        return self.run_tool("clipboard.py", "read-selection")

    def screenshot(self, file: Path) -> Path:
        """Take a picture of the whole screen, a PNG."""
        self.run_tool("screenshot.py", str(file))
        return file

    def _is_managed(self) -> bool:
        assert self._server.poll() is None, "the X server ended"
        assert self._manager.poll() is None, "the window manager ended"
        return self.xdotool("get_num_desktops").isdigit()
