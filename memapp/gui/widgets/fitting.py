"""Makes dialogs as large as their texts need: layouts do not do so for texts that wrap."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def fit_to_texts(dialog: QWidget) -> None:
    """Give a dialog that is shown the width and height that its texts need, in any language and type."""
    # A width that a dialog sets stands in the way of the one that its layout needs.
    dialog.setMinimumWidth(max(dialog.minimumWidth(), dialog.minimumSizeHint().width()))
    dialog.setMinimumHeight(0)
    dialog.adjustSize()
    if dialog.hasHeightForWidth():
        dialog.setMinimumHeight(dialog.heightForWidth(dialog.width()))
