"""Marks: shown, stored and undone by photo; what was stored never overrides a person who was quicker."""

from __future__ import annotations

import pytest

from memapp.core.events import Identified, Marked
from memapp.core.marks import NO_CHANGE, NO_MARKS, Flag, Label, MarkChange, Marks, marks_from, shared_marks
from memapp.core.records import IdentifiedPhoto, PhotoId
from memapp.library.filtering import InRange, IsChoice, PhotoFilter
from memapp.library.ingest import Ingest
from memapp.library.library import Library
from memapp.library.marks import FLAG, LABEL, STARS, MarkBook, command_text
from memapp.library.order import Order
from memapp.library.scores import Scores
from tests.library.made import add, key, names, new_library


class Saved(list[dict[PhotoId, MarkChange]]):
    """What a book has stored, in turn."""

    def attach(self, book: MarkBook) -> None:
        book.save = lambda changes: self.append(dict(changes))


@pytest.fixture
def library() -> Library:
    return new_library()


@pytest.fixture
def book(library: Library) -> MarkBook:
    return MarkBook(library)


def test_a_change_is_shown_and_stored_and_can_be_undone(library: Library, book: MarkBook) -> None:
    first, second = add(library, "a.jpg", "b.jpg")
    saved = Saved()
    saved.attach(book)
    book.change({second: MarkChange(stars=2)})
    undo = book.change(dict.fromkeys((first, second), MarkChange(stars=5)))
    assert [book.marks(photo).stars for photo in (first, second)] == [5, 5]
    redo = book.change(undo)
    assert [book.marks(photo).stars for photo in (first, second)] == [0, 2]
    book.change(redo)
    assert [book.marks(photo).stars for photo in (first, second)] == [5, 5]
    assert saved[2] == {first: MarkChange(stars=0), second: MarkChange(stars=2)}
    assert len(saved) == 4


def test_a_change_leaves_the_other_marks_alone(library: Library, book: MarkBook) -> None:
    [photo] = add(library, "a.jpg")
    book.change({photo: MarkChange(flag=Flag.PICK)})
    book.change({photo: MarkChange(label=Label.GREEN)})
    assert book.marks(photo) == Marks(Flag.PICK, 0, Label.GREEN)


def test_marks_stay_when_the_file_is_edited(library: Library, book: MarkBook) -> None:
    [photo] = add(library, "a.jpg")
    book.change({photo: MarkChange(flag=Flag.REJECT)})
    library.set_state(photo, key("a.jpg", size=2000, mtime_ns=9))
    assert book.marks(photo).flag is Flag.REJECT


def test_stored_marks_come_in_but_never_over_newer_ones(library: Library, book: MarkBook) -> None:
    first, second = add(library, "a.jpg", "b.jpg")
    book.change({first: MarkChange(flag=Flag.PICK)})
    stored = {first: Marks(Flag.REJECT), second: Marks(Flag.REJECT, 3)}
    book.take(stored)
    assert [book.marks(photo).flag for photo in (first, second)] == [Flag.PICK, Flag.REJECT]
    # A second run over the same photos reads an older state of the store.
    book.change({second: MarkChange(stars=1)})
    book.take(stored)
    assert book.marks(second) == Marks(Flag.REJECT, 1)


def test_a_photo_added_again_gets_its_stored_marks(library: Library, book: MarkBook) -> None:
    [photo] = add(library, "a.jpg")
    book.change({photo: MarkChange(flag=Flag.PICK)})
    library.remove([photo])
    library.add([(photo, key("a.jpg"))])
    assert book.marks(photo) == NO_MARKS
    book.take({photo: Marks(Flag.PICK)})
    assert book.marks(photo).flag is Flag.PICK


def test_a_photo_that_is_restored_has_its_marks(library: Library, book: MarkBook) -> None:
    [photo] = add(library, "a.jpg")
    book.change({photo: MarkChange(stars=4)})
    library.remove([photo])
    library.restore([photo])
    assert book.marks(photo).stars == 4


def test_marks_follow_a_photo_that_turns_out_to_be_a_known_one() -> None:
    ingest = Ingest(Scores(new_library()))
    library = ingest._library
    [assumed] = add(library, "moved.jpg")
    saved = Saved()
    saved.attach(ingest.marks)
    ingest.marks.change({assumed: MarkChange(stars=3)})
    known = PhotoId(70_000)
    ingest.take(1, [Identified((IdentifiedPhoto(key("moved.jpg"), found_as=assumed, id=known),))])
    assert ingest.marks.marks(known).stars == 3
    assert saved[-1] == {known: MarkChange(stars=3)}
    # What was stored of it before comes later, and is older.
    ingest.take(1, [Marked({known: Marks(Flag.PICK, stars=1)})])
    assert ingest.marks.marks(known) == Marks(Flag.PICK, stars=3)


def test_photos_are_sorted_and_filtered_by_marks(library: Library, book: MarkBook) -> None:
    first, second, third = add(library, "a.jpg", "b.jpg", "c.jpg")
    book.change({first: MarkChange(stars=2), second: MarkChange(stars=5, flag=Flag.PICK)})
    assert names(library, Order(STARS, descending=True)) == ["b.jpg", "a.jpg", "c.jpg"]
    rows = library.rows()

    def shown(*conditions: InRange | IsChoice) -> list[str]:
        passing = PhotoFilter(conditions).passing(library, rows)
        return [each.name for each in library.keys_at(rows[passing])]

    assert shown(InRange(STARS, 2)) == ["a.jpg", "b.jpg"]
    assert shown(InRange(STARS, 0, 1)) == ["c.jpg"]
    assert shown(IsChoice(FLAG, Flag.PICK)) == ["b.jpg"]
    assert shown(IsChoice(FLAG, Flag.NONE)) == ["a.jpg", "c.jpg"]
    assert shown(IsChoice(LABEL, Label.NONE), InRange(STARS, 5)) == ["b.jpg"]
    with pytest.raises(ValueError, match="choice"):
        shown(IsChoice(STARS, 1))
    assert third in library


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (MarkChange(flag=Flag.PICK), "Pick 3 photos"),
        (MarkChange(flag=Flag.NONE), "Remove the flag from 3 photos"),
        (MarkChange(stars=4), "Give 3 photos ★★★★"),
        (MarkChange(stars=0), "Remove the stars from 3 photos"),
        (MarkChange(label=Label.BLUE), "Label 3 photos: Blue"),
        (MarkChange(label=Label.NONE), "Remove the label from 3 photos"),
    ],
)
def test_every_change_has_a_name(change: MarkChange, words: str) -> None:
    assert command_text(change, 3) == words


@pytest.mark.parametrize("numbers", [(2, 0, 0), (0, 6, 0), (0, -1, 0), (0, 0, 6), ("1", 0, 0), (None, 0, 0)])
def test_numbers_that_are_no_marks(numbers: tuple[object, object, object]) -> None:
    assert marks_from(*numbers) is None


def test_marks_in_common() -> None:
    first, second = Marks(Flag.PICK, 3, Label.RED), Marks(Flag.PICK, 2, Label.RED)
    assert shared_marks([]) == NO_CHANGE
    assert shared_marks([first]) == MarkChange(Flag.PICK, 3, Label.RED)
    assert shared_marks([first, second]) == MarkChange(Flag.PICK, None, Label.RED)
    assert shared_marks([first, NO_MARKS]) == NO_CHANGE
