"""The viewer's bar and messages: score, name, place and zoom; photos that wait or fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from memapp.core.records import Failure, Precision, ScoredPhoto
from memapp.gui.viewer.photo_viewer import PhotoViewer
from tests.gui.viewer.shown_photo import Asked, show

MakeImage = Callable[..., QImage]
MakeScored = Callable[..., ScoredPhoto]


def test_the_bar_shows_score_name_place_and_zoom(viewer: PhotoViewer, scored: MakeScored) -> None:
    show(viewer, scored("IMG_1.jpg", width=1800, height=600), position=12, count=2031)
    bar = viewer.bar
    assert (bar.score.text(), bar.band.text(), bar.percentile.text()) == ("0.82", "± 0.09", "Top 34 %")
    assert bar.name.whole_text == "IMG_1.jpg"
    assert bar.place.text() == "12 of 2,031"
    assert bar.zoom.text() == "50 %"
    viewer.view.toggle_loupe()
    assert bar.zoom.text() == "100 %"
    assert bar.loupe.accessibleName() == "Fit (Z)"


def test_the_bar_marks_a_fast_score(viewer: PhotoViewer, scored: MakeScored) -> None:
    photo = scored(precision=Precision.FAST)
    show(viewer, photo)
    assert viewer.bar.score.text() == "≈0.82"
    assert viewer.bar.score.toolTip().startswith("Fast score, a little less exact.")
    assert viewer.bar.score.accessibleName() == "Fast score 0.82"
    viewer.set_caption(photo.key, scored())
    assert viewer.bar.score.text() == "0.82"
    assert viewer.bar.score.toolTip() == ""
    assert viewer.bar.score.accessibleName() == "Score 0.82"


def test_a_waiting_photo_says_so_until_its_score_comes(
    viewer: PhotoViewer, scored: MakeScored, plain_image: MakeImage
) -> None:
    photo, other = scored("a.jpg"), scored("b.jpg", score=0.5)
    viewer.show_photo(photo.key, placeholder=plain_image(90, 60), position=1, count=2, caption=None)
    assert viewer.bar.band.text() == "Not scored yet"
    assert not viewer.bar.score.isVisible()
    viewer.set_caption(other.key, other)
    assert viewer.bar.band.text() == "Not scored yet"
    assert viewer.view.zoom is None
    viewer.set_caption(photo.key, photo)
    assert viewer.view.zoom == pytest.approx(900 / 3000, rel=0.1)
    assert viewer.bar.score.isVisible()
    assert viewer.bar.score.text() == "0.82"


def test_a_failed_photo_shows_its_reason(
    qtbot: QtBot, viewer: PhotoViewer, failure: Callable[[str], Failure], scored: MakeScored
) -> None:
    asked = Asked(viewer)
    broken = failure("broken.jpg")
    viewer.show_photo(broken.key, placeholder=None, position=1, count=2, caption=broken)
    assert viewer.view.message == broken.reason
    assert viewer.view.accessibleDescription() == broken.reason
    assert viewer.bar.band.text() == "No score"
    assert not viewer.bar.loupe.isEnabled()
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert asked.pictures == []
    show(viewer, scored())
    assert viewer.view.message == ""
    assert viewer.bar.loupe.isEnabled()


def test_a_picture_that_fails_shows_its_reason(viewer: PhotoViewer, scored: MakeScored) -> None:
    photo = scored()
    show(viewer, photo)
    viewer.set_picture_missing(scored("b.jpg").key, "Not this one.")
    assert viewer.view.message == ""
    viewer.set_picture_missing(photo.key, "The file is not there any more.")
    assert viewer.view.message == "The file is not there any more."


def test_the_bar_marks_a_score_that_says_little(viewer: PhotoViewer, scored: MakeScored) -> None:
    photo = scored(width=9000, height=1000)
    show(viewer, photo)
    assert viewer.bar.score.text() == "0.82"
    assert viewer.bar.percentile.text() == "⚠ Too narrow to judge"
    assert "more than 8 times its short side" in viewer.bar.percentile.toolTip()
    viewer.set_caption(photo.key, scored())
    assert viewer.bar.percentile.text() == "Top 34 %"
    assert viewer.bar.percentile.toolTip() == ""
