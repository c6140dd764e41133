"""The panel beside the overlay: legends, shares, tables, warnings, waiting and failures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from memapp.core.area_text import outside_warning
from memapp.core.contents import share_text
from memapp.core.explanation import Layer, MapMethod, Region, RegionKind
from memapp.gui.overlay.overlay_drawing import MapStyle
from memapp.gui.overlay.overlay_panel import OverlayPanel
from memapp.gui.widgets.theme import ThemeManager
from tests.gui.overlay.explained import box, memorability, region, regions, segmentation

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot, theme_manager: ThemeManager) -> OverlayPanel:
    made = OverlayPanel(theme_manager=theme_manager, style=MapStyle.COLOUR, opacity=80)
    qtbot.addWidget(made)
    made.resize(300, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def words(panel: OverlayPanel) -> str:
    """All that can be read on the panel now."""
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (0.001, "<1 %"), (0.006, "1 %"), (0.344, "34 %"), (1.0, "100 %")]
)
def test_shares_are_whole_percents(share: float, text: str) -> None:
    assert share_text(share) == text


# Segmentation


def rows_of(panel: OverlayPanel) -> list[tuple[str, str, bool]]:
    table = panel.segmentation.table
    return [
        (
            table.index(row, 0).data(),
            table.index(row, 1).data(),
            Qt.CheckState(table.index(row, 0).data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked,
        )
        for row in range(table.rowCount())
    ]


def test_categories_are_listed_by_share_with_the_background_last_and_hidden(panel: OverlayPanel) -> None:
    panel.segmentation.show_segmentation(segmentation())
    assert rows_of(panel) == [
        ("Animal", "50 %", True),
        ("Vehicle", "25 %", True),
        ("Background", "25 %", False),
    ]


def test_a_category_is_hidden_by_its_tick_and_shown_alone_by_a_double_click(panel: OverlayPanel) -> None:
    panel.segmentation.show_segmentation(segmentation())
    panel.show_legend(Layer.SEGMENTATION)
    hidden: list[frozenset[str]] = []
    panel.segmentation.hidden_changed.connect(hidden.append)
    table, tree = panel.segmentation.table, panel.segmentation.tree
    table.setData(table.index(0, 0), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert hidden[-1] == {"animal", "background"}
    tree.doubleClicked.emit(table.index(0, 0))
    assert hidden[-1] == {"vehicle", "background"}
    tree.doubleClicked.emit(table.index(0, 0))
    assert hidden[-1] == {"background"}
    [show_all] = [b for b in panel.segmentation.findChildren(QPushButton) if b.text() == "Show all"]
    assert not show_all.isEnabled()
    tree.doubleClicked.emit(table.index(2, 0))
    assert hidden[-1] == {"animal", "vehicle"}
    QTest.mouseClick(show_all, LEFT)
    assert hidden[-1] == {"background"}


def test_enter_shows_a_category_alone_too(panel: OverlayPanel) -> None:
    panel.segmentation.show_segmentation(segmentation())
    panel.show_legend(Layer.SEGMENTATION)
    table, tree = panel.segmentation.table, panel.segmentation.tree
    QTest.keyClick(tree, Qt.Key.Key_Return)  # nothing is current yet
    assert table.hidden == {"background"}
    tree.setCurrentIndex(table.index(1, 0))
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert table.hidden == {"animal", "background"}
    QTest.keyClick(tree, Qt.Key.Key_Enter)
    assert table.hidden == {"background"}


def test_what_was_hidden_stays_hidden_on_the_next_photo(panel: OverlayPanel) -> None:
    panel.segmentation.show_segmentation(segmentation())
    panel.segmentation.table.set_hidden(frozenset({"animal"}))
    panel.segmentation.show_segmentation(segmentation(30, 40))
    assert [shown for _, _, shown in rows_of(panel)] == [False, True, True]


def test_a_row_reports_the_category_under_the_pointer(panel: OverlayPanel) -> None:
    panel.segmentation.show_segmentation(segmentation())
    pointed: list[object] = []
    panel.segmentation.pointed.connect(pointed.append)
    panel.segmentation.tree.entered.emit(panel.segmentation.table.index(1, 0))
    assert pointed == [2]


# Regions


def region_rows(panel: OverlayPanel) -> list[list[str]]:
    table = panel.regions.table
    return [
        [table.index(row, column).data() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_regions_are_listed_with_shares_and_signed_points(panel: OverlayPanel) -> None:
    panel.regions.show_regions(regions())
    panel.show_legend(Layer.REGIONS)
    assert region_rows(panel) == [
        ["Dog · animal", "25 %", "25 %", "+0.12"],
        ["Collar", "2 %", "2 %", "−0.03"],
        ["Logo", "<1 %", "0 %", "not seen"],
    ]
    assert "do not add up" in words(panel)
    story = panel.regions.table.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "90 % sure" in story
    assert "−0.12" in story


def area(name: str, seen_share: float) -> Region:
    worth = 0.1 if seen_share else None
    return region(name, box(60, 80, 0, 0, 9, 9), worth, kind=RegionKind.AREA, seen_share=seen_share)


def test_areas_outside_the_frame_are_warned_of(panel: OverlayPanel) -> None:
    panel.regions.show_regions(regions())
    panel.show_legend(Layer.REGIONS)
    assert '"Logo" lies outside the frame' in words(panel)
    inside = replace(regions(), regions=(area("Product", 1.0),))
    panel.regions.show_regions(inside)
    assert "frame:" not in words(panel)
    assert outside_warning(inside) == ""


def test_the_warning_distinguishes_all_from_part() -> None:
    several = replace(regions(), regions=(area("A", 0.0), area("B", 0.0), area("C", 0.4), area("D", 1.0)))
    warning = outside_warning(several)
    assert '"A" and "B" lie outside' in warning
    assert '"C" lies partly outside' in warning
    assert '"D"' not in warning


def test_things_that_the_net_does_not_see_are_no_reason_to_warn() -> None:
    unseen = region("dog", box(60, 80, 0, 0, 3, 3), None, seen_share=0.0)
    assert outside_warning(replace(regions(), regions=(unseen,))) == ""


def test_patches_are_called_what_they_are(panel: OverlayPanel) -> None:
    patch = region("patch 1", box(60, 80, 0, 0, 30, 30), 0.01, kind=RegionKind.SUPERPIXEL)
    panel.regions.show_regions(replace(regions(), regions=(patch,)))
    panel.show_legend(Layer.REGIONS)
    assert "patches of similar colour" in words(panel)


def test_a_region_pointed_at_in_the_photo_is_lit_in_the_table(panel: OverlayPanel) -> None:
    panel.regions.show_regions(regions())
    panel.regions.point_at(1)
    table = panel.regions.table

    def lit() -> list[bool]:
        role = Qt.ItemDataRole.BackgroundRole
        return [table.index(row, 0).data(role) is not None for row in range(table.rowCount())]

    assert lit() == [False, True, False]
    panel.regions.point_at(None)
    assert lit() == [False, False, False]


def test_the_arrow_keys_point_at_regions_too(panel: OverlayPanel) -> None:
    panel.regions.show_regions(regions())
    panel.show_legend(Layer.REGIONS)
    pointed: list[object] = []
    panel.regions.pointed.connect(pointed.append)
    panel.regions.tree.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.regions.tree, Qt.Key.Key_Down)
    QTest.keyClick(panel.regions.tree, Qt.Key.Key_Down)
    assert pointed[-1] in (1, 2)


# Maps


def test_the_legend_of_a_map_says_points_and_how_it_was_made(panel: OverlayPanel) -> None:
    panel.map.show_map(memorability())
    panel.show_legend(Layer.MEMORABILITY)
    assert "0.71" in words(panel)
    assert "127 times" in words(panel)
    assert "From −0.10 to +0.10 points" in [child.accessibleName() for child in panel.findChildren(QWidget)]


def test_another_variant_and_another_method_are_announced(panel: OverlayPanel) -> None:
    panel.map.show_map(memorability())
    panel.show_legend(Layer.MEMORABILITY)
    styles: list[str] = []
    methods: list[str] = []
    panel.map.style_chosen.connect(styles.append)
    panel.map.method_chosen.connect(methods.append)
    [fog] = [button for button in panel.map.findChildren(QToolButton) if button.text() == "Fog"]
    QTest.mouseClick(fog, LEFT)
    assert styles == ["fog"]
    assert "Fog" in words(panel)
    panel.map._methods.setCurrentIndex(1)
    panel.map._methods.activated.emit(1)
    assert methods == [MapMethod.GRADIENT.value]


# States


def test_waiting_says_how_far_it_is(panel: OverlayPanel) -> None:
    panel.show_waiting(Layer.MEMORABILITY)
    assert "Opening the photo" in words(panel)
    panel.show_progress(24, 128)
    assert "24 of 128" in words(panel)
    [export] = [button for button in panel.findChildren(QPushButton) if "Export" in button.text()]
    assert not export.isEnabled()
    panel.map.show_map(memorability())
    panel.show_legend(Layer.MEMORABILITY)
    assert export.isEnabled()


def test_a_failure_is_shown_with_a_way_out(panel: OverlayPanel) -> None:
    helped: list[bool] = []
    panel.help_wanted.connect(lambda: helped.append(True))
    panel.show_trouble(Layer.SEGMENTATION, "No segmenter is installed.", help_text="Get one...")
    assert "No segmenter is installed." in words(panel)
    [button] = [each for each in panel.findChildren(QPushButton) if each.text() == "Get one..."]
    QTest.mouseClick(button, LEFT)
    assert helped == [True]
    panel.show_trouble(Layer.REGIONS, "Can't read this file.")
    assert not button.isVisible()


def test_opacity_is_announced_in_percent(panel: OverlayPanel) -> None:
    announced: list[int] = []
    panel.opacity_changed.connect(announced.append)
    slider = panel.findChild(QSlider)
    assert slider is not None
    slider.setValue(35)
    assert announced == [35]
    assert "35 %" in words(panel)


def test_an_empty_table_points_at_nothing(panel: OverlayPanel) -> None:
    panel.regions.point_at(None)
    assert panel.regions.table.rowCount(QModelIndex()) == 0


def test_points_that_are_too_small_to_be_sure_of_are_grey_and_say_so(panel: OverlayPanel) -> None:
    made = regions()
    points = (0.2, 0.024, None)
    small = tuple(replace(each, contribution=at) for each, at in zip(made.regions, points, strict=True))
    panel.regions.show_regions(replace(made, regions=small))
    panel.show_legend(Layer.REGIONS)
    assert "Grey points: less than 0.03, too little to be sure." in words(panel)
    table, grey = panel.regions.table, Qt.ItemDataRole.ForegroundRole
    assert [table.index(row, 3).data(grey) is not None for row in range(3)] == [False, True, False]
    assert "too little" in table.index(1, 3).data(Qt.ItemDataRole.ToolTipRole)
    none = tuple(replace(each, contribution=-0.01) for each in made.regions)
    panel.regions.show_regions(replace(made, regions=none))
    assert "Each part changes the score by less than 0.03" in words(panel)
    panel.regions.show_regions(replace(made, regions=small[:1]))
    assert "too little" not in words(panel)


def test_in_a_low_window_the_table_of_parts_keeps_its_rows(panel: OverlayPanel) -> None:
    found_by = "Good at sky; weak at furniture."
    panel.show_sources([("a", "Everyday"), ("", "Patches")], "a", found_by=found_by)
    panel.regions.show_regions(regions())
    panel.show_legend(Layer.REGIONS)
    assert found_by in words(panel)
    tall = panel.regions.tree.viewport().height()
    # The second time it needs less.
    for _ in range(2):
        panel.resize(300, 280)
    assert found_by not in words(panel)
    low = panel.regions.tree.viewport().height()
    assert low < tall
    rows = panel.regions.tree.visualRect(panel.regions.table.index(0, 0)).height()
    assert low >= 4 * rows
    # Half of these are in sight without scrolling, and the slider has room beside its button.
    place = panel.regions.tree.viewport().mapTo(panel, QPoint(0, 2 * rows))
    assert place.y() < panel.rect().bottom() - 50
    slider = panel.findChild(QSlider)
    assert slider is not None
    assert slider.width() > 60
    panel.resize(300, 700)
    assert found_by in words(panel)
    assert panel.regions.tree.viewport().height() > low


def test_a_part_that_is_one_of_several_of_its_kind_names_the_kind_once(panel: OverlayPanel) -> None:
    made = regions()
    mask = made.regions[0].mask
    several = (
        region("person 2", mask, 0.1, category="person"),
        region("dog", mask, 0.1, category="animal"),
        region("logo", mask, 0.1, category=""),
    )
    panel.regions.show_regions(replace(made, regions=several))
    table = panel.regions.table
    assert [table.index(row, 0).data() for row in range(3)] == ["Person 2", "Dog · animal", "Logo"]
