"""The entry point: import order, frozen-app support, logging, then the command line or the window."""

from __future__ import annotations

import multiprocessing
import sys
from typing import NoReturn

from memapp import frozen, log, shutdown
from memapp.core.machine import pause_garbage_collector
from memapp.core.streams import replace_closed_streams


def main() -> NoReturn:
    """Run memapp with the arguments of this process, and exit."""
    pause_garbage_collector()
    multiprocessing.freeze_support()
    frozen.restore_library_path()
    replace_closed_streams()
    log.start()
    # The command line imports no Qt, and the window imports torch only after it is painted.
    from memapp import cli

    shutdown.leave(cli.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
