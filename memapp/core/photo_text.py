"""Facts and failures of photos as short texts for people."""

from __future__ import annotations

from datetime import datetime

from memapp.core.records import FailureKind

_MEGA = 1_000_000

_FAILURE_TEXTS = {
    FailureKind.NOT_A_PICTURE: "Not a picture",
    FailureKind.UNSUPPORTED: "Format not supported",
    FailureKind.DAMAGED: "File is damaged",
    FailureKind.TOO_LARGE: "Photo too large",
    FailureKind.TOO_SLOW: "Took too long",
    FailureKind.UNREADABLE: "Can't be read",
    FailureKind.MISSING: "File not found",
    FailureKind.NOT_SCORED: "Couldn't be scored",
}


def failure_text(kind: FailureKind) -> str:
    """Return why a photo has no score, in three words at most."""
    return _FAILURE_TEXTS[kind]


def file_size_text(size: int) -> str:
    """Return bytes as people write them: "8.4 MB", "112 kB"."""
    if size >= _MEGA:
        return f"{size / _MEGA:,.1f} MB"
    return f"{max(1, round(size / 1000)):,} kB" if size else "0 kB"


def pixels_text(width: int, height: int) -> str:
    """Return a photo's size as people write it: "6,000 × 4,000 (24.0 MP)"."""
    megapixels = width * height / _MEGA
    in_megapixels = f" ({megapixels:.1f} MP)" if megapixels >= 0.1 else ""
    return f"{width:,} × {height:,}{in_megapixels}"


def taken_text(taken: str) -> str:
    """Return an ISO 8601 time as people write it: "1 May 2026, 18:30:05"; what is no date stays as it is."""
    try:
        when = datetime.fromisoformat(taken)
    except ValueError:
        return taken
    return f"{when.day} {when:%B %Y, %H:%M:%S}"
