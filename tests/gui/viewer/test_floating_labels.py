"""Labels over the photo: a long hint is wrapped whole, however often it is placed."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from memapp.gui.viewer.floating_labels import FloatingLabels

HINT = "Drag the area to move it, a corner to change it. Arrow keys move it in small steps. " * 2


def test_a_hint_that_was_wrapped_stays_whole_when_it_is_placed_again(qtbot: QtBot) -> None:
    view = QWidget()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    labels = FloatingLabels(view=view)
    labels.show_hint(HINT)
    [hint] = [label for label in view.findChildren(QLabel) if label.text() == HINT]
    lines = hint.height()
    assert lines > 2 * hint.fontMetrics().height()
    for _ in range(2):
        labels.place_hint()
        assert hint.height() == lines
        assert hint.wordWrap()
    # A short one is as narrow as it is, after a long one too.
    labels.show_hint("Drag.")
    assert hint.width() < 100
    assert not hint.wordWrap()
