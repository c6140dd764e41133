"""One action as the table declares it: text, menu, shortcuts, and when it is enabled, visible or ticked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from memapp.core.text import Deferred
from memapp.gui.window.action_context import ActionContext

Condition: TypeAlias = Callable[[ActionContext], bool]
Words: TypeAlias = tuple[str, str]
"""A text and the name of an icon ("" for none)."""


def always(_context: ActionContext) -> bool:
    """Hold in every state of the window."""
    return True


def any_chosen(context: ActionContext) -> bool:
    """Hold while a command would affect a photo."""
    return context.chosen > 0


def _nothing(_context: ActionContext) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action."""

    id: str
    menu: str
    """The id of its menu in MENU_TITLES."""
    text: Deferred | str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    group: str = ""
    """Actions of one group are choices of which one is on."""
    checkable: bool = False
    separated: bool = False
    """Whether a line comes before it in its menu."""
    enabled: Condition = always
    """When it can be used."""
    visible: Condition = always
    """When it is there at all."""
    missing: Callable[[ActionContext], str] = _nothing
    """Why it can never be used here, shown in its tooltip; empty where it can."""
    words: Callable[[ActionContext], Words] | None = None
    """Its text and icon, where they change."""
    checked: Condition | None = None
    """When it is ticked, where that follows from the window; else it is ticked by what it runs."""
    choices: bool = False
    """Whether it is only a place for others, which are set later: Actions.set_choices."""

    @property
    def is_switch(self) -> bool:
        """Whether it turns something on and off by itself."""
        return self.checkable and not self.group
