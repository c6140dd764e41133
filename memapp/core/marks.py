"""What a person says of a photo: picked or rejected, 0 to 5 stars, a coloured label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from memapp.core.text import Deferred, deferred, tr

MOST_STARS = 5


class Flag(IntEnum):
    """Whether a photo is chosen."""

    REJECT = -1
    NONE = 0
    PICK = 1


class Label(IntEnum):
    """The coloured label of a photo; the colours and their order are Lightroom's."""

    NONE = 0
    RED = 1
    YELLOW = 2
    GREEN = 3
    BLUE = 4
    PURPLE = 5


_FLAG_TEXTS: dict[Flag, Deferred] = {
    Flag.REJECT: deferred("Rejected"),
    Flag.NONE: deferred("Not flagged"),
    Flag.PICK: deferred("Picked"),
}
_LABEL_TEXTS: dict[Label, Deferred] = {
    Label.NONE: deferred("No label"),
    Label.RED: deferred("Red"),
    Label.YELLOW: deferred("Yellow"),
    Label.GREEN: deferred("Green"),
    Label.BLUE: deferred("Blue"),
    Label.PURPLE: deferred("Purple"),
}


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of one photo."""

    flag: Flag = Flag.NONE
    stars: int = 0
    """0 (none) to MOST_STARS."""
    label: Label = Label.NONE

    def __bool__(self) -> bool:
        """Return whether anything is marked."""
        return self != NO_MARKS


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class MarkChange:
    """A change of some of a photo's marks; None leaves one as it is."""

    flag: Flag | None = None
    stars: int | None = None
    label: Label | None = None


NO_CHANGE = MarkChange()


def shared_marks(each: Sequence[Marks]) -> MarkChange:
    """Return the marks that all of these have in common; None where they differ, or where there are none."""
    flags, stars, labels = ({getattr(marks, name) for marks in each} for name in ("flag", "stars", "label"))
    return MarkChange(*(found.pop() if len(found) == 1 else None for found in (flags, stars, labels)))


def marks_from(flag: object, stars: object, label: object) -> Marks | None:
    """Return the marks that stored numbers stand for; None where memapp can't have written them."""
    if not all(isinstance(value, int) for value in (flag, stars, label)):
        return None
    numbers: Any = (flag, stars, label)
    try:
        marks = Marks(Flag(numbers[0]), numbers[1], Label(numbers[2]))
    except ValueError:
        return None
    return marks if 0 <= marks.stars <= MOST_STARS else None


def flag_text(flag: int) -> str:
    """Return what the screen says of a flag: "Picked"."""
    return str(_FLAG_TEXTS[Flag(flag)])


def label_text(label: int) -> str:
    """Return the name of a label's colour: "Red"."""
    return str(_LABEL_TEXTS[Label(label)])


def marks_text(marks: Marks) -> str:
    """Return all marks of a photo as one line: "Picked · ★★★ · Red"; empty where there are none."""
    parts = (
        flag_text(marks.flag) if marks.flag else "",
        stars_text(marks.stars),
        label_text(marks.label) if marks.label else "",
    )
    return " · ".join(part for part in parts if part)


def stars_text(stars: int) -> str:
    """Return stars as they are drawn: "★★★"."""
    return "★" * stars


def spoken_stars(stars: int) -> str:
    """Return what screen readers say of stars: "3 of 5 stars"."""
    return tr("{count} of {most} stars", count=stars, most=MOST_STARS)
