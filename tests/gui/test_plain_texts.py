"""Names from outside are shown as they are: nothing in the window takes them for markup or shortcuts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QMessageBox,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from memapp.core.net_ids import NetId
from memapp.core.nets import NetInfo
from memapp.core.score_scale import FALSE_ALARMS
from memapp.core.text import deferred
from memapp.gui.dialogs.nets_dialog import NetsDialog
from memapp.gui.dialogs.save_dialog import _may_replace
from memapp.gui.dialogs.segmenters_dialog import SegmentersDialog
from memapp.gui.overlay.segmenter_commands import (
    SegmenterCommands,
    SegmenterOffer,
    SegmenterRow,
    SegmenterWork,
)
from memapp.gui.widgets.basic import ElidedLabel
from memapp.gui.widgets.plain import ask, plain_tip
from memapp.gui.widgets.theme import ThemeManager
from memapp.workers.jobs import Jobs
from tests.conftest import CHECKOUT
from tests.gui.window_bench import WindowBench, make_photo

HOSTILE = "<h1>Big<i>title & co.jpg"
GUI = CHECKOUT / "memapp" / "gui"
PLAIN = "widgets/plain.py"

CAPTIONED = {"QRadioButton", "QCheckBox", "QPushButton", "QAction", "addAction", "addMenu"}
"""What takes "&" for a shortcut."""


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield the calls in the window's source: the file, the call, and the name that is called."""
    for path in sorted(GUI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                yield path.relative_to(GUI).as_posix(), node, name


def is_from_the_source(text: ast.expr) -> bool:
    """Whether a text has no part from outside: a literal, tr() without values, str() of a constant."""
    if isinstance(text, ast.Constant):
        return True
    if isinstance(text, ast.IfExp):
        return is_from_the_source(text.body) and is_from_the_source(text.orelse)
    if not isinstance(text, ast.Call) or not isinstance(text.func, ast.Name):
        return False
    if text.func.id == "str":
        return True
    return text.func.id == "trn" or (text.func.id == "tr" and not text.keywords)


def wrapped_in(text: ast.expr, function: str) -> bool:
    return isinstance(text, ast.Call) and getattr(text.func, "id", "") == function


def test_tooltips_are_plain() -> None:
    wrong = [
        f"{file}:{call.lineno}"
        for file, call, name in calls()
        if name == "setToolTip"
        and not is_from_the_source(call.args[0])
        and not wrapped_in(call.args[0], "plain_tip")
        # Its mark is a constant.
        and "FAST_MARK" not in ast.unparse(call.args[0])
        and not (isinstance(call.args[0], ast.IfExp) and wrapped_in(call.args[0].body, "plain_tip"))
    ]
    assert wrong == []


def test_captions_are_plain() -> None:
    wrong = [
        f"{file}:{call.lineno} {ast.unparse(call.args[0])}"
        for file, call, name in calls()
        if name in CAPTIONED
        and call.args
        and not is_from_the_source(call.args[0])
        and not wrapped_in(call.args[0], "as_caption")
        # An action that exists already, a parent.
        and not ast.unparse(call.args[0]).startswith(("actions[", "self", "action", "entry"))
    ]
    assert wrong == []


@pytest.mark.parametrize(("name", "files"), [("QMessageBox", {PLAIN}), ("QErrorMessage", set())])
def test_questions_are_asked_in_one_place(name: str, files: set[str]) -> None:
    assert {file for file, _, called in calls() if called == name} == files


def test_labels_are_made_plain() -> None:
    """A bare QLabel guesses whether its text is markup; one without a text shows a picture."""
    assert {file for file, call, name in calls() if name == "QLabel" and call.args} <= {"widgets/basic.py"}


def plain(widget: QWidget) -> None:
    """Fail on a label below a widget that would show markup."""
    labels = [label for label in (widget, *widget.findChildren(QLabel)) if isinstance(label, QLabel)]
    assert labels
    for label in labels:
        if "Big" not in label.text():
            continue
        assert label.textFormat() == Qt.TextFormat.PlainText or "&lt;h1&gt;" in label.text(), label.text()


@pytest.fixture
def answered(qtbot: QtBot) -> Callable[[Qt.Key], list[str]]:
    """Answers the next question by a key, and returns what it showed."""

    def answer(key: Qt.Key) -> list[str]:
        shown: list[str] = []

        def press() -> None:
            box = QApplication.activeModalWidget()
            if not isinstance(box, QMessageBox):
                QTimer.singleShot(20, press)
                return
            plain(box)
            shown.extend([box.text(), box.informativeText()])
            qtbot.keyClick(box, key)

        QTimer.singleShot(20, press)
        return shown

    return answer


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_questions_are_plain_and_safe(
    qtbot: QtBot, answered: Callable[[Qt.Key], list[str]], key: Qt.Key
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    shown = answered(key)
    assert not ask(window, "title", f'Move "{HOSTILE}"?', f"{HOSTILE} is lost.", act="Move", keep="Keep")
    assert HOSTILE in shown[0]
    shown = answered(key)
    assert not _may_replace(window, "title", Path("/photos") / HOSTILE)
    assert HOSTILE in shown[0]


def test_rows_of_dialogs_are_plain(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    work = SegmenterWork(
        rows=lambda: (SegmenterRow(name="a", title=HOSTILE, size=1, built_in=False, problem=HOSTILE),),
        installed=lambda: (),
        install=lambda *_: "",
        remove=lambda _name: None,
        offers=(SegmenterOffer(HOSTILE, 1, lambda *_: ""),),
    )
    owner, jobs = QObject(), Jobs()
    commands = SegmenterCommands(work=work, jobs=jobs, parent=owner)
    qtbot.waitUntil(lambda: bool(commands.installed.rows))
    packs = SegmentersDialog(commands=commands, in_use="")
    qtbot.addWidget(packs)
    packs.show()
    plain(packs)
    assert [button.text() for button in packs.findChildren(QRadioButton)] == [HOSTILE.replace("&", "&&")]
    nets = NetsDialog()
    qtbot.addWidget(nets)
    net = NetInfo(NetId("x"), HOSTILE, FALSE_ALARMS, deferred("A net of this test."), removable=True)
    nets.show_nets([net], chosen=[net], pair=None, points=25)
    nets.show()
    plain(nets)
    assert HOSTILE.replace("&", "&&") in [box.text() for box in nets.findChildren(QCheckBox)]
    jobs.stop()


def test_a_shortened_name_has_a_plain_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.resize(40, 20)
    label.show()
    label.set_whole_text(HOSTILE)
    assert label.toolTip() == plain_tip(HOSTILE)
    assert "&lt;h1&gt;" in label.toolTip()
    assert plain_tip("Tom & Jerry.jpg") == "Tom & Jerry.jpg"


def test_a_hostile_name_is_plain_everywhere_in_the_window(bench: WindowBench, tmp_path: Path) -> None:
    try:
        photo = make_photo(tmp_path / f"folder {HOSTILE}.d" / HOSTILE, 120)
    except OSError:
        pytest.skip("this file system takes no such names")
    bench.add(photo)
    bench.window.grid.selectAll()
    bench.until(bench.window.actions_table["copy"].isEnabled)
    model = bench.window.grid.model()
    tips = [
        str(model.index(0, column).data(Qt.ItemDataRole.ToolTipRole)) for column in range(model.columnCount())
    ]
    assert any("Big" in tip for tip in tips)
    widgets = QApplication.allWidgets()
    tips += [widget.toolTip() for widget in widgets]
    tips += [action.toolTip() for widget in widgets for action in widget.actions()]
    assert [tip for tip in tips if "<h1>" in tip] == []
    for label in bench.window.findChildren(QLabel):
        assert "Big" not in label.text() or label.textFormat() == Qt.TextFormat.PlainText
    captions = [button.text() for button in bench.window.findChildren(QAbstractButton)]
    captions += [action.text() for action in bench.window.findChildren(QAction)]
    assert [text for text in captions if "Big" in text and "&&" not in text] == []
