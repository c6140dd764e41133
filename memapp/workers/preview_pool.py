"""Loads the pictures that views request: thumbnails of visible photos, large pictures for the viewer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.records import ImageKey, PixelArray
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.pipeline.unchanged_photo import load_unchanged
from memapp.workers.request_sets import Kind, Request, RequestSets, View

MOST_PICTURES = 4
"""So many photos can be looked at side by side."""
FULL_SIZE_AT_ONCE = 2
"""A photo of 100 megapixels takes about 1 GB while it is decoded."""

_log = logging.getLogger(__name__)


class PreviewPool(QObject):
    """A few threads that load what the views' sets of requests name; pictures go before thumbnails.

    A new set replaces only the same view's older one of the same kind. What two views want is loaded once.
    Belongs to the GUI thread; the signals come there, once for each picture that was loaded. Replies carry
    the ImageKey and the side that was asked for; a thumbnail that no view wants any more may still come.

    Signals:
        preview_ready(object ImageKey, QImage, int): a thumbnail, and the longest side that was asked for.
        picture_ready(object ImageKey, QImage, int): a picture; a longest side of 0 is full size.
        picture_failed(object ImageKey, str, int): the picture of this side can't be shown, and why.
    """

    preview_ready = Signal(object, QImage, int)
    picture_ready = Signal(object, QImage, int)
    picture_failed = Signal(object, str, int)

    def __init__(
        self,
        *,
        loader: PhotoLoader,
        threads: int,
        thumbnails: ThumbnailCache | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Start the threads.

        Args:
            loader: loads what is not kept.
            threads: how many pictures at once.
            thumbnails: where thumbnails are looked for first, and put; None to keep none.
            parent: Qt's owner of this object.
        """
        super().__init__(parent)
        self._loader = loader
        self._thumbnails = thumbnails
        self._changed = threading.Condition()
        self._requests = RequestSets()
        self._in_hand: dict[Request, RunControl] = {}
        """Without the loads that were cancelled and have not ended yet."""
        self._full_size = 0
        """How many full-size loads have not ended, cancelled ones too."""
        self._stopping = False
        # Daemons: a network folder that hangs must not keep the program from ending.
        self._threads = [
            threading.Thread(target=self._work, name="memapp preview", daemon=True) for _ in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def request_previews(
        self, view: View, keys: Sequence[ImageKey], side: int, *, nearby: bool = False
    ) -> None:
        """Load thumbnails, in the place of those that this view asked for before.

        Args:
            view: the view that asks.
            keys: the photos, the most wanted first; none to withdraw the set.
            side: the longest side in device pixels.
            nearby: whether these are only near what is on screen. They are a set of their own and come last.
        """
        kind = Kind.NEARBY_PREVIEW if nearby else Kind.PREVIEW
        self._replace(view, kind, (Request(key, side, is_picture=False) for key in keys))

    def request_pictures(self, view: View, keys: Sequence[ImageKey], side: int) -> None:
        """Load pictures before anything else, in the place of those that this view asked for before.

        A picture that no view wants any more is not loaded to its end.

        Args:
            view: the view that asks.
            keys: the photos, the most wanted first, MOST_PICTURES at most; none to withdraw the set.
            side: the longest side in device pixels; 0 for full size.

        Raises:
            ValueError: for more photos.
        """
        if len(keys) > MOST_PICTURES:
            raise ValueError(f"{len(keys)} pictures at once; {MOST_PICTURES} are the most")
        self._replace(view, Kind.PICTURE, (Request(key, side, is_picture=True) for key in keys))

    def stop(self) -> None:
        """Let the threads end after the thumbnail in hand."""
        with self._changed:
            self._stopping = True
            self._requests.clear()
            self._cancel_unwanted()
            self._changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for the threads, at most this long in all; return whether all have ended."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _replace(self, view: View, kind: Kind, requests: Iterable[Request]) -> None:
        with self._changed:
            self._requests.replace(view, kind, requests)
            self._cancel_unwanted()
            self._changed.notify_all()

    def _cancel_unwanted(self) -> None:
        """Cancel pictures that no view waits for; a thumbnail is soon done, and kept for later."""
        for request in list(self._in_hand):
            if request.is_picture and not self._requests.wants(request):
                self._in_hand.pop(request).cancel()

    def _work(self) -> None:
        while (begun := self._begin_next()) is not None:
            request, control = begun
            outcome: QImage | str | None = None
            try:
                outcome = self._load(request, control)
            finally:
                wanted = self._end(request, control)
            if wanted and outcome is not None:
                self._reply(request, outcome)

    def _begin_next(self) -> tuple[Request, RunControl] | None:
        """Wait for a request; None when there will be none."""
        with self._changed:
            while not self._stopping:
                request = self._requests.take_next(in_hand=self._in_hand, may_begin=self._has_room)
                if request is not None:
                    control = self._in_hand[request] = RunControl()
                    self._full_size += request.is_full_size
                    return request, control
                self._changed.wait()
            return None

    def _has_room(self, request: Request) -> bool:
        return not request.is_full_size or self._full_size < FULL_SIZE_AT_ONCE

    def _end(self, request: Request, control: RunControl) -> bool:
        """Note that a load has ended; return whether its outcome is to be sent."""
        with self._changed:
            self._full_size -= request.is_full_size
            # A cancelled load may have a successor for the same request.
            if self._in_hand.get(request) is not control:
                return False
            del self._in_hand[request]
            self._requests.answer(request)
            return not self._stopping

    def _load(self, request: Request, control: RunControl) -> QImage | str | None:
        """Return the picture, or why there is none; None where nothing is to be said."""
        try:
            return to_image(self._pixels(request, control))
        except Cancelled:
            return None
        except PhotoError as problem:
            return problem.reason
        except Exception:
            _log.exception("could not load a picture of %r", request.key.path)
            return None

    def _reply(self, request: Request, outcome: QImage | str) -> None:
        match outcome:
            case QImage():
                ready = self.picture_ready if request.is_picture else self.preview_ready
                ready.emit(request.key, outcome, request.side)
            case str() if request.is_picture:
                # A missing thumbnail is no news: the run says why.
                self.picture_failed.emit(request.key, outcome, request.side)

    def _pixels(self, request: Request, control: RunControl) -> PixelArray:
        if self._thumbnails is not None and not request.is_picture:
            return self._thumbnails.find_or_load(
                request.key, request.side, loader=self._loader, control=control
            )
        picture = load_unchanged(
            request.key, loader=self._loader, longest_side=request.side, control=control
        ).picture
        assert picture is not None
        return picture


def to_image(pixels: PixelArray) -> QImage:
    """A QImage with pixels of its own, in the format that paints fastest, from (height, width, 3) uint8."""
    height, width, _ = pixels.shape
    borrowed = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return borrowed.convertToFormat(QImage.Format.Format_RGB32)
