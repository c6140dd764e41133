"""Reader for untrusted JSON, field by field, with error messages that name the field."""

from __future__ import annotations

import json
from collections.abc import Sequence

LONGEST_TEXT = 400


class FieldError(ValueError):
    """A field is missing, unknown or invalid; str() is half a sentence for people."""


class Fields:
    """One JSON object. Each field is taken once; finish() refuses the fields that are left."""

    def __init__(self, value: object, where: str = "") -> None:
        """Read a parsed object.

        Args:
            value: the parsed value.
            where: the object's path, for error messages; empty at the top.

        Raises:
            FieldError: it is not an object.
        """
        if not isinstance(value, dict):
            raise FieldError(f"{where or 'the file'} must be an object")
        self._left = dict(value)
        self._where = where

    def has(self, name: str) -> bool:
        """Return whether an optional field is present; null counts as missing."""
        if self._left.get(name) is None:
            self._left.pop(name, None)
        return name in self._left

    def text(self, name: str, *, longest: int = LONGEST_TEXT) -> str:
        """Return a text of one line, with visible characters only."""
        value = self._take(name)
        if not isinstance(value, str) or not value.strip():
            raise self._must(name, "be a text")
        if len(value) > longest or not value.isprintable():
            raise self._must(name, f"be one line of at most {longest} characters")
        return value.strip()

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """Return one of these words."""
        value = self._take(name)
        if not isinstance(value, str) or value not in choices:
            raise self._must(name, f"be one of {', '.join(choices)}")
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        """Return an integer within limits."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._must(name, f"be a whole number from {least} to {most}")
        return value

    def number(self, name: str, least: float, most: float) -> float:
        """Return a number within limits."""
        return _number(self._take(name), least, most, self._path(name))

    def truth(self, name: str) -> bool:
        """Return true or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._must(name, "be true or false")
        return value

    def three_numbers(self, name: str, least: float, most: float) -> tuple[float, float, float]:
        """Return one number per colour channel."""
        value = self._take(name)
        if not isinstance(value, list) or len(value) != 3:
            raise self._must(name, "be a list of three numbers")
        first, second, third = (
            _number(item, least, most, f"{self._path(name)}[{index}]") for index, item in enumerate(value)
        )
        return first, second, third

    def items(self, name: str, least: int, most: int) -> list[object]:
        """Return a list with this many items; the caller checks the items."""
        value = self._take(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise self._must(name, f"be a list of {least} to {most} items")
        return value

    def inner(self, name: str) -> Fields:
        """Return an object within this one."""
        return Fields(self._take(name), self._path(name))

    def finish(self) -> None:
        """Refuse the remaining fields: otherwise a misspelt field would be ignored silently."""
        if self._left:
            raise FieldError(f"{self._path(str(min(self._left))[:40])!r} is not a field of this format")

    def _take(self, name: str) -> object:
        if name not in self._left:
            raise FieldError(f"{self._path(name)} is missing")
        return self._left.pop(name)

    def _must(self, name: str, what: str) -> FieldError:
        return FieldError(f"{self._path(name)} must {what}")

    def _path(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name


def read_json(content: bytes) -> object:
    """Parse JSON strictly: UTF-8, no duplicate keys, no NaN, limited depth.

    Raises:
        FieldError: it is not valid.
    """
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_no_constant
        )
    except FieldError:
        raise
    except (ValueError, RecursionError) as problem:
        raise FieldError("it is not JSON in UTF-8") from problem


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FieldError("a field occurs twice")
    return found


def _no_constant(name: str) -> object:
    raise FieldError(f"{name} is not a number")


def _number(value: object, least: float, most: float, path: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # The comparison refuses NaN and infinity, and accepts integers that are too long for a float.
    if not is_number or not least <= value <= most:  # type: ignore[operator]
        raise FieldError(f"{path} must be a number from {least:g} to {most:g}")
    return float(value)  # type: ignore[arg-type]
