"""The result of a benchmark: one figure and its limit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import NamedTuple

PHOTOS_VARIABLE = "MEMAPP_BENCH_PHOTOS"
"""What `dev.py bench --photos` sets."""


def photos_wanted(usual: int) -> int:
    """How many photos to measure with: as many as were asked for, else the usual number."""
    return int(os.environ.get(PHOTOS_VARIABLE, usual))


def seconds_of(work: Callable[[], object]) -> float:
    """How long this took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class Measurement(NamedTuple):
    """One figure of a benchmark."""

    name: str
    value: float
    unit: str
    limit: float | None
    """The figure must stay within this; None where there is nothing to reach."""
    at_least: bool = False
    """Whether the figure must reach the limit; else it must not go beyond it."""

    @property
    def passed(self) -> bool:
        """Whether the figure is within its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        """The figure as a line of a table."""
        sign = ">=" if self.at_least else "<="
        limit = (
            "" if self.limit is None else f"  ({sign} {self.limit:g})  {'ok' if self.passed else 'MISSED'}"
        )
        return f"{self.name:<44} {self.value:>10.3f} {self.unit:<6}{limit}"
