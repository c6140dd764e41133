"""What tests of the viewer share: a viewer on screen."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.widgets.theme import ThemeManager


@pytest.fixture
def viewer(qtbot: QtBot, theme_manager: ThemeManager) -> PhotoViewer:
    made = PhotoViewer(theme_manager=theme_manager)
    qtbot.addWidget(made)
    made.resize(900, 640)
    made.show()
    qtbot.waitExposed(made)
    return made
