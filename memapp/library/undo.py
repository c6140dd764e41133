"""The log of a person's commands: one undo and one redo for everything. No Qt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from memapp.core.records import PhotoId

MOST_COMMANDS = 500
"""Older ones can't be undone any more; what they did stays."""
SERIES_SECONDS = 1.0
"""Small steps of one series, no further apart than this, are undone together."""


@dataclass(frozen=True, slots=True)
class Command:
    """One act: what it is called, how it is done and undone, and where."""

    text: str
    """What menus put after "Undo" and "Redo": "Remove 3 photos from list"."""
    do: Callable[[], None]
    undo: Callable[[], None]
    where: PhotoId | None = None
    """The photo that the act was about, so that the window can go there; None where it was not about one."""
    photos: tuple[PhotoId, ...] = ()
    """All photos that the act was about, where there are several; `where` is one of them."""
    on_photo: bool = False
    """Whether the act is seen on the photo itself, shown large, rather than in the grid."""
    says_itself: bool = False
    """Whether the act takes a while, and itself says when it was undone or done again."""
    series: str = ""
    """What a small step is one of, such as the moves of an area by arrow keys; empty for a whole act."""


Listener: TypeAlias = Callable[[], None]


class CommandLog:
    """Every act in order. Used by one thread.

    It does not survive a restart; what the commands did is stored by what they call.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Log nothing yet; the clock, in seconds, says which steps of a series belong together."""
        self._clock = clock
        self._last_step = -SERIES_SECONDS
        self._done: list[Command] = []
        self._undone: list[Command] = []
        self._listeners: list[Listener] = []
        self._busy = False

    @property
    def undo_text(self) -> str | None:
        """What the next undo undoes; None where there is nothing."""
        return self._done[-1].text if self._done else None

    @property
    def redo_text(self) -> str | None:
        """What the next redo does again; None where there is nothing."""
        return self._undone[-1].text if self._undone else None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener after each change of the log; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def run(self, command: Command) -> None:
        """Do a command and log it. What was undone before can't be redone any more.

        A step of the series that the last command is of, soon after it, becomes one with it.

        Raises:
            Exception: what the command raises; then nothing is logged.
        """
        self._call(command.do)
        now = self._clock()
        if self._continues(command, now):
            command = replace(command, undo=self._done.pop().undo)
        self._last_step = now
        self._done.append(command)
        del self._done[:-MOST_COMMANDS]
        self._undone.clear()
        self._announce()

    def undo(self) -> Command | None:
        """Undo the last command and return it; None where there is nothing to undo.

        Raises:
            Exception: what undoing it raises; the log is as it was.
        """
        if not self._done:
            return None
        self._call(self._done[-1].undo)
        command = self._done.pop()
        self._undone.append(command)
        self._announce()
        return command

    def redo(self) -> Command | None:
        """Do the command again that was undone last and return it; None where there is none.

        Raises:
            Exception: what doing it raises; the log is as it was.
        """
        if not self._undone:
            return None
        self._call(self._undone[-1].do)
        command = self._undone.pop()
        self._done.append(command)
        self._announce()
        return command

    def forget(self, is_gone: Callable[[Command], bool]) -> None:
        """Drop commands that can't be undone or redone any more."""
        self._done = [command for command in self._done if not is_gone(command)]
        self._undone = [command for command in self._undone if not is_gone(command)]
        self._announce()

    def clear(self) -> None:
        """Drop all commands."""
        self.forget(lambda _command: True)

    def _continues(self, command: Command, now: float) -> bool:
        """Return whether a command goes on with the last one, which nobody has undone since."""
        if not command.series or not self._done or self._undone:
            return False
        return self._done[-1].series == command.series and now - self._last_step < SERIES_SECONDS

    def _call(self, act: Callable[[], None]) -> None:
        if self._busy:
            raise RuntimeError("a command can't run another one through the log")
        self._busy = True
        try:
            act()
        finally:
            self._busy = False

    def _announce(self) -> None:
        for listener in tuple(self._listeners):
            listener()
