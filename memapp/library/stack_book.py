"""The stacks of a library's photos: what was found, what a person made of it, and what that shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from memapp.core.records import PhotoId
from memapp.core.stacks import StackChoice, StackKind
from memapp.library.changes import Change, ChangeKind, Rows
from memapp.library.found_stacks import Choices, FoundStacks
from memapp.library.library import Library
from memapp.library.scores import Scores
from memapp.library.stack_columns import COMPANION, LEADS, STACK
from memapp.library.stacks import best_of_each

_NO_CHOICE = StackChoice()


@dataclass(frozen=True, slots=True)
class _Group:
    kind: StackKind
    rows: tuple[int, ...]
    leader: int | None = None
    """None for a bracket."""


class StackBook:
    """The stacks of a library. Used by one thread.

    `expanded` is what a person opened; `wanted` is whether photos are grouped at all.
    """

    def __init__(
        self, library: Library, *, tie_width: Callable[[], float], rising: Callable[[], bool]
    ) -> None:
        """Group the photos of this library.

        Args:
            library: with the columns of stacks.
            tie_width: how close two scores must be to be too close to call.
            rising: whether lower scores are better.
        """
        self._library = library
        self._tie_width = tie_width
        self._rising = rising
        self._found = FoundStacks()
        self._choices: dict[PhotoId, StackChoice] = {}
        self._groups: dict[int, _Group] = {}
        self._sharpness: dict[PhotoId, float] = {}
        self._expanded: set[frozenset[PhotoId]] = set()
        self._numbers = self._pairs = np.zeros(0, np.int64)
        """The columns STACK, without signs, and COMPANION for all rows, removed photos included."""
        self._with_raw: frozenset[int] = frozenset()
        """The rows of photos that stand for their RAW files, too."""
        self._orders: dict[int, list[int]] = {}
        self._stacked: frozenset[PhotoId] = frozenset()
        self.wanted = False
        self.save: Callable[[Choices], None] = lambda _choices: None
        """Stores choices; set by who has a store."""
        library.subscribe(self._on_change)

    # What was found, and what a person says

    def take(self, found: FoundStacks) -> None:
        """Show what was found. Choices made since the search began are newer than those it read."""
        self._found = found
        self._choices = {**(found.choices or {}), **self._choices}
        self._sharpness.update(found.sharpness or {})
        self._build()

    def choice(self, photo: PhotoId) -> StackChoice:
        """Return what a person said of a photo."""
        return self._choices.get(photo, _NO_CHOICE)

    def change(self, choices: Choices) -> Choices:
        """Note what a person says, show and store it; return what undoes it."""
        before = {photo: self.choice(photo) for photo in choices}
        self._choices.update(choices)
        if all(
            replace(choice, leader=before[photo].leader) == before[photo] for photo, choice in choices.items()
        ):
            rows = self._library.rows_of(choices)
            self._lead(
                [number for number in np.unique(self._of_rows(self._numbers)[rows]).tolist() if number]
            )
        else:
            self._build()
        self.save(choices)
        return before

    def on_top(self, photo: PhotoId) -> Choices:
        """Return the choices that put a photo on top of its moment; none if it is in none, or on top."""
        group = self._group_of(photo)
        if group is None or group.leader in (None, self._library.row(photo)):
            return {}
        others = {
            other: replace(choice, leader=False)
            for other in self._library.ids_at(np.array(group.rows))
            if (choice := self.choice(other)).leader
        }
        return {**others, photo: replace(self.choice(photo), leader=True)}

    def taken_out(self, photos: Iterable[PhotoId]) -> Choices:
        """Return the choices that take photos out of their moments; none for those that are in none."""
        return {photo: StackChoice(alone=True) for photo in photos if self._group_of(photo) is not None}

    def joined(self, photos: Sequence[PhotoId]) -> Choices:
        """Return the choices that make one moment of these photos and of their moments."""
        members: dict[PhotoId, None] = {}
        for photo in photos:
            group = self._group_of(photo)
            rows = () if group is None or group.kind is StackKind.BRACKET else group.rows
            members.update(dict.fromkeys([photo, *self._library.ids_at(np.array(rows, np.int64))]))
        number = min(members, default=PhotoId(0))
        kept = next((photo for photo in members if self.choice(photo).leader), None)
        return {photo: StackChoice(leader=photo == kept, joined=number) for photo in members}

    # Which are open

    def is_expanded(self, photo: PhotoId) -> bool:
        """Return whether the moment of a photo is expanded."""
        group = self._group_of(photo)
        return group is not None and self._name(group) in self._expanded

    def expand(self, photos: Iterable[PhotoId] | None, *, expanded: bool) -> None:
        """Expand or collapse the moments of these photos; None for all moments."""
        if photos is None and not expanded:
            # Also what would come back with an undo.
            self._expanded.clear()
            return
        groups = self._groups.values() if photos is None else map(self._group_of, photos)
        names = {self._name(group) for group in groups if group is not None}
        self._expanded = self._expanded | names if expanded else self._expanded - names

    # Reading

    @property
    def has_any(self) -> bool:
        """Whether any photos belong together."""
        return bool(self._groups) or bool(self._pairs.any())

    def moment_count(self, rows: Rows) -> int:
        """Return how many moments these photos make: a stack is one, a photo and its RAW file too."""
        numbers, companions = self._of_rows(self._numbers)[rows], self._of_rows(self._pairs)[rows]
        there = np.zeros(self._library.capacity, np.bool_)
        there[rows] = True
        alone = (numbers == 0) & ((companions == 0) | ~there[np.maximum(companions - 1, 0)])
        return int(np.count_nonzero(alone)) + len(np.unique(numbers[numbers > 0]))

    @property
    def count(self) -> int:
        """How many moments and brackets there are."""
        return len(self._groups)

    def in_moment(self, photo: PhotoId) -> bool:
        """Return whether a photo is in a moment: not alone, and not in a bracket."""
        group = self._group_of(photo)
        return group is not None and group.kind is StackKind.MOMENT

    def with_companions(self, photos: Iterable[PhotoId]) -> list[PhotoId]:
        """Return photos, and the other file of each shot that is there as RAW and JPEG."""
        photos = list(photos)
        if not self.wanted:
            return photos
        jpegs = self._found.companions or {}
        raws = {jpeg: raw for raw, jpeg in jpegs.items()}
        others = {photo: raws.get(photo, jpegs.get(photo)) for photo in photos}
        return list(
            dict.fromkeys(
                each
                for photo, other in others.items()
                for each in (photo, other)
                if each is not None and each in self._library
            )
        )

    def shown_for(self, photo: PhotoId) -> PhotoId:
        """Return the photo that stands for this one: the top one of its moment where that is collapsed."""
        group = self._group_of(photo)
        if not self.wanted or group is None or group.leader is None or self._name(group) in self._expanded:
            return photo
        return self._library.id_at(group.leader)

    def place_in(self, row: int) -> tuple[StackKind, int, int] | None:
        """Return the kind of a photo's stack, its place in it, from 1, and how many there are."""
        number = self._number_of(row) if self.wanted else 0
        if not number:
            return None
        group = self._groups[number]
        return group.kind, 1 + self._in_order(number).index(row), len(group.rows)

    def has_raw(self, row: int) -> bool:
        """Return whether a photo stands for its RAW file, too."""
        return self.wanted and row in self._with_raw

    def arranged(self, rows: Rows) -> Rows:
        """Return rows in order with each stack in one place: its best photo, or all where it is expanded.

        A moment stands where its top photo stands, or the first of its photos that are there; a bracket, in
        the order of its frames, where the first one that is there stands.
        """
        if not self.wanted or not len(rows):
            return rows
        numbers, companions = self._of_rows(self._numbers)[rows], self._of_rows(self._pairs)[rows]
        if not numbers.any() and not companions.any():
            return rows
        there = np.zeros(self._library.capacity, np.bool_)
        there[rows] = True
        # A RAW file stands alone only where its JPEG is not shown.
        kept = (companions == 0) | ~there[np.maximum(companions - 1, 0)]
        rows, numbers = rows[kept], numbers[kept]
        members: dict[int, list[int]] = defaultdict(list)
        for place in np.flatnonzero(numbers).tolist():
            members[int(numbers[place])].append(int(rows[place]))
        heads, others = self._heads(members)
        stays = np.isin(rows, np.array(heads, np.int64)) | (numbers == 0)
        parts: list[int] = []
        for row in rows[stays].tolist():
            parts.append(row)
            parts.extend(others.get(row, ()))
        return np.array(parts, np.int64)

    def followers(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Return which of these arranged rows stand where they do because another one stands before them."""
        follows = np.zeros(len(rows), np.bool_)
        if self.wanted and len(rows) > 1:
            numbers = self._of_rows(self._numbers)[rows]
            follows[1:] = (numbers[1:] == numbers[:-1]) & (numbers[1:] > 0)
        return follows

    def _heads(self, members: Mapping[int, Sequence[int]]) -> tuple[list[int], dict[int, list[int]]]:
        """Return the row at which each stack stands, and the rows shown after it, of those that are there."""
        heads: list[int] = []
        others: dict[int, list[int]] = {}
        for number, rows in members.items():
            group, there = self._groups[number], set(rows)
            whole = [row for row in self._in_order(number) if row in there]
            if group.kind is StackKind.MOMENT:
                head = group.leader if group.leader in there else rows[0]
                whole = [head, *(row for row in whole if row != head)]
                if not self._expanded or self._name(group) not in self._expanded:
                    whole = whole[:1]
            heads.append(whole[0])
            others[whole[0]] = whole[1:]
        return heads, others

    def _group_of(self, photo: PhotoId) -> _Group | None:
        row = self._library.row(photo)
        return None if row is None else self._groups.get(self._number_of(row))

    def _name(self, group: _Group) -> frozenset[PhotoId]:
        """Return what a group is known by as long as its photos are the same."""
        return frozenset(self._library.ids_at(np.array(group.rows)))

    def _in_order(self, number: int) -> list[int]:
        """Return a group's rows: the top one, then by time, then by name."""
        if number not in self._orders:
            taken, names = self._library.values("taken"), self._library.values("name_rank")
            top = self._groups[number].leader
            self._orders[number] = sorted(
                self._groups[number].rows, key=lambda row: (row != top, int(taken[row]), int(names[row]))
            )
        return self._orders[number]

    def _number_of(self, row: int) -> int:
        return int(self._numbers[row]) if row < len(self._numbers) else 0

    def _of_rows(self, values: Rows) -> Rows:
        """Return values for all rows; those that came since have none."""
        more = self._library.capacity - len(values)
        return np.pad(values, (0, more)) if more > 0 else values

    # Building

    def _on_change(self, change: Change) -> None:
        if change.kind is ChangeKind.CLEARED:
            self._found = FoundStacks()
            self._choices.clear()
            self._expanded.clear()
            self._build()
        elif change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
            # New photos are in no stack before the next search.
            if not self._stacked.isdisjoint(change.ids):
                self._build()
        elif self._groups and change.touches("score"):
            numbers = self._of_rows(self._numbers)
            touched = numbers[change.rows] if change.kind is ChangeKind.VALUES else numbers
            self._lead(np.unique(touched[touched > 0]).tolist())

    def _lead(self, numbers: Sequence[int]) -> None:
        """Choose the top photos of these groups anew."""
        leads: dict[PhotoId, bool] = {}
        for number, leader in self._leaders({number: self._groups[number] for number in numbers}).items():
            group = self._groups[number]
            if leader != group.leader:
                self._groups[number] = replace(group, leader=leader)
                self._orders.pop(number, None)
                photos = self._library.ids_at(np.array(group.rows))
                leads.update((photo, row == leader) for photo, row in zip(photos, group.rows, strict=True))
        if leads:
            self._library.set(LEADS, leads)

    def _build(self) -> None:
        """Make the groups anew, and set the columns that have changed."""
        companions = {
            raw: jpeg
            for raw, jpeg in (self._found.companions or {}).items()
            if raw in self._library and jpeg in self._library
        }
        groups = self._with_choices(companions)
        self._groups = dict(enumerate(groups, start=1))
        for number, leader in self._leaders(self._groups).items():
            self._groups[number] = replace(self._groups[number], leader=leader)
        self._orders.clear()
        self._stacked = frozenset(
            {
                *(photo for stack in self._found.stacks for photo in stack.photos),
                *(photo for pair in (self._found.companions or {}).items() for photo in pair),
                *self._choices,
            }
        )
        capacity = self._library.capacity
        numbers, leads = np.zeros(capacity, np.int64), np.zeros(capacity, np.bool_)
        signs = np.ones(capacity, np.int64)
        for number, group in self._groups.items():
            numbers[list(group.rows)] = number
            if group.leader is not None:
                leads[group.leader] = True
            if group.kind is StackKind.BRACKET:
                signs[list(group.rows)] = -1
        pairs = np.zeros(capacity, np.int64)
        for raw, jpeg in companions.items():
            row, of = self._library.row(raw), self._library.row(jpeg)
            if row is not None and of is not None:
                pairs[row] = of + 1
        self._numbers, self._pairs = numbers, pairs
        self._with_raw = frozenset((pairs[pairs > 0] - 1).tolist())
        there = self._library.rows()
        with self._library.gathered():
            for column, values in ((STACK, signs * numbers), (LEADS, leads), (COMPANION, pairs)):
                rows = there[self._library.values(column)[there] != values[there]]
                self._library.set_rows(column, rows, values[rows])

    def _with_choices(self, companions: Mapping[PhotoId, PhotoId]) -> list[_Group]:
        """Return the groups of at least two photos that are there, after what a person said."""
        alone = {photo for photo, choice in self._choices.items() if choice.alone}
        of_number: dict[int, list[PhotoId]] = defaultdict(list)
        for photo, choice in self._choices.items():
            if choice.joined is not None and photo in self._library:
                of_number[choice.joined].append(photo)
        joined = {photo for photos in of_number.values() for photo in photos}
        found = [
            (stack.kind, [photo for photo in stack.photos if photo not in alone and photo not in joined])
            for stack in self._found.stacks
        ]
        found += [(StackKind.MOMENT, photos) for photos in of_number.values()]
        groups = []
        for kind, photos in found:
            rows = self._library.rows_of(photo for photo in photos if photo not in companions)
            if len(rows) > 1:
                groups.append(_Group(kind, tuple(rows.tolist())))
        return sorted(groups, key=lambda group: group.rows)

    def _leaders(self, groups: Mapping[int, _Group]) -> dict[int, int]:
        """Return the top photos of those of these groups that are moments, by number."""
        moments = {number: group for number, group in groups.items() if group.kind is StackKind.MOMENT}
        rows = [row for group in moments.values() for row in group.rows]
        photos = self._library.ids_at(np.array(rows, np.int64))
        sharpness = np.full(self._library.capacity, np.nan)
        sharpness[rows] = [self._sharpness.get(photo, np.nan) for photo in photos]
        best = best_of_each(
            [group.rows for group in moments.values()],
            scores=self._library.values("score"),
            tie_width=self._tie_width(),
            sharpness=sharpness,
            rising=self._rising(),
        )
        chosen = {row for row, photo in zip(rows, photos, strict=True) if self.choice(photo).leader}
        return {
            number: next((row for row in group.rows if row in chosen), top)
            for (number, group), top in zip(moments.items(), best, strict=True)
        }


def stack_book(scores: Scores) -> StackBook:
    """Return the stacks of these scores' library, nothing found yet; the scores that are shown lead them."""
    return StackBook(
        scores.library,
        tie_width=lambda: scores.shown.scale.tie_width,
        rising=lambda: scores.shown.scale.low_is_better,
    )
