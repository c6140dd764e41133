"""The way in: import order, frozen-app support, logging, then the command line or the window."""

from __future__ import annotations

import multiprocessing
import sys

from memapp import log


def main() -> int:
    """Run memapp with the arguments of this process; gives the exit status."""
    multiprocessing.freeze_support()
    log.start()
    # The command line imports no Qt, and the window no torch before it is painted.
    from memapp import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
