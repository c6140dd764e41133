"""Finds the texts that a window or a dialog shows and that have no marks of the pseudo-language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QCoreApplication, QEvent, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QTextEdit,
    QWidget,
)

from memapp.gui.widgets.basic import ElidedLabel
from memapp.gui.widgets.sentence_row import SENTENCE
from memapp.gui.widgets.word_button import WordButton

_MARKED = re.compile(r"\[!!(?:(?!\[!!|!!\]).)*!!\]", re.DOTALL)
"""A marked text with no marked text in it."""

_WORD = re.compile(r"[^\W\d_]{2,}")

_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


def settle() -> None:
    """Let what is deleted later be deleted now: it is not shown any more."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def unmarked_texts(root: QWidget, allowed: Collection[str] = ()) -> list[str]:
    """Return the texts below a widget that can't be translated, each with the widget's class.

    Args:
        root: a window or a dialog; what is hidden in it counts, too.
        allowed: names of files, nets and products, which are the same in every language.
    """
    settle()
    return sorted({f"{where}: {text}" for where, text in _texts(root) if not is_marked(text, allowed)})


def shown_texts(root: QWidget) -> list[tuple[str, str]]:
    """Return the texts below a widget, each with the widget's class first; hidden ones count, too."""
    settle()
    return list(_texts(root))


def is_marked(text: str, allowed: Collection[str] = ()) -> bool:
    """Return whether every word of a text is marked, but for names that are allowed, and numbers."""
    left = re.sub(r"<[^>]*>", " ", text)
    for name in sorted(allowed, key=len, reverse=True):
        left = left.replace(name, " ")
    while (shorter := _MARKED.sub(" ", left)) != left:
        left = shorter
    return _WORD.search(left) is None


def _texts(root: QWidget) -> Iterator[tuple[str, str]]:
    for widget in (root, *root.findChildren(QWidget)):
        where = type(widget).__name__
        for text in _own_texts(widget):
            yield where, text
        for action in widget.actions():
            for text in (action.text(), action.toolTip(), action.statusTip()):
                yield f"{where}, {QAction.__name__}", text


def _own_texts(widget: QWidget) -> Iterator[str]:
    yield widget.windowTitle()
    yield widget.toolTip()
    yield widget.statusTip()
    yield widget.whatsThis()
    yield widget.accessibleName()
    yield widget.accessibleDescription()
    match widget:
        case ElidedLabel():
            yield widget.whole_text
        case QLabel():
            yield widget.property(SENTENCE) or widget.text()
        case WordButton():
            # What it shows may be shortened.
            yield widget.words
        case QAbstractButton():
            yield widget.text()
        case QLineEdit():
            yield widget.placeholderText()
        case QAbstractSpinBox():
            yield widget.specialValueText()
        case QComboBox():
            yield from (widget.itemText(row) for row in range(widget.count()))
        case QMenu():
            yield widget.title()
        case QTextEdit():
            yield widget.toPlainText()
        case QHeaderView():
            pass
        case QAbstractItemView():
            if (model := widget.model()) is not None:
                yield from _model_texts(model)


def _model_texts(model: QAbstractItemModel) -> Iterator[str]:
    parent = QModelIndex()
    for column in range(model.columnCount(parent)):
        yield from _strings(model.headerData(column, Qt.Orientation.Horizontal, role) for role in _ROLES)
        for row in range(model.rowCount(parent)):
            index = model.index(row, column, parent)
            yield from _strings(model.data(index, role) for role in _ROLES)


def _strings(values: Iterator[Any]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))
