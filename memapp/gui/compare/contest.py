"""Who is compared with whom: two to four at once, or a knock-out of two at a time. No Qt."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from memapp.core.records import PhotoId

MOST_AT_ONCE = 4
"""Of more photos, two are shown: the one that stays, and the next challenger."""


class Contest:
    """Photos that stand side by side, one of them current, and those that wait for a place."""

    def __init__(self, photos: Sequence[PhotoId]) -> None:
        """Begin with the first ones; each photo once, at least two."""
        places = len(photos) if len(photos) <= MOST_AT_ONCE else 2
        self._places = places
        self._shown = list(photos[:places])
        self._waiting = list(photos[places:])
        self._current = 0

    @property
    def shown(self) -> tuple[PhotoId, ...]:
        """Those that stand side by side, from the left."""
        return tuple(self._shown)

    @property
    def waiting(self) -> tuple[PhotoId, ...]:
        """Those that have not been shown yet, the next one first."""
        return tuple(self._waiting)

    @property
    def current(self) -> PhotoId | None:
        """The one that keys are about; None where all are gone."""
        return self._shown[self._current] if self._shown else None

    def step(self, places: int) -> None:
        """Make another one the current one, no further than the first and the last."""
        self._current = min(max(self._current + places, 0), max(len(self._shown) - 1, 0))

    def choose(self, photo: PhotoId) -> None:
        """Make this one the current one, if it is shown."""
        if photo in self._shown:
            self._current = self._shown.index(photo)

    def keep(self) -> None:
        """Let the current one stay, and the next ones come in the places of all others."""
        if self._shown:
            self._leave([photo for place, photo in enumerate(self._shown) if place != self._current])

    def drop(self) -> None:
        """Let the current one leave, and the next one come in its place; the last one stays."""
        if len(self._shown) + len(self._waiting) > 1:
            self._leave([self._shown[self._current]])

    def remove(self, photos: Collection[PhotoId]) -> None:
        """Forget photos that are not there any more."""
        self._waiting = [photo for photo in self._waiting if photo not in photos]
        self._leave([photo for photo in self._shown if photo in photos])

    def _leave(self, leaving: Sequence[PhotoId]) -> None:
        current = self.current
        for photo in leaving:
            place = self._shown.index(photo)
            if self._waiting:
                self._shown[place] = self._waiting.pop(0)
            else:
                del self._shown[place]
        if current in self._shown:
            self._current = self._shown.index(current)
        self.step(0)
