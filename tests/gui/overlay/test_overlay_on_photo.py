"""The overlay on the photo: the same place at every zoom, names beside the pointer, colours that give way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from memapp.core.records import ScoredPhoto
from memapp.gui.overlay.area_tools import PolygonTool, RectangleTool
from memapp.gui.overlay.overlay_drawing import MapStyle, draw_map, draw_regions, draw_segmentation
from memapp.gui.overlay.overlay_layer import OverlayLayer
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.widgets.theme import ThemeManager
from tests.gui.overlay.explained import memorability, regions, segmentation

SIZES = {"landscape": (1600, 1200), "portrait": (900, 1600), "panorama": (4000, 500), "tiny": (80, 60)}
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def viewer(qtbot: QtBot, theme_manager: ThemeManager) -> PhotoViewer:
    made = PhotoViewer(theme_manager=theme_manager)
    qtbot.addWidget(made)
    made.resize(900, 640)
    made.show()
    qtbot.waitExposed(made)
    return made


def quarters(width: int = 100, height: int = 100) -> QImage:
    """Red, green, blue and white quarters: an overlay that covers everything."""
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    for x in range(width):
        for y in range(height):
            names = (("#ff0000", "#00ff00"), ("#0000ff", "#ffffff"))
            image.setPixelColor(x, y, QColor(names[y >= height // 2][x >= width // 2]))
    return image


def seen(viewer: PhotoViewer) -> QImage:
    return viewer.view.grab().toImage()


def at(viewer: PhotoViewer, x: float, y: float) -> QPointF:
    """Where a place of the photo lies in the view."""
    rect = viewer.view.photo_rect()
    return QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height())


def show(viewer: PhotoViewer, photo: ScoredPhoto, image: QImage, layer: OverlayLayer | None) -> None:
    viewer.show_photo(photo.key, placeholder=None, position=1, count=1, caption=photo)
    viewer.set_picture(photo.key, image, True)
    viewer.view.show_layer(layer)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("zoom", [None, 1.0, 3.0])
def test_it_lies_on_the_photo_to_the_pixel_at_every_zoom(
    viewer: PhotoViewer,
    scored: Callable[..., ScoredPhoto],
    size: tuple[int, int],
    zoom: float | None,
) -> None:
    width, height = size
    photo = scored(width=width, height=height)
    # The photo itself has the same quarters in other colours: both borders must be the same.
    below = quarters(width if width < 1000 else 200, height if height < 1000 else 200)
    below = below.scaled(width, height)
    show(viewer, photo, below, None)
    if zoom is not None:
        viewer.view.zoom_by(zoom / (viewer.view.zoom or 1.0))
    bare = seen(viewer)
    layer = OverlayLayer(picture=quarters(round(512 * width / max(size)), round(512 * height / max(size))))
    viewer.view.show_layer(layer)
    covered = seen(viewer)
    rect = viewer.view.photo_rect()
    middle = rect.center()
    view = viewer.view.rect()
    row = min(max(round(middle.y()) - 8, 0), view.height() - 1)
    border = round(middle.x())
    assert view.contains(border, row)
    # An overlay's pixel is many of the photo's: its border is soft by half of one, and in the middle.
    soft = max(2, round(rect.width() / layer.picture.width())) if layer.picture else 2
    for x in range(max(int(rect.left()) + soft, 0), min(int(rect.right()) - soft, view.width())):
        if abs(x - border) > soft:
            assert covered.pixelColor(x, row) == bare.pixelColor(x, row), x


def test_panning_takes_the_overlay_along(
    viewer: PhotoViewer, scored: Callable[..., ScoredPhoto], plain_image: Callable[..., QImage]
) -> None:
    photo = scored(width=3000, height=2000)
    show(viewer, photo, plain_image(3000, 2000), OverlayLayer(picture=quarters()))
    viewer.view.zoom_by(1 / (viewer.view.zoom or 1))
    before = at(viewer, 0.5, 0.5).toPoint() - QPoint(18, 14)
    assert seen(viewer).pixelColor(before).name() == "#ff0000"
    viewer.view.pan_by(-40, -30)
    assert seen(viewer).pixelColor(before).name() == "#ffffff"
    assert seen(viewer).pixelColor(before - QPoint(40, 30)).name() == "#ff0000"


def test_opacity_lets_the_photo_through(
    viewer: PhotoViewer, scored: Callable[..., ScoredPhoto], plain_image: Callable[..., QImage]
) -> None:
    photo = scored(width=800, height=600)
    show(viewer, photo, plain_image(800, 600, "#000000"), OverlayLayer(picture=quarters(), opacity=0.5))
    assert 120 <= seen(viewer).pixelColor(at(viewer, 0.2, 0.2).toPoint()).red() <= 135


def test_under_a_coloured_map_the_photo_loses_its_colours(
    viewer: PhotoViewer, scored: Callable[..., ScoredPhoto], plain_image: Callable[..., QImage]
) -> None:
    photo = scored(width=800, height=600)
    layer = draw_map(memorability(most=0.0001), style=MapStyle.COLOUR)
    show(viewer, photo, plain_image(800, 600, "#20c040"), layer)
    shown = seen(viewer).pixelColor(at(viewer, 0.3, 0.5).toPoint())
    assert max(shown.red(), shown.green(), shown.blue()) - min(shown.red(), shown.green(), shown.blue()) < 12


def test_what_is_not_seen_is_hatched_and_nothing_else(
    viewer: PhotoViewer, scored: Callable[..., ScoredPhoto], plain_image: Callable[..., QImage]
) -> None:
    photo = scored(width=800, height=600)
    show(viewer, photo, plain_image(800, 600, "#808080"), OverlayLayer(unseen=True))
    image = seen(viewer)

    def tones(top: float, left: float, bottom: float, right: float) -> set[str]:
        first, last = at(viewer, left, top).toPoint(), at(viewer, right, bottom).toPoint()
        return {
            image.pixelColor(x, y).name()
            for x in range(first.x(), last.x())
            for y in range(first.y(), last.y())
        }

    assert tones(0.2, 0.2, 0.4, 0.4) == {"#808080"}
    assert len(tones(0.005, 0.2, 0.045, 0.4)) > 1


@pytest.mark.parametrize("kind", ["segmentation", "regions"])
def test_the_pointer_finds_what_lies_below_it(
    qtbot: QtBot,
    viewer: PhotoViewer,
    scored: Callable[..., ScoredPhoto],
    plain_image: Callable[..., QImage],
    kind: str,
) -> None:
    layer = (
        draw_segmentation(segmentation(), hidden=()) if kind == "segmentation" else draw_regions(regions())
    )
    photo = scored(width=800, height=600)
    show(viewer, photo, plain_image(800, 600), layer)
    places: list[QPointF | None] = []
    viewer.view.pointed.connect(places.append)
    qtbot.mouseMove(viewer.view, at(viewer, 0.1, 0.3).toPoint())
    assert places
    assert places[-1] is not None
    assert layer.item_at(places[-1]) == layer.item_at(QPointF(0.1, 0.3))
    qtbot.mouseMove(viewer.view, QPoint(2, 2))
    assert places[-1] is None


def test_one_that_is_lit_stands_out(
    viewer: PhotoViewer, scored: Callable[..., ScoredPhoto], plain_image: Callable[..., QImage]
) -> None:
    photo = scored(width=800, height=600)
    layer = draw_regions(regions())
    show(viewer, photo, plain_image(800, 600, "#101010"), layer)
    inside, outside = at(viewer, 0.4, 0.4).toPoint(), at(viewer, 0.7, 0.7).toPoint()
    before = seen(viewer)
    layer.lit = 0
    viewer.view.update()
    after = seen(viewer)
    assert after.pixelColor(inside).red() > before.pixelColor(inside).red() + 30
    assert after.pixelColor(outside) == before.pixelColor(outside)


# Drawing areas


@pytest.fixture
def canvas(
    viewer: PhotoViewer, scored: Callable[..., ScoredPhoto], plain_image: Callable[..., QImage]
) -> PhotoViewer:
    photo = scored(width=800, height=600)
    show(viewer, photo, plain_image(800, 600, "#101010"), None)
    return viewer


def drag(viewer: PhotoViewer, first: tuple[float, float], last: tuple[float, float]) -> None:
    QTest.mousePress(viewer.view, LEFT, pos=at(viewer, *first).toPoint())
    QTest.mouseMove(viewer.view, at(viewer, *last).toPoint())
    QTest.mouseRelease(viewer.view, LEFT, pos=at(viewer, *last).toPoint())


def test_a_rectangle_is_one_drag(canvas: PhotoViewer) -> None:
    tool = RectangleTool(parent=canvas)
    drawn: list[tuple[tuple[float, float], ...]] = []
    tool.drawn.connect(drawn.append)
    canvas.view.use_tool(tool)
    drag(canvas, (0.5, 0.5), (0.25, 0.1))
    [outline] = drawn
    assert len(outline) == 4
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    assert [min(xs), max(xs)] == pytest.approx([0.25, 0.5], abs=0.005)
    assert [min(ys), max(ys)] == pytest.approx([0.1, 0.5], abs=0.005)


def test_a_click_is_no_rectangle_and_a_drag_past_the_edge_ends_there(canvas: PhotoViewer) -> None:
    tool = RectangleTool(parent=canvas)
    drawn: list[tuple[tuple[float, float], ...]] = []
    tool.drawn.connect(drawn.append)
    canvas.view.use_tool(tool)
    drag(canvas, (0.5, 0.5), (0.5, 0.5))
    assert drawn == []
    drag(canvas, (0.5, 0.5), (1.1, 1.05))
    assert max(drawn[0]) == (1.0, 1.0)


def test_the_photo_is_neither_zoomed_nor_panned_while_one_draws(canvas: PhotoViewer) -> None:
    before = canvas.view.photo_rect()
    canvas.view.use_tool(PolygonTool(parent=canvas))
    QTest.mouseClick(canvas.view, LEFT, pos=at(canvas, 0.3, 0.3).toPoint())
    assert canvas.view.photo_rect() == before


def test_a_polygon_is_closed_by_its_first_corner_or_by_enter(canvas: PhotoViewer) -> None:
    corners = [(0.2, 0.2), (0.6, 0.2), (0.4, 0.7)]
    for last in ("corner", "enter", "double-click"):
        tool = PolygonTool(parent=canvas)
        drawn: list[tuple[tuple[float, float], ...]] = []
        tool.drawn.connect(drawn.append)
        canvas.view.use_tool(tool)
        for corner in corners:
            QTest.mouseClick(canvas.view, LEFT, pos=at(canvas, *corner).toPoint())
        assert drawn == []
        if last == "corner":
            QTest.mouseClick(canvas.view, LEFT, pos=at(canvas, *corners[0]).toPoint())
        elif last == "enter":
            QTest.keyClick(canvas, Qt.Key.Key_Return)
        else:
            QTest.mouseDClick(canvas.view, LEFT, pos=at(canvas, *corners[-1]).toPoint())
        [outline] = drawn
        assert [pytest.approx(corner, abs=0.006) for corner in corners] == list(outline)


def test_a_step_can_be_taken_back_and_escape_stops(canvas: PhotoViewer) -> None:
    tool = PolygonTool(parent=canvas)
    closed: list[bool] = []
    canvas.closed.connect(lambda: closed.append(True))
    canvas.view.use_tool(tool)
    for corner in ((0.2, 0.2), (0.6, 0.2), (0.4, 0.7)):
        QTest.mouseClick(canvas.view, LEFT, pos=at(canvas, *corner).toPoint())
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    tools = [canvas.view.tool]
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    tools.append(canvas.view.tool)
    assert tools == [tool, None]
    assert closed == []
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert closed == [True]


def test_another_photo_ends_drawing(canvas: PhotoViewer, scored: Callable[..., ScoredPhoto]) -> None:
    canvas.view.use_tool(RectangleTool(parent=canvas))
    other = scored("b.jpg")
    canvas.show_photo(other.key, placeholder=None, position=2, count=2, caption=other)
    assert canvas.view.tool is None
