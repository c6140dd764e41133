"""The state of the window on which the actions depend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from memapp.core.marks import NO_CHANGE, MarkChange


class Page(StrEnum):
    """The page that the window shows."""

    EMPTY = "empty"
    GRID = "grid"
    VIEWER = "viewer"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True)
class ActionContext:
    """The window at one moment. The defaults are an empty window."""

    page: Page = Page.EMPTY
    photos: int = 0
    """How many photos are listed."""
    chosen: int = 0
    """How many photos a command would affect: the viewer's one, else the selected ones."""
    shared: MarkChange = NO_CHANGE
    """The marks that those photos have in common; None where they differ, or are too many to compare."""
    photo_visible: bool = False
    """Whether the viewer shows a photo, not a message about one."""
    running: bool = False
    paused: bool = False
    fast_scores: int = 0
    """How many photos have a fast score."""
    fast_missing: str = ""
    """Why there can be no fast scores here; empty where there can."""
    nets: int = 1
    """How many nets score."""
    compared: bool = False
    """Whether two nets are compared."""
    overlay_shown: bool = False
    """Whether an overlay is drawn over the viewer's photo."""
    area: str = ""
    """The name of the area that is selected on the viewer's photo; empty for none."""
    grouping: bool = False
    """Whether photos of one moment are grouped."""
    moments: int = 0
    """How many moments and brackets there are, where they are grouped."""
    descending: bool = True
    """Whether the grid is sorted with the highest first."""
    filtered: bool = False
    """Whether only some photos are to be shown."""
    undo_text: str | None = None
    """The text of the command that Undo undoes; None where there is none."""
    redo_text: str | None = None
    """The text of the command that Redo does again; None where there is none."""
