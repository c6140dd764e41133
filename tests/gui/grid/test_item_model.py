"""The item model: photos by row, batches in, roles out."""

from __future__ import annotations

import os

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from memapp.core.calibration import percentile
from memapp.core.records import FailureKind, ImageKey, Precision
from memapp.gui.grid.item_model import PhotoItemModel, joined_ranges
from memapp.gui.grid.photo_words import failure_words
from memapp.gui.grid.roles import PhotoRole, PhotoState
from tests.gui.grid.photos import add_scored, failed, key, scored, scored_fast


def image(side: int = 100) -> QImage:
    made = QImage(side, side, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.red)
    return made


def test_a_photo_waits_and_is_scored(model: PhotoItemModel) -> None:
    model.add([key("a.jpg")])
    index = model.index_of(key("a.jpg"))
    assert index.data(PhotoRole.STATE) == PhotoState.WAITING
    assert index.data(PhotoRole.SCORE) is None
    photo = scored("a.jpg", 0.7512345, taken="2026-05-01T18:30:05")
    model.set_scores([photo])
    assert index.data(PhotoRole.KEY) == key("a.jpg")
    assert index.data(PhotoRole.STATE) == PhotoState.SCORED
    assert index.data(PhotoRole.SCORE) == 0.7512345
    assert index.data(PhotoRole.PERCENTILE) == percentile(0.7512345)
    assert index.data(PhotoRole.TAKEN) == int(np.datetime64("2026-05-01T18:30:05").astype(int))
    assert index.data(PhotoRole.FILE_SIZE) == 1000
    assert index.data(PhotoRole.FACTS) == photo.facts
    assert index.data() == "a.jpg"


@pytest.mark.parametrize("taken", [None, "", "0000:00:00 00:00:00", "yesterday"])
def test_a_date_that_is_none_is_unknown(model: PhotoItemModel, taken: str | None) -> None:
    add_scored(model, scored("a.jpg", 0.5, taken=taken))
    assert model.index(0).data(PhotoRole.TAKEN) is None


def test_a_photo_fails_and_is_tried_again(model: PhotoItemModel) -> None:
    add_scored(model, scored("a.jpg", 0.5))
    model.set_failures([failed("a.jpg")])
    assert model.index(0).data(PhotoRole.STATE) == PhotoState.FAILED
    assert model.index(0).data(PhotoRole.SCORE) is None
    assert model.index(0).data(PhotoRole.FAILURE) == failed("a.jpg")
    assert model.failures() == [failed("a.jpg")]
    model.set_waiting([key("a.jpg")])
    assert model.index(0).data(PhotoRole.STATE) == PhotoState.WAITING
    assert model.failures() == []


def test_what_was_never_found_as_a_photo_is_not_dropped_silently(model: PhotoItemModel) -> None:
    model.set_failures([failed("notes.txt", FailureKind.NOT_A_PICTURE)])
    assert model.count(PhotoState.FAILED) == 1


def test_late_answers_for_photos_that_are_gone_do_no_harm(model: PhotoItemModel) -> None:
    model.set_scores([scored("gone.jpg", 0.5)])
    model.set_preview(key("gone.jpg"), image())
    model.set_waiting([key("gone.jpg")])
    model.remove([key("gone.jpg")])
    assert model.rowCount() == 0
    assert model.preview(key("gone.jpg")) is None


def test_photos_are_added_once(model: PhotoItemModel) -> None:
    model.add([key("a.jpg"), key("a.jpg"), key("b.jpg")])
    model.set_scores([scored("a.jpg", 0.5)])
    model.add([key("a.jpg")])
    assert model.rowCount() == 2
    assert model.score(key("a.jpg")) == 0.5


def test_a_batch_is_announced_in_joined_ranges_with_its_roles(model: PhotoItemModel) -> None:
    photos = [scored(f"{number}.jpg", 0.5) for number in range(10)]
    model.add(photo.key for photo in photos)
    announced = []
    model.dataChanged.connect(
        lambda first, last, roles: announced.append((first.row(), last.row(), PhotoRole.SCORE in roles))
    )
    model.set_scores([photos[row] for row in (7, 1, 2, 3, 8)])
    assert announced == [(1, 3, True), (7, 8, True)]
    announced.clear()
    model.set_preview(photos[4].key, image())
    assert announced == [(4, 4, False)]


def test_very_many_ranges_become_one() -> None:
    assert joined_ranges(np.arange(0, 1000, 2)) == [(0, 998)]
    assert joined_ranges(np.array([], dtype=np.int64)) == []


@pytest.mark.parametrize("gone", [[0], [9], [3, 4, 5], [0, 2, 4, 9], list(range(10))])
def test_removal_keeps_all_else_in_place(model: PhotoItemModel, gone: list[int]) -> None:
    add_scored(model, *(scored(f"{number}.jpg", 0.5 + number / 100) for number in range(10)))
    kept = {row: QPersistentModelIndex(model.index(row)) for row in range(10)}
    model.remove(key(f"{row}.jpg") for row in gone)
    staying = [row for row in range(10) if row not in gone]
    assert [model.index(place).data() for place in range(model.rowCount())] == [
        f"{row}.jpg" for row in staying
    ]
    for row, index in kept.items():
        assert index.isValid() == (row in staying)
        assert index.data(PhotoRole.SCORE) == (0.5 + row / 100 if row in staying else None)
    assert [model.score(key(f"{row}.jpg")) for row in staying] == [0.5 + row / 100 for row in staying]


def test_counts_and_scores(model: PhotoItemModel) -> None:
    add_scored(model, scored("a.jpg", 0.5), scored("b.jpg", 0.75))
    model.add([key("c.jpg")])
    model.set_failures([failed("d.jpg")])
    assert (model.count(), model.count(PhotoState.WAITING), model.count(PhotoState.SCORED)) == (4, 1, 2)
    assert model.scores(Precision.EXACT).tolist() == [0.5, 0.75]
    model.clear()
    assert (model.count(), model.scores(Precision.EXACT).tolist(), model.failures()) == (0, [], [])


def test_fast_scores_are_told_from_exact_ones(model: PhotoItemModel) -> None:
    add_scored(model, scored("a.jpg", 0.5), scored_fast("b.jpg", 0.75), scored_fast("c.jpg", 0.25))
    model.add([key("d.jpg")])
    assert [model.index(row).data(PhotoRole.PRECISION) for row in range(4)] == [
        Precision.EXACT,
        Precision.FAST,
        Precision.FAST,
        None,
    ]
    assert model.scores(Precision.FAST).tolist() == [0.75, 0.25]
    assert [model.score_count(precision) for precision in Precision] == [1, 2]
    assert model.scored_fast(key(f"{name}.jpg") for name in "dcax") == [key("c.jpg")]
    assert model.outcome(key("b.jpg")) == scored_fast("b.jpg", 0.75)
    assert model.all_keys() == [key(f"{name}.jpg") for name in "abcd"]


def test_an_exact_score_takes_a_fast_ones_place_but_not_the_other_way_round(model: PhotoItemModel) -> None:
    add_scored(model, scored_fast("a.jpg", 0.7))
    model.set_scores([scored("a.jpg", 0.71)])
    assert model.outcome(key("a.jpg")) == scored("a.jpg", 0.71)
    model.set_scores([scored_fast("a.jpg", 0.7)])
    assert model.outcome(key("a.jpg")) == scored("a.jpg", 0.71)
    model.set_waiting([key("a.jpg")])
    model.set_scores([scored_fast("a.jpg", 0.7)])
    assert model.outcome(key("a.jpg")) == scored_fast("a.jpg", 0.7)


def test_fast_scores_are_said_to_be_fast(model: PhotoItemModel) -> None:
    add_scored(model, scored("a.jpg", 0.8), scored_fast("b.jpg", 0.8))
    exact, fast = model.index(0), model.index(1)
    assert fast.data(Qt.ItemDataRole.AccessibleTextRole) == "b.jpg, fast score 0.80, 59th percentile"
    assert exact.data(Qt.ItemDataRole.AccessibleTextRole) == "a.jpg, score 0.80, 59th percentile"
    tooltip = fast.data(Qt.ItemDataRole.ToolTipRole)
    assert "≈0.80" in tooltip
    assert "Fast score, a little less exact. Score it exactly to be sure." in tooltip
    assert "ast score" not in exact.data(Qt.ItemDataRole.ToolTipRole)
    assert "≈" not in exact.data(Qt.ItemDataRole.ToolTipRole)


def test_previews_are_bounded_in_bytes_and_asked_for_again(qtbot: QtBot) -> None:
    model = PhotoItemModel(preview_bytes=100_000)
    keys = [key(f"{number}.jpg") for number in range(3)]
    model.add(keys)
    assert model.lacking_previews(keys, 100) == keys
    for wanted in keys:
        model.set_preview(wanted, image(100))
    assert model.lacking_previews(keys, 100) == keys[:1]
    assert model.index(2).data(PhotoRole.PREVIEW) == image(100)
    assert model.lacking_previews(keys[1:], 200) == keys[1:]


def test_a_small_photo_is_not_asked_for_in_vain(model: PhotoItemModel) -> None:
    photo = scored("a.jpg", 0.5)
    add_scored(model, photo)
    model.set_preview(photo.key, image(100))
    assert model.lacking_previews([photo.key], 200) == [photo.key]
    model.set_preview(photo.key, image(6000))
    assert model.lacking_previews([photo.key], 10_000) == []


def test_texts_speak_of_the_photo(model: PhotoItemModel) -> None:
    add_scored(model, scored("<b>.jpg", 0.8234))
    model.add([key("b.jpg")])
    model.set_failures([failed("c.jpg")])
    spoken = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken[0].startswith("<b>.jpg, score 0.82, ")
    assert spoken[1:] == ["b.jpg, waiting for its score", "c.jpg, file is damaged"]
    tips = [model.index(row).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert "&lt;b&gt;.jpg" in tips[0]
    assert "About 82 of 100 people" in tips[0]
    assert "ends too early" in tips[2]


@pytest.mark.parametrize("kind", list(FailureKind))
def test_every_failure_is_said_in_three_words(kind: FailureKind) -> None:
    assert 2 <= len(failure_words(kind).split()) <= 3


@pytest.mark.skipif(os.name == "nt", reason="names are always Unicode there")
def test_files_of_any_name_can_be_dragged_out(model: PhotoItemModel) -> None:
    names = ["a b#?%.jpg", "Größe.jpg", os.fsdecode(b"\xff.jpg")]
    model.add(ImageKey(f"/photos/{name}", 1, 1) for name in names)
    urls = model.mimeData([model.index(row) for row in range(3)]).urls()
    assert [url.toLocalFile() for url in urls[:2]] == ["/photos/a b#?%.jpg", "/photos/Größe.jpg"]
    assert bytes(urls[2].toEncoded().data()) == b"file:///photos/%FF.jpg"
    assert model.supportedDragActions() == Qt.DropAction.CopyAction
