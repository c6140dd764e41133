"""One loaded thing that several borrowers share, and that is closed when nobody wants it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from memapp.core.machine import garbage_collector_at_rest


class Closable(Protocol):
    """What holds memory until it is closed."""

    def close(self) -> None:
        """Give back its memory."""


Loaded = TypeVar("Loaded", bound=Closable)


class Shared(Generic[Loaded]):
    """Keeps a thing loaded from the first borrow() to release(). Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None
        self._leases = 0
        self._unwanted = False
        """release() was called while the thing was borrowed."""
        self._retired = False

    def borrow(self, load: Callable[[], Loaded]) -> Loaded:
        """Return the thing, loaded now where it is not yet; give_back() ends the lease. Raises: as load."""
        with self._lock:
            if self._loaded is None:
                # Only a window keeps things loaded, and a window must not stand still meanwhile.
                with garbage_collector_at_rest():
                    self._loaded = load()
            self._leases += 1
            self._unwanted = False
            return self._loaded

    def give_back(self) -> None:
        """End one lease."""
        with self._lock:
            self._leases -= 1
            self._close_if_unwanted()

    def release(self) -> None:
        """Close the thing as soon as nobody borrows it. Waits for nothing."""
        if not self._lock.acquire(blocking=False):
            # It is being loaded, so it is wanted.
            return
        try:
            self._unwanted = True
            self._close_if_unwanted()
        finally:
            self._lock.release()

    def retire(self) -> None:
        """Keep the thing no more: it is closed when its last lease ends, now and ever after."""
        # Set without the lock, which is held while it is being loaded.
        self._retired = True
        self.release()

    def _close_if_unwanted(self) -> None:
        if (self._unwanted or self._retired) and not self._leases and self._loaded is not None:
            self._loaded.close()
            self._loaded = None
