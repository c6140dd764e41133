"""The cache that is bounded in bytes."""

from __future__ import annotations

from memapp.gui.grid.byte_bounded_cache import ByteBoundedCache


def cache_of(limit: int) -> ByteBoundedCache[str, bytes]:
    return ByteBoundedCache(limit=limit, size_of=len)


def test_forgets_what_was_used_longest_ago() -> None:
    cache = cache_of(10)
    cache.put("a", b"1234")
    cache.put("b", b"1234")
    assert cache.get("a") == b"1234"
    cache.put("c", b"1234")
    assert [key in cache for key in "abc"] == [True, False, True]
    assert cache.bytes_held == 8


def test_a_newer_value_takes_the_place_of_the_older() -> None:
    cache = cache_of(10)
    cache.put("a", b"12345678")
    cache.put("a", b"12")
    assert (cache.get("a"), cache.bytes_held, len(cache)) == (b"12", 2, 1)


def test_what_is_larger_than_all_room_drives_nothing_out() -> None:
    cache = cache_of(10)
    cache.put("a", b"12")
    cache.put("b", b"12345678901")
    assert ("a" in cache, "b" in cache) == (True, False)


def test_discard_and_clear_give_the_room_back() -> None:
    cache = cache_of(10)
    cache.put("a", b"12")
    cache.put("b", b"123")
    cache.discard("a")
    cache.discard("a")
    assert cache.bytes_held == 3
    cache.clear()
    assert (cache.bytes_held, cache.get("b")) == (0, None)
