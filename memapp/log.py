"""Logging for maintainers: a small rotating file, and nothing on the screen."""

from __future__ import annotations

import errno
import faulthandler
import logging
import logging.handlers
import os
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from memapp import __version__
from memapp.core.errors import StoreError
from memapp.core.files import keep_from_others, make_private_folder
from memapp.store.home import home_folder

FOLDER_NAME = "logs"
FILE_NAME = "memapp.log"
_MEGABYTE = 1_000_000

_log = logging.getLogger(__name__)
_listeners: list[Callable[[str], None]] = []


def start() -> None:
    """Log to MEMAPP_HOME/logs; if that can't be written, do not log."""
    try:
        folder = home_folder() / FOLDER_NAME
        make_private_folder(folder)
        handler = _PrivateHandler(
            folder / FILE_NAME, maxBytes=_MEGABYTE, backupCount=2, encoding="utf-8", errors="backslashreplace"
        )
        handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
        )
        logging.basicConfig(level=logging.INFO, handlers=[handler])
    except (OSError, StoreError):
        # Without a handler, logging would write to standard error, names as they are.
        logging.basicConfig(handlers=[logging.NullHandler()])
    logging.captureWarnings(True)
    # In a built app without a console there is no standard error for a crash report.
    if sys.stderr is not None:
        faulthandler.enable()
    sys.excepthook = _on_exception
    threading.excepthook = _on_thread_exception
    _log.info("memapp %s, Python %s on %s", __version__, sys.version.split()[0], sys.platform)


class _PrivateHandler(logging.handlers.RotatingFileHandler):
    """Writes regular files that only their owner can read. A FIFO or a device in their place is refused."""

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            # Not blocking: opening a FIFO would wait forever for a reader.
            handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise OSError(errno.EINVAL, "it is a folder or a device, not a file", path)
            keep_from_others(Path(path))
            return handle

        # The handler closes it.
        content = open(self.baseFilename, "ab", opener=opener)  # noqa: SIM115
        return TextIOWrapper(content, encoding=self.encoding, errors=self.errors)


def keep_libraries_quiet() -> None:
    """Send messages that C libraries print about unusual files (libtiff does) to the log instead of the
    terminal.

    Python's own standard error is unchanged.
    """
    handler = next(iter(logging.getLogger().handlers), None)
    stream = handler.stream if isinstance(handler, logging.FileHandler) else None
    if sys.stderr is None or stream is None:
        return
    with suppress(OSError, ValueError):
        terminal = os.dup(2)
        os.dup2(stream.fileno(), 2)
        sys.stderr = os.fdopen(terminal, "w", encoding="utf-8", errors="backslashreplace", buffering=1)


def on_unexpected(listener: Callable[[str], None]) -> None:
    """Call this listener, on any thread, with a sentence for the user when something unexpected happens."""
    _listeners.append(listener)


def _tell() -> None:
    for listener in _listeners:
        listener("Something unexpected happened. memapp goes on; the log (Help, Show the log) says more.")


def _on_exception(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log.critical("unexpected", exc_info=(kind, problem, trace))
        _tell()
    sys.__excepthook__(kind, problem, trace)


def _on_thread_exception(problem: threading.ExceptHookArgs) -> None:
    if problem.exc_value is not None:
        name = problem.thread.name if problem.thread else "a thread"
        _log.critical(
            "unexpected in %s",
            name,
            exc_info=(problem.exc_type, problem.exc_value, problem.exc_traceback),
        )
        _tell()
