"""Segmenters in the real window: installed, removed, refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
)

from memapp.gui.dialogs.segmenters_dialog import SegmentersDialog
from tests.fakes import HALVES, HalvesFactory
from tests.gui.overlay.shown_overlays import (
    LEFT,
)
from tests.gui.window.test_main_window import answered
from tests.gui.window_bench import WindowBench


def button_of(box: QMessageBox, text: str) -> QAbstractButton:
    [found] = [button for button in box.buttons() if button.text() == text]
    return found


def test_segmenters_are_installed_and_removed_in_their_dialog(
    viewing: Callable[..., WindowBench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing(segmenters=HalvesFactory(installed=False))
    commands = bench.window.overlays.segmenters
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: f"/packs/{HALVES.name}")

    def look(dialog: SegmentersDialog) -> None:
        def said(text: str) -> bool:
            return any(text in label.text() for label in dialog.findChildren(QLabel))

        def wait(ask: Callable[[], bool]) -> None:
            for _ in range(400):
                QApplication.processEvents()
                if ask():
                    return
                QTest.qWait(5)
            raise AssertionError([label.text() for label in dialog.findChildren(QLabel)])

        wait(lambda: said("None is installed yet."))
        [button] = [b for b in dialog.findChildren(QPushButton) if b.text() == "Install from a folder..."]
        QTest.mouseClick(button, LEFT)
        wait(lambda: said("halves is installed."))
        wait(lambda: bool(commands.installed.rows))
        [remove] = [b for b in dialog.findChildren(QPushButton) if b.accessibleName().startswith("Remove")]
        with answered(QMessageBox, lambda asked: button_of(asked, "Remove").click()):
            QTest.mouseClick(remove, LEFT)
        wait(lambda: said("None is installed yet."))
        dialog.reject()

    with answered(SegmentersDialog, look):
        bench.trigger("segmenters")


def test_a_refused_pack_is_reported(bench: WindowBench) -> None:
    said: list[str] = []
    bench.window.overlays.segmenters.outcome.connect(said.append)
    bench.window.overlays.segmenters.install(Path("/packs/other"))
    assert bench.window.overlays.segmenters.busy
    bench.until(lambda: said == ["/packs/other is no segmenter."])
    assert not bench.window.overlays.segmenters.busy
