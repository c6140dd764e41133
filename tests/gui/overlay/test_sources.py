"""What is found in a photo, and by what: the choice in the legend, and the line in the inspector."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from memapp.core.contents import contents_of, contents_text
from memapp.core.explanation import RegionKind, Regions
from memapp.core.finder_trust import found_by_text
from memapp.core.text import tr
from memapp.gui.inspector.facts import FactsText
from memapp.gui.overlay.explain_view import PATCHES
from memapp.library.contents import CONTENTS
from memapp.library.photo import Photo
from memapp.library.photo_description import detail_rows
from tests.conftest import CHECKOUT
from tests.gui.overlay.explained import segmentation
from tests.gui.overlay.shown_overlays import overlay, panel_words
from tests.gui.window_bench import WindowBench


def sources(bench: WindowBench) -> QComboBox:
    boxes = bench.window.overlays.panel.findChildren(QComboBox)
    return next(box for box in boxes if box.accessibleName() == tr("Object finder in use"))


def test_the_inspector_says_what_was_found(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    bench.choose("a.png")
    bench.trigger("overlay-segmentation")
    bench.until(lambda: bench.window.overlays.view.shown is not None)
    row = bench.window.library.row(bench.key("a.png"))
    assert row is not None
    photo = Photo(bench.window.library, row)
    assert "50 %" in photo[CONTENTS]
    assert dict(detail_rows(photo))[tr("What's in it")] == photo[CONTENTS]
    bench.trigger("overlay-none")
    [facts] = bench.window.inspector.findChildren(FactsText)
    assert photo[CONTENTS] in facts.toPlainText()


def test_the_legend_says_what_found_it_and_how_far_to_trust_it(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    title = bench.window.overlays.view.segmenters[0].title
    trust = "Not measured by memapp: check what it finds."
    overlay(bench, "segmentation")
    assert f"Found by {title}. {trust}" in panel_words(bench)
    # The list that offers patches as well names it.
    overlay(bench, "regions")
    assert f"\n{trust}" in panel_words(bench)
    overlay(bench, "memorability")
    assert trust not in panel_words(bench)


def test_how_good_the_own_finder_is_was_measured() -> None:
    everyday = found_by_text("everyday-13", "Everyday, 13 kinds of things")
    assert everyday.startswith("Found by Everyday, 13 kinds of things. Good at sky, people")
    assert "Not measured" in found_by_text("coco-13", "COCO")
    table = (CHECKOUT / "docs" / "segmenter-packs.md").read_text(encoding="utf-8")
    overlaps = {
        name: float(share) for name, share in re.findall(r"^\| (\w+) \| [\d.]+ \| ([\d.]+) \|$", table, re.M)
    }
    good, weak = everyday.split(".")[1].split(";")
    words = {"person": "people", "vehicle": "vehicles", "building": "buildings", "animal": "animals"}
    named = {name: words.get(name, name) for name in overlaps}
    assert {name for name, word in named.items() if word in good} == {
        name for name, share in overlaps.items() if share >= 0.8
    }
    assert {name for name, word in named.items() if word in weak} == {
        name for name, share in overlaps.items() if share < 0.3 and name != "object"
    }


def test_patches_can_be_chosen_in_the_legend(qtbot: QtBot, viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    view = bench.window.overlays.view

    def kinds() -> set[RegionKind]:
        part = view.shown.part if view.shown is not None else None
        return {region.kind for region in part.regions} if isinstance(part, Regions) else set()

    bench.trigger("overlay-regions")
    bench.until(lambda: bool(kinds()))
    assert RegionKind.SUPERPIXEL not in kinds()
    box = sources(bench)
    assert box.isVisibleTo(bench.window)
    box.setCurrentIndex(box.findData(PATCHES))
    box.activated.emit(box.currentIndex())
    bench.until(lambda: kinds() == {RegionKind.SUPERPIXEL})
    # Without a choice there is no box; and a map of things needs a segmenter.
    bench.trigger("overlay-segmentation")
    bench.until(lambda: view.shown is not None and not isinstance(view.shown.part, Regions))
    assert not box.isVisibleTo(bench.window)


def test_small_parts_are_left_out_of_the_line() -> None:
    text = contents_text(contents_of(segmentation()))
    assert "ackground" not in text
    assert text[0].isupper()
