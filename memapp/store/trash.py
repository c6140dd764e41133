"""Moves files to the system's trash, where their owner can take them back."""

from __future__ import annotations

from collections.abc import Iterable

from send2trash import send2trash

from memapp.core.records import ImageKey


def move_to_trash(keys: Iterable[ImageKey]) -> tuple[list[ImageKey], list[tuple[ImageKey, str]]]:
    """Move these photos to the trash, one by one; never deletes anything for good.

    Returns:
        The photos that were moved, and those that were not, each with the reason.
    """
    moved: list[ImageKey] = []
    kept: list[tuple[ImageKey, str]] = []
    for key in keys:
        try:
            send2trash(key.path)
        except OSError as problem:
            kept.append((key, problem.strerror or str(problem)))
        else:
            moved.append(key)
    return moved, kept
