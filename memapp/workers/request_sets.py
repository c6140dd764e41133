"""The pictures that views request: one set of requests for each view, and which one is next. No Qt."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from memapp.core.records import ImageKey


class View(StrEnum):
    """A part of the window that asks for pictures."""

    GRID = "grid"
    VIEWER = "viewer"
    COMPARE = "compare"
    INSPECTOR = "inspector"
    CHOICE = "choice"


class Kind(IntEnum):
    """What a set of requests is for; the smaller number is loaded first."""

    PICTURE = 0
    """Large pictures of photos that a person looks at."""
    PREVIEW = 1
    """Thumbnails on screen."""
    NEARBY_PREVIEW = 2
    """Thumbnails that may come on screen next."""

    @property
    def is_picture(self) -> bool:
        """Whether a picture is wanted, and not a thumbnail."""
        return self is Kind.PICTURE


class Request(NamedTuple):
    """One picture at one size. Views that ask for the same one share it."""

    key: ImageKey
    side: int
    """The longest side in device pixels; 0 for full size."""
    is_picture: bool

    @property
    def is_full_size(self) -> bool:
        """Whether every pixel of the photo is wanted."""
        return self.is_picture and self.side == 0


@dataclass(slots=True)
class _Set:
    waiting: deque[Request]
    """Those that were not begun for this set, the most wanted first; some may be answered meanwhile."""
    unanswered: set[Request]


class RequestSets:
    """The requests of all views. Used under its owner's lock."""

    def __init__(self) -> None:
        self._sets: dict[tuple[View, Kind], _Set] = {}
        """The newest set last."""

    def replace(self, view: View, kind: Kind, requests: Iterable[Request]) -> None:
        """Put this set, the most wanted first, in the place of the view's older one of the same kind."""
        self._sets.pop((view, kind), None)
        if wanted := dict.fromkeys(requests):
            self._sets[view, kind] = _Set(deque(wanted), set(wanted))

    def take_next(
        self, *, in_hand: Container[Request], may_begin: Callable[[Request], bool]
    ) -> Request | None:
        """Return the request to begin now: by kind, then the newest set, then the order in the set.

        Args:
            in_hand: requests that are being loaded; they are not begun again.
            may_begin: whether there is room for a request now; it waits where there is none.
        """
        newest_first = reversed(self._sets.items())
        for _, some in sorted(newest_first, key=lambda item: item[0][1]):
            if (found := _take(some, in_hand, may_begin)) is not None:
                return found
        return None

    def wants(self, request: Request) -> bool:
        """Return whether some view waits for this."""
        return any(request in some.unanswered for some in self._sets.values())

    def answer(self, request: Request) -> None:
        """Note that a request was answered, for all views."""
        for place, some in list(self._sets.items()):
            some.unanswered.discard(request)
            if not some.unanswered:
                del self._sets[place]

    def clear(self) -> None:
        """Forget all requests."""
        self._sets.clear()


def _take(some: _Set, in_hand: Container[Request], may_begin: Callable[[Request], bool]) -> Request | None:
    found: Request | None = None
    no_room: list[Request] = []
    while some.waiting and found is None:
        request = some.waiting.popleft()
        # One in hand will be answered: it is not cancelled while this set wants it.
        if request in some.unanswered and request not in in_hand:
            if may_begin(request):
                found = request
            else:
                no_room.append(request)
    some.waiting.extendleft(reversed(no_room))
    return found
