"""The command line: the same pipeline as the window's, without Qt."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from tqdm import tqdm

from memapp import __version__, log
from memapp.core.control import RunControl
from memapp.core.errors import MemappError
from memapp.core.events import Failed, Found, Notice, Progress, Scored, Started
from memapp.core.files import write_atomically
from memapp.core.records import Failure, NetIdentity, ScoredPhoto
from memapp.core.resources import resources_folder
from memapp.doctor import examine
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.scoring.factory import DEVICES, ENGINES, ResMemFactory
from memapp.scoring.weights import WeightsLocator
from memapp.store.export import ExportFormat, Provenance, best_first, render, row
from memapp.store.home import home_folder
from memapp.store.scores import SqliteScoreStore

EXIT_ALL_SCORED = 0
EXIT_CANNOT_WORK = 1
EXIT_USAGE_OR_NOTHING = 2
EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130

_COMMANDS = ("score", "doctor")


def main(arguments: Sequence[str]) -> int:
    """Understand the arguments and do what they say; gives the exit status."""
    _speak_utf8()
    if arguments and arguments[0] in _COMMANDS:
        options = _command_parser().parse_args(arguments)
        return int(options.run(options))
    options = _window_parser().parse_args(arguments)
    from memapp.app import run_window

    return run_window([_absolute(path) for path in options.paths])


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="memapp",
        description="Rank photos by how memorable they are to people. Opens the window with PATHs.",
        epilog="Without a window: memapp score PATH... and memapp doctor (each takes --help).",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="photos and folders to open")
    parser.add_argument("--version", action="version", version=f"memapp {__version__}")
    return parser


def _command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="memapp")
    commands = parser.add_subparsers(required=True)

    score = commands.add_parser("score", help="score photos and print the results, best first")
    score.add_argument("paths", nargs="+", metavar="PATH", help="photos and folders")
    score.add_argument(
        "--format", choices=[form.value for form in ExportFormat], default=ExportFormat.TABLE.value
    )
    score.add_argument("--output", metavar="FILE", type=Path, help="write here instead of standard output")
    score.add_argument("--device", choices=DEVICES, default="auto", help="what computes (default: auto)")
    score.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="what executes the net (default: torch on a GPU, onnxruntime on the CPU)",
    )
    score.add_argument("--batch", type=_positive, metavar="N", help="photos at once (default: the engine's)")
    score.add_argument("--no-cache", action="store_true", help="score again what is known, and keep nothing")
    score.set_defaults(run=_score)

    doctor = commands.add_parser("doctor", help="say what works here and what does not")
    doctor.set_defaults(run=_doctor)
    return parser


def _score(options: argparse.Namespace) -> int:
    output: Path | None = options.output
    if output is not None and (problem := _cannot_write(output)):
        return _complain(problem, EXIT_USAGE_OR_NOTHING)
    log.keep_libraries_quiet()
    home = home_folder()
    control = RunControl()
    _cancel_on_interrupt(control)
    collector = _Collector()
    try:
        for event in score_run(
            [_absolute(path) for path in options.paths],
            finder=find_photos,
            loader=load_photo,
            scorers=ResMemFactory(
                weights=_weights(),
                home=home,
                device=options.device,
                engine=options.engine,
                batch_size=options.batch,
            ),
            open_store=None if options.no_cache else lambda: SqliteScoreStore(home=home),
            control=control,
        ):
            collector.take(event)
    except Exception as problem:
        collector.close()
        if not isinstance(problem, MemappError):
            logging.getLogger(__name__).exception("the run failed")
        _complain(str(problem) or type(problem).__name__, EXIT_CANNOT_WORK)
        # What was scored until then was paid for: the user gets it.
        if collector.net is not None and collector.outcomes:
            _deliver(collector, options)
        return EXIT_CANNOT_WORK
    collector.close()
    # A Ctrl-C may come before the net is known: without it nothing can be said of what scored.
    if collector.net is None or not collector.outcomes:
        if control.cancelled:
            return EXIT_INTERRUPTED
        return _complain("There is nothing to score: no photos were found there.", EXIT_USAGE_OR_NOTHING)
    if not _deliver(collector, options):
        return EXIT_CANNOT_WORK
    if control.cancelled:
        return EXIT_INTERRUPTED
    return EXIT_SOME_FAILED if collector.failed else EXIT_ALL_SCORED


class _Collector:
    """Gathers a run's results, shows its progress on a terminal and its notices on standard error."""

    def __init__(self) -> None:
        self.outcomes: list[ScoredPhoto | Failure] = []
        self.failed = 0
        self.net: NetIdentity | None = None
        self._bar = tqdm(unit="photo", disable=None, file=sys.stderr, leave=False, dynamic_ncols=True)

    def take(self, event: object) -> None:
        """Take one event of the run."""
        match event:
            case Started():
                self.net = event.net
            case Scored():
                self.outcomes += event.photos
            case Failed():
                self.failed += len(event.failures)
                self.outcomes += event.failures
            case Notice():
                self._bar.write(event.text, file=sys.stderr)
            case Found():
                self._bar.total = (self._bar.total or 0) + len(event.keys)
            case Progress():
                self._bar.update(event.done - self._bar.n)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bar.close()


def _deliver(collector: _Collector, options: argparse.Namespace) -> bool:
    """Write the results; whether that succeeded."""
    try:
        _write(collector, ExportFormat(options.format), options.output)
    except OSError as problem:
        _complain(f"The results can't be written: {problem.strerror}.", EXIT_CANNOT_WORK)
        return False
    return True


def _write(collector: _Collector, form: ExportFormat, output: Path | None) -> None:
    assert collector.net is not None
    provenance = Provenance.of(collector.outcomes, net=collector.net, app_version=__version__)
    text = render(best_first(map(row, collector.outcomes)), form=form, provenance=provenance)
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_atomically(output, text)


def _doctor(_: argparse.Namespace) -> int:
    works = True
    for finding in examine(weights=_weights(), home=home_folder()):
        print(f"{finding.subject:<20} {finding.text}")
        works = works and not finding.stops_scoring
    print()
    print("Scoring works here." if works else "Scoring can't work here: see above.")
    return EXIT_ALL_SCORED if works else EXIT_CANNOT_WORK


def _weights() -> WeightsLocator:
    return WeightsLocator(resources=resources_folder(), home=home_folder())


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1024:
        raise argparse.ArgumentTypeError("between 1 and 1024")
    return number


def _absolute(path: str) -> str:
    # Not resolved: the user sees the path that was given.
    return os.path.abspath(path)  # noqa: PTH100 (Path.absolute() keeps "..", which a name in a list should not)


def _cannot_write(output: Path) -> str | None:
    if output.is_dir():
        return f"--output {output} is a folder; give the name of a file."
    if not output.absolute().parent.is_dir():
        return f"--output {output}: there is no folder {output.absolute().parent}."
    return None


def _cancel_on_interrupt(control: RunControl) -> None:
    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        # A second Ctrl-C ends at once.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        control.cancel()

    signal.signal(signal.SIGINT, interrupt)


def _complain(text: str, status: int) -> int:
    print(text, file=sys.stderr)
    return status


def _speak_utf8() -> None:
    """Names of files are whatever they are: no terminal's encoding may end a run."""
    for stream in (sys.stdout, sys.stderr):
        # None in a built app without a console; something else under a test's capture.
        with suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
