"""Which nets score, which two are compared; adding a net and removing one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from memapp.core.net_ids import FALSERESMEM_ID, RESMEM_ID
from memapp.core.nets import NetInfo
from memapp.core.settings import SETTINGS
from memapp.gui.widgets.basic import Role, hairline, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6

_WIDTH = 540
_LIST_HEIGHT = 260
_NUMBER_WIDTH = 56


class NetsDialog(QDialog):
    """The nets that are installed. What is chosen is at work at once.

    Signals:
        chosen(list[str]): the nets that are to score, by name.
        compared(str, str): the two to compare.
        points_set(int): flag photos that these place so many points apart.
        add_wanted(): a net is to be added.
        remove_wanted(str): this one is to be removed.
    """

    chosen = Signal(list)
    compared = Signal(str, str)
    points_set = Signal(int)
    add_wanted = Signal()
    remove_wanted = Signal(str)

    def __init__(self, *, missing: str = "", parent: QWidget | None = None) -> None:
        """Say below the nets what is missing, if anything is."""
        super().__init__(parent)
        self._missing = missing
        self.setWindowTitle("Nets")
        self._nets: tuple[NetInfo, ...] = ()
        self._boxes: dict[str, QCheckBox] = {}
        self._list = QScrollArea()
        self._list.setWidgetResizable(True)
        self._list.setFrameShape(QScrollArea.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMinimumHeight(_LIST_HEIGHT)
        self._list.setAccessibleName("Nets that score")
        self._first, self._second = QComboBox(), QComboBox()
        self._first.setAccessibleName("First net to compare")
        self._second.setAccessibleName("Second net to compare")
        for box in (self._first, self._second):
            box.activated.connect(self._on_pair)
        self._points = QSpinBox()
        limits = SETTINGS.disagreement_points.limits
        assert limits is not None
        self._points.setRange(*limits)
        self._points.setFixedWidth(_NUMBER_WIDTH)
        self._points.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._points.setAccessibleName("Points from which photos are flagged")
        self._points.valueChanged.connect(self.points_set)
        self._comparison = self._comparison_part()
        self._said = text_label(wrap=True, copyable=True)
        self._said.hide()

        add = QPushButton("Add a net...")
        add.clicked.connect(self.add_wanted)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(add, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_4)
        column.addWidget(
            text_label(
                "Every net that is ticked scores each photo. Each takes its own time; what a net has scored "
                "once is known from then on.",
                Role.QUIET,
                wrap=True,
            )
        )
        column.addWidget(self._list, 1)
        column.addWidget(self._comparison)
        column.addWidget(self._said)
        column.addWidget(buttons)
        self.setMinimumWidth(_WIDTH)

    def show_nets(
        self,
        nets: Sequence[NetInfo],
        *,
        chosen: Sequence[NetInfo],
        pair: tuple[NetInfo, NetInfo] | None,
        points: int,
    ) -> None:
        """Show these, those that score ticked; the two that are compared, where two score."""
        if tuple(nets) != self._nets:
            self._nets = tuple(nets)
            self._list_nets()
        for net in nets:
            self._tick(net, on=net in chosen, last=tuple(chosen) == (net,))
        self._comparison.setVisible(pair is not None)
        self._points.blockSignals(True)
        self._points.setValue(points)
        self._points.blockSignals(False)
        if pair is not None:
            for box, selected in zip((self._first, self._second), pair, strict=True):
                box.clear()
                for net in chosen:
                    box.addItem(net.title, net.id)
                box.setCurrentIndex(box.findData(selected.id))

    def say(self, text: str) -> None:
        """Say what came of adding or removing."""
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _list_nets(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, SPACE_2, 0)
        column.setSpacing(SPACE_3)
        self._boxes = {}
        for net in self._nets:
            column.addWidget(self._row(net))
        if self._missing:
            column.addWidget(text_label(self._missing, Role.SMALL, wrap=True, copyable=True))
        column.addStretch(1)
        before = self._list.takeWidget()
        if before is not None:
            # A button of it may be in the middle of its own click.
            before.deleteLater()
        self._list.setWidget(page)

    def _tick(self, net: NetInfo, *, on: bool, last: bool) -> None:
        """Show whether a net scores; the last one that does must go on, or nothing would."""
        box = self._boxes[net.id]
        box.blockSignals(True)
        box.setChecked(on)
        box.blockSignals(False)
        box.setEnabled(not last)
        box.setToolTip("The only net that scores. Tick another one first." if last else "")

    def _row(self, net: NetInfo) -> QWidget:
        box = QCheckBox(net.title.replace("&", "&&"))
        box.setAccessibleDescription(f"{net.note} {net.scale.meaning}")
        box.toggled.connect(lambda _on: self.chosen.emit(self._ticked()))
        self._boxes[net.id] = box
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(box, 1)
        if net.removable:
            remove = QPushButton("Remove")
            remove.setAccessibleName(f"Remove {net.title}")
            remove.clicked.connect(lambda: self.remove_wanted.emit(net.id))
            line.addWidget(remove)
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        column.addLayout(line)
        # Of the published ones, the note says it.
        published = net.id in (RESMEM_ID, FALSERESMEM_ID)
        for words in (net.note,) if published else (net.note, net.scale.meaning):
            label = text_label(str(words), Role.SMALL, wrap=True)
            label.setContentsMargins(SPACE_6, 0, 0, 0)
            column.addWidget(label)
        return row

    def _ticked(self) -> list[str]:
        return [name for name, box in self._boxes.items() if box.isChecked()]

    def _on_pair(self) -> None:
        first, second = self._first.currentData(), self._second.currentData()
        if first != second:
            self.compared.emit(first, second)
            return
        # The same net twice is no comparison: the other box takes what is left.
        other = self._second if self.sender() is self._first else self._first
        other.setCurrentIndex((other.currentIndex() + 1) % other.count())
        self.compared.emit(self._first.currentData(), self._second.currentData())

    def _comparison_part(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        pair = QHBoxLayout()
        pair.setSpacing(SPACE_2)
        pair.addWidget(text_label("Compare"))
        pair.addWidget(self._first, 1)
        pair.addWidget(text_label("with"))
        pair.addWidget(self._second, 1)
        threshold = QHBoxLayout()
        threshold.setSpacing(SPACE_2)
        threshold.addWidget(text_label("Flag photos (≠) that they place apart by"))
        threshold.addWidget(self._points)
        threshold.addWidget(text_label("points or more"))
        threshold.addStretch(1)
        column.addWidget(hairline())
        column.addLayout(pair)
        column.addLayout(threshold)
        column.addWidget(
            text_label(
                "A place is a photo's rank in this set, from 0 to 100; first is who has most hits or fewest "
                "false alarms, and photos that tie share their places.",
                Role.SMALL,
                wrap=True,
            )
        )
        return part
