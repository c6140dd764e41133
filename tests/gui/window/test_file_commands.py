"""What the window does with files: choose, copy, export in the order on screen, move to the trash."""

from __future__ import annotations

import csv
import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from memapp.core.number_text import set_notation
from memapp.core.resources import resource_path
from memapp.core.settings import SETTINGS
from memapp.gui.window.drop_area import given_by
from memapp.library.filtering import InRange
from tests.gui.questions import answer_question
from tests.gui.window_bench import WindowBench, make_photo, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120}
BEST_FIRST = ["b.png", "c.png", "a.png"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


@pytest.fixture
def choosing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Answers the system's file dialogs, which a test can't."""

    def answer(*, photos: list[str] | None = None, folder: str = "", save: str = "", kind: str = "") -> None:
        monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (photos or [], ""))
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (save, kind))

    return answer


def test_chosen_photos_are_added_and_their_folder_remembered(
    bench: WindowBench, folder: Path, choosing: Callable[..., None]
) -> None:
    choosing(photos=[str(folder / "a.png"), str(folder / "b.png")])
    bench.trigger("add-photos")
    bench.until_done()
    assert bench.names() == ["b.png", "a.png"]
    assert bench.settings.get(SETTINGS.last_folder) == str(folder)


def test_a_chosen_folder_is_added(bench: WindowBench, folder: Path, choosing: Callable[..., None]) -> None:
    choosing(folder=str(folder))
    bench.trigger("add-folder")
    bench.until_done()
    assert bench.names() == BEST_FIRST


def test_choosing_nothing_does_nothing(bench: WindowBench, choosing: Callable[..., None]) -> None:
    choosing()
    bench.trigger("add-photos")
    bench.trigger("add-folder")
    assert not bench.window.session.running
    assert bench.settings.get(SETTINGS.last_folder) == ""


def test_copied_photos_are_files_and_text_in_the_order_on_screen(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("a.png", "b.png")
    bench.trigger("copy")
    bench.until(lambda: QGuiApplication.clipboard().mimeData() is not None)
    mime = QGuiApplication.clipboard().mimeData()
    wanted = [str(folder / "b.png"), str(folder / "a.png")]
    assert list(given_by(mime).paths) == wanted
    assert mime.text().splitlines() == wanted


@pytest.mark.skipif(os.name == "nt", reason="names that are no text exist on POSIX only")
def test_a_photo_whose_name_is_no_text_can_be_copied(bench: WindowBench, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png")
    try:
        Path(odd).write_bytes(make_photo(tmp_path / "good.png", 10).read_bytes())
    except OSError:
        pytest.skip("this file system takes no such names")
    bench.add(Path(odd))
    bench.window.grid.selectAll()
    bench.until(bench.window.actions_table["copy"].isEnabled)
    bench.trigger("copy")
    bench.until(lambda: QGuiApplication.clipboard().mimeData() is not None)
    assert given_by(QGuiApplication.clipboard().mimeData()).paths == (odd,)


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
def test_scores_are_exported_in_the_order_on_screen(
    bench: WindowBench, folder: Path, tmp_path: Path, choosing: Callable[..., None], ending: str
) -> None:
    (folder / "broken.png").write_bytes(b"no picture")
    bench.add(folder)
    bench.trigger("sort-name")
    target = tmp_path / f"scores.{ending}"
    choosing(save=str(target))
    bench.trigger("export")
    bench.until(lambda: any(str(target) in text for text in bench.notice_texts()))
    text = target.read_text(encoding="utf-8")
    # Spreadsheets need a mark to read UTF-8; in JSON it would be an error.
    assert text.startswith("\ufeff") == (ending == "csv")
    places = [text.index(name) for name in ("a.png", "b.png", "broken.png", "c.png")]
    assert places == sorted(places)
    if ending == "json":
        assert (json.loads(text)["engine"], json.loads(text)["device"]) == ("none", "cpu")
        assert [result["status"] for result in json.loads(text)["results"]] == [
            "scored",
            "scored",
            "failed",
            "scored",
        ]


def test_files_have_points_where_the_screen_has_commas(
    bench: WindowBench,
    folder: Path,
    tmp_path: Path,
    choosing: Callable[..., None],
    request: pytest.FixtureRequest,
) -> None:
    set_notation(",", ".")
    request.addfinalizer(set_notation)
    claims = bytearray(b"BM" + bytes(52))
    claims[10], claims[14], claims[26], claims[28] = 54, 40, 1, 24
    claims[18:26] = struct.pack("<ii", 70_000, 70_000)
    (folder / "large.bmp").write_bytes(claims)
    bench.add(folder)
    target = tmp_path / "scores.csv"
    choosing(save=str(target))
    bench.trigger("export")
    bench.until(lambda: any(str(target) in text for text in bench.notice_texts()))
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    failed = [row for row in rows if row["status"] == "failed"]
    assert len(rows) == 4
    assert all("." in row["score"] and 0 <= float(row["score"]) <= 1 for row in rows if row not in failed)
    assert ["70,000 x 70,000 pixels" in row["reason"] for row in failed] == [True]


@pytest.mark.parametrize(
    ("typed", "written"), [("scores", "scores.json"), ("scores.csv", "scores.json"), ("a.b", "a.b.json")]
)
def test_the_chosen_kind_decides_the_ending_and_the_content(
    bench: WindowBench, folder: Path, tmp_path: Path, choosing: Callable[..., None], typed: str, written: str
) -> None:
    bench.add(folder)
    choosing(save=str(tmp_path / typed), kind="JSON (*.json)")
    bench.trigger("export")
    bench.until((tmp_path / written).is_file)
    assert len(json.loads((tmp_path / written).read_text(encoding="utf-8"))["results"]) == 3
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [written]


@pytest.mark.parametrize("answer", ["Replace", "Cancel"])
def test_a_file_that_the_system_did_not_ask_about_is_replaced_only_after_a_question(
    bench: WindowBench, folder: Path, tmp_path: Path, choosing: Callable[..., None], answer: str
) -> None:
    bench.add(folder)
    there = tmp_path / "scores.json"
    there.write_text("before", encoding="utf-8")
    choosing(save=str(tmp_path / "scores"), kind="JSON (*.json)")
    answer_question(answer)
    bench.trigger("export")
    if answer == "Replace":
        bench.until(lambda: any("written to" in text for text in bench.notice_texts()))
    assert (there.read_text(encoding="utf-8") == "before") == (answer == "Cancel")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_photo_is_never_written_over(
    bench: WindowBench, folder: Path, tmp_path: Path, choosing: Callable[..., None]
) -> None:
    bench.add(folder)
    before = (folder / "a.png").read_bytes()
    target = tmp_path / "scores.csv"
    target.symlink_to(folder / "a.png")
    choosing(save=str(target))
    bench.trigger("export")
    bench.until(lambda: any("it is one of the photos" in text for text in bench.notice_texts()))
    assert (folder / "a.png").read_bytes() == before


def test_only_what_is_shown_is_exported(
    bench: WindowBench, folder: Path, tmp_path: Path, choosing: Callable[..., None]
) -> None:
    bench.add(folder)
    bench.window.filters.set_condition("score", InRange("score", 0.4))
    choosing(save=str(tmp_path / "scores.csv"))
    bench.trigger("export")
    bench.until(lambda: any("scores.csv" in text for text in bench.notice_texts()))
    with (tmp_path / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [Path(row["path"]).name for row in csv.DictReader(file)] == ["b.png", "c.png"]


def test_an_export_that_can_not_be_written_is_reported(
    bench: WindowBench, folder: Path, tmp_path: Path, choosing: Callable[..., None]
) -> None:
    bench.add(folder)
    target = tmp_path / "no such folder" / "scores.csv"
    choosing(save=str(target))
    bench.trigger("export")
    bench.until(lambda: any("can't be written" in text for text in bench.notice_texts()))
    assert not target.parent.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows and macOS show the file by a program of their own")
def test_a_photo_is_revealed_in_its_folder(
    bench: WindowBench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown.append)
    monkeypatch.setattr("sys.platform", "linux")
    bench.add(folder)
    bench.choose("a.png")
    bench.trigger("reveal")
    bench.trigger("log")
    bench.trigger("licences")
    opened = [str(folder), str(bench.home / "logs"), str(resource_path("licences"))]
    assert [url.toLocalFile() for url in shown] == opened
