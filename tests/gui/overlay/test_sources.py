"""What is found in a photo, and by what: the choice in the legend, and the line in the inspector."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from memapp.core.contents import contents_of, contents_text
from memapp.core.explanation import RegionKind, Regions
from memapp.core.text import tr
from memapp.gui.inspector.facts import FactsText
from memapp.gui.overlay.explain_view import PATCHES
from memapp.library.contents import CONTENTS
from memapp.library.photo import Photo
from memapp.library.photo_description import detail_rows
from tests.gui.overlay.explained import segmentation
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
