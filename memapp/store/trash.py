"""Moving files to the system's trash, where their owner can restore them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from send2trash import send2trash

from memapp.core.file_state import check_file, refusal
from memapp.core.records import FileCheck, ImageKey


def move_to_trash(
    keys: Iterable[ImageKey], *, check: Callable[[ImageKey], FileCheck] = check_file
) -> tuple[list[ImageKey], list[tuple[ImageKey, str]]]:
    """Move these photos to the trash, one by one; never delete anything permanently.

    A file that is not the photo that was shown stays where it is.

    Args:
        keys: the photos, each in the state in which it was shown.
        check: returns whether a file still is in that state.

    Returns:
        The moved photos, and the others, each with the reason.
    """
    moved: list[ImageKey] = []
    kept: list[tuple[ImageKey, str]] = []
    for key in keys:
        if (found := check(key)) is not FileCheck.SAME:
            kept.append((key, refusal(found).removesuffix(".")))
            continue
        try:
            send2trash(key.path)
        except OSError as problem:
            kept.append((key, problem.strerror or str(problem)))
        else:
            moved.append(key)
    return moved, kept
