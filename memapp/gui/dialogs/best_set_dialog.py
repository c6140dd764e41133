"""Proposes the best photos of many; a person adjusts the proposal and accepts it as picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from memapp.core.records import ImageKey
from memapp.core.text import tr, trn
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.sentence_row import sentence_row
from memapp.gui.widgets.theme import SPACE_2, SPACE_3, SPACE_4

THUMBNAIL_SIDE = 120
"""Of the proposed photos, in device-independent pixels."""
MOST_CHOSEN = 500
_COUNT_BY_DEFAULT = 20
_COUNT_WIDTH = 72
_CELL = QSize(172, THUMBNAIL_SIDE + 64)
_TEXT_WIDTH = 138
_SIZE = QSize(760, 620)
_KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class ProposedPhoto:
    """One photo of a proposal, and the reason for it."""

    key: ImageKey
    name: str
    lines: tuple[str, ...]
    """The score, and why it was chosen; a line each."""
    image: QImage | None
    """Its thumbnail; None while it is loaded."""


@dataclass(frozen=True, slots=True)
class BestSetWish:
    """What a person wants chosen."""

    count: int
    variety: float
    """0..1"""
    leave_out_soft: bool


class BestSetDialog(QDialog):
    """Accepted means: pick those that are ticked.

    Signals:
        wish_changed(object BestSetWish): something else is wanted.
    """

    wish_changed = Signal(object)

    def __init__(self, *, photos: int, variety: float, parent: QWidget | None = None) -> None:
        """Choose from so many photos, at least two; begin with this variety, 0..1."""
        super().__init__(parent)
        self.setWindowTitle(tr("Choose the best"))
        self._items: dict[ImageKey, QListWidgetItem] = {}
        self._taken_out: set[ImageKey] = set()
        most = min(photos, MOST_CHOSEN)
        self._count = QSpinBox()
        self._count.setRange(1, most)
        self._count.setValue(min(_COUNT_BY_DEFAULT, max(1, photos // 2)))
        self._count.setFixedWidth(_COUNT_WIDTH)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._count.setAccessibleName(tr("How many photos are chosen"))
        sentence = trn(
            "Choose the best {best} of {count:,} photo",
            "Choose the best {best} of {count:,} photos",
            photos,
            best="{best}",
        )
        self._variety = QSlider(Qt.Orientation.Horizontal)
        self._variety.setRange(0, 100)
        self._variety.setValue(round(100 * variety))
        self._variety.setPageStep(10)
        self._variety.setAccessibleName(tr("From the most memorable to the most varied"))
        self._sharp = QCheckBox(tr("Leave out soft photos"))
        self._list = QListWidget()
        self._list.setViewMode(QListView.ViewMode.IconMode)
        self._list.setResizeMode(QListView.ResizeMode.Adjust)
        self._list.setMovement(QListView.Movement.Static)
        self._list.setIconSize(QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        self._list.setGridSize(_CELL)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setAccessibleName(tr("Proposed photos"))
        self._note = text_label(tr("Comparing the photos..."), Role.QUIET, wrap=True)

        buttons = QDialogButtonBox()
        self._accept = QPushButton(tr("Pick"))
        self._accept.setDefault(True)
        buttons.addButton(self._accept, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

        slider = QHBoxLayout()
        slider.setSpacing(SPACE_2)
        slider.addWidget(text_label(tr("Most memorable"), Role.QUIET))
        slider.addWidget(self._variety, 1)
        slider.addWidget(text_label(tr("Most varied"), Role.QUIET))
        above = QHBoxLayout()
        above.setSpacing(SPACE_4)
        above.addLayout(slider, 1)
        above.addWidget(self._sharp)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_3)
        column.addLayout(sentence_row(sentence, best=self._count))
        column.addLayout(above)
        column.addWidget(self._list, 1)
        column.addWidget(self._note)
        column.addWidget(buttons)
        self.resize(_SIZE)

        self._count.valueChanged.connect(lambda _value: self._announce())
        self._variety.valueChanged.connect(lambda _value: self._announce())
        self._sharp.toggled.connect(lambda _on: self._announce())
        self._list.itemChanged.connect(self._on_ticked)
        self._count.setFocus()
        self._count.selectAll()
        self._update_button()

    @property
    def wish(self) -> BestSetWish:
        """What is wanted now."""
        return BestSetWish(self._count.value(), self._variety.value() / 100, self._sharp.isChecked())

    @property
    def keys(self) -> list[ImageKey]:
        """The photos that are ticked, in the order of the proposal."""
        return [key for key, item in self._items.items() if item.checkState() is Qt.CheckState.Checked]

    @property
    def proposed(self) -> list[ImageKey]:
        """All photos of the proposal, in its order."""
        return list(self._items)

    def show_proposal(self, photos: Sequence[ProposedPhoto], note: str) -> None:
        """Show other photos; those that a person took out stay so. The note is said below them."""
        self._list.blockSignals(True)
        self._list.clear()
        self._items = {}
        for photo in photos:
            item = QListWidgetItem(self._text(photo))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join((photo.name, *photo.lines)))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            out = photo.key in self._taken_out
            item.setCheckState(Qt.CheckState.Unchecked if out else Qt.CheckState.Checked)
            item.setSizeHint(_CELL)
            item.setData(_KEY, photo.key)
            item.setToolTip(plain_tip(photo.key.path))
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            self._list.addItem(item)
            self._items[photo.key] = item
            if photo.image is not None:
                self._set_icon(item, photo.image)
        self._list.blockSignals(False)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._update_button()

    def _text(self, photo: ProposedPhoto) -> str:
        """Return the lines below a thumbnail, each elided to its width, so that none wraps."""
        metrics = self._list.fontMetrics()
        middle = Qt.TextElideMode.ElideMiddle
        return "\n".join(metrics.elidedText(line, middle, _TEXT_WIDTH) for line in (*photo.lines, photo.name))

    def set_image(self, key: ImageKey, image: QImage) -> None:
        """Show a thumbnail that was loaded meanwhile."""
        if key in self._items:
            self._list.blockSignals(True)
            self._set_icon(self._items[key], image)
            self._list.blockSignals(False)

    def _set_icon(self, item: QListWidgetItem, image: QImage) -> None:
        ratio = self.devicePixelRatioF()
        side = round(THUMBNAIL_SIDE * ratio)
        small = image.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        # All of one size, so that the names below stand in a line.
        square = QPixmap(side, side)
        square.fill(Qt.GlobalColor.transparent)
        _draw_centred(square, small)
        square.setDevicePixelRatio(ratio)
        item.setIcon(QIcon(square))

    def _on_ticked(self, item: QListWidgetItem) -> None:
        key = item.data(_KEY)
        if item.checkState() is Qt.CheckState.Checked:
            self._taken_out.discard(key)
        else:
            self._taken_out.add(key)
        self._update_button()

    def _announce(self) -> None:
        self.wish_changed.emit(self.wish)

    def _update_button(self) -> None:
        count = len(self.keys)
        self._accept.setEnabled(count > 0)
        self._accept.setText(
            trn("Pick {count:,} photo", "Pick {count:,} photos", count) if count else tr("Pick")
        )


def _draw_centred(target: QPixmap, image: QImage) -> None:
    painter = QPainter(target)
    painter.drawImage((target.width() - image.width()) // 2, (target.height() - image.height()) // 2, image)
    painter.end()
