"""Every control has a name for those who listen, and no text is cut, with texts 30 % longer as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QMenu,
    QScrollBar,
    QWidget,
)

from memapp.gui.dialogs.licence import LicenceDialog
from memapp.gui.widgets.basic import ElidedLabel
from tests.fakes import BrightnessFactory, HalvesFactory, HalvesSegmenter
from tests.gui.window_bench import WindowBench, make_photos

DIALOGS = ("preferences", "nets", "segmenters", "about", "shortcuts", "triage", "choose-best")


@pytest.fixture
def bench(open_window: Callable[..., WindowBench], tmp_path: Path) -> WindowBench:
    """A window with photos and an object finder."""
    bench = open_window(
        fast_scorers=BrightnessFactory(), segmenters=HalvesFactory(HalvesSegmenter(with_instance=True))
    )
    bench.add(make_photos(tmp_path / "photos", {"a.png": 30, "b.png": 240, "c.png": 120}))
    return bench


def parts(widget: QWidget) -> Iterator[QWidget]:
    """Every part that can be seen, menus left out."""
    for part in widget.findChildren(QWidget):
        if part.isVisibleTo(widget) and not isinstance(part, QMenu | QScrollBar):
            yield part


def nameless(widget: QWidget) -> list[str]:
    """Return the controls that the keyboard reaches and that say nothing to those who listen."""
    found = []
    for part in parts(widget):
        if not part.focusPolicy() & Qt.FocusPolicy.TabFocus or not part.isEnabled():
            continue
        if isinstance(part.parentWidget(), QAbstractSpinBox):
            # Its field has no name of its own: it is heard as the box.
            continue
        interface = QAccessible.queryAccessibleInterface(part)
        if interface is not None and not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(part).__name__} in {type(part.parentWidget()).__name__}")
    return found


def cut(widget: QWidget) -> list[str]:
    """Return the texts of labels, buttons and choices that have less room than they need."""
    found = []
    for part in parts(widget):
        if isinstance(part, QLabel):
            if isinstance(part, ElidedLabel) or not part.text():
                continue
            enough = (
                part.height() >= part.heightForWidth(part.width())
                if part.wordWrap()
                else part.width() >= part.sizeHint().width()
            )
        elif (isinstance(part, QAbstractButton) and part.text()) or isinstance(part, QComboBox):
            enough = part.width() >= part.minimumSizeHint().width()
        else:
            continue
        if not enough:
            words = part.currentText() if isinstance(part, QComboBox) else part.text()
            found.append(f"{type(part).__name__}: {words}")
    return found


def in_dialog(bench: WindowBench, action: str, look: Callable[[QDialog], object]) -> None:
    """Open the dialog of an action, look at it, and close it."""
    seen: list[object] = []
    patience = iter(range(1000))

    def wait() -> None:
        found = QApplication.activeModalWidget()
        if not isinstance(found, QDialog) or not found.isVisible():
            next(patience)
            QTimer.singleShot(10, wait)
            return
        # What comes later, such as a proposal, is laid out with a turn of the event loop of its own.
        for _ in range(50):
            QApplication.processEvents()
            if not look(found):
                break
        seen.append(look(found))
        found.reject()

    QTimer.singleShot(0, wait)
    bench.trigger(action)
    bench.until(lambda: bool(seen))
    assert seen == [[]]


@pytest.mark.parametrize("action", DIALOGS)
def test_every_control_of_the_dialogs_has_a_name(bench: WindowBench, action: str) -> None:
    in_dialog(bench, action, nameless)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_every_control_of_the_window_has_a_name(bench: WindowBench) -> None:
    assert nameless(bench.window) == []
    bench.window.filters._button.click()
    assert nameless(bench.window.filters.popup) == []
    bench.window.filters.popup.hide()
    bench.choose("a.png", "b.png")
    assert nameless(bench.window) == []
    bench.trigger("details")
    assert nameless(bench.window) == []
    bench.trigger("compare")
    QApplication.processEvents()
    assert nameless(bench.window) == []
    bench.window.photo_commands.compare.close()
    bench.window.panes.open(bench.key("b.png"))
    for overlay in ("segmentation", "memorability", "regions"):
        bench.trigger(f"overlay-{overlay}")
        bench.until(lambda: not bench.supervisor.explaining)
        assert nameless(bench.window) == []


@pytest.mark.usefixtures("pseudo_window_language")
@pytest.mark.parametrize("action", DIALOGS)
def test_no_text_of_the_dialogs_is_cut(bench: WindowBench, action: str) -> None:
    in_dialog(bench, action, cut)


@pytest.mark.usefixtures("pseudo_window_language")
def test_no_text_of_the_licence_is_cut(bench: WindowBench) -> None:
    dialog = LicenceDialog(theme_manager=bench.window._theme_manager, parent=bench.window)
    dialog.show()
    QApplication.processEvents()
    assert cut(dialog) == []
    assert nameless(dialog) == []
    dialog.reject()
