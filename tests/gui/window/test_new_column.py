"""A column that is declared once appears wherever the window shows columns, and in its exports."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QFileDialog, QMenu

from memapp.gui.inspector.facts import FactsText
from memapp.library.columns import Column, ExportField, Kind, RangeFilter, Sorting
from tests.gui.window_bench import WindowBench, make_photos

LIKES = Column(
    id="likes",
    title="Likes",
    kind=Kind.INTEGER,
    sort=Sorting(descending_first=True),
    filter=RangeFilter(0, 5),
    tooltip=True,
    spoken=True,
    details=True,
    export=ExportField("likes"),
)
GIVEN = {"a.png": 2, "b.png": 5, "c.png": 3}


@pytest.fixture
def liked(bench: WindowBench, tmp_path: Path) -> WindowBench:
    """Four photos, three of which have likes. Nothing else knows of likes."""
    bench.add(make_photos(tmp_path / "photos", {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200}))
    library = bench.window.library
    library.register(LIKES)
    ids = {name: library.id_of(bench.key(name)) for name in GIVEN}
    library.set("likes", {photo: GIVEN[name] for name, photo in ids.items() if photo is not None})
    return bench


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_it_is_in_the_sort_menus_with_a_key(liked: WindowBench) -> None:
    window = liked.window
    [view] = [menu for menu in window.menuBar().findChildren(QMenu) if menu.title() == "Sort by"]
    assert (
        texts(view)
        == texts(window.sorting.button.menu())
        == [
            *(
                "Score",
                "Name",
                "Date taken",
                "File size",
                "Flag",
                "Stars",
                "Label",
                "Person, % of the photo",
                "Likes",
            ),
        ]
    )
    assert window.actions_table["sort-likes"].shortcut().toString() == "Ctrl+9"
    assert any(line.text == "Sort by: Likes" for line in window.actions_table.cheat_sheet())
    liked.trigger("sort-likes")
    assert liked.names() == ["b.png", "c.png", "a.png", "d.png"]
    assert window.actions_table["sort-likes"].isChecked()
    window.library.unregister("likes")
    assert "Likes" not in texts(view)
    assert window.actions_table["sort-score"].isChecked()


def test_it_is_remembered_as_the_order_where_it_is_there(liked: WindowBench) -> None:
    liked.trigger("sort-likes")
    window = liked.window
    window.library.unregister("likes")
    window.sorting.restore()
    assert window.photos.order.column == "score"


def test_it_is_in_the_filter(liked: WindowBench) -> None:
    window = liked.window
    boxes = {box.accessibleName(): box for box in window.filters.popup.findChildren(QDoubleSpinBox)}
    boxes["Likes: lowest value shown"].setValue(3)
    assert sorted(liked.names()) == ["b.png", "c.png"]
    assert window.actions_table["clear-filter"].isEnabled()
    window.status.show_all_clicked.emit()
    assert len(liked.names()) == 4
    # What can't be filtered by any more hides nothing.
    boxes["Likes: highest value shown"].setValue(2)
    assert liked.names() == ["a.png"]
    window.library.unregister("likes")
    assert len(liked.names()) == 4
    assert not window.filters.wanted


def test_it_is_in_the_details_the_tooltip_and_the_inspector(liked: WindowBench) -> None:
    window = liked.window
    liked.trigger("details")
    assert window.details.isVisible()
    model = window.photos
    titles = [model.headerData(place, Qt.Orientation.Horizontal) for place in range(model.columnCount())]
    row = model.index_of(liked.key("b.png")).row()
    assert model.index(row, titles.index("Likes")).data() == "5"
    assert "Likes: 5" in model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "likes 5" in model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    liked.choose("b.png")
    facts = window.inspector.findChild(FactsText)
    assert facts is not None
    liked.until(lambda: "Likes" in facts.toPlainText())


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_it_is_exported(
    liked: WindowBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    target = tmp_path / f"scores.{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    liked.trigger("export")
    liked.until(target.is_file)
    text = target.read_text(encoding="utf-8-sig")
    if ending == "csv":
        likes = {Path(row["path"]).name: row["likes"] for row in csv.DictReader(text.splitlines())}
        assert likes == {"a.png": "2", "b.png": "5", "c.png": "3", "d.png": ""}
    else:
        results = json.loads(text)["results"]
        assert {Path(each["path"]).name: each["likes"] for each in results} == {**GIVEN, "d.png": None}
