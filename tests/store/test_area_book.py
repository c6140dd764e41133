"""Areas of interest on disk: stored per folder, atomically; damaged files are set aside and reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from memapp.core.errors import StoreError
from memapp.core.explanation import AreaOfInterest, FolderAreas
from memapp.store import area_book
from memapp.store.area_book import AreaBook

LOGO = AreaOfInterest("Logo", ((0.1, 0.1), (0.3, 0.1), (0.3, 0.25)))
BOTTLE = AreaOfInterest("Bottle ü", ((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0)))
AREAS = FolderAreas(everywhere=(LOGO,), by_photo={"a.jpg": (BOTTLE,), "odd \udcff.jpg": (LOGO,)})


def kept_files(home: Path) -> list[Path]:
    return sorted((home / "areas").iterdir())


def test_stored_areas_are_read_back_per_folder(tmp_path: Path) -> None:
    AreaBook(home=tmp_path).save("/photos/a", AREAS)
    again = AreaBook(home=tmp_path)
    assert again.load("/photos/a") == AREAS
    assert again.load("/photos/b") == FolderAreas()
    assert AREAS.of("a.jpg") == (LOGO, BOTTLE)
    assert AREAS.of("b.jpg") == (LOGO,)


def test_photos_without_areas_are_not_written(tmp_path: Path) -> None:
    book = AreaBook(home=tmp_path)
    book.save("/photos", FolderAreas(by_photo={"a.jpg": (), "b.jpg": (LOGO,)}))
    assert dict(book.load("/photos").by_photo) == {"b.jpg": (LOGO,)}


@pytest.mark.parametrize(
    "content", ["", "[1]", '{"areas": 3}', '{"areas": [], "photos": [1]}', '{"areas": [{"name": "x"}]}']
)
def test_a_damaged_file_is_reported_and_set_aside(tmp_path: Path, content: str) -> None:
    book = AreaBook(home=tmp_path)
    book.save("/photos", AREAS)
    [file] = kept_files(tmp_path)
    file.write_text(content)
    with pytest.raises(StoreError, match="damaged"):
        book.load("/photos")
    assert [path.suffix for path in kept_files(tmp_path)] == [".damaged"]
    assert book.load("/photos") == FolderAreas()


def test_a_read_only_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "areas").write_text("in the way")
    with pytest.raises(StoreError, match="can't be kept"):
        AreaBook(home=tmp_path).save("/photos", AREAS)


def test_unreadable_areas_are_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = FolderAreas(everywhere=(AreaOfInterest("logo", ((0, 0), (1, 0), (1, 1))),))
    AreaBook(home=tmp_path).save("/photos", before)
    book = AreaBook(home=tmp_path)

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as closed:
        closed.setattr(area_book, "read_json", refuse)
        with pytest.raises(StoreError, match="can't be read: Permission denied"):
            book.load("/photos")
    with pytest.raises(StoreError, match="could not be read"):
        book.save("/photos", FolderAreas())
    assert AreaBook(home=tmp_path).load("/photos") == before
    # Once they are read, they may be changed.
    assert book.load("/photos") == before
    book.save("/photos", FolderAreas())
    assert book.load("/photos") == FolderAreas()
