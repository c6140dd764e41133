"""Facts and failures of photos as short texts for people."""

from __future__ import annotations

from memapp.core.moments import moment_of
from memapp.core.number_text import in_notation, number_text
from memapp.core.records import FailureKind
from memapp.core.text import deferred, tr

_MEGA = 1_000_000

_FAILURE_TEXTS = {
    FailureKind.NOT_A_PICTURE: deferred("Not a picture"),
    FailureKind.UNSUPPORTED: deferred("Format not supported"),
    FailureKind.DAMAGED: deferred("File is damaged"),
    FailureKind.EMPTY: deferred("File is empty"),
    FailureKind.TOO_LARGE: deferred("Photo too large"),
    FailureKind.TOO_SLOW: deferred("Took too long"),
    FailureKind.UNREADABLE: deferred("Can't be read"),
    FailureKind.MISSING: deferred("File not found"),
    FailureKind.NOT_HERE: deferred("Not downloaded yet"),
    FailureKind.NOT_SCORED: deferred("Can't be scored"),
}

_MONTHS = (
    deferred("January"),
    deferred("February"),
    deferred("March"),
    deferred("April"),
    deferred("May"),
    deferred("June"),
    deferred("July"),
    deferred("August"),
    deferred("September"),
    deferred("October"),
    deferred("November"),
    deferred("December"),
)


def failure_text(kind: FailureKind) -> str:
    """Return why a photo has no score, in three words at most."""
    return str(_FAILURE_TEXTS[kind])


def file_size_text(size: int) -> str:
    """Return bytes as people write them: "8.4 MB", "112 kB"."""
    if size >= _MEGA:
        return tr("{size} MB", size=number_text(size / _MEGA, ",.1f"))
    return tr("{size} kB", size=number_text(max(1, round(size / 1000)) if size else 0, ","))


def pixels_text(width: int, height: int) -> str:
    """Return a photo's size as people write it: "6,000 × 4,000 (24.0 MP)"."""
    megapixels = width * height / _MEGA
    sides = {"width": number_text(width, ","), "height": number_text(height, ",")}
    if megapixels < 0.1:
        return tr("{width} × {height}", **sides)
    return tr("{width} × {height} ({megapixels} MP)", megapixels=number_text(megapixels, ".1f"), **sides)


def taken_text(taken: str) -> str:
    """Return an ISO 8601 time as people write it, as exact as it is; what is no date stays as it is.

    "1 May 2026, 18:30:05", "1 May 2026, 18:30:05.70 (UTC+02:00)", "1 May 2026", "May 2026".
    """
    moment = moment_of(taken)
    if moment is None:
        return taken
    when, parts = moment.start, moment.parts
    if parts == 1:
        return str(when.year)
    month = _MONTHS[when.month - 1]
    if parts == 2:
        return tr("{month} {year}", month=month, year=when.year)
    if parts == 3:
        return tr("{day} {month} {year}", day=when.day, month=month, year=when.year)
    time = f"{when:%H:%M}" if parts == 4 else f"{when:%H:%M:%S}"
    if moment.fraction:
        time = in_notation(f"{time}.{moment.fraction}")
    said = tr("{day} {month} {year}, {time}", day=when.day, month=month, year=when.year, time=time)
    return tr("{moment} (UTC{zone})", moment=said, zone=moment.zone) if moment.zone else said
