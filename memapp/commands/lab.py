"""memapp lab: list nets, evaluate them against people's scores, and train them."""

from __future__ import annotations

import argparse
import logging
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
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
    above_zero,
    cancel_on_interrupt,
    complain,
    file_path,
    nets,
    not_negative,
    positive,
    say,
    seed_number,
    weights,
)
from memapp.commands.training_progress import TrainingProgress, number_text
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.core.memory_game import LEAST_PHOTOS
from memapp.core.nets import PUBLISHED
from memapp.core.plain_text import lines
from memapp.core.resources import resources_folder
from memapp.lab.labels import DEFAULT_COLUMN, LabelsError, LeftOut
from memapp.scoring.factory import DEVICES, ENGINES
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.store.home import home_folder
from memapp.store.scores import SqliteScoreStore

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
SHOWN_ROWS = 20
"""Of a table: this many unusable ones are listed."""
TRAINABLE = ("m3m", "resmem", "resmem-retrain", "alexnet")


def add_to(commands: Any) -> None:
    """Add the command and its subcommands to the parser."""
    lab = commands.add_parser("lab", help="evaluate and train nets on people's scores")
    actions = lab.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("nets", help="show each net's parts and costs")
    listing.set_defaults(run=_nets)
    evaluate = actions.add_parser("evaluate", help="measure how well a net predicts what people remembered")
    evaluate.add_argument("--net", metavar="NAME|FILE", required=True, help="as for memapp score --net")
    add_labels_to(evaluate)
    evaluate.add_argument(
        "--by", metavar="COLUMN", help="report the figures for each value of this column, too"
    )
    evaluate.add_argument("--device", choices=DEVICES, default="auto")
    evaluate.add_argument("--engine", choices=ENGINES, default="auto")
    evaluate.add_argument("--no-cache", action="store_true", help="compute known scores again")
    evaluate.set_defaults(run=_guarded(_evaluate))
    add_training_to(actions)
    game = actions.add_parser(
        "memory-game",
        help="play a memory game with a person: makes a labels CSV of hits and false alarms",
    )
    game.add_argument("images", metavar="DIR", type=file_path, help="the folder of photos")
    game.add_argument("--output", metavar="DIR", type=file_path, help="for games and labels (default: DIR)")
    game.add_argument("--observer", metavar="NAME", default="", help="who plays")
    game.add_argument("--photos", metavar="N", type=positive, help="in one game (default: at most 120)")
    game.add_argument("--seed", metavar="N", type=seed_number, help="for repeating the same game")
    game.set_defaults(run=_guarded(_memory_game))


def add_labels_to(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that compares with people's scores."""
    parser.add_argument("--images", metavar="DIR", type=file_path, required=True, help="the folder of photos")
    parser.add_argument(
        "--labels",
        metavar="FILE.csv",
        type=file_path,
        required=True,
        help="people's scores: a CSV with a column file, relative to the folder of photos, and a column "
        "of scores 0..1",
    )
    parser.add_argument("--column", default=DEFAULT_COLUMN, help=f"of the scores (default: {DEFAULT_COLUMN})")
    parser.add_argument(
        "--output", metavar="DIR", type=file_path, required=True, help="the folder for the results"
    )


def add_training_to(actions: Any) -> None:
    """Add memapp lab train."""
    train = actions.add_parser(
        "train",
        help="train a net on people's scores; the same command resumes an interrupted training",
    )
    train.add_argument("--net", choices=TRAINABLE, required=True)
    add_labels_to(train)
    train.add_argument(
        "--init",
        metavar="START",
        default="resmem",
        help="initial weights: resmem (published, the default), random, a checkpoint of this net, or "
        "torchvision's file of ResNet-152 weights for the residual network",
    )
    train.add_argument(
        "--freeze",
        metavar="PARTS",
        help="comma-separated, of alexnet, resnet, segmentation, head; none: train everything (default: "
        "see memapp lab nets)",
    )
    train.add_argument("--group", metavar="COLUMN", help="photos of one group stay together in the split")
    train.add_argument("--segmenter", metavar="NAME", help="the segmenter for m3m (default: the first)")
    train.add_argument("--epochs", type=positive, default=30, metavar="N", help="at most (default: 30)")
    train.add_argument(
        "--patience",
        type=positive,
        default=6,
        metavar="N",
        help="epochs without improvement before training ends",
    )
    train.add_argument("--batch", type=positive, metavar="N", help="batch size (default: what fits)")
    train.add_argument(
        "--optimizer", choices=("adamw", "sgd"), default="adamw", help="sgd: as in ResMem's source"
    )
    train.add_argument("--learning-rate", type=above_zero, metavar="X", help="default: 1e-4, for sgd 1e-5")
    train.add_argument("--weight-decay", type=not_negative, default=0.01, metavar="X")
    train.add_argument("--no-mirror", action="store_true", help="never mirror photos")
    train.add_argument(
        "--seed", type=seed_number, default=0, metavar="N", help="of split, order and random weights"
    )
    train.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    train.add_argument(
        "--name", metavar="NAME", help="install the best net under this name, for --net and the window"
    )
    train.add_argument(
        "--cache", metavar="DIR", type=file_path, help="the cache of frozen branches' features"
    )
    train.set_defaults(run=_guarded(_train))


def _guarded(action: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Wrap an action and report its errors as sentences."""

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
        except ModuleNotFoundError:
            # This text says what the installed app does not contain.
            raise
        except OSError as problem:
            return complain(f"Can't write {problem.filename}: {problem.strerror}.", EXIT_CANNOT_WORK)
        except Exception as problem:
            logging.getLogger(__name__).exception("the lab failed")
            return complain(f"{type(problem).__name__}: {problem}", EXIT_CANNOT_WORK)

    return run


def _nets(_: argparse.Namespace) -> int:
    # torch takes seconds to import: only actions that need it wait for it.
    from memapp.lab.nets_table import nets_table

    say(nets_table())
    return EXIT_ALL_SCORED


def _evaluate(options: argparse.Namespace) -> int:
    from memapp.lab.evaluation import evaluate, summary, write_evaluation
    from memapp.lab.labels import read_labels, told_of
    from memapp.lab.plots import plots_can_be_drawn
    from memapp.lab.predictions import predict

    if options.output.exists() and not options.output.is_dir():
        return complain(f"--output {options.output} is a file; name a folder.", EXIT_USAGE_OR_NOTHING)
    control = RunControl()
    cancel_on_interrupt(control)
    labels = read_labels(options.labels, images=options.images, column=options.column, also=(options.by,))
    registry = nets()
    try:
        scorers = registry.factory(options.net, device=options.device, engine=options.engine)
        predicts = registry.info(options.net).scale.predicts
        identity = scorers.identity()
    except MemappError as problem:
        return complain(str(problem), EXIT_USAGE_OR_NOTHING)
    if predicts != told_of(options.column):
        complain(
            f"{identity.name} predicts {predicts}; {options.column} looks like {told_of(options.column)}: "
            "name the right --column, or expect no agreement.",
            0,
        )
    _make_writable(options.output)
    home = home_folder()
    with tqdm(total=len(labels.photos), unit="photo", disable=None, file=sys.stderr, leave=False) as bar:
        scores, failed = predict(
            [photo.path for photo in labels.photos],
            scorers=scorers,
            open_store=None if options.no_cache else lambda: SqliteScoreStore(home=home),
            control=control,
            progress=bar.update,
            notify=lambda text: bar.write(lines(text), file=sys.stderr),
        )
    evaluation = evaluate(
        net=options.net,
        identity=identity,
        labels=labels,
        scores=scores,
        failed=failed,
        by=options.by,
    )
    written = write_evaluation(options.output, evaluation)
    say(summary(evaluation))
    say(f"In {options.output}: {', '.join(written)}.")
    if not plots_can_be_drawn():
        complain("No plots: they need matplotlib (pip install memapp[lab]).", 0)
    _say_left_out(evaluation.left_out, more=": see evaluation.json")
    if not evaluation.photos:
        return complain("None of the photos could be scored.", EXIT_USAGE_OR_NOTHING)
    return EXIT_SOME_FAILED if evaluation.left_out else EXIT_ALL_SCORED


def _train(options: argparse.Namespace) -> int:
    from memapp.lab.labels import read_labels
    from memapp.lab.runs import TrainingOrder, Watcher, keep_by_name, train

    if options.output.exists() and not options.output.is_dir():
        return complain(f"--output {options.output} is a file; name a folder.", EXIT_USAGE_OR_NOTHING)
    if options.name is not None and (not NAME.fullmatch(options.name) or options.name.lower() in PUBLISHED):
        return complain(
            "--name: letters, digits, - and _, and no published net's name.", EXIT_USAGE_OR_NOTHING
        )
    control = RunControl()
    cancel_on_interrupt(control)
    home = home_folder()
    freeze = options.freeze
    order = TrainingOrder(
        net=options.net,
        labels=read_labels(
            options.labels, images=options.images, column=options.column, also=(options.group,)
        ),
        output=options.output.absolute(),
        title=options.name or options.output.absolute().name,
        init=options.init,
        freeze=None if freeze is None else () if freeze == "none" else tuple(freeze.split(",")),
        group=options.group,
        segmenter=options.segmenter,
        epochs=options.epochs,
        batch=options.batch,
        optimizer=options.optimizer,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        patience=options.patience,
        mirror=not options.no_mirror,
        seed=options.seed,
        device=options.device,
        cache=(options.cache or home / "lab").absolute(),
    )
    _say_left_out(order.labels.left_out)
    segmenters = SegmenterFolders(resources=resources_folder(), home=home)
    shown = TrainingProgress()
    try:
        result = train(
            order,
            weights=weights(),
            segmenters=segmenters,
            home=home,
            control=control,
            watcher=Watcher(caching=shown.cached, training=shown.trained, notify=shown.say),
        )
    finally:
        shown.close()
    test = result["test"]
    before = result["test_spearman_before"]
    say(f"Best epoch {result['best_epoch']} of {result['epochs']}.")
    say(
        f"On {test['n']} photos that it never saw: Spearman {number_text(test['spearman'])} (before "
        f"training {number_text(before)}), off by {test['rmse']:.3f} (RMSE)."
    )
    say(f"To use it: memapp score --net {options.output / 'best.safetensors'}")
    if options.name is not None:
        keep_by_name(order.output / "best.safetensors", options.name, home=home)
        say(f"Installed as {options.name}: memapp score --net {options.name}")
    return EXIT_ALL_SCORED


def _make_writable(folder: Path) -> None:
    """Create a folder for results and check that it can be written before the work. Raise OSError if not."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def _say_left_out(left_out: Sequence[LeftOut], more: str = "") -> None:
    """Print the first skipped rows, one line each, and how many more there are."""
    for each in left_out[:SHOWN_ROWS]:
        # File names in a table may contain anything.
        file = "".join(letter if letter.isprintable() else "?" for letter in each.file)
        complain(f"Skipped: row {each.row}, {file or 'without a file'}: {each.reason}", 0)
    if len(left_out) > SHOWN_ROWS:
        complain(f"... and {len(left_out) - SHOWN_ROWS} more{more}.", 0)


def _memory_game(options: argparse.Namespace) -> int:
    images: Path = options.images.absolute()
    if not images.is_dir():
        return complain(f"There is no folder of photos {images}.", EXIT_USAGE_OR_NOTHING)
    if options.photos is not None and options.photos < LEAST_PHOTOS:
        return complain(f"--photos: a game needs at least {LEAST_PHOTOS} photos.", EXIT_USAGE_OR_NOTHING)
    output = (options.output or images).absolute()
    try:
        # Check now, not after somebody has played for five minutes.
        _make_writable(output)
    except OSError as problem:
        return complain(
            f"The answers can't be saved in {output}: {problem.strerror}. Name another folder with --output.",
            EXIT_CANNOT_WORK,
        )
    # Only this action needs Qt.
    from memapp.lab.memory_game.start import play

    return play(
        images,
        output=output,
        observer=options.observer,
        seed=options.seed,
        most=options.photos,
    )
