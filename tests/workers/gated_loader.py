"""A loader of photos for tests, which waits until its gate is opened."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.records import ImageKey, LoadedPhoto, PhotoFacts, Precision


def key(name: str) -> ImageKey:
    """Return the key of a photo that is nowhere."""
    return ImageKey(path=f"/photos/{name}", size=1, mtime_ns=1)


@dataclass
class GatedLoader:
    """Loads a photo when it may: the first calls are held until the gate is opened."""

    gate: threading.Event = field(default_factory=threading.Event)
    problems: dict[str, Exception] = field(default_factory=dict)
    """By name: what is raised in place of a picture."""
    calls: list[tuple[str, int | None]] = field(default_factory=list)
    """(name, longest side), in the order in which they were begun."""
    controls: dict[str, RunControl] = field(default_factory=dict)

    def __call__(
        self,
        path: str,
        *,
        frame: bool = False,
        longest_side: int | None = None,
        precision: Precision = Precision.EXACT,
        control: RunControl | None = None,
    ) -> LoadedPhoto:
        name = Path(path).name
        self.calls.append((name, longest_side))
        assert control is not None
        self.controls[name] = control
        while not self.gate.wait(0.01):
            if control.cancelled:
                raise Cancelled("Cancelled.")
        if name in self.problems:
            raise self.problems[name]
        picture = np.full((2, 4, 3), (200, 100, 50), dtype=np.uint8)
        return LoadedPhoto(facts=PhotoFacts(width=4, height=2, format="JPEG"), picture=picture)

    def begun(self) -> list[str]:
        return [name for name, _ in self.calls]
