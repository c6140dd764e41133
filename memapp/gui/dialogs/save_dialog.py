"""Asks where to write a file, and as which kind; the kind decides the file's ending."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtWidgets import QFileDialog, QWidget

from memapp.core.export_kinds import ExportKind
from memapp.core.names import display_name
from memapp.core.text import tr
from memapp.gui.widgets.plain import ask


class Place(NamedTuple):
    """Where to write, and what."""

    path: Path
    kind: ExportKind


def ask_place(parent: QWidget, title: str, first: Path, kinds: Sequence[ExportKind]) -> Place | None:
    """Let a person choose a file and one of the kinds; return None if they cancel.

    The file gets the ending of the chosen kind, whatever was typed. If another file has that name, which the
    system's dialog did not ask about, ask before it is replaced.
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
    """Return the kind where the dialog names none: that of the file's ending, else the first."""
    return next((kind for kind in kinds if typed.suffix.lower() in kind.endings), kinds[0])


def _may_replace(parent: QWidget, title: str, path: Path) -> bool:
    text = tr('"{name}" exists already.', name=display_name(path.name))
    lost = tr("Its content will be lost.")
    return ask(parent, title, text, lost, act=tr("Replace"), keep=tr("Cancel"))
