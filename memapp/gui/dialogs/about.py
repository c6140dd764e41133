"""Shows what memapp is, its credits and licences, and details to copy for a report."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QIcon, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from memapp.core.resources import resource_path
from memapp.core.text import deferred, tr
from memapp.gui.dialogs.licence import SUMMARY, FullLicence
from memapp.gui.widgets.basic import Role, hairline, text_label
from memapp.gui.widgets.fitting import fit_to_texts
from memapp.gui.widgets.theme import SPACE_1, SPACE_3, SPACE_4, SPACE_6, ThemeManager

_WHAT_IT_IS = deferred(
    "Ranks photos by how well people are predicted to remember them, on your own computer. "
    "A score is a prediction; it does not say whether a photo is good."
)
_PAPER = deferred(
    "ResMem: Needell, C. D. & Bainbridge, W. A. (2022). Embracing New Techniques in Deep Learning for "
    "Estimating Image Memorability. Computational Brain & Behavior 5, 168-184. "
    "doi 10.1007/s42113-022-00126-5"
)
_PEOPLE = deferred(
    "People's scores: LaMem (Khosla et al. 2015, doi 10.1109/ICCV.2015.275) and "
    "MemCat (Goetschalckx & Wagemans 2019, doi 10.7717/peerj.8169)."
)
_LIBRARIES = deferred(
    "Built with Qt for Python (LGPL 3), PyTorch, NumPy, Pillow, libheif and LibRaw, "
    "each under its own licence; Help, Show all licences has their texts."
)


class AboutDialog(QDialog):
    """About memapp, with a button that copies the version and the details."""

    def __init__(
        self, *, version: str, details: str, theme_manager: ThemeManager, parent: QWidget | None = None
    ) -> None:
        """Take the version, and the text for "Copy details", which is in English: developers read it."""
        super().__init__(parent)
        self.setWindowTitle(tr("About memapp"))
        self._details = f"memapp {version}\n{details}"

        sign = QLabel()
        sign.setPixmap(
            QIcon(str(resource_path("icons/memapp.svg"))).pixmap(QSize(48, 48), self.devicePixelRatioF())
        )
        names = QVBoxLayout()
        names.setSpacing(SPACE_1)
        names.addWidget(text_label("memapp", Role.TITLE))
        names.addWidget(text_label(tr("Version {version}", version=version), Role.QUIET, copyable=True))
        head = QHBoxLayout()
        head.setSpacing(SPACE_4)
        head.addWidget(sign)
        head.addLayout(names, 1)

        self._copy = QPushButton(tr("Copy details"))
        self._copy.setToolTip(tr("Copy versions, devices and folders as text, to report a problem"))
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._details))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self._copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)

        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addLayout(head)
        column.addWidget(text_label(str(_WHAT_IT_IS), wrap=True))
        column.addWidget(hairline())
        for line in SUMMARY:
            column.addWidget(text_label(str(line), wrap=True, copyable=True))
        column.addWidget(FullLicence(theme_manager=theme_manager), 1)
        column.addWidget(hairline())
        for credit in (_PAPER, _PEOPLE, _LIBRARIES):
            column.addWidget(text_label(str(credit), Role.QUIET, wrap=True, copyable=True))
        column.addSpacing(SPACE_3)
        column.addWidget(buttons)
        self.setMinimumWidth(560)

    def showEvent(self, event: QShowEvent) -> None:
        """Make room for all that is said."""
        super().showEvent(event)
        fit_to_texts(self)
