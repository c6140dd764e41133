"""The end of the process, at once and in order."""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
from contextlib import suppress
from typing import NoReturn


def leave(status: int) -> NoReturn:
    """End the process with this exit status. All important data is on disk by now.

    A net that is still loading, or a thread that hangs in a driver, would delay or crash the interpreter's
    own shutdown.
    """
    for process in multiprocessing.active_children():
        process.terminate()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # None in a built app without a console; a closed reader (| head) needs no flush.
        with suppress(AttributeError, OSError):
            stream.flush()
    os._exit(status)
