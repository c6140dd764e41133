"""Areas of interest as a file, for reuse: docs/explanations.md describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from memapp.core.errors import StoreError
from memapp.core.explanation import AreaOfInterest
from memapp.core.files import open_regular_file, write_atomically
from memapp.core.text import tr

MOST_AREAS = 64
MOST_CORNERS = 10_000
_LARGEST_FILE = 10_000_000


def read_areas(path: Path) -> tuple[AreaOfInterest, ...]:
    """Return the areas in a file, in its order.

    Raises:
        StoreError: it can't be read, or has other content; the text says what and where.
    """
    try:
        with open_regular_file(path) as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as problem:
        raise StoreError(
            tr("{path} can't be read: {reason}.", path=path, reason=problem.strerror)
        ) from problem
    if len(content) > _LARGEST_FILE:
        raise StoreError(tr("{path} is too large for a file of areas.", path=path))
    try:
        return areas_of(json.loads(content.decode("utf-8-sig")))
    except WrongAreasError as problem:
        raise StoreError(
            tr("{path} is not a file of areas that memapp can import. {reason}", path=path, reason=problem)
        ) from None
    except (ValueError, RecursionError):
        raise StoreError(
            tr("{path} is not a file of areas. Choose one that memapp exported.", path=path)
        ) from None


def write_areas(path: Path, areas: Iterable[AreaOfInterest]) -> None:
    """Write areas atomically. Raise OSError if nothing was written."""
    write_atomically(path, json.dumps({"areas": areas_document(areas)}, indent=2) + "\n")


def areas_document(areas: Iterable[AreaOfInterest]) -> list[dict[str, Any]]:
    """Return areas as JSON values."""
    return [{"name": area.name, "outline": [list(at) for at in area.outline]} for area in areas]


class WrongAreasError(ValueError):
    """The content does not describe areas; the text says why, in a sentence."""


def areas_of(document: object) -> tuple[AreaOfInterest, ...]:
    """Return the list "areas" of a JSON object. Raise WrongAreasError if it is invalid."""
    items = document.get("areas") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise WrongAreasError(tr('It has no list "areas".'))
    if len(items) > MOST_AREAS:
        raise WrongAreasError(
            tr("It has {count} areas. At most {most} can be imported.", count=len(items), most=MOST_AREAS)
        )
    return tuple(_area(item, number) for number, item in enumerate(items, start=1))


def _area(item: object, number: int) -> AreaOfInterest:
    name = item.get("name") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(name, str) or not name.strip():
        raise WrongAreasError(tr('Area {number} has no "name".', number=number))
    outline = item.get("outline")
    if not isinstance(outline, list) or not 3 <= len(outline) <= MOST_CORNERS:
        raise WrongAreasError(tr('Area {number} needs an "outline" of three corners or more.', number=number))
    return AreaOfInterest(name=name, outline=tuple(_corner(corner, number) for corner in outline))


def _corner(corner: object, number: int) -> tuple[float, float]:
    if isinstance(corner, list) and len(corner) == 2 and all(map(_is_share, corner)):
        return float(corner[0]), float(corner[1])
    raise WrongAreasError(
        tr(
            "Each corner of area {number} must be [x, y], with numbers from 0 to 1.",
            number=number,
        )
    )


def _is_share(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= 1
