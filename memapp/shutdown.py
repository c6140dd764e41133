"""The end of the process, at once and in order."""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
from contextlib import suppress
from typing import NoReturn


def leave(status: int) -> NoReturn:
    """End the process with this exit status. Everything that counts is on disk by now.

    A net that is still being loaded, or a thread that hangs in a driver, would keep the interpreter's own end
    waiting, or crash in it.
    """
    for process in multiprocessing.active_children():
        process.terminate()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # None in a built app without a console; a reader that went away (| head) needs no flush.
        with suppress(AttributeError, OSError):
            stream.flush()
    os._exit(status)
