"""Sizes of pictures."""

from __future__ import annotations


def fitted(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Return a size with its long side reduced to longest_side pixels; never enlarged."""
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
