"""The command line: the window by default, or one of the commands, which need no Qt."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress

from memapp import __version__
from memapp.commands import doctor, lab, score
from memapp.commands.common import absolute

_COMMANDS = {"score": score, "doctor": doctor, "lab": lab}


def main(arguments: Sequence[str]) -> int:
    """Understand the arguments and do what they say; gives the exit status."""
    _speak_utf8()
    if arguments and arguments[0] in _COMMANDS:
        options = _command_parser().parse_args(arguments)
        return int(options.run(options))
    options = _window_parser().parse_args(arguments)
    from memapp.app import run_window

    return run_window([absolute(path) for path in options.paths])


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="memapp",
        description="Rank photos by how memorable they are to people. Opens the window with PATHs.",
        epilog="Without a window: memapp score PATH..., memapp doctor and memapp lab (each takes --help).",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="photos and folders to open")
    parser.add_argument("--version", action="version", version=f"memapp {__version__}")
    return parser


def _command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="memapp")
    commands = parser.add_subparsers(required=True)
    for command in _COMMANDS.values():
        command.add_to(commands)
    return parser


def _speak_utf8() -> None:
    """Names of files are whatever they are: no terminal's encoding may end a run."""
    for stream in (sys.stdout, sys.stderr):
        # None in a built app without a console; something else under a test's capture.
        with suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
