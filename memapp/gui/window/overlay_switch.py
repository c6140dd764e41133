"""The overlays as one segmented control of the toolbar: pressed is the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from memapp.core.text import tr
from memapp.gui.widgets.word_button import WordButton


class OverlaySwitch(QWidget):
    """One segment for each overlay; a click on the pressed one shows the photo alone.

    Lives on the GUI thread.
    """

    def __init__(self, *, overlays: Sequence[QAction], none: QAction, icon_side: int) -> None:
        """Offer these overlays, and none; both are choices of one group."""
        super().__init__()
        self.setAccessibleName(tr("Overlay"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.segments: list[WordButton] = []
        for place, overlay in enumerate(overlays):
            segment = WordButton(parent=self)
            segment.setCheckable(True)
            segment.setIconSize(QSize(icon_side, icon_side))
            segment.setProperty(
                "segment", "first" if not place else "next" if overlays[place + 1 :] else "last"
            )
            segment.follow(overlay)
            segment.clicked.connect(
                lambda _checked, segment=segment, overlay=overlay: _press(segment, overlay, none)
            )
            row.addWidget(segment)
            self.segments.append(segment)


def _press(segment: WordButton, overlay: QAction, none: QAction) -> None:
    (none if overlay.isChecked() else overlay).trigger()
    # The click has switched it by itself.
    segment.setChecked(overlay.isChecked())
