"""memapp lab: what the nets are, how well they predict people, and training them on people's scores."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from memapp import log
from memapp.commands.common import (
    EXIT_ALL_SCORED,
    EXIT_CANNOT_WORK,
    EXIT_INTERRUPTED,
    EXIT_SOME_FAILED,
    EXIT_USAGE_OR_NOTHING,
    cancel_on_interrupt,
    complain,
    nets,
)
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.lab.labels import DEFAULT_COLUMN, LabelsError
from memapp.scoring.factory import DEVICES, ENGINES
from memapp.store.home import home_folder
from memapp.store.scores import SqliteScoreStore


def add_to(commands: Any) -> None:
    """Add the command and its own commands to the parser's commands."""
    lab = commands.add_parser("lab", help="judge and train nets on people's scores")
    actions = lab.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("nets", help="what each net is made of and what it costs")
    listing.set_defaults(run=_nets)
    evaluate = actions.add_parser("evaluate", help="how well a net predicts what people remembered")
    evaluate.add_argument("--net", metavar="NAME|FILE", required=True, help="as memapp score --net takes it")
    add_labels_to(evaluate)
    evaluate.add_argument("--by", metavar="COLUMN", help="figures for each value of this column, too")
    evaluate.add_argument("--device", choices=DEVICES, default="auto")
    evaluate.add_argument("--engine", choices=ENGINES, default="auto")
    evaluate.add_argument("--no-cache", action="store_true", help="score again what is known")
    evaluate.set_defaults(run=_guarded(_evaluate))


def add_labels_to(parser: argparse.ArgumentParser) -> None:
    """What every command takes that compares with people's scores."""
    parser.add_argument("--images", metavar="DIR", type=Path, required=True, help="the folder of photos")
    parser.add_argument(
        "--labels",
        metavar="FILE.csv",
        type=Path,
        required=True,
        help="people's scores: a column file, relative to the folder of photos, and one of scores 0..1",
    )
    parser.add_argument("--column", default=DEFAULT_COLUMN, help=f"of the scores (default: {DEFAULT_COLUMN})")
    parser.add_argument("--output", metavar="DIR", type=Path, required=True, help="the folder of results")


def _guarded(action: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """An action whose troubles are said in words."""

    def run(options: argparse.Namespace) -> int:
        log.keep_libraries_quiet()
        try:
            return action(options)
        except LabelsError as problem:
            return complain(str(problem), EXIT_USAGE_OR_NOTHING)
        except Cancelled:
            return EXIT_INTERRUPTED
        except MemappError as problem:
            return complain(str(problem), EXIT_CANNOT_WORK)
        except OSError as problem:
            return complain(f"Can't write {problem.filename}: {problem.strerror}.", EXIT_CANNOT_WORK)
        except Exception as problem:
            logging.getLogger(__name__).exception("the lab failed")
            return complain(f"{type(problem).__name__}: {problem}", EXIT_CANNOT_WORK)

    return run


def _nets(_: argparse.Namespace) -> int:
    # torch takes seconds to import: only who needs it waits for it.
    from memapp.lab.nets_table import nets_table

    print(nets_table())
    return EXIT_ALL_SCORED


def _evaluate(options: argparse.Namespace) -> int:
    from memapp.lab.evaluation import evaluate, summary, write_evaluation
    from memapp.lab.labels import read_labels
    from memapp.lab.plots import plots_can_be_drawn
    from memapp.lab.predictions import predict

    if options.output.exists() and not options.output.is_dir():
        return complain(f"--output {options.output} is a file; name a folder.", EXIT_USAGE_OR_NOTHING)
    control = RunControl()
    cancel_on_interrupt(control)
    labels = read_labels(options.labels, images=options.images, column=options.column, also=(options.by,))
    try:
        scorers = nets().factory(options.net, device=options.device, engine=options.engine)
    except MemappError as problem:
        return complain(str(problem), EXIT_USAGE_OR_NOTHING)
    home = home_folder()
    with tqdm(total=len(labels.photos), unit="photo", disable=None, file=sys.stderr, leave=False) as bar:
        scores, failed = predict(
            [photo.path for photo in labels.photos],
            scorers=scorers,
            open_store=None if options.no_cache else lambda: SqliteScoreStore(home=home),
            control=control,
            progress=bar.update,
            notify=lambda text: bar.write(text, file=sys.stderr),
        )
    evaluation = evaluate(
        net=options.net,
        identity=scorers.identity(),
        labels=labels,
        scores=scores,
        failed=failed,
        by=options.by,
    )
    written = write_evaluation(options.output, evaluation)
    print(summary(evaluation))
    print(f"In {options.output}: {', '.join(written)}.")
    if not plots_can_be_drawn():
        complain("No plots: they need matplotlib (pip install memapp[lab]).", 0)
    for each in evaluation.left_out[:20]:
        complain(f"Left out: {each.file}: {each.reason}", 0)
    if len(evaluation.left_out) > 20:
        complain(f"... and {len(evaluation.left_out) - 20} more: see evaluation.json.", 0)
    if not evaluation.photos:
        return complain("None of the photos could be scored.", EXIT_USAGE_OR_NOTHING)
    return EXIT_SOME_FAILED if evaluation.left_out else EXIT_ALL_SCORED
