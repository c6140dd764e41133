"""Which picture of a file was scored, in the language that is spoken; records have it in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from memapp.core.number_text import number_text
from memapp.core.text import Deferred, deferred, tr

HDR_NOTE = "HDR, shown in SDR"
"""As PhotoFacts.rendering has it."""

_NOTES: dict[str, Deferred] = {
    "flattened layers": deferred("all layers together"),
    "first frame": deferred("first frame"),
    "first page": deferred("first page"),
    "first picture": deferred("first picture"),
    "largest page": deferred("largest page"),
    "main picture": deferred("main picture"),
    "sensor data, half size": deferred("RAW data, half size"),
    "sensor data": deferred("RAW data"),
    HDR_NOTE: deferred("HDR, shown in SDR"),
}
"""By what PhotoFacts.rendering says; one that begins like another comes first."""

_PREVIEW = re.compile(r"embedded preview(?:, (\d+) x (\d+))?")


def rendering_text(rendering: str) -> str:
    """Return a PhotoFacts.rendering as people read it; what is not known stays as it is."""
    return ", ".join(_notes(rendering))


def _notes(rendering: str) -> Iterator[str]:
    left = rendering
    while left:
        if preview := _PREVIEW.match(left):
            yield _preview_text(*preview.groups())
            length = preview.end()
        else:
            note = next((note for note in _NOTES if left.startswith(note)), left)
            yield str(_NOTES.get(note, note))
            length = len(note)
        left = left[length:].removeprefix(", ")


def _preview_text(width: str | None, height: str | None) -> str:
    if width is None or height is None:
        return tr("the camera's preview")
    sides = {"width": number_text(int(width), ","), "height": number_text(int(height), ",")}
    return tr("the camera's preview, {width} × {height}", **sides)
