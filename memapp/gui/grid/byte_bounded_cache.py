"""A cache that is bounded in bytes and forgets what was used longest ago."""

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
        """Take the limit in bytes and what tells a value's size in bytes."""
        self._limit = limit
        self._size_of = size_of
        self._values: OrderedDict[KeyT, ValueT] = OrderedDict()
        self._bytes = 0

    @property
    def bytes_held(self) -> int:
        """How much is kept now."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: KeyT) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[KeyT]:
        return iter(self._values)

    def get(self, key: KeyT) -> ValueT | None:
        """The value, which counts as used now; None where it is not kept (any more)."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: KeyT, value: ValueT) -> None:
        """Keep a value, in place of an older one of the same key, and forget others until all fits."""
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
        """Forget one value, if it is kept."""
        value = self._values.pop(key, None)
        if value is not None:
            self._bytes -= self._size_of(value)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._bytes = 0
