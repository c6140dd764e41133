"""What the exported picture says to a reader who sees nothing else: score, fast or exact, and cautions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from memapp.core.caution import Caution
from memapp.core.records import PhotoFacts, Precision
from memapp.gui.overlay.overlay_export import (
    ExportContent,
    Part,
    compose,
    export_notes,
    export_title,
)
from tests.gui.overlay.explained import NET, memorability, regions, segmentation
from tests.gui.overlay.shown_overlays import overlay
from tests.gui.window_bench import WindowBench

FAST = dataclasses.replace(NET, precision=Precision.FAST)
WHOLE = PhotoFacts(640, 480, "PNG")
CUT = PhotoFacts(640, 480, "JPEG", missing=0.25)


@pytest.mark.parametrize(
    ("part", "fast"),
    [
        (memorability(), dataclasses.replace(memorability(), net=FAST)),
        (regions(), dataclasses.replace(regions(), net=FAST)),
    ],
    ids=["map", "regions"],
)
def test_the_heading_has_the_marks_of_the_tile(part: Part, fast: Part) -> None:
    assert export_title("a.png", part) == "a.png · score 0.71"
    assert export_title("a.png", fast, Caution.DAMAGED) == "a.png · score ≈0.71 · ⚠ Damaged"
    assert export_notes(part, WHOLE) == ""
    assert "≈ marks a fast score" in export_notes(fast, WHOLE)
    assert "about 25 % of the picture" in export_notes(part, CUT)


def test_what_is_in_a_damaged_photo_has_its_caution_but_no_score() -> None:
    assert export_title("a.png", segmentation(), Caution.DAMAGED) == "a.png · Three kinds · ⚠ Damaged"
    assert export_notes(segmentation(), WHOLE) == "Not measured by memapp: check what it finds."


def test_a_photo_that_is_too_small_to_judge_is_exported_with_its_caution(
    viewing: Callable[..., WindowBench], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    Image.new("RGB", (40, 40), (250, 250, 250)).save(folder / "icon.png")
    bench = viewing("icon.png")
    overlay(bench, "memorability")
    wanted: list[ExportContent] = []
    bench.window.overlays.export_wanted.connect(lambda _key, content: wanted.append(content))
    bench.window.overlays.export()
    [content] = wanted
    assert content.title.endswith("· ⚠ Too small to judge")
    assert "smaller than 64 pixels" in content.notes
    photo = bench.window.grab().toImage()
    plain = dataclasses.replace(content, notes="")
    assert compose(photo, content).height() > compose(photo, plain).height()
