"""The files shipped with memapp: in the source tree, or in the built app."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def resources_folder() -> Path:
    """Return the folder of read-only resources: samples, icons, quantiles, licences, weights in the built
    app."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parents[2]
    return root / "resources"


def resource_path(name: str) -> Path:
    """Return one resource by its name relative to the folder."""
    return resources_folder() / name
