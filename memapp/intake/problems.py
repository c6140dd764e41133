"""Error messages about photos, in a photographer's words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from memapp.core.errors import MemappError, PhotoError
from memapp.core.number_text import number_text
from memapp.core.records import FailureKind
from memapp.core.text import deferred, tr
from memapp.intake.limits import GIGABYTE, Deadline

_GONE = (FailureKind.MISSING, deferred("This file is no longer there. It was moved, renamed or deleted."))
_NO_PERMISSION = (
    FailureKind.UNREADABLE,
    deferred("You are not allowed to read this file. Ask its owner for access."),
)

_SYSTEM_REASONS = {
    errno.ENOENT: _GONE,
    errno.ENOTDIR: _GONE,
    errno.ESTALE: _GONE,
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.ELOOP: (
        FailureKind.UNREADABLE,
        deferred("This is a link that leads back to itself. Add the file itself."),
    ),
    errno.ENAMETOOLONG: (
        FailureKind.UNREADABLE,
        deferred(
            "The name of this file, or the names of its folders, are too long. Make them "
            "shorter, then add it again."
        ),
    ),
    errno.EIO: (
        FailureKind.UNREADABLE,
        deferred("The disk can't read this file. Check the disk or the card."),
    ),
    errno.EMFILE: (
        FailureKind.UNREADABLE,
        deferred("Too many files are open at once. Close some programs, then try again."),
    ),
}


def from_system(problem: OSError | ValueError) -> PhotoError:
    """Convert an operating system's error about a path."""
    number = problem.errno if isinstance(problem, OSError) else errno.ENOENT  # an impossible name
    known = _SYSTEM_REASONS.get(number or 0)
    if known is not None:
        kind, reason = known
        return PhotoError(kind, str(reason))
    message = problem.strerror if isinstance(problem, OSError) else None
    return PhotoError(
        FailureKind.UNREADABLE,
        tr("The system can't read this: {problem}.", problem=message.rstrip(".").lower())
        if message
        else tr(
            "The system can't read this file, and does not say why. Copy it to this computer, then try again."
        ),
    )


def ends_too_early(*, size: int, expected: int | None = None, good: float | None = None) -> PhotoError:
    """Return the error for a truncated file.

    Args:
        size: of the file, in bytes.
        expected: the size that it should have.
        good: the share of the picture that is there, 0..1.
    """
    if good is not None:
        return PhotoError(
            FailureKind.DAMAGED,
            tr(
                "Can't read this file: it ends too early, after about {percent} % of the picture. "
                "Copy it again from its source.",
                percent=round(100 * good),
            ),
        )
    if expected is None or expected <= size:
        return PhotoError(
            FailureKind.DAMAGED,
            tr("Can't read this file: it ends too early. Copy it again from its source."),
        )
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if expected >= unit:
            return PhotoError(
                FailureKind.DAMAGED,
                tr(
                    "Can't read this file: it ends too early ({size} of {expected} {unit}). "
                    "Copy it again from its source.",
                    size=number_text(size / unit, ".1f"),
                    expected=number_text(expected / unit, ".1f"),
                    unit=name,
                ),
            )
    return PhotoError(
        FailureKind.DAMAGED,
        tr(
            "Can't read this file: it ends too early ({size} of {expected} bytes). "
            "Copy it again from its source.",
            size=size,
            expected=expected,
        ),
    )


def damaged(name: str) -> PhotoError:
    """Return the error for a file with invalid data; name of the format."""
    return PhotoError(
        FailureKind.DAMAGED,
        tr("Can't read this file: its {format} data is damaged. Copy it again from its source.", format=name),
    )


def unsupported_kind(name: str) -> PhotoError:
    """Return the error for a rare variant of a supported format."""
    return PhotoError(
        FailureKind.UNSUPPORTED,
        tr(
            "This {format} file is of a rare kind that memapp can't read. "
            "Save it as JPEG or as TIFF with 8 bits.",
            format=name,
        ),
    )


def too_large(width: int, height: int, memory: int) -> PhotoError:
    """Return the error for more pixels than the limits allow; memory in bytes is what it would need."""
    return PhotoError(
        FailureKind.TOO_LARGE,
        tr(
            "This photo is too large: {width} x {height} pixels ({megapixels} megapixels) "
            "would need {gigabytes} GB of memory. Save a smaller copy of it.",
            width=number_text(width, ","),
            height=number_text(height, ","),
            megapixels=number_text(width * height / 1e6, ",.0f"),
            gigabytes=number_text(max(1.0, memory / GIGABYTE), ",.0f"),
        ),
    )


def not_enough_memory() -> PhotoError:
    """Return the error for a photo that does not fit the memory now."""
    return PhotoError(
        FailureKind.TOO_LARGE,
        tr("There is not enough memory for this photo. Close other programs, or save a smaller copy of it."),
    )


@contextmanager
def in_words(*, name: str, size: int, deadline: Deadline, expected: int | None = None) -> Iterator[None]:
    """Convert a decoder's exceptions into a PhotoError. Only for decoder calls, not for memapp's own code.

    Args:
        name: of the format.
        size: of the file, in bytes.
        deadline: cancellation or timeout behind a decoder's error has priority.
        expected: the bytes that the file should have according to its header.
    """
    try:
        yield
    except MemappError:
        raise
    # Decoders raise OSError, SyntaxError, ValueError, struct.error, IndexError, RuntimeError, and more.
    except Exception as problem:
        deadline.check()
        raise _converted(problem, name=name, size=size, expected=expected) from problem


def _converted(problem: Exception, *, name: str, size: int, expected: int | None) -> PhotoError:
    text = str(problem).lower()
    if isinstance(problem, MemoryError | Image.DecompressionBombError):
        return not_enough_memory()
    if isinstance(problem, OSError) and problem.errno in _SYSTEM_REASONS:
        return from_system(problem)
    if expected is not None and expected > size:
        return ends_too_early(size=size, expected=expected)
    if any(
        word in text
        for word in ("truncated", "end of file", "end-of-file", "premature", "eof", "input/output")
    ):
        return ends_too_early(size=size)
    # Pillow looks up what it can read in tables; a KeyError means an unsupported variant.
    if isinstance(problem, NotImplementedError) or isinstance(problem.__cause__, KeyError):
        return unsupported_kind(name)
    if any(words in text for words in ("unsupported", "not supported", "unknown pixel mode")):
        return unsupported_kind(name)
    return damaged(name)
