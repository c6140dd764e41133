"""Asks where a file is to be written, and as which kind; the kind decides the file's ending."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from memapp.core.export_kinds import ExportKind
from memapp.core.names import display_name


class Place(NamedTuple):
    """Where to write, and what."""

    path: Path
    kind: ExportKind


def ask_place(parent: QWidget, title: str, first: Path, kinds: Sequence[ExportKind]) -> Place | None:
    """Let a person choose a file and one of the kinds; return None where they give up.

    The file gets the ending of the chosen kind, whatever was typed. Where that is the name of another file,
    which the system's dialog did not ask about, a question comes before it is replaced.
    """
    filters = {f"{kind.title} ({' '.join(f'*{each}' for each in kind.endings)})": kind for kind in kinds}
    typed, chosen = QFileDialog.getSaveFileName(parent, title, str(first), ";;".join(filters))
    if not typed:
        return None
    kind = filters.get(chosen) or _kind_of(Path(typed), kinds)
    path = kind.file_name(Path(typed), kinds)
    if path != Path(typed) and path.exists() and not _may_replace(parent, title, path):
        return None
    return Place(path, kind)


def _kind_of(typed: Path, kinds: Sequence[ExportKind]) -> ExportKind:
    """Return the kind of a dialog that names none: that of the file, else the first."""
    return next((kind for kind in kinds if typed.suffix.lower() in kind.endings), kinds[0])


def _may_replace(parent: QWidget, title: str, path: Path) -> bool:
    question = QMessageBox(
        QMessageBox.Icon.NoIcon, title, f'"{display_name(path.name)}" exists already.', parent=parent
    )
    question.setTextFormat(Qt.TextFormat.PlainText)
    question.setInformativeText("What is in it would be lost.")
    replace = question.addButton("Replace", QMessageBox.ButtonRole.AcceptRole)
    question.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    question.exec()
    return question.clickedButton() is replace
