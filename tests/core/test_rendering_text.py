"""Which picture of a file was scored, as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memapp.core.rendering_text import rendering_text
from memapp.core.text import PSEUDO, set_language


@pytest.fixture
def other_language(tmp_path: Path) -> Iterator[None]:
    set_language(PSEUDO, tmp_path)
    yield
    set_language("en", tmp_path)


@pytest.mark.parametrize(
    ("rendering", "text"),
    [
        ("embedded preview, 1616 x 1080", "the camera's preview, 1,616 × 1,080"),
        ("embedded preview", "the camera's preview"),
        (
            "embedded preview, 6000 x 4000, HDR, shown in SDR",
            "the camera's preview, 6,000 × 4,000, HDR, shown in SDR",
        ),
        ("sensor data, half size", "RAW data, half size"),
        ("sensor data", "RAW data"),
        ("first frame, HDR, shown in SDR", "first frame, HDR, shown in SDR"),
        ("flattened layers", "all layers together"),
        ("by a newer memapp", "by a newer memapp"),
        ("first frame, by a newer memapp", "first frame, by a newer memapp"),
        ("", ""),
    ],
)
def test_it_says_what_the_record_says(rendering: str, text: str) -> None:
    assert rendering_text(rendering) == text


@pytest.mark.usefixtures("other_language")
def test_all_that_memapp_writes_is_translated() -> None:
    # As intake writes them; a record may be of another language's window.
    for rendering in ("embedded preview, 1616 x 1080", "sensor data", "largest page", "main picture"):
        assert rendering_text(rendering).startswith("[!! ")
    assert rendering_text("first picture, HDR, shown in SDR").count("[!! ") == 2
