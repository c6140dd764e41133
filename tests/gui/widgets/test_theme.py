"""The appearance, where an installed memapp lies below an awkward name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from memapp.core.resources import resources_folder
from memapp.gui.widgets import theme


def picture_of(qtbot: QtBot, qapp: QApplication, sheet: str) -> QImage:
    """What a box with an arrow looks like under a stylesheet."""
    kept = qapp.styleSheet()
    qapp.setStyleSheet(sheet)
    try:
        box = QComboBox()
        qtbot.addWidget(box)
        box.resize(120, 40)
        return box.grab().toImage()
    finally:
        qapp.setStyleSheet(kept)


@pytest.mark.parametrize("name", ["Schöne Fotos & Größe", "it's (1) 100%", 'a "b" c', "semi;colon{}"])
def test_it_is_the_same_wherever_memapp_lies(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    usual = picture_of(qtbot, qapp, theme._stylesheet(theme.DARK, theme.MID))
    awkward = tmp_path / name
    shutil.copytree(resources_folder() / "icons", awkward / "icons")
    monkeypatch.setattr(theme, "resource_path", lambda resource: awkward / resource)
    # A stylesheet or a picture that can't be read is a warning of Qt's, which fails the test, too.
    assert picture_of(qtbot, qapp, theme._stylesheet(theme.DARK, theme.MID)) == usual
