"""An engine that scores at once and switches to a faster one when that is ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import score_with_features
from memapp.core.machine import lower_this_thread
from memapp.core.records import EngineInfo, PixelArray
from memapp.scoring.engines.engine import Engine

_log = logging.getLogger(__name__)


class UpgradingEngine:
    """Scores with the first engine until the better one is ready. Used by one thread at a time.

    The better one is opened on a separate thread, which ends by itself. If that fails, the first one stays.
    """

    def __init__(self, *, first: Engine, open_better: Callable[[], Engine]) -> None:
        """Use an engine that is loaded, and start opening the other one."""
        self._engine = first
        self.batch_size = first.batch_size
        self._lock = threading.Lock()
        self._better: Engine | None = None
        self._closed = False
        # A daemon: a preparation that takes a minute must not keep the program from exiting.
        self._thread = threading.Thread(
            target=self._open, args=(open_better,), name="memapp better engine", daemon=True
        )
        self._thread.start()

    @property
    def engine(self) -> EngineInfo:
        """The engine that executes the net now."""
        return self._engine.engine

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score frames with the best available engine. Raises what that engine raises."""
        self._upgrade()
        return self._engine.score(frames)

    def score_with_features(
        self, frames: PixelArray
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        """Score frames as score() does, with the net's features. Raises what that engine raises."""
        self._upgrade()
        return score_with_features(self._engine, frames)

    def _upgrade(self) -> None:
        with self._lock:
            better, self._better = self._better, None
        if better is not None:
            self._engine.close()
            self._engine = better
            _log.info("scoring continues with %s", better.engine.engine)

    def close(self) -> None:
        """Release the memory, also of an engine that becomes ready later."""
        with self._lock:
            self._closed = True
            better, self._better = self._better, None
        self._engine.close()
        if better is not None:
            better.close()

    def wait(self, seconds: float) -> bool:
        """Wait at most this long for the better engine or its failure; return whether that happened."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _open(self, open_better: Callable[[], Engine]) -> None:
        lower_this_thread()
        try:
            better = open_better()
        except Exception:
            _log.warning("the faster engine can't be used", exc_info=True)
            return
        with self._lock:
            if not self._closed:
                self._better = better
                return
        better.close()
