"""Lays a sentence out in a row with input fields inside it, in the order of the translation."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QHBoxLayout, QWidget

from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_2

SENTENCE = "sentence"
"""The property of each label that holds the whole sentence."""

_FIELD = re.compile(r"\{(\w+)\}")


def sentence_row(
    sentence: str,
    *,
    stretched: bool = False,
    spacing: int = SPACE_2,
    role: Role = Role.NORMAL,
    **fields: QWidget,
) -> QHBoxLayout:
    """Return a row of labels and fields.

    Args:
        sentence: translated; "{name}" stands for the field of this name.
        stretched: whether the fields take the width that is left over.
        spacing: between labels and fields, in device-independent pixels.
        role: of the labels.
        fields: by name.

    Raises:
        KeyError: the sentence names a field that is not there.
    """
    row = QHBoxLayout()
    row.setSpacing(spacing)
    # With a group in the pattern, every second piece is the name of a field.
    for place, piece in enumerate(_FIELD.split(sentence)):
        if place % 2:
            row.addWidget(fields[piece], int(stretched))
        elif piece.strip():
            label = text_label(piece.strip(), role)
            label.setProperty(SENTENCE, sentence)
            row.addWidget(label)
    if not stretched:
        row.addStretch(1)
    return row
