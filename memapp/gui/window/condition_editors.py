"""Where a person says which values of a column are shown: a range or a text, as the column declares."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLineEdit, QWidget

from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_1
from memapp.library.columns import Column, RangeFilter, TextFilter
from memapp.library.filtering import Condition, Contains, InRange, contains, in_range

_STEPS = 20
"""So many steps of a box's arrows lead from one end of a range to the other."""


class ConditionEditor(QWidget):
    """The filter of one column.

    Signals:
        changed(): the condition is another one.
    """

    changed = Signal()

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.column = column

    @property
    def condition(self) -> Condition | None:
        """What is asked for; None where all photos are."""
        raise NotImplementedError

    def show_condition(self, condition: Condition | None) -> None:
        """Ask for something else, or for all photos."""
        raise NotImplementedError


class RangeEditor(ConditionEditor):
    """Two boxes, for the lowest and the highest value. The one that is changed pushes the other along."""

    def __init__(self, column: Column, *, box_width: int) -> None:
        """Ask for all values of a column that declares a range."""
        super().__init__(column)
        declared = column.filter
        assert isinstance(declared, RangeFilter)
        self._declared = declared
        title = column.title.lower()
        self._lowest = self._box(f"Lowest {title} shown", declared.lowest, box_width)
        self._highest = self._box(f"Highest {title} shown", declared.highest, box_width)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_1)
        row.addWidget(self._lowest)
        row.addWidget(text_label("to", Role.QUIET))
        row.addWidget(self._highest)
        row.addStretch()
        self.setFocusProxy(self._lowest)
        for box in (self._lowest, self._highest):
            box.valueChanged.connect(self._keep_order)

    @property
    def condition(self) -> Condition | None:
        """The range, as written; None where it leaves nothing out."""
        decimals = self._declared.decimals
        lowest, highest = (round(box.value(), decimals) for box in (self._lowest, self._highest))
        return in_range(self.column.id, self._declared, lowest, highest)

    def show_condition(self, condition: Condition | None) -> None:
        """Show a range, or the whole one."""
        wanted = condition if isinstance(condition, InRange) else InRange(self.column.id)
        before = self.condition
        for box, value in ((self._lowest, wanted.lowest), (self._highest, wanted.highest)):
            box.blockSignals(True)
            box.setValue(min(max(value, self._declared.lowest), self._declared.highest))
            box.blockSignals(False)
        if self.condition != before:
            self.changed.emit()

    def _box(self, name: str, value: float, width: int) -> QDoubleSpinBox:
        declared = self._declared
        box = QDoubleSpinBox()
        box.setRange(declared.lowest, declared.highest)
        box.setDecimals(declared.decimals)
        step = round((declared.highest - declared.lowest) / _STEPS, declared.decimals)
        box.setSingleStep(max(step, 10.0**-declared.decimals))
        box.setValue(value)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setFixedWidth(width)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        line = box.findChild(QLineEdit)
        assert isinstance(line, QLineEdit)
        # A drop anywhere on the window adds photos; it must not end as text in here.
        line.setAcceptDrops(False)
        return box

    def _keep_order(self) -> None:
        if self._lowest.value() > self._highest.value():
            other = self._highest if self.sender() is self._lowest else self._lowest
            # Its own change is announced below, with the other one.
            other.blockSignals(True)
            other.setValue(self._lowest.value() if other is self._highest else self._highest.value())
            other.blockSignals(False)
        self.changed.emit()


class TextEditor(ConditionEditor):
    """A line for the text that the values contain."""

    def __init__(self, column: Column) -> None:
        """Ask for all values of a column that can be searched."""
        super().__init__(column)
        name = f"Find by {column.title.lower()}"
        self.line = QLineEdit()
        self.line.setPlaceholderText(name)
        self.line.setAccessibleName(name)
        self.line.setClearButtonEnabled(True)
        self.line.setAcceptDrops(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(lambda _text: self.changed.emit())

    @property
    def condition(self) -> Condition | None:
        """The text, without the space around it; None where there is none."""
        return contains(self.column.id, self.line.text())

    def show_condition(self, condition: Condition | None) -> None:
        """Show a text, or none."""
        self.line.setText(condition.text if isinstance(condition, Contains) else "")


def editor_for(column: Column, *, box_width: int) -> ConditionEditor:
    """Return an editor for a column that can be filtered.

    Raises:
        ValueError: it can't.
    """
    match column.filter:
        case RangeFilter():
            return RangeEditor(column, box_width=box_width)
        case TextFilter():
            return TextEditor(column)
    raise ValueError(f"photos can't be filtered by {column.id}")
