"""Shared by all commands: exit statuses, paths, Ctrl-C, error messages."""

from __future__ import annotations

import argparse
import glob
import math
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from memapp.core.control import RunControl
from memapp.core.errors import MemappError
from memapp.core.file_addresses import is_address, local_path
from memapp.core.files import OutputProblem, output_problem, own_descriptor
from memapp.core.plain_text import lines
from memapp.core.records import Precision
from memapp.core.resources import resources_folder
from memapp.core.streams import stdout_is_closed
from memapp.intake.discover import natural_order
from memapp.scoring.factory import DEVICES
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.scoring.weights import WeightsLocator
from memapp.store.home import home_folder

EXIT_ALL_SCORED = 0
EXIT_CANNOT_WORK = 1
EXIT_USAGE_OR_NOTHING = 2
EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130


def weights() -> WeightsLocator:
    """Return the locator of weights."""
    return WeightsLocator(resources=resources_folder(), home=home_folder())


def nets() -> NetRegistry:
    """Return the registry of nets."""
    segmenters = SegmenterFolders(resources=resources_folder(), home=home_folder())
    return NetRegistry(weights=weights(), home=home_folder(), segmenters=segmenters)


def add_device(command: argparse.ArgumentParser) -> None:
    """Add the option for the device."""
    command.add_argument(
        "--device",
        choices=DEVICES,
        default="auto",
        help="what computes: processor (cpu) or graphics card (default: auto, the fastest that works)",
    )


def add_precision(command: argparse.ArgumentParser, *, fast: str) -> None:
    """Add the option for the precision; fast describes the fast precision for this command."""
    command.add_argument(
        "--precision",
        choices=[precision.value for precision in Precision],
        default=Precision.EXACT.value,
        help=f"fast: {fast} (default: exact)",
    )


def positive(text: str) -> int:
    """Parse a count from 1 to 1024."""
    number = int(text)
    if not 1 <= number <= 1024:
        raise argparse.ArgumentTypeError("between 1 and 1024")
    return number


def whole_number(text: str) -> int:
    """Parse a count of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("1 or more")
    return number


def above_zero(text: str) -> float:
    """Parse a number above 0."""
    if not_negative(text) == 0:
        raise argparse.ArgumentTypeError("above 0")
    return float(text)


def not_negative(text: str) -> float:
    """Parse a number of at least 0."""
    number = float(text)
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError("0 or more")
    return number


def seed_number(text: str) -> int:
    """Parse a seed for random numbers."""
    number = int(text)
    if not 0 <= number < 1 << 31:
        raise argparse.ArgumentTypeError(f"between 0 and {(1 << 31) - 1}")
    return number


def absolute(path: str) -> str:
    """Return the path as the user gave it, but absolute; links are not resolved."""
    return os.path.abspath(path)  # noqa: PTH100 (Path.absolute() keeps "..", which a name in a list should not)


def file_path(text: str) -> Path:
    """Parse a file or folder: a path, or an address such as file:///photos."""
    if not is_address(text):
        return Path(text)
    if (path := local_path(text)) is None:
        raise argparse.ArgumentTypeError(f"{text} is not a file on this computer")
    return Path(path)


def given_paths(arguments: Iterable[str]) -> list[str]:
    """Return what arguments name, absolute: paths, addresses of files, patterns such as *.jpg.

    Shells other than Windows' have replaced patterns and "~" already. An argument that exists is no pattern;
    a pattern without a match stays as it is, and is reported as missing.

    Raises:
        MemappError: an address is not of a file on this computer.
    """
    return [absolute(path) for argument in arguments for path in _named_by(argument)]


def _named_by(argument: str) -> list[str]:
    if is_address(argument):
        if (path := local_path(argument)) is None:
            raise MemappError(f"{argument} is not a file on this computer.")
        return [path]
    if os.path.lexists(argument):
        return [argument]
    path = os.path.expanduser(argument)  # noqa: PTH111 (raises nothing where there is no such user)
    matches = glob.glob(path, recursive=True) if glob.has_magic(path) else []  # noqa: PTH207 (keeps names)
    return sorted(matches, key=lambda name: (natural_order(name), name)) or [path]


def cannot_write(output: Path, option: str = "--output") -> str | None:
    """Return why an option's file can't be written, as a sentence; None if it can."""
    if own_descriptor(output) == 1 and stdout_is_closed():
        return f"{option} {output}: standard output is closed; give the name of a file."
    match output_problem(output):
        case OutputProblem.FOLDER:
            return f"{option} {output} is a folder; give the name of a file."
        case OutputProblem.NO_FOLDER:
            return f"{option} {output}: there is no folder {output.absolute().parent}."
        case OutputProblem.PROTECTED:
            return f"{option} {output}: you may not write there; give the name of another file."
        case OutputProblem.NO_FILE:
            return f"{option} {output} can't be written; give the name of another file."
    return None


def cancel_on_interrupt(control: RunControl) -> None:
    """Let the first Ctrl-C cancel in order, and a second one exit at once."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        control.cancel()

    signal.signal(signal.SIGINT, interrupt)


def say(text: str) -> None:
    """Print a text to standard output, names in it escaped.

    Raises:
        OSError: it can't be written there.
    """
    print(lines(text), flush=True)


def complain(text: str, status: int) -> int:
    """Print an error to standard error and return the exit status."""
    # A built app without a console has no standard error; a full disk or a reader that left can't be told.
    with suppress(OSError, ValueError, AttributeError):
        print(lines(text), file=sys.stderr, flush=True)
    return status
