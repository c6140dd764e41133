"""Keeping one segmenter loaded between photos, so that the next photo's overlay does not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from memapp.core.explanation import Segmentation, Segmenter, SegmenterFactory, SegmenterIdentity
from memapp.core.records import PixelArray
from memapp.pipeline.shared import Shared


class SharedSegmenters:
    """A SegmenterFactory whose last segmenter outlives its run. Thread-safe."""

    def __init__(self, factory: SegmenterFactory) -> None:
        self._factory = factory
        self._lock = threading.Lock()
        self._kept: tuple[SegmenterIdentity, Shared[Segmenter]] | None = None

    def installed(self) -> tuple[SegmenterIdentity, ...]:
        """Return the usable ones, the default first."""
        return self._factory.installed()

    def open(self, name: str) -> Segmenter:
        """Return the loaded one if it is still the installed one; else load another. Raise SegmenterError on
        failure."""
        wanted = {each.name: each for each in self._factory.installed()}.get(name)
        if wanted is None:
            # If it was deleted from the disk, the loaded one must not be used either.
            self.release()
            return self._factory.open(name)
        with self._lock:
            if self._kept is None or self._kept[0] != wanted:
                if self._kept is not None:
                    self._kept[1].retire()
                self._kept = wanted, Shared()
            shared = self._kept[1]
        segmenter = shared.borrow(lambda: self._factory.open(name))
        return _BorrowedSegmenter(segmenter, give_back=shared.give_back)

    def release(self) -> None:
        """Release the segmenter's memory as soon as it has no lease. Does not wait for a run."""
        with self._lock:
            if self._kept is not None:
                self._kept[1].release()


class _BorrowedSegmenter:
    """The shared segmenter as one run sees it: closing it leaves it loaded. Used by one thread at a time."""

    def __init__(self, segmenter: Segmenter, *, give_back: Callable[[], None]) -> None:
        self._segmenter = segmenter
        self._give_back: Callable[[], None] | None = give_back

    @property
    def identity(self) -> SegmenterIdentity:
        return self._segmenter.identity

    def segment(self, picture: PixelArray) -> Segmentation:
        return self._segmenter.segment(picture)

    def close(self) -> None:
        if self._give_back is not None:
            self._give_back()
            self._give_back = None
