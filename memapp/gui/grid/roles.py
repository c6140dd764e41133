"""What the grid's models can be asked of a photo: the one list of roles, states and sort keys."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TypeAlias

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

Index: TypeAlias = QModelIndex | QPersistentModelIndex
"""What Qt's models are asked with."""


class PhotoRole(IntEnum):
    """Roles of the item model and its proxy. Numbers are raw, for sorting; texts are for people."""

    KEY = Qt.ItemDataRole.UserRole + 1
    """ImageKey."""
    NAME = Qt.ItemDataRole.UserRole + 2
    """The file's name, safe to paint (no control characters), str."""
    STATE = Qt.ItemDataRole.UserRole + 3
    """PhotoState, as an int."""
    SCORE = Qt.ItemDataRole.UserRole + 4
    """The net's number, 0..1, float; None where there is none."""
    PERCENTILE = Qt.ItemDataRole.UserRole + 5
    """Among people's scores, 0..100, float; None where there is no score."""
    TAKEN = Qt.ItemDataRole.UserRole + 6
    """Seconds since 1970 in the camera's own time, int; None where unknown."""
    FILE_SIZE = Qt.ItemDataRole.UserRole + 7
    """Bytes, int; None where the file could not be looked at."""
    FACTS = Qt.ItemDataRole.UserRole + 8
    """PhotoFacts; None until the photo is scored."""
    FAILURE = Qt.ItemDataRole.UserRole + 9
    """Failure, its kind and reason; None where the photo did not fail."""
    PREVIEW = Qt.ItemDataRole.UserRole + 10
    """QImage; None where none is held."""
    TIE_WITH_PREVIOUS = Qt.ItemDataRole.UserRole + 11
    """Whether the net can't tell this photo from the one before it, bool. Of the proxy only."""
    TIE_WITH_NEXT = Qt.ItemDataRole.UserRole + 12
    """Whether the net can't tell this photo from the one after it, bool. Of the proxy only."""
    PRECISION = Qt.ItemDataRole.UserRole + 13
    """How exactly the score was computed, str, a value of Precision; None where there is no score."""
    DISAGREEMENT = Qt.ItemDataRole.UserRole + 14
    """How far apart two nets place the photo, float, as core.disagreement has it, where that is far enough to
    be flagged; None elsewhere."""
    SCORE_RANGE = Qt.ItemDataRole.UserRole + 15
    """The scores at the two ends of the bar, tuple[float, float]."""

    OVERLAY = Qt.ItemDataRole.UserRole + 16
    """QImage that is laid over the preview; None where there is none."""


class PhotoState(IntEnum):
    """Where a photo stands."""

    WAITING = 0
    SCORED = 1
    FAILED = 2


class SortKey(StrEnum):
    """What the grid can be sorted by; the values are those of the setting "sort_by"."""

    SCORE = "score"
    NAME = "name"
    TAKEN = "taken"
    SIZE = "size"
    DISAGREEMENT = "disagreement"
