"""memapp pick: score photos and choose the best ones that are unlike each other."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
from tqdm import tqdm

from memapp.commands.common import (
    EXIT_SOME_FAILED,
    add_device,
    add_precision,
    complain,
    file_path,
    nets,
    whole_number,
)
from memapp.commands.score import score_and_write
from memapp.compose.moments import search_stacks
from memapp.core.contracts import ScorerFactory
from memapp.core.control import RunControl
from memapp.core.likeness import Likeness
from memapp.core.net_ids import RESMEM_ID
from memapp.core.records import ImageKey, Precision
from memapp.core.text import tr, trn
from memapp.intake.load import load_photo
from memapp.library.best_set import DEFAULT_VARIETY, candidates_from, choose_best
from memapp.library.changes import Rows
from memapp.library.columns import Column, ExportField, Kind
from memapp.library.found_stacks import StackedPhoto
from memapp.library.photo import Photo
from memapp.library.photo_columns import PhotoState, facts_of
from memapp.library.scores import Scores
from memapp.library.stack_book import stack_book
from memapp.pipeline.likeness import likeness_run
from memapp.report.exporters import EXPORTERS, TABLE
from memapp.store.home import home_folder
from memapp.store.likenesses import LikenessStore
from memapp.store.scores import SqliteScoreStore

STANDS_FOR = "stands_for"
"""The column, and the field in files."""


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    pick = commands.add_parser(
        "pick", help="score photos and print the best ones that are unlike each other, in the order of choice"
    )
    pick.add_argument(
        "paths", nargs="+", metavar="PATH", help="photos and folders, or patterns such as *.jpg"
    )
    pick.add_argument(
        "--top", type=whole_number, metavar="N", default=20, help="how many are chosen (default: 20)"
    )
    pick.add_argument(
        "--variety",
        type=_share,
        metavar="V",
        default=DEFAULT_VARIETY,
        help=f"0: the most memorable, whatever they show; 1: the most varied (default: {DEFAULT_VARIETY})",
    )
    pick.add_argument("--sharp", action="store_true", help="leave out photos that are soft")
    pick.add_argument("--format", choices=[kind.name for kind in EXPORTERS.kinds], default=TABLE.kind.name)
    pick.add_argument(
        "--output", metavar="FILE", type=file_path, help="write here instead of standard output"
    )
    add_device(pick)
    add_precision(pick, fast="about 1.5x faster and a little less exact, marked with ≈; on the CPU only")
    pick.set_defaults(run=_pick, engine="auto", net=RESMEM_ID, triage=None, batch=None, no_cache=False)


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("between 0 and 1")
    return number


def _pick(options: argparse.Namespace) -> int:
    return score_and_write(options, partial(_chosen, options))


def _chosen(options: argparse.Namespace, scores: Scores, control: RunControl) -> Rows:
    """Return the rows of the chosen photos, in the order of choice; how many each stands for is noted."""
    library = scores.library
    rows = library.rows()
    likenesses = _likenesses(
        options, library.keys_at(rows[~np.isnan(library.values("score")[rows])]), control
    )
    if failed := scores.count(PhotoState.FAILED):
        said = trn(
            "{count:,} file was left out: it can't be read.",
            "{count:,} files were left out: they can't be read.",
            failed,
        )
        complain(said, EXIT_SOME_FAILED)
    stack_book(scores).take(search_stacks(_stacked(scores, rows), home=home_folder(), control=control))
    choices = choose_best(
        candidates_from(scores, rows, likenesses, leave_out_soft=options.sharp),
        options.top,
        variety=options.variety,
        checkpoint=control.checkpoint,
    )
    library.register(
        Column(id=STANDS_FOR, title=tr("Stands for"), kind=Kind.INTEGER, export=ExportField(STANDS_FOR))
    )
    chosen = np.array([choice.row for choice in choices], dtype=np.int64)
    library.set_rows(STANDS_FOR, chosen, [choice.stands_for for choice in choices])
    return chosen


def _stacked(scores: Scores, rows: Rows) -> list[StackedPhoto]:
    """Return what the search for photos of one moment needs to know."""
    photos = (Photo(scores.library, row) for row in rows.tolist())
    return [
        StackedPhoto(photo.id, photo.key, facts.taken, facts.exposure, facts.camera)
        for photo in photos
        if (facts := facts_of(photo)) is not None
    ]


def _likenesses(
    options: argparse.Namespace, keys: Sequence[ImageKey], control: RunControl
) -> dict[ImageKey, Likeness]:
    """Return what tells how alike these photos are, noted now for those that were scored before it was."""
    home = home_folder()
    factories = {
        precision: nets().factory(
            RESMEM_ID,
            device=options.device,
            engine="auto",
            precision=precision,
        )
        for precision in Precision
    }
    wanted: ScorerFactory = factories[Precision(options.precision)]
    identities = [wanted.identity(), *wanted.equivalent_identities(), factories[Precision.FAST].identity()]
    with closing(LikenessStore(home=home)) as store:
        found = store.load(keys, identities)
        missing = [key for key in keys if key not in found]
        if missing:
            run = likeness_run(
                missing,
                loader=load_photo,
                scorers=wanted,
                open_store=lambda: SqliteScoreStore(home=home),
                is_busy=lambda: False,
                control=control,
            )
            for _ in tqdm(run, total=len(missing), unit="photo", disable=None, file=sys.stderr, leave=False):
                pass
            control.checkpoint()
            found |= store.load(missing, identities)
    return found
