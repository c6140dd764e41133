"""No module of the window has a text that translators can't find: outside tr(), trn(), deferred()."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
MODULES = sorted(
    file for folder in ("gui", "compose") for file in (CHECKOUT / "memapp" / folder).rglob("*.py")
)

_TRANSLATING = {"tr", "trn", "deferred"}
_NOT_SHOWN = {
    *("Signal", "Slot", "SIGNAL", "TypeVar", "compile", "getLogger", "singleShot", "cast", "newChild"),
    *("debug", "info", "warning", "error", "exception", "setProperty", "setObjectName", "setStyleSheet"),
    *("setColumnStretch", "encode", "decode", "partition", "rpartition", "split", "removesuffix"),
}
"""Calls whose literals are no texts for people: names, patterns, log messages, style sheets."""
_SHOWING = {
    *("setText", "setToolTip", "setStatusTip", "setWhatsThis", "setWindowTitle", "setTitle"),
    *("setAccessibleName", "setAccessibleDescription", "setPlaceholderText", "setInformativeText"),
    *("setLabelText", "setOkButtonText", "addAction", "addMenu", "addToolBar", "addButton", "addItem"),
    *("text_label", "QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QAction", "QMenu", "QGroupBox"),
    *("set_words", "set_text", "show_notice", "Notice", "NoticeAction", "drawText", "addTab"),
}
"""Calls whose literals people read, single words too."""
_KEYWORDS = {"text", "title", "hint", "help_text", "reason", "name"}
_WORDS = re.compile(r"[^\W\d_]{2,}[,;:.]? [^\W\d_]{2,}")
_MARKUP = re.compile(r"\bpx\b|</|^scores and settings: $")
"""Style sheets, HTML, and the details for developers, which are in English."""
_WORD = re.compile(r"[^\W\d_]{2,}")

ALLOWED = {
    "memapp",
    "Computational Brain & Behavior",
}
"""Names that are the same in every language."""


def suspects(source: str) -> Iterator[tuple[int, str]]:
    """Return line and text of each literal that looks like a text for people and is not translated."""
    yield from _suspects(ast.parse(source), showing=False)


def _suspects(node: ast.AST, *, showing: bool) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Call(func=function, args=args, keywords=keywords):
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name in _TRANSLATING:
                # Its values may be literals as well.
                for keyword in keywords:
                    yield from _suspects(keyword.value, showing=False)
                return
            if name in _NOT_SHOWN:
                return
            yield from _suspects(function, showing=False)
            for argument in args:
                yield from _suspects(argument, showing=name in _SHOWING)
            for keyword in keywords:
                yield from _suspects(keyword.value, showing=name in _SHOWING and keyword.arg in _KEYWORDS)
        case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError" | "KeyError" | "NotImplementedError"))):
            # Mistakes in the program, not in its use.
            return
        case ast.Assert() | ast.AnnAssign(annotation=ast.Constant()):
            return
        case ast.Expr(value=ast.Constant()):
            # A docstring.
            return
        case ast.JoinedStr(values=values):
            text = "".join(
                value.value
                for value in values
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            )
            if (_WORD if showing else _WORDS).search(text) and not _MARKUP.search(text):
                yield node.lineno, text
            for value in values:
                if isinstance(value, ast.FormattedValue):
                    yield from _suspects(value.value, showing=False)
        case ast.Constant(value=str() as text):
            if (_WORD if showing else _WORDS).search(text) and text not in ALLOWED:
                yield node.lineno, text
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _suspects(child, showing=showing and isinstance(node, ast.IfExp | ast.BoolOp))


@pytest.mark.parametrize("module", MODULES, ids=lambda file: file.relative_to(CHECKOUT).as_posix())
def test_no_text_is_left_untranslated(module: Path) -> None:
    assert list(suspects(module.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('label.setText("Score")', ["Score"]),
        ('label.setText("a" if on else "Off")', ["Off"]),
        ('label.setText(tr("Score"))', []),
        ('label.setText(f"{count} photos")', [" photos"]),
        ('label.setText(f"{count} %")', []),
        ('LABELS = {1: "Too close to call"}', ["Too close to call"]),
        ('LABELS = {1: deferred("Too close to call")}', []),
        ('tr("{net} of {kind}", net=net, kind="this computer")', ["this computer"]),
        ('raise StoreError("it is one of the photos")', ["it is one of the photos"]),
        ('raise ValueError("there is nothing to list")', []),
        ('_log.info("memapp has started")', []),
    ],
)
def test_what_is_not_translated_is_found(line: str, found: list[str]) -> None:
    assert [text for _, text in suspects(line)] == found
