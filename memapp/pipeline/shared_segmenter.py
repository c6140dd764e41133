"""Keeps one segmenter loaded between photos, so that the next photo's overlay does not wait for it."""

from __future__ import annotations

import threading

from memapp.core.explanation import Segmentation, Segmenter, SegmenterFactory, SegmenterIdentity
from memapp.core.machine import garbage_collector_at_rest
from memapp.core.records import PixelArray


class SharedSegmenters:
    """A SegmenterFactory whose last segmenter outlives its run. One run at a time; release() between runs."""

    def __init__(self, factory: SegmenterFactory) -> None:
        self._factory = factory
        self._lock = threading.Lock()
        self._segmenter: Segmenter | None = None

    def installed(self) -> tuple[SegmenterIdentity, ...]:
        """Those that may be opened, the default first."""
        return self._factory.installed()

    def open(self, name: str) -> Segmenter:
        """The kept one if it is the one as it is installed now; else another. Raises: SegmenterError."""
        with self._lock:
            kept = self._segmenter
            if kept is not None and kept.identity not in self._factory.installed():
                kept = None  # removed, or installed anew
            if kept is None or kept.identity.name != name:
                self._close()
                with garbage_collector_at_rest():
                    self._segmenter = kept = self._factory.open(name)
            return _Borrowed(kept)

    def release(self) -> None:
        """Give back the segmenter's memory."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._segmenter is not None:
            self._segmenter.close()
            self._segmenter = None


class _Borrowed:
    """The kept segmenter as one run sees it: closing it leaves it loaded."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    @property
    def identity(self) -> SegmenterIdentity:
        return self._segmenter.identity

    def segment(self, picture: PixelArray) -> Segmentation:
        return self._segmenter.segment(picture)

    def close(self) -> None:
        pass
