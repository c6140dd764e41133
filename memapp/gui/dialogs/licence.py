"""The licence of the weights: the short notice at the first start, and the full text."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from memapp.core.resources import resource_path
from memapp.core.text import deferred, tr
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_2, SPACE_3, SPACE_6, ThemeManager, icon

SUMMARY = (
    deferred(
        "Scores come from ResMem, a scoring model of the University of Chicago. Its licence decides what you "
        "may use them for."
    ),
    deferred(
        "Free: your own photos, teaching and research, also the research of a company. Without payment and "
        "without advertising beside the result."
    ),
    deferred(
        "Paid work needs permission first. Ask the Brain Bridge Lab at the University of Chicago for "
        "commercial rights: wilma@uchicago.edu."
    ),
    deferred("The rest of memapp is free for everyone and for every use (MIT licence)."),
)
"""The licence in four lines: the same wherever it is shown."""


def licence_text() -> str:
    """Return the full licence of ResMem's weights, as its authors wrote it."""
    return resource_path("licences/resmem.txt").read_text(encoding="utf-8-sig")


class FullLicence(QWidget):
    """The full text under a heading that opens it, closed at first."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._switch = QToolButton()
        self._switch.setText(tr("Full text of the licence"))
        self._switch.setCheckable(True)
        self._switch.setIconSize(QSize(16, 16))
        self._switch.setObjectName("disclosure")
        self._switch.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._switch.toggled.connect(self._disclose)
        self._text = QPlainTextEdit(licence_text())
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setMinimumHeight(220)
        self._text.setAccessibleName(tr("Full text of the licence"))
        self._text.hide()
        theme_manager.changed.connect(self._tint)
        self._tint()

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(self._switch, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._text, 1)

    def _disclose(self, shown: bool) -> None:
        self._text.setVisible(shown)
        self._tint()
        self.window().adjustSize()

    def _tint(self) -> None:
        name = "disclosure-open" if self._switch.isChecked() else "disclosure-closed"
        self._switch.setIcon(icon(name, self._theme_manager.theme))


class LicenceDialog(QDialog):
    """The notice at the first start. Accepted: read and agreed to; rejected: not now."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Before you start"))
        title = text_label(tr("What you may use memapp for"), Role.TITLE)
        kept = text_label(
            tr("You can read this again at any time in Help, About memapp."), Role.QUIET, wrap=True
        )

        buttons = QDialogButtonBox()
        agree = QPushButton(tr("I understand"))
        agree.setDefault(True)
        buttons.addButton(agree, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(tr("Not now")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addWidget(title)
        for line in SUMMARY:
            column.addWidget(text_label(str(line), wrap=True))
        column.addWidget(kept)
        column.addWidget(FullLicence(theme_manager=theme_manager), 1)
        column.addSpacing(SPACE_3)
        column.addWidget(buttons)
        self.setMinimumWidth(480)
        agree.setFocus()
