"""A window on a German system: one notation on tiles, in the inspector, in fields, in tables."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDoubleSpinBox
from pytestqt.qtbot import QtBot

from memapp.core.number_text import set_notation
from memapp.gui.overlay.overlay_drawing import MapStyle
from memapp.gui.overlay.overlay_panel import OverlayPanel
from memapp.gui.widgets.theme import ThemeManager
from tests.conftest import CHECKOUT
from tests.gui.overlay.explained import memorability, regions, segmentation
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
    bench.trigger("details")
    texts = [text.replace(str(tmp_path), "") for _, text in shown_texts(bench.window)]
    assert [text for text in texts if POINT.search(text)] == []
    fields = [field.text() for field in bench.window.findChildren(QDoubleSpinBox)]
    assert "0,00" in fields
    assert "1,00" in fields


def test_the_panel_of_an_overlay_has_commas(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    panel = OverlayPanel(theme_manager=theme_manager, style=MapStyle.COLOUR, opacity=80)
    qtbot.addWidget(panel)
    panel.segmentation.show_segmentation(segmentation())
    panel.regions.show_regions(regions())
    panel.map.show_map(memorability())
    texts = [text for _, text in shown_texts(panel)]
    assert [text for text in texts if POINT.search(text)] == []
    assert "+0,12" in texts
    assert any("25,0 % of the photo" in text for text in texts)
    assert any("0,71" in text for text in texts)


@pytest.mark.parametrize(("language", "score"), [("de_DE", "0,50"), ("en_US", "0.50"), ("fa_IR", "0.50")])
def test_the_window_starts_with_the_notation_of_the_system(language: str, score: str) -> None:
    script = """
from memapp import app
from memapp.core.score_text import score_text
from PySide6.QtCore import QLocale
def say(installed):
    print(score_text(0.5), QLocale().toString(0.5, "f", 2))
    raise SystemExit
app.WindowRoot = say
app.run_window([])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=CHECKOUT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": f"{language}.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == [score, score], done.stderr
