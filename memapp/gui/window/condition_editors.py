"""Editors of the filter of a column: a range, a choice or a text, as the column declares."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from memapp.core.text import tr
from memapp.gui.widgets.basic import Role
from memapp.gui.widgets.number_field import NumberField
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.sentence_row import sentence_row
from memapp.gui.widgets.theme import SPACE_1
from memapp.library.columns import ChoiceFilter, Column, RangeFilter, TextFilter
from memapp.library.filtering import Condition, Contains, InRange, IsChoice, contains, in_range

_STEPS = 20
"""The steps of a box's arrows from one end of a range to the other."""


class ConditionEditor(QWidget):
    """The filter of one column.

    Signals:
        changed(): the condition was changed.
    """

    changed = Signal()

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.column = column

    @property
    def condition(self) -> Condition | None:
        """The condition; None where it excludes no photo."""
        raise NotImplementedError

    def show_condition(self, condition: Condition | None) -> None:
        """Show this condition; None for all photos."""
        raise NotImplementedError


class RangeEditor(ConditionEditor):
    """Two boxes, for the lowest and the highest value. A changed one moves the other where needed."""

    def __init__(self, column: Column, *, box_width: int) -> None:
        """Show the whole range of a column that declares one."""
        super().__init__(column)
        declared = column.filter
        assert isinstance(declared, RangeFilter)
        self._declared = declared
        self._lowest = self._box(
            tr("{column}: lowest value shown", column=column.title), declared.lowest, box_width
        )
        self._highest = self._box(
            tr("{column}: highest value shown", column=column.title), declared.highest, box_width
        )
        row = sentence_row(
            tr("{lowest} to {highest}"),
            spacing=SPACE_1,
            role=Role.QUIET,
            lowest=self._lowest,
            highest=self._highest,
        )
        row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row)
        self.setFocusProxy(self._lowest)
        for box in (self._lowest, self._highest):
            box.valueChanged.connect(self._keep_order)

    @property
    def condition(self) -> Condition | None:
        """The range as shown; None where it excludes no photo."""
        decimals = self._declared.decimals
        lowest, highest = (round(box.value(), decimals) for box in (self._lowest, self._highest))
        return in_range(self.column.id, self._declared, lowest, highest)

    def show_condition(self, condition: Condition | None) -> None:
        """Show a range; None for the whole one."""
        wanted = condition if isinstance(condition, InRange) else InRange(self.column.id)
        before = self.condition
        for box, value in ((self._lowest, wanted.lowest), (self._highest, wanted.highest)):
            box.blockSignals(True)
            box.setValue(min(max(value, self._declared.lowest), self._declared.highest))
            box.blockSignals(False)
        if self.condition != before:
            self.changed.emit()

    def _box(self, name: str, value: float, width: int) -> NumberField:
        declared = self._declared
        box = NumberField()
        box.setRange(declared.lowest, declared.highest)
        box.setDecimals(declared.decimals)
        step = round((declared.highest - declared.lowest) / _STEPS, declared.decimals)
        box.setSingleStep(max(step, 10.0**-declared.decimals))
        box.setValue(value)
        box.setAccessibleName(name)
        box.setToolTip(plain_tip(name))
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
    """A line for a text that values must contain."""

    def __init__(self, column: Column, *, hint: str = "") -> None:
        """Show an empty line for a column that can be searched.

        Args:
            column: whose values are searched.
            hint: what the empty line says; by default what it is for.
        """
        super().__init__(column)
        name = tr("{column} contains", column=column.title)
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint or tr("{column} contains", column=column.title))
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
        """The text without spaces at its ends; None where there is none."""
        return contains(self.column.id, self.line.text())

    def show_condition(self, condition: Condition | None) -> None:
        """Show a text; None for an empty line."""
        self.line.setText(condition.text if isinstance(condition, Contains) else "")


class ChoiceEditor(ConditionEditor):
    """A drop-down list of the values that a column can have."""

    def __init__(self, column: Column) -> None:
        """Show that any value will do, for a column that declares choices."""
        super().__init__(column)
        declared = column.filter
        assert isinstance(declared, ChoiceFilter)
        self._choices = QComboBox()
        self._choices.setAccessibleName(column.title)
        self._choices.addItem(tr("Any"), None)
        for value, text in declared.choices:
            self._choices.addItem(text, value)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._choices)
        self.setFocusProxy(self._choices)
        self._choices.currentIndexChanged.connect(lambda _index: self.changed.emit())

    @property
    def condition(self) -> Condition | None:
        """The chosen value; None for any."""
        value = self._choices.currentData()
        return None if value is None else IsChoice(self.column.id, value)

    def show_condition(self, condition: Condition | None) -> None:
        """Show a chosen value; None for any."""
        value = condition.value if isinstance(condition, IsChoice) else None
        self._choices.setCurrentIndex(0 if value is None else max(self._choices.findData(value), 0))


def editor_for(column: Column, *, box_width: int) -> ConditionEditor:
    """Return an editor for a column that can be filtered.

    Raises:
        ValueError: it can't be filtered.
    """
    match column.filter:
        case RangeFilter():
            return RangeEditor(column, box_width=box_width)
        case ChoiceFilter():
            return ChoiceEditor(column)
        case TextFilter():
            return TextEditor(column)
    raise ValueError(f"photos can't be filtered by {column.id}")
