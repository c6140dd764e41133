"""The viewer as a person uses it: zoom, steps, keys, and which pictures it requests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.core.records import ImageKey, ScoredPhoto
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.viewer.seen_part import seen_rect
from memapp.gui.widgets.theme import ThemeManager
from tests.gui.viewer.shown_photo import Asked, show

MakeImage = Callable[..., QImage]
MakeScored = Callable[..., ScoredPhoto]


def _device_width(viewer: PhotoViewer) -> int:
    return round(viewer.view.width() * viewer.view.devicePixelRatioF())


def _wheel(viewer: PhotoViewer, at: QPointF, notches: int) -> None:
    view = viewer.view
    event = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


# What it asks for


def test_it_first_requests_what_fills_the_view(viewer: PhotoViewer, scored: MakeScored) -> None:
    asked = Asked(viewer)
    photo = scored(width=6000, height=2000)
    show(viewer, photo)
    assert asked.pictures == [(photo.key, _device_width(viewer))]


def test_it_requests_full_size_only_when_zoomed_past_that(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored, plain_image: MakeImage
) -> None:
    asked = Asked(viewer)
    photo = scored(width=6000, height=2000)
    show(viewer, photo)
    viewer.set_picture(photo.key, plain_image(900, 300), False)
    assert len(asked.pictures) == 1
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert asked.pictures[1:] == [(photo.key, 0)]
    viewer.set_picture(photo.key, plain_image(6000, 2000), True)
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert len(asked.pictures) == 2


def test_a_small_photo_is_never_requested_twice(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored, plain_image: MakeImage
) -> None:
    asked = Asked(viewer)
    photo = scored(width=300, height=200)
    show(viewer, photo)
    assert asked.pictures == [(photo.key, 300)]
    viewer.set_picture(photo.key, plain_image(300, 200), False)
    _wheel(viewer, QPointF(400, 300), 3)
    assert len(asked.pictures) == 1


def test_a_larger_window_requests_a_larger_picture(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored, plain_image: MakeImage
) -> None:
    photo = scored(width=6000, height=2000)
    show(viewer, photo)
    viewer.set_picture(photo.key, plain_image(900, 300), False)
    with qtbot.waitSignal(viewer.picture_wanted) as asked:
        viewer.resize(1200, 700)
    assert asked.args == [photo.key, _device_width(viewer)]


def test_it_requests_nothing_until_it_is_shown(
    qtbot: QtBot, theme_manager: ThemeManager, scored: MakeScored
) -> None:
    hidden = PhotoViewer(theme_manager=theme_manager)
    qtbot.addWidget(hidden)
    asked = Asked(hidden)
    show(hidden, scored())
    assert asked.pictures == []
    hidden.resize(900, 640)
    with qtbot.waitSignal(hidden.picture_wanted):
        hidden.show()


def test_pictures_of_other_photos_are_ignored(
    viewer: PhotoViewer, scored: MakeScored, plain_image: MakeImage
) -> None:
    photo, other = scored("a.jpg"), scored("b.jpg")
    show(viewer, photo)
    before = viewer.grab().toImage()
    viewer.set_picture(other.key, plain_image(900, 600), False)
    assert viewer.grab().toImage() == before
    viewer.set_picture(photo.key, plain_image(900, 600), False)
    assert viewer.grab().toImage() != before


# What it draws


def test_the_placeholder_lies_where_the_picture_will(
    viewer: PhotoViewer, scored: MakeScored, plain_image: MakeImage
) -> None:
    photo = scored(width=3000, height=2000)
    viewer.show_photo(photo.key, placeholder=plain_image(240, 160), position=1, count=1, caption=photo)
    before = viewer.view.photo_rect()
    middle = viewer.view.rect().center()
    assert viewer.view.grab().toImage().pixelColor(middle).name() == "#ff0000"
    viewer.set_picture(photo.key, plain_image(900, 600, "#00ff00"), False)
    assert viewer.view.photo_rect() == before
    assert viewer.view.grab().toImage().pixelColor(middle).name() == "#00ff00"


def test_at_100_percent_a_pixel_is_a_pixel(qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored) -> None:
    stripes = np.zeros((1500, 2000), np.uint8)
    stripes[:, ::2] = 255
    checks = QImage(stripes.tobytes(), 2000, 1500, 2000, QImage.Format.Format_Grayscale8).copy()
    photo = scored(width=2000, height=1500)
    show(viewer, photo)
    viewer.set_picture(photo.key, checks, True)
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    shown = viewer.view.grab().toImage()
    row = [shown.pixelColor(x, 100).name() for x in range(50, 60)]
    assert set(row[::2]) | set(row[1::2]) == {"#000000", "#ffffff"}
    assert len(set(row[::2])) == len(set(row[1::2])) == 1


def test_what_the_net_did_not_see_is_dimmed(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored, plain_image: MakeImage
) -> None:
    photo = scored(width=900, height=600)
    show(viewer, photo)
    viewer.set_picture(photo.key, plain_image(900, 600, "#ffffff"), True)
    rect = viewer.view.photo_rect()
    edge = QPointF(rect.left() + 4, rect.center().y()).toPoint()
    qtbot.keyClick(viewer, Qt.Key.Key_F)
    assert viewer.bar.seen.isChecked()
    shown = viewer.view.grab().toImage()
    assert shown.pixelColor(edge).lightness() < 130
    assert shown.pixelColor(rect.center().toPoint()).name() == "#ffffff"
    qtbot.keyClick(viewer, Qt.Key.Key_F)
    assert viewer.view.grab().toImage().pixelColor(edge).name() == "#ffffff"


def test_the_seen_part_is_227_of_256() -> None:
    assert seen_rect(QRectF(0, 0, 256, 512)) == QRectF(14, 28, 227, 454)


# The loupe


def test_a_click_is_a_loupe_at_the_place_clicked(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored
) -> None:
    photo = scored(width=6000, height=4000)
    show(viewer, photo)
    at = QPoint(300, 200)
    rect = viewer.view.photo_rect()
    place = (at.x() - rect.left()) / rect.width()
    qtbot.mouseClick(viewer.view, Qt.MouseButton.LeftButton, pos=at)
    assert viewer.view.zoom == 1.0
    rect = viewer.view.photo_rect()
    assert (at.x() - rect.left()) / rect.width() == pytest.approx(place, abs=1 / 3000)
    qtbot.mouseClick(viewer.view, Qt.MouseButton.LeftButton, pos=at)
    assert viewer.view.fitted


def test_a_double_click_is_one_loupe(qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored) -> None:
    show(viewer, scored(width=6000, height=4000))
    at = QPoint(300, 200)
    qtbot.mouseClick(viewer.view, Qt.MouseButton.LeftButton, pos=at)
    # a mouse releases after the second press, too; mouseDClick leaves that out
    qtbot.mouseDClick(viewer.view, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseRelease(viewer.view, Qt.MouseButton.LeftButton, pos=at)
    assert viewer.view.zoom == 1.0


def test_a_drag_pans_and_is_no_click(qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored) -> None:
    show(viewer, scored(width=6000, height=4000))
    viewer.view.toggle_loupe()
    before = viewer.view.photo_rect()
    view = viewer.view
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    qtbot.mouseMove(view, QPoint(440, 320))
    qtbot.mouseMove(view, QPoint(460, 330))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(460, 330))
    assert not view.fitted
    assert view.photo_rect().topLeft() - before.topLeft() == QPointF(60, 30)


def test_the_wheel_zooms_to_the_pointer_and_catches_at_100_percent(
    viewer: PhotoViewer, scored: MakeScored
) -> None:
    show(viewer, scored(width=1200, height=800))
    at = QPointF(500, 300)
    scales: list[float] = []
    for _ in range(4):
        _wheel(viewer, at, 1)
        assert viewer.view.zoom is not None
        scales.append(viewer.view.zoom)
    assert 1.0 in scales
    assert scales == sorted(scales)
    for _ in range(9):
        _wheel(viewer, at, -1)
    assert viewer.view.fitted


def test_the_loupe_stays_at_its_place_in_the_next_photo(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored
) -> None:
    show(viewer, scored("a.jpg", width=6000, height=4000))
    qtbot.mouseClick(viewer.view, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    before = viewer.view.photo_rect()
    show(viewer, scored("b.jpg", width=6000, height=4000), position=6)
    assert viewer.view.zoom == 1.0
    assert viewer.view.photo_rect() == before


def test_the_loupe_waits_for_a_photo_whose_size_is_unknown(
    qtbot: QtBot, viewer: PhotoViewer, photo_key: Callable[[str], ImageKey], plain_image: MakeImage
) -> None:
    asked = Asked(viewer)
    key = photo_key("waiting.jpg")
    viewer.show_photo(key, placeholder=plain_image(256, 128), position=1, count=1, caption=None)
    assert viewer.view.zoom is None
    qtbot.keyClick(viewer, Qt.Key.Key_Z)
    assert asked.pictures[-1] == (key, 0)
    viewer.set_picture(key, plain_image(4000, 2000), True)
    assert viewer.view.zoom == 1.0


# Keys


@pytest.mark.parametrize(
    ("key", "step"),
    [
        (Qt.Key.Key_Left, -1),
        (Qt.Key.Key_Up, -1),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_PageUp, -4),
        (Qt.Key.Key_PageDown, 10),
        (Qt.Key.Key_Home, -4),
        (Qt.Key.Key_End, 35),
    ],
)
@pytest.mark.parametrize("zoomed", [False, True])
def test_keys_step_at_fit_and_at_100_percent(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored, key: Qt.Key, step: int, zoomed: bool
) -> None:
    asked = Asked(viewer)
    show(viewer, scored(), position=5, count=40)
    if zoomed:
        viewer.view.toggle_loupe()
    qtbot.keyClick(viewer, key)
    assert asked.steps == [step]


def test_there_is_no_step_past_the_ends(qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored) -> None:
    asked = Asked(viewer)
    show(viewer, scored(), position=1, count=1)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(viewer, key)
    assert asked.steps == []
    assert not viewer.bar.previous.isEnabled()
    assert not viewer.bar.next.isEnabled()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_that_go_back(qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored, key: Qt.Key) -> None:
    asked = Asked(viewer)
    show(viewer, scored())
    qtbot.keyClick(viewer, key)
    assert asked.closed == 1


def test_buttons_in_focus_take_space_and_leave_the_arrows(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored
) -> None:
    asked = Asked(viewer)
    show(viewer, scored())
    qtbot.keyClick(viewer.bar.seen, Qt.Key.Key_Space)
    assert viewer.bar.seen.isChecked()
    qtbot.keyClick(viewer.bar.seen, Qt.Key.Key_Return)
    assert not viewer.bar.seen.isChecked()
    assert asked.closed == 0
    qtbot.keyClick(viewer.bar.seen, Qt.Key.Key_Right)
    assert asked.steps == [1]


@pytest.mark.parametrize(
    ("key", "claimed"), [(Qt.Key.Key_Z, True), (Qt.Key.Key_Right, True), (Qt.Key.Key_Q, False)]
)
def test_its_own_keys_are_claimed_before_the_windows_shortcuts(
    viewer: PhotoViewer, key: Qt.Key, claimed: bool
) -> None:
    event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(viewer, event)
    assert event.isAccepted() == claimed


def test_plus_minus_and_shifted_arrows_zoom_and_pan(
    qtbot: QtBot, viewer: PhotoViewer, scored: MakeScored
) -> None:
    show(viewer, scored(width=6000, height=4000))
    qtbot.keyClicks(viewer, "+++")
    zoomed = viewer.view.zoom
    assert zoomed is not None
    assert not viewer.view.fitted
    before = viewer.view.photo_rect().left()
    qtbot.keyClick(viewer, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert viewer.view.photo_rect().left() < before
    qtbot.keyClick(viewer, Qt.Key.Key_Minus)
    assert (viewer.view.zoom or 0) < zoomed
