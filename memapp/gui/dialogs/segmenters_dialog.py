"""Chooses the segmenter in use; downloads, installs and removes segmenters."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from memapp.core.finder_trust import trust_text
from memapp.core.photo_text import file_size_text
from memapp.core.text import deferred, tr
from memapp.gui.overlay.segmenter_commands import SegmenterCommands, SegmenterOffer, SegmenterRow
from memapp.gui.widgets.basic import Role, hairline, text_label
from memapp.gui.widgets.list_detail import ListDetail
from memapp.gui.widgets.plain import as_caption, ask
from memapp.gui.widgets.theme import SPACE_2, SPACE_3, SPACE_6

_WIDTH = 640
_INTRODUCTION = deferred(
    'An object finder names the things in a photo: people, sky, water. The overlays "What\'s in it" and '
    '"What each part adds" use it. It is a folder or a file, and works on this computer.'
)


class SegmentersDialog(QDialog):
    """The list of packs, with buttons to install and remove them.

    Signals:
        chosen(str): use the pack of this name.
    """

    chosen = Signal(str)

    def __init__(
        self,
        *,
        commands: SegmenterCommands,
        in_use: str,
        parent: QWidget | None = None,
    ) -> None:
        """Show what is installed; in_use names the pack in use, if it is installed."""
        super().__init__(parent)
        self.setWindowTitle(tr("Object finders"))
        self._commands = commands
        self._in_use = in_use
        self._group = QButtonGroup(self)
        self._list = ListDetail(name=tr("Object finders"))
        self._none = text_label(tr("None is installed yet."), Role.QUIET)
        self._words = text_label(role=Role.QUIET, wrap=True, copyable=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(2)
        self._offers = [(offer, self._offer_button(offer)) for offer in commands.work.offers]
        self._file = QPushButton(tr("Install from a file..."))
        self._file.clicked.connect(self._choose_file)
        self._folder = QPushButton(tr("Install from a folder..."))
        self._folder.clicked.connect(self._choose_folder)
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.clicked.connect(commands.cancel)
        self._lay_out()
        commands.changed.connect(self._update_packs)
        commands.progressed.connect(self._on_progress)
        commands.outcome.connect(self._words.setText)
        self.setMinimumWidth(_WIDTH)
        self._update_packs()

    def _update_packs(self) -> None:
        """Show what is installed now, and what can be done."""
        rows = self._commands.installed.rows
        usable = [row.name for row in rows if not row.problem]
        in_use = self._in_use if self._in_use in usable else next(iter(usable), "")
        self._list.set_entries(
            [(self._choice(row, in_use=row.name == in_use), self._detail(row)) for row in rows]
        )
        self._list.setVisible(bool(rows))
        self._none.setVisible(not rows)
        busy = self._commands.busy
        for offer, button in self._offers:
            button.setVisible(offer.name not in usable and not busy)
        for part in (self._file, self._folder):
            part.setVisible(not busy)
        self._bar.setVisible(busy)
        self._cancel.setVisible(busy)

    def _choice(self, row: SegmenterRow, *, in_use: bool) -> QRadioButton:
        use = QRadioButton(as_caption(row.title))
        use.setChecked(in_use)
        use.setEnabled(not row.problem)
        use.clicked.connect(lambda: self._choose(row.name))
        self._group.addButton(use)
        return use

    def _detail(self, row: SegmenterRow) -> QWidget:
        built_in = [tr("included with memapp")] if row.built_in else []
        about = " · ".join([row.name, file_size_text(row.size), *built_in])
        detail = QWidget()
        column = QVBoxLayout(detail)
        column.setContentsMargins(0, 0, SPACE_2, 0)
        column.setSpacing(SPACE_2)
        column.addWidget(text_label(row.title, Role.STRONG, wrap=True))
        column.addWidget(text_label(row.problem or about, Role.SMALL, wrap=True))
        if not row.problem:
            column.addWidget(text_label(trust_text(row.name), wrap=True))
        if not row.built_in:
            remove = QPushButton(tr("Remove"))
            remove.setAccessibleName(tr("Remove {name}", name=row.title))
            remove.clicked.connect(lambda: self._ask_remove(row))
            remove.setEnabled(not self._commands.busy)
            column.addWidget(remove, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return detail

    def _ask_remove(self, row: SegmenterRow) -> None:
        title, question = tr("Remove an object finder"), tr("Remove {name}?", name=row.title)
        later = tr("It can be installed again from its file or folder.")
        if ask(self, title, question, later, act=tr("Remove"), keep=tr("Keep")):
            self._commands.remove(row.name)

    def _choose(self, name: str) -> None:
        self._in_use = name
        self.chosen.emit(name)

    def _offer_button(self, offer: SegmenterOffer) -> QPushButton:
        words = tr("Get {name} ({size})", name=offer.name, size=file_size_text(offer.size))
        button = QPushButton(as_caption(words))
        button.clicked.connect(lambda: self._fetch(offer))
        return button

    def _fetch(self, offer: SegmenterOffer) -> None:
        self._bar.setRange(0, 0)
        self._words.setText(tr("Starting the download..."))
        self._commands.fetch(offer)

    def _choose_file(self) -> None:
        filters = f"{tr('Packs')} (*.zip);;{tr('All files')} (*)"
        path, _ = QFileDialog.getOpenFileName(self, tr("Install an object finder"), "", filters)
        self._install(path)

    def _choose_folder(self) -> None:
        self._install(QFileDialog.getExistingDirectory(self, tr("Install an object finder")))

    def _install(self, path: str) -> None:
        if path:
            self._bar.setRange(0, 0)
            self._words.setText(tr("Checking it..."))
            self._commands.install(Path(path))

    def _on_progress(self, done: int, total: int) -> None:
        # Progress bars count in 32 bits.
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(1000 * done / total) if total else 0)
        self._words.setText(tr("{done} of {total}", done=file_size_text(done), total=file_size_text(total)))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        for button in (*(button for _, button in self._offers), self._file, self._folder, self._cancel):
            buttons.addWidget(button)
        buttons.addStretch(1)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addWidget(text_label(str(_INTRODUCTION), wrap=True))
        column.addWidget(hairline())
        column.addWidget(self._list, 1)
        column.addWidget(self._none)
        column.addWidget(self._words)
        column.addWidget(self._bar)
        column.addLayout(buttons)
        column.addWidget(close)
