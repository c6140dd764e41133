"""An X screen for trials: Xvfb, openbox, input by xdotool, screenshots."""

from __future__ import annotations

import os
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from installer.steps import BuildError

SIZE = (1400, 900)

_Answer = TypeVar("_Answer")

_OPENBOX = """<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <theme><name>Clearlooks</name></theme>
  <keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard>
  <mouse><context name="Client">
    <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
  </context></mouse>
</openbox_config>
"""


def wait_for(ask: Callable[[], _Answer], what: str, *, seconds: float, every: float = 0.02) -> _Answer:
    """Repeat a query until its result is true; raise BuildError when the time is up."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise BuildError(f"While trying it out, {what} did not come within {seconds:.0f} s.")
        time.sleep(every)
    return answer


class Screen:
    """An X server whose socket is a file, so that programs in other roots and networks can use it."""

    def __init__(self, *, folder: Path) -> None:
        """Start server and window manager; folder is for their files."""
        folder.mkdir(parents=True, exist_ok=True)
        self._picture = folder / "Xvfb_screen0"
        reading, writing = os.pipe()
        size = "x".join(map(str, (*SIZE, 24)))
        # -ac: the user of the trial is another one than the builder.
        self._server = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                size,
                "-fbdir",
                folder,
                "-ac",
                "-nolisten",
                "tcp",
            ],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            raise BuildError("The X server for trying it out did not start: is Xvfb installed completely?")
        self.display = f":{number}"
        settings = folder / "openbox.xml"
        settings.write_text(_OPENBOX, encoding="utf-8")
        self.environment = {
            **os.environ,
            "DISPLAY": self.display,
            "LC_ALL": "C.UTF-8",
            "QT_QPA_PLATFORM": "xcb",
        }
        self._manager = subprocess.Popen(
            ["openbox", "--config-file", settings], env=self.environment, stderr=subprocess.DEVNULL
        )
        time.sleep(0.5)

    def stop(self) -> None:
        """Stop both."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)

    def xdotool(self, *arguments: object) -> str:
        """Return xdotool's output; empty if it finds nothing."""
        return subprocess.run(
            ["xdotool", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()

    def window(self, title: str) -> str | None:
        """Return the visible window with exactly this title."""
        found = self.xdotool("search", "--onlyvisible", "--name", f"^{title}$").split()
        return found[0] if found else None

    def frame(self, window: str) -> tuple[int, int, int, int]:
        """Return x, y, width and height of a window on the screen."""
        output = self.xdotool("getwindowgeometry", "--shell", window)
        values = dict(line.split("=", 1) for line in output.splitlines())
        return int(values["X"]), int(values["Y"]), int(values["WIDTH"]), int(values["HEIGHT"])

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at one place, move in small steps, release at the other."""
        self.xdotool("mousemove", *start, "sleep", 0.2, "mousedown", 1, "sleep", 0.2)
        for step in range(1, 21):
            at = [round(a + (b - a) * step / 20) for a, b in zip(start, end, strict=True)]
            self.xdotool("mousemove", *at, "sleep", 0.02)
        self.xdotool("sleep", 0.4, "mouseup", 1)

    def save(self, target: Path) -> None:
        """Save a screenshot as PNG."""
        target.write_bytes(png_of_xwd(self._picture.read_bytes()))


def png_of_xwd(dump: bytes) -> bytes:
    """Convert an X window dump to PNG, 24 bits in 32, Xvfb's format."""
    header = struct.unpack(">25I", dump[:100])
    size, width, height, little, line, colours = (
        header[0],
        header[4],
        header[5],
        header[7] == 0,
        header[12],
        header[19],
    )
    start = size + 12 * colours
    rows = bytearray()
    for y in range(height):
        row = dump[start + y * line : start + y * line + 4 * width]
        pixels = bytearray(3 * width)
        offsets = (2, 1, 0) if little else (1, 2, 3)
        for channel, offset in enumerate(offsets):
            pixels[channel::3] = row[offset::4]
        rows += b"\0" + pixels

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 6))
        + chunk(b"IEND", b"")
    )
