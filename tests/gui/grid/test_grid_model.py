"""The model as views read it: tiles, cells, texts, files to drag; batches in, ranges out."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from memapp.core.calibration import percentile
from memapp.core.records import ImageKey, Precision
from memapp.gui.grid.grid_model import GridModel
from memapp.library.columns import Column, ExportField, Kind, Sorting
from memapp.library.order import Order
from tests.gui.grid.photos import (
    add,
    add_failed,
    add_scored,
    failed,
    key,
    new_model,
    photo_id,
    remove,
    scored,
    scored_fast,
)


def image(side: int = 100) -> QImage:
    made = QImage(side, side, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.red)
    return made


def test_a_tile_waits_is_scored_and_fails(model: GridModel) -> None:
    add(model, "a.jpg")
    assert (model.tile(0).name, model.tile(0).score, model.tile(0).failure) == ("a.jpg", None, None)
    model.scores.note_scores([scored("a.jpg", 0.7512345)])
    assert model.tile(0).score == 0.7512345
    assert model.tile(0).percentile == percentile(0.7512345)
    assert model.tile(0).score_range == (0.4, 1.0)
    model.scores.note_failures([failed("a.jpg")])
    assert (model.tile(0).score, model.tile(0).failure) == (None, failed("a.jpg"))


def test_late_answers_for_photos_that_are_gone_do_no_harm(model: GridModel) -> None:
    model.images.set_preview(key("gone.jpg"), image())
    model.images.set_overlays({key("gone.jpg"): image()})
    remove(model, "gone.jpg")
    assert model.rowCount() == 0
    assert model.images.preview(key("gone.jpg")) is None
    assert model.images.overlay(key("gone.jpg")) is None


def test_a_batch_is_announced_in_joined_ranges(model: GridModel) -> None:
    photos = [scored(f"{number}.jpg", 0.5) for number in range(20)]
    add(model, *(photo.key for photo in photos))
    announced = []
    model.dataChanged.connect(lambda first, last: announced.append((first.row(), last.row(), last.column())))
    last_column = len(model.columns) - 1
    model.scores.note_scores([photos[row] for row in (7, 1, 2, 3, 14)])
    # With those beside them, whose ties may be others now.
    assert announced == [(0, 4, last_column), (6, 8, last_column), (13, 15, last_column)]
    announced.clear()
    model.images.set_preview(photos[4].key, image())
    assert announced == [(4, 4, last_column)]


@pytest.mark.parametrize("gone", [[0], [9], [3, 4, 5], [0, 2, 4, 9], list(range(10))])
def test_removal_keeps_all_else_in_place(model: GridModel, gone: list[int]) -> None:
    add_scored(model, *(scored(f"{number}.jpg", 0.9 - number / 100) for number in range(10)))
    kept = {row: QPersistentModelIndex(model.index(row, 0)) for row in range(10)}
    remove(model, *(f"{row}.jpg" for row in gone))
    staying = [row for row in range(10) if row not in gone]
    assert [model.tile(place).name for place in range(model.rowCount())] == [f"{row}.jpg" for row in staying]
    for row, index in kept.items():
        assert index.isValid() == (row in staying)
        assert index.data() == (f"{row}.jpg" if row in staying else None)


def test_what_was_removed_comes_back_in_its_place(qtbot: QtBot, model: GridModel) -> None:
    add_scored(model, *(scored(f"{number}.jpg", 0.9 - number / 100) for number in range(5)))
    remove(model, "1.jpg", "3.jpg")
    model.library.restore([photo_id(key("1.jpg"))])
    qtbot.waitUntil(lambda: [model.tile(place).name[0] for place in range(4)] == list("0124"))
    assert model.tile(1).score == 0.89


def test_a_file_in_another_state_keeps_its_tile(qtbot: QtBot, model: GridModel) -> None:
    add_scored(model, scored("a.jpg", 0.9), scored("b.jpg", 0.5))
    model.images.set_preview(key("a.jpg"), image())
    with qtbot.waitSignal(model.files_changed, timeout=0):
        add(model, key("a.jpg", size=2000))
    assert (model.rowCount(), model.tile(0).name) == (2, "a.jpg")
    assert (model.tile(0).score, model.tile(0).preview) == (None, None)
    assert model.key(0) == key("a.jpg", size=2000)


def test_fast_scores_are_said_to_be_fast(model: GridModel) -> None:
    add_scored(model, scored("a.jpg", 0.8), scored_fast("b.jpg", 0.8))
    exact, fast = model.index(0, 0), model.index(1, 0)
    assert [model.tile(row).precision for row in range(2)] == [Precision.EXACT, Precision.FAST]
    assert fast.data(Qt.ItemDataRole.AccessibleTextRole) == "b.jpg, fast score 0.80, Top 41 %"
    assert exact.data(Qt.ItemDataRole.AccessibleTextRole) == "a.jpg, score 0.80, Top 41 %"
    tooltip = fast.data(Qt.ItemDataRole.ToolTipRole)
    assert "≈0.80" in tooltip
    assert "Fast score, a little less exact. Score it exactly to be sure." in tooltip
    assert "ast score" not in exact.data(Qt.ItemDataRole.ToolTipRole)
    assert "≈" not in exact.data(Qt.ItemDataRole.ToolTipRole)


def test_previews_are_bounded_in_bytes_and_requested_again(qtbot: QtBot) -> None:
    model = new_model(preview_bytes=100_000)
    keys = [key(f"{number}.jpg") for number in range(3)]
    add(model, *keys)
    assert model.images.lacking_previews(keys, 100) == keys
    for wanted in keys:
        model.images.set_preview(wanted, image(100))
    assert model.images.lacking_previews(keys, 100) == keys[:1]
    assert model.tile(2).preview == image(100)
    assert model.images.lacking_previews(keys[1:], 200) == keys[1:]


def test_a_small_photo_is_not_requested_in_vain(model: GridModel) -> None:
    photo = scored("a.jpg", 0.5)
    add_scored(model, photo)
    model.images.set_preview(photo.key, image(100))
    assert model.images.lacking_previews([photo.key], 200) == [photo.key]
    model.images.set_preview(photo.key, image(6000))
    assert model.images.lacking_previews([photo.key], 10_000) == []


def test_overlays_come_and_go_and_an_empty_one_is_not_requested_again(qtbot: QtBot, model: GridModel) -> None:
    add(model, "a.jpg", "b.jpg", "c.jpg")
    keys = [key(f"{name}.jpg") for name in "abc"]
    model.images.set_overlays({keys[0]: image(), keys[1]: QImage()})
    assert [model.tile(place).overlay is not None for place in range(3)] == [True, False, False]
    assert model.images.lacking_overlays(keys) == [keys[2]]
    # Only tiles that have one are painted again, however many there are.
    with qtbot.waitSignal(model.dataChanged, check_params_cb=lambda *args: args[1].row() == 1):
        model.images.forget_overlays()
    assert model.images.lacking_overlays(keys) == keys
    with qtbot.assertNotEmitted(model.dataChanged):
        model.images.forget_overlays()


def test_texts_describe_the_photo(model: GridModel) -> None:
    add_scored(model, scored("<b>.jpg", 0.8234))
    add(model, "b.jpg")
    add_failed(model, failed("c.jpg"))
    spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken[0].startswith("<b>.jpg, score 0.82, ")
    assert spoken[1:] == ["b.jpg, waiting for its score", "c.jpg, file is damaged"]
    tips = [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert "&lt;b&gt;.jpg" in tips[0]
    assert "About 82 of 100 people" in tips[0]
    assert "ends too early" in tips[2]


def test_cells_are_what_the_columns_say(model: GridModel) -> None:
    add_scored(model, scored("a.jpg", 0.8234, size=2_000_000, taken="2026-05-01T18:30:05"))
    titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]
    cells = dict(zip(titles, (model.index(0, place).data() for place in range(len(titles))), strict=True))
    assert cells["Name"] == "a.jpg"
    assert cells["Score"] == "0.82"
    assert cells["File size"] == "2.0 MB"
    assert cells["Date taken"] == "1 May 2026, 18:30:05"
    assert cells["Camera"] == ""
    right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    alignments = {
        title: model.index(0, place).data(Qt.ItemDataRole.TextAlignmentRole) == right
        for place, title in enumerate(titles)
    }
    assert (alignments["Name"], alignments["Score"], alignments["File size"]) == (False, True, True)


def test_a_column_that_is_registered_comes_and_goes(model: GridModel) -> None:
    add(model, "a.jpg", "b.jpg")
    before = model.columnCount()
    kept = QPersistentModelIndex(model.index(1, 0))
    likes = Column(
        id="likes", title="Likes", kind=Kind.INTEGER, sort=Sorting(), details=True,
        export=ExportField("likes"),
    )  # fmt: skip
    model.library.register(likes)
    model.library.set("likes", {photo_id(key("b.jpg")): 3})
    assert model.columnCount() == before + 1
    assert [model.index(row, before).data() for row in range(2)] == ["", "3"]
    model.set_order(Order.natural(likes))
    assert [model.tile(place).name for place in range(2)] == ["b.jpg", "a.jpg"]
    model.library.unregister("likes")
    assert (model.columnCount(), model.order) == (before, Order())
    model.refresh()
    assert kept.data() == "b.jpg"


@pytest.mark.skipif(os.name == "nt", reason="names are always Unicode there")
def test_files_of_any_name_can_be_dragged_out(model: GridModel) -> None:
    names = ["a b#?%.jpg", "Größe.jpg", os.fsdecode(b"\xff.jpg")]
    add(model, *(ImageKey(f"/photos/{name}", 1, 1) for name in names))
    urls = model.mimeData([model.index(row, 0) for row in range(3)]).urls()
    assert [url.toLocalFile() for url in urls[:2]] == ["/photos/a b#?%.jpg", "/photos/Größe.jpg"]
    assert bytes(urls[2].toEncoded().data()) == b"file:///photos/%FF.jpg"
    assert model.supportedDragActions() == Qt.DropAction.CopyAction
