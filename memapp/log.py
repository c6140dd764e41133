"""Logging for maintainers: a small rotating file, and nothing on the screen."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from memapp import __version__
from memapp.store.home import home_folder

FOLDER_NAME = "logs"
FILE_NAME = "memapp.log"
_MEGABYTE = 1_000_000

_log = logging.getLogger(__name__)
_listeners: list[Callable[[str], None]] = []


def start() -> None:
    """Log to MEMAPP_HOME/logs; if that can't be written, do not log."""
    folder = home_folder() / FOLDER_NAME
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / FILE_NAME, maxBytes=_MEGABYTE, backupCount=2, encoding="utf-8", errors="backslashreplace"
        )
        handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
        )
        logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(True)
    # In a built app without a console there is no standard error for a crash report.
    if sys.stderr is not None:
        faulthandler.enable()
    sys.excepthook = _on_exception
    threading.excepthook = _on_thread_exception
    _log.info("memapp %s, Python %s on %s", __version__, sys.version.split()[0], sys.platform)


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
