"""The keys of digits on keyboards where digits need Shift, as on French ones."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication

_COUNTRY = QLocale.Country
_FRENCH: Mapping[str, tuple[str, ...]] = {
    "0": ("à",), "1": ("&",), "2": ("é",), "3": ('"',), "4": ("'",), "5": ("(",), "6": ("-", "§"),
    "7": ("è",), "8": ("_", "!"), "9": ("ç",),
}  # fmt: skip
"""What the top row types without Shift: AZERTY of France, then of Belgium where it differs."""


def keys_of_digit(digit: str, keyboard: QLocale | None = None) -> tuple[str, ...]:
    """Return the keys, beside the digit itself, that carry it on a keyboard; by default the one in use."""
    locale = keyboard or QGuiApplication.inputMethod().locale()
    azerty = (QLocale.Language.French, _COUNTRY.France), (locale.language(), _COUNTRY.Belgium)
    return _FRENCH.get(digit, ()) if (locale.language(), locale.territory()) in azerty else ()
