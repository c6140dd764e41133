"""The memory game: the order of photos, and the results. A key is pressed when a photo comes back.

The method of LaMem (Isola et al. 2011, Khosla et al. 2015): targets come back after many other photos,
vigilance repeats after few, to check the player's attention; fillers come once. A press at a repeat is a hit,
at a first sight a false alarm. The window is elsewhere: see lab/memory_game.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SHOWN_SECONDS = 0.6
BLANK_SECONDS = 0.8
"""Between two photos; a press counts from the start of a photo to the start of the next. Both as in LaMem."""

MOST_PHOTOS = 120
"""In one game: 220 pictures, five minutes."""
LEAST_PHOTOS = 12

TARGET_SHARE = 0.7
VIGILANCE_SHARE = 0.12
"""Of the photos of a game; the others are fillers."""

TARGET_GAP = (35, 150)
"""Pictures between a target and its repeat; proportionally fewer in short games."""
VIGILANCE_GAP = (1, 7)

LEAST_VIGILANCE = 0.5
MOST_FALSE_ALARMS = 0.5
"""A player with fewer vigilance hits, or more false alarms at first sights, was not attentive."""

_PLACING_TRIES = 200


class Role(StrEnum):
    """A photo's role in one game."""

    TARGET = "target"
    VIGILANCE = "vigilance"
    FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Showing:
    """One picture in the sequence."""

    photo: str
    role: Role
    repeat: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One picture in the sequence, and whether the key was pressed."""

    photo: str
    role: Role
    repeat: bool
    pressed: bool


@dataclass(frozen=True, slots=True)
class GameResult:
    """One player's result."""

    hits: int
    targets: int
    false_alarms: int
    first_sights: int
    vigilance_hits: int
    vigilance: int

    @property
    def attentive(self) -> bool:
        """Whether the answers count."""
        watched = self.vigilance == 0 or self.vigilance_hits >= LEAST_VIGILANCE * self.vigilance
        return watched and self.false_alarms <= MOST_FALSE_ALARMS * self.first_sights


@dataclass(frozen=True, slots=True)
class PhotoTally:
    """The answers of all attentive players about one photo."""

    photo: str
    hits: int
    observers: int
    """Players who had it as a target."""
    false_alarms: int
    first_sights: int

    @property
    def hit_rate(self) -> float:
        """0..1"""
        return self.hits / self.observers

    @property
    def false_alarm_rate(self) -> float:
        """0..1"""
        return self.false_alarms / self.first_sights


def choose_photos(
    photos: Sequence[str], observers: Mapping[str, int], *, seed: int, most: int = MOST_PHOTOS
) -> list[str]:
    """Return the photos of the next game: first those that fewest people had as a target, else at random."""
    generator = random.Random(seed)
    mixed = list(photos)
    generator.shuffle(mixed)
    mixed.sort(key=lambda photo: observers.get(photo, 0))
    return mixed[:most]


def plan_game(photos: Sequence[str], *, seed: int) -> list[Showing]:
    """Return the sequence of one game.

    Args:
        photos: at least LEAST_PHOTOS, each once; the first ones become targets.
        seed: of the order.

    Raises:
        ValueError: there are too few photos.
    """
    if len(photos) < LEAST_PHOTOS:
        raise ValueError(f"at least {LEAST_PHOTOS} photos")
    vigilance_count = max(1, round(VIGILANCE_SHARE * len(photos)))
    target_count = round(TARGET_SHARE * len(photos))
    targets = photos[:target_count]
    vigilance = photos[target_count : target_count + vigilance_count]
    fillers = photos[target_count + vigilance_count :]
    length = 2 * len(targets) + 2 * len(vigilance) + len(fillers)
    generator = random.Random(seed)
    longest = min(TARGET_GAP[1], length * 3 // 4)
    shortest = min(TARGET_GAP[0], length // 5)
    while True:
        for _ in range(_PLACING_TRIES):
            stream = _placed(targets, vigilance, fillers, (shortest, longest), length, generator)
            if stream is not None:
                return stream
        shortest -= 1


def _placed(
    targets: Sequence[str],
    vigilance: Sequence[str],
    fillers: Sequence[str],
    target_gap: tuple[int, int],
    length: int,
    generator: random.Random,
) -> list[Showing] | None:
    """Return a random sequence; None if the last pairs did not fit."""
    stream: list[Showing | None] = [None] * length
    pairs = [(photo, Role.TARGET, target_gap) for photo in targets]
    pairs += [(photo, Role.VIGILANCE, VIGILANCE_GAP) for photo in vigilance]
    # The vigilance repeats last: short distances are easier to place than long ones.
    for photo, role, (least, most) in pairs:
        free = [place for place, showing in enumerate(stream) if showing is None]
        generator.shuffle(free)
        for first in free:
            latest = min(first + most + 2, length)
            seconds = [place for place in range(first + least + 1, latest) if stream[place] is None]
            if seconds:
                stream[first] = Showing(photo, role, repeat=False)
                stream[generator.choice(seconds)] = Showing(photo, role, repeat=True)
                break
        else:
            return None
    rest = list(fillers)
    generator.shuffle(rest)
    return [showing or Showing(rest.pop(), Role.FILLER, repeat=False) for showing in stream]


def result_of(answers: Iterable[Answer]) -> GameResult:
    """Return one player's result."""
    found = list(answers)

    def count(role: Role | None, *, repeat: bool, pressed: bool | None = None) -> int:
        return sum(
            answer.repeat == repeat and role in (None, answer.role) and pressed in (None, answer.pressed)
            for answer in found
        )

    return GameResult(
        hits=count(Role.TARGET, repeat=True, pressed=True),
        targets=count(Role.TARGET, repeat=True),
        false_alarms=count(None, repeat=False, pressed=True),
        first_sights=count(None, repeat=False),
        vigilance_hits=count(Role.VIGILANCE, repeat=True, pressed=True),
        vigilance=count(Role.VIGILANCE, repeat=True),
    )


def tally(games: Iterable[Sequence[Answer]]) -> list[PhotoTally]:
    """Return the counts of attentive players, by photo, for photos that were someone's target."""
    hits: dict[str, int] = {}
    observers: dict[str, int] = {}
    alarms: dict[str, int] = {}
    sights: dict[str, int] = {}
    for answers in games:
        if not result_of(answers).attentive:
            continue
        for answer in answers:
            if not answer.repeat:
                sights[answer.photo] = sights.get(answer.photo, 0) + 1
                alarms[answer.photo] = alarms.get(answer.photo, 0) + answer.pressed
            elif answer.role is Role.TARGET:
                observers[answer.photo] = observers.get(answer.photo, 0) + 1
                hits[answer.photo] = hits.get(answer.photo, 0) + answer.pressed
    return [
        PhotoTally(photo, hits[photo], count, alarms.get(photo, 0), sights.get(photo, 0))
        for photo, count in sorted(observers.items())
        if sights.get(photo)
    ]
