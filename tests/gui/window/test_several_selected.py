"""Several selected photos: a strip of them in the inspector, with scores; a press goes to one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QToolButton

from memapp.gui.inspector.facts import FactsText
from memapp.gui.inspector.selection_strip import MOST_SHOWN
from tests.gui.window_bench import WindowBench, make_photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", {f"{number:02}.png": 250 - 10 * number for number in range(15)})


def test_they_are_shown_with_their_scores_and_what_they_share(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("00.png", "03.png")
    strip = bench.window.inspector.strip
    assert [key.name for key in strip.keys] == ["00.png", "03.png"]
    buttons = [button for button in strip.findChildren(QToolButton) if button.isVisible()]
    assert [button.text() for button in buttons] == ["0.98", "0.86 \N{MINUS SIGN}0.12"]
    assert buttons[0].accessibleName() == "00.png, 0.98"
    facts = bench.window.inspector.findChild(FactsText)
    assert facts is not None
    assert str(folder) in facts.toPlainText().replace("\n", "")
    bench.until(lambda: not any(button.icon().isNull() for button in buttons))

    buttons[1].click()
    assert [key.name for key in bench.window.grid.selected_photos()] == ["03.png"]
    bench.until(lambda: not strip.isVisible())


def test_of_many_the_first_ones_are_shown_and_the_others_counted(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.window.grid.selectAll()
    strip = bench.window.inspector.strip
    bench.until(lambda: len(strip.keys) == MOST_SHOWN)
    assert strip._more.text() == "and 3 more"
    bench.trigger("pick")
    facts = bench.window.inspector.findChild(FactsText)
    assert facts is not None
    assert "15" in facts.toPlainText()
