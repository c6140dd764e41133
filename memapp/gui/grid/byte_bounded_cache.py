"""A cache with a limit in bytes that drops the least recently used values."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class ByteBoundedCache(Generic[KeyT, ValueT]):
    """Keeps the values used last, as many as fit. Used by one thread.

    A value that is larger than the whole cache is not kept.
    """

    def __init__(self, *, limit: int, size_of: Callable[[ValueT], int]) -> None:
        """Take the limit in bytes, and the function that returns a value's size in bytes."""
        self._limit = limit
        self._size_of = size_of
        self._values: OrderedDict[KeyT, ValueT] = OrderedDict()
        self._bytes = 0

    @property
    def bytes_held(self) -> int:
        """The bytes in use."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: KeyT) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[KeyT]:
        return iter(self._values)

    def get(self, key: KeyT) -> ValueT | None:
        """Return the value, which counts as used now; None where it is not in the cache."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: KeyT, value: ValueT) -> None:
        """Store a value, in place of an older one of the same key, and drop others until all fits."""
        self.discard(key)
        size = self._size_of(value)
        if size > self._limit:
            return
        self._values[key] = value
        self._bytes += size
        while self._bytes > self._limit:
            _, forgotten = self._values.popitem(last=False)
            self._bytes -= self._size_of(forgotten)

    def discard(self, key: KeyT) -> None:
        """Drop one value, if it is there."""
        value = self._values.pop(key, None)
        if value is not None:
            self._bytes -= self._size_of(value)

    def clear(self) -> None:
        """Drop all values."""
        self._values.clear()
        self._bytes = 0
