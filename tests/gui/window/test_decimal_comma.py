"""A window on a German system: one notation on tiles, in the inspector, in fields, in tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDoubleSpinBox

from memapp.core.number_text import set_notation
from tests.gui.shown_texts import shown_texts
from tests.gui.window_bench import WindowBench, make_photos

POINT = re.compile(r"(?<![\w.])\d+\.\d{1,2}(?![\w.])")
COMMA = re.compile(r"(?<![\w,])\d+,\d{2}(?![\w,])")
"""Numbers with decimals; not parts of names."""


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    set_notation(",", ".")
    yield
    set_notation()
    QLocale.setDefault(before)


def test_no_number_on_screen_has_a_point(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path / "photos", {"a.png": 30, "b.png": 120, "c.png": 240}))
    bench.until(lambda: len(bench.names()) == 3)
    for chosen in (["a.png"], ["a.png", "b.png"]):
        bench.choose(*chosen)
        texts = [text.replace(str(tmp_path), "") for _, text in shown_texts(bench.window)]
        assert [text for text in texts if POINT.search(text)] == []
        assert any(COMMA.search(text) for text in texts)
    fields = [field.text() for field in bench.window.findChildren(QDoubleSpinBox)]
    assert "0,00" in fields
    assert "1,00" in fields
