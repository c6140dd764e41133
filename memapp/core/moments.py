"""Dates as files write them, in many forms, and as memapp keeps them: ISO 8601, only as exact as the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 64
"""Characters; no date is longer."""
_FURTHEST_ZONE = 15 * 60
"""Minutes; zones in use reach from -12:00 to +14:00."""

_PADDING = " \t\r\n\0"

_MOMENT = re.compile(
    r"""
    (?P<year>\d{4})
    (?:\s*[-:/.]\s*(?P<month>\d{1,2})
      (?:\s*[-:/.]\s*(?P<day>\d{1,2})
        (?:(?:\s*[T,]\s*|\s+)(?P<hour>\d{1,2})\s*:\s*(?P<minute>\d{1,2})
          (?:\s*:\s*(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?
          \s*(?P<zone>Z|[-+]\d{2}:?\d{2})?
        )?
      )?
    )?
    (?!\d)
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
_ZONE = re.compile(r"(?P<sign>[-+])(?P<hours>\d{2}):?(?P<minutes>\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, with a time where one is known, on the clock of the place where it was."""

    start: datetime
    """Without zone; the start of the day, month or year where no more is known."""
    parts: int
    """How many of year, month, day, minutes, seconds are known: 1..5."""
    fraction: str = ""
    """The digits after the second, at most 6."""
    zone: str = ""
    """Of that clock, "+02:00"; empty where it is unknown."""

    @property
    def text(self) -> str:
        """The moment in ISO 8601: "2026-05-01T18:30:05.70+02:00", "2026-05-01"."""
        pattern = ("%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")[self.parts - 1]
        # Some systems write the year 987 with three digits.
        date = self.start.strftime(pattern.replace("%Y", f"{self.start.year:04}"))
        return f"{date}{'.' if self.fraction else ''}{self.fraction}{self.zone}"

    @property
    def order(self) -> int:
        """Where it lies in time: microseconds since 1970, by the clock of its place."""
        return _order(self.start)


def order_of(text: str | None) -> int | None:
    """Return the order of a moment written as Moment.text writes it; None if the text means none.

    Faster than moment_of() by an order of magnitude, which a library of 100,000 photos feels.
    """
    if not text:
        return None
    try:
        return _order(datetime.fromisoformat(text).replace(tzinfo=None))
    except ValueError:  # a year or a month alone, or no date
        moment = moment_of(text)
        return None if moment is None else moment.order


def moment_of(text: str | None, *, fraction: str = "", zone: str = "") -> Moment | None:
    """Return the moment that a text from a file means; None if it means none, or one that can't be.

    Args:
        text: such as "2026:05:01 18:30:05", "2026: 5: 1", "2026-05-01T18:30:05.7+02:00".
        fraction: the digits after the second, where they are kept apart from the text.
        zone: as "+02:00", where it is kept apart from the text.
    """
    found = _MOMENT.match(text.strip(_PADDING)) if text and len(text) <= _LONGEST else None
    if found is None:
        return None
    numbers = [int(part) for part in found.group("year", "month", "day") if part is not None]
    parts = len(numbers)
    time = [int(part) for part in found.group("hour", "minute", "second") if part is not None]
    if time:
        parts = 2 + len(time)
    # Less than a day must be all there is; else it is the beginning of something that is no date.
    if text is not None and parts < 3 and found.end() < len(text.strip(_PADDING)):
        return None
    digits = ""
    if len(time) == 3:
        digits = (found["fraction"] or (fraction.strip() if _is_digits(fraction) else ""))[:6]
    try:
        start = datetime(*(numbers + [1] * (3 - len(numbers))), *time)  # type: ignore[arg-type]
    except ValueError:
        return None
    start = start.replace(microsecond=int(digits.ljust(6, "0"))) if digits else start
    return Moment(start, parts, digits, zone_of(found["zone"] or zone) if time else "")


def zone_of(text: str) -> str:
    """Return a zone as "+02:00"; empty if the text is none."""
    if text.strip().upper() == "Z":
        return "+00:00"
    found = _ZONE.fullmatch(text.strip())
    if found is None or int(found["minutes"]) > 59:
        return ""
    if 60 * int(found["hours"]) + int(found["minutes"]) > _FURTHEST_ZONE:
        return ""
    return f"{found['sign']}{found['hours']}:{found['minutes']}"


def _order(start: datetime) -> int:
    return (start - _EPOCH) // _MICROSECOND


def _is_digits(text: str) -> bool:
    return text.strip().isascii() and text.strip().isdigit()
