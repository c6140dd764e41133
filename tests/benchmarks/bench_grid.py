"""100,000 photos in the grid: how long filling, sorting and painting take, and what a row costs."""

from __future__ import annotations

import gc
import os
import sys
import tracemalloc
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QCoreApplication, QItemSelectionModel
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from memapp.core.records import ImageKey, PhotoFacts, PhotoId, ScoredPhoto
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.tile_images import TileImages
from memapp.gui.widgets.theme import DARK
from memapp.library.filtering import PhotoFilter, contains
from memapp.library.library import Library
from memapp.library.order import Order
from memapp.library.photo_columns import photo_columns
from memapp.library.scores import Scores
from tests.benchmarks.measurement import Measurement, seconds_of

ROWS = 100_000
BATCH = 500

ItemT = TypeVar("ItemT")


def fake_keys(count: int) -> list[ImageKey]:
    """Photos as a few cameras would have named them, in folders of a thousand, their numbers mixed."""
    numbers = np.random.default_rng(1).permutation(count).tolist()
    return [
        ImageKey(f"/home/anna/Pictures/2026/{n // 1000:03}/DSC_{n}.NEF", 4_000_000 + n, 1_790_000_000_000 + n)
        for n in numbers
    ]


def fake_photos(keys: Sequence[ImageKey], *, seed: int = 2) -> list[ScoredPhoto]:
    """The keys with scores as a shoot has them, and facts each of their own, as read from files."""
    scores = np.random.default_rng(seed).normal(0.75, 0.1, len(keys)).clip(0.41, 0.99).tolist()
    start = datetime(2026, 5, 1, 9)
    return [
        ScoredPhoto(
            key,
            score,
            PhotoFacts(
                6000,
                4000,
                "Nikon NEF",
                taken=(start + timedelta(seconds=key.size % 86_400)).isoformat(),
                camera="".join(("NIKON ", "Z 6_2")),
                lens="".join(("NIKKOR Z ", "85mm f/1.8 S")),
                exposure=f"1/{100 + key.size % 900} s  f/2.8  ISO 400  85 mm",
            ),
        )
        for key, score in zip(keys, scores, strict=True)
    ]


def run() -> list[Measurement]:
    """Measure everything; needs no screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    return [_measure_memory(), *_measure_speed(application)]


def main() -> int:
    """Print the figures, and return 1 if one of them is beyond its limit."""
    measurements = run()
    for measurement in measurements:
        print(measurement.line())
    return 0 if all(measurement.passed for measurement in measurements) else 1


def _measure_memory() -> Measurement:
    tracemalloc.start()
    model = _empty_model()
    before, _ = tracemalloc.get_traced_memory()
    # Keys and facts are made here and kept by the model alone, so they count.
    keys = fake_keys(ROWS)
    model.library.add(zip(map(PhotoId, range(1, ROWS + 1)), keys, strict=True))
    for batch in _batches(keys):
        model.scores.note_scores(fake_photos(batch))
    model.refresh()
    del keys, batch
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Measurement("memory of a row, without previews", (after - before) / ROWS, "bytes", 1000)


def _measure_speed(application: QCoreApplication) -> list[Measurement]:
    model = _empty_model()
    view = GridView(model=model, theme=DARK, tile_size=200)
    view.resize(1600, 1000)
    view.show()
    keys = fake_keys(ROWS)
    photos = fake_photos(keys)

    def fill() -> None:
        for batch in _batches(list(zip(map(PhotoId, range(1, ROWS + 1)), keys, strict=True))):
            model.library.add(batch)
            application.processEvents()
        for scored in _batches(photos):
            model.scores.note_scores(scored)
            application.processEvents()
        model.refresh()

    figures = [Measurement(f"fill the grid with {ROWS:,} photos", seconds_of(fill), "s", 3.5)]
    for column in ("name", "taken", "size", "score"):
        for descending in (False, True):
            seconds = seconds_of(partial(model.set_order, Order(column, descending=descending)))
            name = f"sort by {column}, {'highest' if descending else 'lowest'} first"
            figures.append(Measurement(name, seconds, "s", 0.05))
    model.scores.note_scores(fake_photos(keys[: ROWS // 2], seed=3))
    figures.append(Measurement("sort again while scores come", seconds_of(model.refresh), "s", 0.5))
    view.selectAll()
    turn = seconds_of(lambda: model.set_order(Order("score", descending=False)))
    figures.append(Measurement("turn the order, all selected", turn, "s", 0.5))
    view.clearSelection()
    for row in range(0, ROWS, 100):
        view.selectionModel().select(
            model.index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    turn = seconds_of(lambda: model.set_order(Order("score", descending=True)))
    figures.append(Measurement("turn the order, 1,000 selected apart", turn, "s", 0.5))
    view.clearSelection()
    for text in ("77", ""):
        seconds = seconds_of(
            partial(model.set_filter, PhotoFilter().with_condition("name", contains("name", text)))
        )
        figures.append(Measurement(f"filter by the name, {text!r}", seconds, "s", None))
    for shown in model.keys(range(100)):
        model.images.set_preview(shown, QImage(200, 133, QImage.Format.Format_RGB32))
    view.grab()
    figures.append(Measurement("paint a screen of 28 photos", 1000 * seconds_of(view.grab), "ms", None))
    figures.append(
        Measurement("type-ahead to the last name", seconds_of(partial(view.keyboardSearch, "x")), "s", None)
    )
    view.deleteLater()
    return figures


def _empty_model() -> GridModel:
    scores = Scores(Library(photo_columns()))
    return GridModel(scores=scores, images=TileImages(library=scores.library))


def _batches(items: Sequence[ItemT]) -> list[Sequence[ItemT]]:
    return [items[first : first + BATCH] for first in range(0, len(items), BATCH)]


if __name__ == "__main__":
    sys.exit(main())
