"""Lists the regions of a photo and their contributions to the score, beside the photo."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from memapp.core.area_text import outside_warning
from memapp.core.contents import share_text
from memapp.core.explanation import Region, RegionKind, Regions
from memapp.core.map_colours import NOISE
from memapp.core.number_text import number_text
from memapp.core.score_text import as_written, people_text, points_text, score_text
from memapp.core.text import deferred, tr
from memapp.gui.overlay.legend_tree import LegendTable, inset, legend_tree
from memapp.gui.widgets.basic import ICON_SIDE, IconButton, IconLabel, Role, swatch, text_label
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, ThemeManager

NO_SUM = deferred(
    "The points do not add up to the score: each row says what the score would lose without that part alone."
)

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class _Column(IntEnum):
    NAME = 0
    AREA = 1
    FRAME = 2
    WORTH = 3


_HEADINGS = {
    _Column.NAME: (deferred("Part"), deferred("What it is, and its category")),
    _Column.AREA: (deferred("Area"), deferred("Share of the photo's area")),
    _Column.FRAME: (deferred("Frame"), deferred("Share of what the scoring model sees")),
    _Column.WORTH: (deferred("Points"), deferred("What the score would lose without it")),
}
_LEAST_ROWS = 5
"""That the table shows however low the window is."""
_WIDTHS: dict[int, int] = {_Column.AREA: 44, _Column.FRAME: 52, _Column.WORTH: 68}


class RegionTable(LegendTable):
    """One row per region, in the given order: the greatest contribution first."""

    def __init__(self, *, theme_manager: ThemeManager) -> None:
        super().__init__(theme_manager=theme_manager)
        self.regions: tuple[Region, ...] = ()

    def show_regions(self, regions: tuple[Region, ...]) -> None:
        """Replace the rows by these."""
        self.beginResetModel()
        self.regions = regions
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return how many regions there are."""
        return 0 if parent.isValid() else len(self.regions)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return four: name, two shares, contribution."""
        return 0 if parent.isValid() else len(_Column)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a text, a colour swatch, or the full description as tooltip."""
        region, column = self.regions[index.row()], _Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cell(region, column)
            case Qt.ItemDataRole.DecorationRole if column is _Column.NAME:
                return swatch(QColor(*region.colour))
            case Qt.ItemDataRole.TextAlignmentRole if column is not _Column.NAME:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ForegroundRole if column in (_Column.AREA, _Column.FRAME) or (
                column is _Column.WORTH and is_noise(region)
            ):
                return QColor(self.theme_manager.theme.second_text)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(_description(region))
            case Qt.ItemDataRole.AccessibleTextRole:
                return _description(region)
        return super().data(index, role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's heading, or its explanation as tooltip."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return str(_HEADINGS[_Column(section)][0])
            case Qt.ItemDataRole.ToolTipRole:
                return str(_HEADINGS[_Column(section)][1])
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


def _cell(region: Region, column: _Column) -> str:
    match column:
        case _Column.NAME:
            name = region.name[:1].upper() + region.name[1:]
            # "person 2" says that it is a person.
            named_alike = (
                region.name.lower().rstrip("0123456789 ") == region.category.lower() or not region.category
            )
            return name if named_alike else f"{name} · {region.category}"
        case _Column.AREA:
            return share_text(region.area_share)
        case _Column.FRAME:
            return share_text(region.frame_share)
        case _Column.WORTH:
            return tr("not seen") if region.contribution is None else points_text(region.contribution)


def is_noise(region: Region) -> bool:
    """Return whether the region's contribution, as it is written, is too small to be a finding."""
    return region.contribution is not None and abs(as_written(region.contribution)) < NOISE


def noise_text(regions: Sequence[Region]) -> str:
    """Return what small contributions mean, in a sentence; empty where there are none."""
    measured = [region for region in regions if region.contribution is not None]
    points = score_text(NOISE)
    if measured and all(is_noise(region) for region in measured):
        return tr("Each part changes the score by less than {points}, too little to be sure.", points=points)
    if any(is_noise(region) for region in measured):
        return tr("Grey points: less than {points}, too little to be sure.", points=points)
    return ""


def region_cells(region: Region) -> list[str]:
    """Return a row as texts: name, two shares, contribution."""
    return [_cell(region, column) for column in _Column]


def _description(region: Region) -> str:
    lines = [_cell(region, _Column.NAME)]
    if region.confidence is not None:
        lines.append(
            tr("The object finder is {percent} % sure of it.", percent=round(100 * region.confidence))
        )
    area, frame = 100 * region.area_share, 100 * region.frame_share
    lines.append(
        tr(
            "{area} % of the photo, {frame} % of the frame.",
            area=number_text(area, ".1f"),
            frame=number_text(frame, ".1f"),
        )
    )
    if region.contribution is None:
        lines.append(tr("The scoring model does not see it."))
    else:
        points, people = points_text(-region.contribution), people_text(-region.contribution)
        lines.append(
            tr("Without it the score would change by {points} ({people}).", points=points, people=people)
        )
    if is_noise(region):
        lines.append(tr("Less than {points} is too little to be sure.", points=score_text(NOISE)))
    return "\n".join(lines)


class RegionsPage(QWidget):
    """The table with its explanations.

    Signals:
        pointed(object): the row under the pointer, or None.
        menu_wanted(int, object QPoint): open a menu for this row (-1 for none), at this place of the screen.
        area_chosen(int): this row was clicked, or chosen with Enter.
        row_reached(int): the keyboard moved to this row.
        use_everywhere(): the selected area is to be used on all photos of the folder, or no longer.
    """

    pointed = Signal(object)
    menu_wanted = Signal(int, object)
    area_chosen = Signal(int)
    row_reached = Signal(int)
    use_everywhere = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = RegionTable(theme_manager=theme_manager)
        self.tree: QTreeView = legend_tree(self.table, name=tr("Parts"), widths=_WIDTHS)
        self.tree.entered.connect(lambda index: self.pointed.emit(index.row()))
        self.tree.selectionModel().currentChanged.connect(lambda current, _before: self._on_current(current))
        self.tree.clicked.connect(lambda index: self.area_chosen.emit(index.row()))
        self.tree.activated.connect(lambda index: self.area_chosen.emit(index.row()))
        self.tree.viewport().installEventFilter(self)
        self.tree.installEventFilter(self)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(
            lambda place: self.menu_wanted.emit(
                self.tree.indexAt(place).row(), self.tree.viewport().mapToGlobal(place)
            )
        )
        theme_manager.changed.connect(self.tree.viewport().update)
        self._warning_sign = IconLabel(theme_manager=theme_manager, name="warning")
        self._warning_words = text_label(wrap=True)
        self._warning = QWidget()
        self._kind = text_label(role=Role.SMALL, wrap=True)
        self._noise = text_label(role=Role.SMALL, wrap=True)
        self._area_buttons = QHBoxLayout()
        self._area_buttons.setContentsMargins(SPACE_3, 0, SPACE_2, 0)
        self._area_buttons.setSpacing(SPACE_1)
        self._area_buttons.addWidget(text_label(tr("Areas of interest")), 1)
        self._more = IconButton(
            theme_manager=theme_manager, name="more", text=tr("More about areas of interest")
        )
        self._more.clicked.connect(self._want_menu)
        self._everywhere = QPushButton(tr("Use on all photos of this folder"))
        self._everywhere.clicked.connect(self.use_everywhere)
        self.offer_everywhere(False, used=False)
        self._lay_out()

    def offer_everywhere(self, offered: bool, *, used: bool) -> None:
        """Set whether an area is selected that the button is about, and whether all photos use it."""
        self._everywhere.setEnabled(offered)
        self._everywhere.setText(
            tr("Use on this photo only") if used else tr("Use on all photos of this folder")
        )
        self._everywhere.setToolTip("" if offered else tr("Select an area first: click it in the photo."))

    def add_area_buttons(self, actions: Sequence[QAction]) -> None:
        """Add buttons that draw areas below the table, and one that opens their menu."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._area_buttons.addWidget(button)
        self._area_buttons.addWidget(self._more)

    def _want_menu(self) -> None:
        current = self.tree.currentIndex()
        self.menu_wanted.emit(
            current.row() if current.isValid() else -1,
            self._more.mapToGlobal(self._more.rect().bottomLeft()),
        )

    def show_regions(self, made: Regions) -> None:
        """Show these regions, and their explanations."""
        self.table.show_regions(made.regions)
        warning = outside_warning(made)
        self._warning_words.setText(warning)
        self._warning.setVisible(bool(warning))
        patches = any(region.kind is RegionKind.SUPERPIXEL for region in made.regions)
        self._kind.setText(
            tr("The parts are patches of similar colour, because no object finder is in use.")
            if patches
            else ""
        )
        self._kind.setVisible(patches)
        self._noise.setText(noise_text(made.regions))
        self._noise.setVisible(bool(self._noise.text()))

    def area_name(self, row: int) -> str | None:
        """Return the name of a row's area; None where it is something that was found."""
        regions = self.table.regions
        region = regions[row] if 0 <= row < len(regions) else None
        return region.name if region is not None and region.kind is RegionKind.AREA else None

    def point_at(self, row: int | None) -> None:
        """Highlight the row of the region under the pointer in the photo."""
        self.table.light(row)
        if row is not None:
            self.tree.scrollTo(self.table.index(row, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Report that the pointer has left the table. Delete is about its row, never about the photo."""
        if (
            watched is self.tree
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
            and self.area_name(self.tree.currentIndex().row()) is None
        ):
            event.accept()
            return True
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(None)
        return super().eventFilter(watched, event)

    def _on_current(self, current: QModelIndex) -> None:
        self.pointed.emit(current.row() if current.isValid() else None)
        if current.isValid() and self.tree.hasFocus():
            self.row_reached.emit(current.row())

    def _lay_out(self) -> None:
        row = QHBoxLayout(self._warning)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(self._warning_sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._warning_words, 1)
        words = QVBoxLayout()
        words.setContentsMargins(SPACE_3, 0, SPACE_3, 0)
        words.setSpacing(SPACE_2)
        no_sum = text_label(str(NO_SUM), Role.SMALL, wrap=True)
        for part in (self._warning, self._noise, self._kind, no_sum):
            words.addWidget(part)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        row_height = self.tree.fontMetrics().height() + SPACE_2
        self.tree.setMinimumHeight(self.tree.header().sizeHint().height() + _LEAST_ROWS * row_height)
        column.addLayout(inset(self.tree), 1)
        column.addLayout(self._area_buttons)
        everywhere = QHBoxLayout()
        everywhere.setContentsMargins(SPACE_3, 0, SPACE_3, 0)
        everywhere.addWidget(self._everywhere)
        column.addLayout(everywhere)
        column.addLayout(words)
        # In a low window, as on a laptop at 200 %, all of this scrolls, and the table keeps some rows.
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        for transparent in (area.viewport(), content):
            transparent.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
