"""A field for a number with decimals that takes a point as well as a comma."""

from __future__ import annotations

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox


class NumberField(QDoubleSpinBox):
    """Shows the number in the notation of the user's system, and reads it in that one and in English.

    Qt would take the other mark for the grouping of thousands, and read "0.5" as 5 where the mark is a comma.
    Numbers here are too small for groups.
    """

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Judge a text that is being typed."""
        state, _, place = super().validate(self._in_notation(text), position)
        return state, text, place

    def valueFromText(self, text: str) -> float:
        """Read the number."""
        return super().valueFromText(self._in_notation(text))

    def _in_notation(self, text: str) -> str:
        decimal = self.locale().decimalPoint()
        return text.replace(".", decimal).replace(",", decimal)
