"""A loaded object with several leases, which is closed when it is no longer needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from memapp.core.machine import garbage_collector_at_rest


class Closable(Protocol):
    """An object that holds memory until it is closed."""

    def close(self) -> None:
        """Release its memory."""


Loaded = TypeVar("Loaded", bound=Closable)


class Shared(Generic[Loaded]):
    """Keeps an object loaded from the first borrow() to release(). Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None
        self._leases = 0
        self._unwanted = False
        """release() was called during a lease."""
        self._retired = False

    def borrow(self, load: Callable[[], Loaded]) -> Loaded:
        """Return the object, loaded now if necessary; give_back() ends the lease. Raises what load raises."""
        with self._lock:
            if self._loaded is None:
                # Only a window keeps objects loaded, and a window must not block meanwhile.
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
        """Close the object as soon as it has no lease. Does not wait."""
        if not self._lock.acquire(blocking=False):
            # It is being loaded, so it is needed.
            return
        try:
            self._unwanted = True
            self._close_if_unwanted()
        finally:
            self._lock.release()

    def retire(self) -> None:
        """Stop keeping the object: it is closed when its last lease ends, from now on."""
        # Set without the lock, which is held during loading.
        self._retired = True
        self.release()

    def _close_if_unwanted(self) -> None:
        if (self._unwanted or self._retired) and not self._leases and self._loaded is not None:
            self._loaded.close()
            self._loaded = None
