"""Every text of every dialog can be translated: in the pseudo-language each is marked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from memapp.core.control import RunControl
from memapp.core.export_kinds import ExportKind
from memapp.core.net_ids import NetId
from memapp.core.nets import RESMEM, NetInfo
from memapp.core.score_scale import FALSE_ALARMS
from memapp.core.settings import Settings
from memapp.core.text import deferred, tr
from memapp.gui.dialogs.about import AboutDialog
from memapp.gui.dialogs.licence import LicenceDialog
from memapp.gui.dialogs.nets_dialog import NetsDialog
from memapp.gui.dialogs.preferences_dialog import PreferencesDialog
from memapp.gui.dialogs.save_dialog import ask_place
from memapp.gui.dialogs.segmenters_dialog import SegmentersDialog
from memapp.gui.dialogs.shortcuts import ShortcutLine, ShortcutsDialog
from memapp.gui.dialogs.triage_dialog import TriageDialog
from memapp.gui.overlay.segmenter_commands import (
    BytesProgress,
    SegmenterCommands,
    SegmenterOffer,
    SegmenterRow,
    SegmenterWork,
)
from memapp.gui.widgets.theme import ThemeManager
from memapp.workers.jobs import Jobs
from tests.gui.shown_texts import unmarked_texts

pytestmark = pytest.mark.usefixtures("pseudo_window_language")

_OTHER_NET = NetInfo(NetId("other"), "Other", FALSE_ALARMS, deferred("A net of this test."), removable=True)


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[QWidget], None]:
    """Shows a dialog without waiting for an answer."""

    def make(dialog: QWidget) -> None:
        qtbot.addWidget(dialog)
        dialog.show()

    return make


def test_the_licence(show: Callable[[QWidget], None], theme_manager: ThemeManager) -> None:
    dialog = LicenceDialog(theme_manager=theme_manager)
    show(dialog)
    assert unmarked_texts(dialog) == []


def test_about_memapp(show: Callable[[QWidget], None], theme_manager: ThemeManager) -> None:
    dialog = AboutDialog(version="1.2.3", details="Python 3", theme_manager=theme_manager)
    show(dialog)
    assert unmarked_texts(dialog, ["memapp"]) == []


def test_the_shortcuts(show: Callable[[QWidget], None]) -> None:
    lines = [ShortcutLine(deferred("In the grid"), deferred("Move"), deferred("Arrows"))]
    dialog = ShortcutsDialog(lines=lines)
    show(dialog)
    assert unmarked_texts(dialog) == []


def test_the_preferences(show: Callable[[QWidget], None], theme_manager: ThemeManager) -> None:
    dialog = PreferencesDialog(settings=Settings(), scores_folder="/photos/scores")
    show(dialog)
    assert unmarked_texts(dialog, ["/photos/scores"]) == []


def test_the_triage(show: Callable[[QWidget], None]) -> None:
    dialog = TriageDialog(photos=2031)
    show(dialog)
    assert unmarked_texts(dialog) == []


def test_the_nets(show: Callable[[QWidget], None]) -> None:
    dialog = NetsDialog()
    show(dialog)
    names = ["ResMem", "Other"]
    dialog.show_nets([RESMEM, _OTHER_NET], chosen=[RESMEM], pair=None, points=25)
    assert unmarked_texts(dialog, names) == []
    both = (RESMEM, _OTHER_NET)
    dialog.show_nets(both, chosen=both, pair=both, points=25)
    assert unmarked_texts(dialog, names) == []


class _Packs:
    """Packs that are in no folder."""

    def __init__(self) -> None:
        self.rows: tuple[SegmenterRow, ...] = ()

    def work(self) -> SegmenterWork:
        return SegmenterWork(
            rows=lambda: self.rows,
            installed=lambda: (),
            install=self._install,
            remove=lambda _name: None,
            offers=(SegmenterOffer("halves", 33_000_000, lambda *_: "halves"),),
        )

    def _install(self, _source: Path, _control: RunControl, progress: BytesProgress) -> str:
        progress(1, 2)
        self.rows = (
            SegmenterRow("halves", "Halves", 5_000_000, built_in=True),
            SegmenterRow("thirds", "Thirds", 5_000_000, built_in=False),
        )
        return "thirds"


def test_the_segmenters(qtbot: QtBot, show: Callable[[QWidget], None]) -> None:
    owner = QObject()
    jobs = Jobs()
    try:
        commands = SegmenterCommands(work=_Packs().work(), jobs=jobs, parent=owner)
        dialog = SegmentersDialog(commands=commands, in_use="")
        show(dialog)
        names = ["halves", "Halves", "thirds", "Thirds"]
        assert unmarked_texts(dialog, names) == []
        commands.install(Path("thirds.zip"))
        qtbot.waitUntil(lambda: len(commands.installed.rows) == 2)
        assert unmarked_texts(dialog, names) == []
    finally:
        jobs.stop()


def test_the_question_before_a_file_is_replaced(
    tmp_path: Path, show: Callable[[QWidget], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = QDialog()
    show(parent)
    found: list[list[str]] = []

    def answer(question: QMessageBox) -> int:
        question.show()
        found.append(unmarked_texts(question, ["scores.csv"]))
        return 0

    (tmp_path / "scores.csv").touch()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "scores"), ""))
    monkeypatch.setattr(QMessageBox, "exec", answer)
    kind = ExportKind("csv", deferred("Table"), (".csv",), "text/csv")
    assert ask_place(parent, tr("Export scores"), tmp_path / "scores.csv", [kind]) is None
    assert found == [[]]
