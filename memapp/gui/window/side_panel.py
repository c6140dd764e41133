"""The pages with a panel at their right: beside them where there is room, over them in a small window."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QRect, QSize, QVariantAnimation, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from memapp.gui.widgets.basic import hairline

BESIDE_FROM = 1000
"""The width of the window, in device-independent pixels, from which three thumbnails of the usual size fit
beside the panel."""
SLIDE_MILLISECONDS = 100


class SidePanel(QWidget):
    """Lays out the pages and a panel of fixed width. Lives on the GUI thread.

    Signals:
        moved(): the panel lies over the pages now, or beside them again.
    """

    moved = Signal()

    def __init__(self, *, pages: QStackedWidget, panel: QWidget) -> None:
        """Take both; the panel is closed at first."""
        super().__init__()
        self._pages = pages
        self._panel = panel
        self._over = False
        self._open = False
        self._shown = 0.0
        """The share of the panel's width that has slid in."""
        for part in (pages, panel):
            part.setParent(self)
        self._edge = hairline()
        self._edge.setParent(self)
        panel.hide()
        self._edge.hide()
        self._slide = QVariantAnimation(self)
        self._slide.setDuration(SLIDE_MILLISECONDS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.valueChanged.connect(self._on_slide)
        self._slide.finished.connect(self._settle)

    @property
    def over(self) -> bool:
        """Whether the panel lies over the pages, because the window is small."""
        return self._over

    @property
    def open(self) -> bool:
        """Whether the panel is open, or opening."""
        return self._open

    def set_open(self, wanted: bool) -> None:
        """Open or close the panel; over the pages it slides."""
        if wanted == self._open:
            return
        self._open = wanted
        page = self._pages.currentWidget()
        if not wanted and page is not None and self._panel.isAncestorOf(QApplication.focusWidget() or self):
            # Qt would move the focus on to whatever comes next.
            page.setFocus()
        if self._over and self.isVisible():
            self._panel.show()
            self._slide.stop()
            self._slide.setStartValue(self._shown)
            self._slide.setEndValue(float(wanted))
            self._slide.start()
        else:
            self._settle()

    def minimumSizeHint(self) -> QSize:
        """Return the least size of the pages: the panel may lie over them."""
        least = self._pages.minimumSizeHint()
        return least.expandedTo(QSize(self._panel.width(), self._panel.minimumSizeHint().height()))

    def sizeHint(self) -> QSize:
        """Return the size that the pages ask for."""
        return self._pages.sizeHint().expandedTo(self.minimumSizeHint())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the panel beside the pages, or over them."""
        super().resizeEvent(event)
        over = self.width() < BESIDE_FROM
        changed = over != self._over
        self._over = over
        self._settle()
        if changed:
            self.moved.emit()

    def event(self, event: QEvent) -> bool:
        """Ask for another size where the pages do."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)

    def _on_slide(self, share: float) -> None:
        self._shown = share
        self._lay_out()

    def _settle(self) -> None:
        """End what slides, and lay out what is open."""
        self._slide.stop()
        self._shown = float(self._open)
        self._panel.setVisible(self._open)
        self._lay_out()

    def _lay_out(self) -> None:
        width = self._panel.width()
        left = self.width() - round(self._shown * width)
        beside = self._open and not self._over
        self._pages.setGeometry(QRect(0, 0, left if beside else self.width(), self.height()))
        self._panel.setGeometry(QRect(left, 0, width, self.height()))
        self._edge.setVisible(self._over and self._shown > 0)
        self._edge.setFixedSize(1, self.height())
        self._edge.move(left - 1, 0)
        for part in (self._edge, self._panel):
            part.raise_()
