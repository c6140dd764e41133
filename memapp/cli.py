"""The command line: the window by default, or one of the commands, which need no Qt."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from memapp import __version__
from memapp.commands.common import (
    EXIT_ALL_SCORED,
    EXIT_CANNOT_WORK,
    EXIT_USAGE_OR_NOTHING,
    absolute,
    cannot_write,
    complain,
    file_path,
    given_paths,
)
from memapp.core.errors import MemappError, StoreError
from memapp.core.machine import resume_garbage_collector
from memapp.core.plain_text import lines
from memapp.core.resources import resource_path
from memapp.core.streams import stdout_is_closed
from memapp.core.text import set_language, system_language
from memapp.store.home import home_folder

_NOT_IN_EVERY_BUILD = frozenset({"torch", "torchvision", "onnx", "safetensors", "scipy", "matplotlib"})

_COMMANDS = frozenset({"score", "pick", "explain", "doctor", "lab", "segmenters"})


def main(arguments: Sequence[str]) -> int:
    """Parse the arguments and run the command; return the exit status."""
    _speak_utf8()
    set_language(system_language(), resource_path("translations"))
    if arguments and arguments[0] in _COMMANDS:
        options = _parsed(_command_parser(arguments[0]), arguments)
        if stdout_is_closed() and not getattr(options, "output", None):
            return complain("Standard output is closed, so that the results would be lost.", EXIT_CANNOT_WORK)
        resume_garbage_collector()
        try:
            return int(options.run(options))
        except BrokenPipeError:
            # The reader, as `| head` is, has what it wanted.
            return EXIT_ALL_SCORED
        except OSError as problem:
            return complain(f"The results can't be written: {problem.strerror or problem}.", EXIT_CANNOT_WORK)
        except ModuleNotFoundError as problem:
            # The installed memapp lacks packages that only some commands need.
            if (problem.name or "").partition(".")[0] not in _NOT_IN_EVERY_BUILD:
                raise
            return complain(
                f"This memapp came without {problem.name}, which this needs: use memapp from its source.",
                EXIT_CANNOT_WORK,
            )
        except StoreError as problem:
            # MEMAPP_HOME, of all that commands do not handle themselves.
            return complain(str(problem), EXIT_CANNOT_WORK)
    parser = _window_parser()
    options = _parsed(parser, arguments)
    try:
        home_folder()
    except StoreError as problem:
        return complain(str(problem), EXIT_CANNOT_WORK)
    if options.self_test:
        resume_garbage_collector()
        return _self_test(options.out)
    smoke = (options.gui_smoke, options.screenshot)
    if any(smoke) != all(smoke):
        parser.error("--gui-smoke and --screenshot go together")
    from memapp.app import run_window

    if not options.gui_smoke:
        try:
            return run_window(given_paths(options.paths))
        except MemappError as problem:
            return complain(str(problem), EXIT_USAGE_OR_NOTHING)
    if reason := cannot_write(options.screenshot, "--screenshot"):
        return complain(reason, EXIT_USAGE_OR_NOTHING)
    from memapp.compose.smoke import SmokeOrder

    return run_window(
        [], smoke=SmokeOrder(absolute(options.gui_smoke), options.screenshot.absolute(), options.quit_after)
    )


class _Parser(argparse.ArgumentParser):
    """Names what it does not understand with control characters escaped: a pattern may have named it."""

    def error(self, message: str) -> NoReturn:
        super().error(lines(message))


def _parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    try:
        return parser.parse_args(arguments)
    except SystemExit as end:
        # --help and --version, which argparse has written to nowhere.
        if not end.code and stdout_is_closed():
            raise SystemExit(complain("Standard output is closed.", EXIT_CANNOT_WORK)) from None
        raise


def _self_test(out: Path | None) -> int:
    if out is None and stdout_is_closed():
        return complain("Standard output is closed: name a file with --out.", EXIT_CANNOT_WORK)
    if out is not None and (problem := cannot_write(out, "--out")):
        return complain(problem, EXIT_USAGE_OR_NOTHING)
    from memapp.self_test import self_test

    try:
        return EXIT_ALL_SCORED if self_test(home=home_folder(), out=out) else EXIT_CANNOT_WORK
    except OSError as problem:
        where = "Standard output" if out is None else f"--out {out}"
        return complain(f"{where} can't be written: {problem.strerror}.", EXIT_CANNOT_WORK)


def _window_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="memapp",
        description="Rank photos by how well people are predicted to remember them. Opens the window.",
        epilog="Without a window: memapp score, pick, explain, segmenters, doctor and lab; "
        "memapp COMMAND --help describes each.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="photos and folders to add")
    checks = parser.add_argument_group("to check an installation")
    checks.add_argument("--self-test", action="store_true", help="test every part and report as JSON")
    checks.add_argument(
        "--out", metavar="FILE", type=file_path, help="of --self-test; default: standard output"
    )
    checks.add_argument("--gui-smoke", metavar="DIR", help="open the window, score DIR, close the window")
    checks.add_argument(
        "--screenshot", metavar="FILE", type=file_path, help="of --gui-smoke: the window's picture"
    )
    checks.add_argument(
        "--quit-after",
        metavar="S",
        type=float,
        default=120.0,
        help="of --gui-smoke: time limit in seconds (default: 120)",
    )
    parser.add_argument("--version", action="version", version=f"memapp {__version__}")
    return parser


def _command_parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of one command.

    The others are not imported: they take time, and the window needs none.
    """
    parser = _Parser(prog="memapp")
    commands = parser.add_subparsers(required=True)
    match name:
        case "score":
            from memapp.commands import score

            score.add_to(commands)
        case "pick":
            from memapp.commands import pick

            pick.add_to(commands)
        case "explain":
            from memapp.commands import explain

            explain.add_to(commands)
        case "segmenters":
            from memapp.commands import segmenters

            segmenters.add_to(commands)
        case "lab":
            from memapp.commands import lab

            lab.add_to(commands)
        case _:
            from memapp.commands import doctor

            doctor.add_to(commands)
    return parser


def _speak_utf8() -> None:
    """Write UTF-8 to files and other programs, and to a terminal what it can show; the rest is escaped.

    A file name must not end a run because of the terminal's encoding.
    """
    for stream in (sys.stdout, sys.stderr):
        # None in a built app without a console; another object under a test's capture.
        with suppress(AttributeError):
            kept = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=kept, errors="backslashreplace")  # type: ignore[union-attr]
