"""Loads the pictures that someone is looking at: thumbnails of the rows in sight, the viewer's photo."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.records import ImageKey, PixelArray
from memapp.pipeline.thumbnail_cache import ThumbnailCache

_log = logging.getLogger(__name__)


class _Wish(NamedTuple):
    key: ImageKey
    longest_side: int


class PreviewPool(QObject):
    """A few threads and one list of wishes: the newest replaces the older, the viewer's photo goes first.

    Belongs to the GUI thread; the signals come there. Replies carry the ImageKey; one for a photo that nobody
    looks at any more may still come and is dropped by whoever gets it.

    Signals:
        preview_ready(object ImageKey, QImage, int): a thumbnail, and the longest side that was asked for.
        picture_ready(object ImageKey, QImage, int): the viewer's photo; a longest side of 0 is full size.
        picture_failed(object ImageKey, str): the viewer's photo can't be shown, and why.
    """

    preview_ready = Signal(object, QImage, int)
    picture_ready = Signal(object, QImage, int)
    picture_failed = Signal(object, str)

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
        self._previews: list[_Wish] = []
        """Most wanted last."""
        self._in_hand: set[_Wish] = set()
        self._picture: _Wish | None = None
        self._picture_control = RunControl()
        self._stopping = False
        # Daemons: a network folder that hangs must not keep the program from ending.
        self._threads = [
            threading.Thread(target=self._work, name="memapp preview", daemon=True) for _ in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def want_previews(self, keys: Sequence[ImageKey], longest_side: int) -> None:
        """Load thumbnails of these photos, the most wanted first; earlier wishes lapse."""
        with self._changed:
            wishes = (_Wish(key, longest_side) for key in reversed(keys))
            self._previews = [wish for wish in wishes if wish not in self._in_hand]
            self._changed.notify_all()

    def want_picture(self, key: ImageKey, longest_side: int) -> None:
        """Load one photo for the viewer, before anything else; an earlier wish lapses, even half loaded."""
        with self._changed:
            self._picture_control.cancel()
            self._picture = _Wish(key, longest_side)
            self._picture_control = RunControl()
            self._changed.notify()

    def stop(self) -> None:
        """Let the threads end after the picture in hand."""
        with self._changed:
            self._stopping = True
            self._previews.clear()
            self._picture = None
            self._picture_control.cancel()
            self._changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for the threads, at most this long each; whether all have ended."""
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (self._stopping or self._picture or self._previews):
                    self._changed.wait()
                if self._stopping:
                    return
                if self._picture is not None:
                    wish, self._picture, is_picture = self._picture, None, True
                    control = self._picture_control
                else:
                    wish, is_picture, control = self._previews.pop(), False, RunControl()
                self._in_hand.add(wish)
            try:
                self._load(wish, is_picture=is_picture, control=control)
            finally:
                with self._changed:
                    self._in_hand.discard(wish)

    def _load(self, wish: _Wish, *, is_picture: bool, control: RunControl) -> None:
        try:
            image = to_image(self._pixels(wish, is_picture=is_picture, control=control))
        except Cancelled:
            return
        except PhotoError as problem:
            # A thumbnail that can't be had is no news: the run says why.
            if is_picture and not self._stopping:
                self.picture_failed.emit(wish.key, problem.reason)
            return
        except Exception:
            _log.exception("could not load a picture of %r", wish.key.path)
            return
        if self._stopping:
            return
        ready = self.picture_ready if is_picture else self.preview_ready
        ready.emit(wish.key, image, wish.longest_side)

    def _pixels(self, wish: _Wish, *, is_picture: bool, control: RunControl) -> PixelArray:
        if self._thumbnails is not None and not is_picture:
            return self._thumbnails.find_or_load(
                wish.key, wish.longest_side, loader=self._loader, control=control
            )
        picture = self._loader(wish.key.path, longest_side=wish.longest_side, control=control).picture
        assert picture is not None
        return picture


def to_image(pixels: PixelArray) -> QImage:
    """A QImage with pixels of its own, in the format that paints fastest, from (height, width, 3) uint8."""
    height, width, _ = pixels.shape
    borrowed = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return borrowed.convertToFormat(QImage.Format.Format_RGB32)
