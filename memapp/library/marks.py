"""The marks of photos: their columns, and the changes that a person makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from memapp.core.marks import (
    MOST_STARS,
    NO_MARKS,
    Flag,
    Label,
    MarkChange,
    Marks,
    flag_text,
    label_text,
    spoken_stars,
    stars_text,
)
from memapp.core.records import IdentifiedPhoto, PhotoId
from memapp.core.text import tr, trn
from memapp.library.changes import Change, ChangeKind
from memapp.library.columns import ChoiceFilter, Column, ExportField, Kind, RangeFilter, Sorting
from memapp.library.library import Library
from memapp.library.photo import Photo

FLAG, STARS, LABEL = "flag", "stars", "label"
"""The ids of the columns of marks. They belong to a photo, whatever becomes of its file."""

Changes: TypeAlias = Mapping[PhotoId, MarkChange]


def mark_columns() -> tuple[Column, ...]:
    """Return the columns of all marks; unmarked photos have none of their values."""
    return (
        Column(
            id=FLAG,
            title=tr("Flag"),
            kind=Kind.INTEGER,
            missing=int(Flag.NONE),
            of_file=False,
            sort=Sorting(descending_first=True, place=6),
            filter=ChoiceFilter(tuple((int(flag), flag_text(flag)) for flag in reversed(Flag))),
            text=flag_text,
            in_words=True,
            spoken=lambda photo: flag_text(photo[FLAG]).lower() if photo[FLAG] else "",
            details=True,
            export=ExportField("flag", lambda flag: Flag(flag).name.lower()),
        ),
        Column(
            id=STARS,
            title=tr("Stars"),
            kind=Kind.INTEGER,
            missing=0,
            of_file=False,
            sort=Sorting(descending_first=True, place=7),
            filter=RangeFilter(0, MOST_STARS, of_missing=True),
            text=stars_text,
            in_words=True,
            spoken=lambda photo: spoken_stars(photo[STARS]) if photo[STARS] else "",
            details=True,
            export=ExportField("stars"),
        ),
        Column(
            id=LABEL,
            title=tr("Label"),
            kind=Kind.INTEGER,
            missing=int(Label.NONE),
            of_file=False,
            sort=Sorting(place=8),
            filter=ChoiceFilter(tuple((int(label), label_text(label)) for label in Label)),
            text=label_text,
            in_words=True,
            spoken=_spoken_label,
            details=True,
            export=ExportField("label", lambda label: Label(label).name.lower()),
        ),
    )


def marks_of(photo: Photo) -> Marks:
    """Return a photo's marks."""
    return Marks(Flag(photo[FLAG]), photo[STARS], Label(photo[LABEL]))


class MarkBook:
    """Keeps the marks of a library's photos in step with what is stored. Used by one thread."""

    def __init__(self, library: Library) -> None:
        """Use the columns of marks of this library."""
        self._library = library
        self._known: set[PhotoId] = set()
        """Photos whose marks here are newer than stored ones, or were taken from there."""
        self._newer: dict[PhotoId, MarkChange] = {}
        """What was marked of photos before it was known which they are; stored marks of theirs may follow."""
        self.save: Callable[[Changes], None] = lambda _changes: None
        """Stores changes; set by who has a store."""
        library.subscribe(self._on_library_changed)

    def marks(self, photo: PhotoId) -> Marks:
        """Return the marks of a photo; none where it is not there."""
        found = self._library.photo(photo)
        return NO_MARKS if found is None else marks_of(found)

    def take(self, stored: Mapping[PhotoId, Marks]) -> None:
        """Show stored marks. A person who was quicker than the disk is right."""
        new = {photo: marks for photo, marks in stored.items() if photo not in self._known}
        self._known.update(photo for photo in new if photo in self._library)
        self._set({photo: _without(self._newer.pop(photo, None), each) for photo, each in new.items()})

    def change(self, changes: Changes) -> Changes:
        """Mark photos, show and store it; return the changes that undo it."""
        here = {photo: change for photo, change in changes.items() if photo in self._library}
        before = {photo: _reversed(change, self.marks(photo)) for photo, change in here.items()}
        self._known.update(here)
        self._set(here)
        if here:
            self.save(here)
        return before

    def note_identified(self, photos: Iterable[IdentifiedPhoto]) -> None:
        """Store marks under the ids by which their photos are known, called after the library knows them."""
        moved = [photo for photo in photos if photo.found_as in self._known and photo.id not in self._known]
        marks = {photo.id: self.marks(photo.id) for photo in moved}
        changed = {
            photo: MarkChange(each.flag or None, each.stars or None, each.label or None)
            for photo, each in marks.items()
            if each
        }
        if changed:
            self._newer.update(changed)
            self.save(changed)

    def _set(self, changes: Changes) -> None:
        with self._library.gathered():
            for column, name in ((FLAG, "flag"), (STARS, "stars"), (LABEL, "label")):
                values = {photo: getattr(change, name) for photo, change in changes.items()}
                self._library.set(
                    column, {photo: int(value) for photo, value in values.items() if value is not None}
                )

    def _on_library_changed(self, change: Change) -> None:
        if change.kind is ChangeKind.CLEARED:
            self._known.clear()
            self._newer.clear()
        elif change.kind is ChangeKind.REMOVED:
            # Added again, a photo begins without marks here, and gets those that are stored.
            self._known.difference_update(change.ids)


def command_text(change: MarkChange, count: int) -> str:
    """Return what Undo and Redo call a change of so many photos: "Pick 3 photos".

    Raises:
        ValueError: it changes nothing.
    """
    if change.flag is not None:
        return _FLAG_COMMANDS[change.flag](count)
    if change.stars:
        return trn(
            "Give {count} photo {stars}", "Give {count} photos {stars}", count, stars=stars_text(change.stars)
        )
    if change.stars is not None:
        return trn("Remove the stars from {count} photo", "Remove the stars from {count} photos", count)
    if change.label:
        colour = label_text(change.label)
        return trn("Label {count} photo: {colour}", "Label {count} photos: {colour}", count, colour=colour)
    if change.label is not None:
        return trn("Remove the label from {count} photo", "Remove the label from {count} photos", count)
    raise ValueError("a change of no mark")


_FLAG_COMMANDS: Mapping[Flag, Callable[[int], str]] = {
    Flag.PICK: lambda count: trn("Pick {count} photo", "Pick {count} photos", count),
    Flag.NONE: lambda count: trn(
        "Remove the flag from {count} photo", "Remove the flag from {count} photos", count
    ),
    Flag.REJECT: lambda count: trn("Reject {count} photo", "Reject {count} photos", count),
}


def _without(newer: MarkChange | None, marks: Marks) -> MarkChange:
    """Return stored marks as a change, without what was marked since."""
    newer = newer or MarkChange()
    return MarkChange(
        flag=marks.flag if newer.flag is None else None,
        stars=marks.stars if newer.stars is None else None,
        label=marks.label if newer.label is None else None,
    )


def _reversed(change: MarkChange, before: Marks) -> MarkChange:
    return MarkChange(
        flag=None if change.flag is None else before.flag,
        stars=None if change.stars is None else before.stars,
        label=None if change.label is None else before.label,
    )


def _spoken_label(photo: Photo) -> str:
    return tr("{colour} label", colour=label_text(photo[LABEL])) if photo[LABEL] else ""
