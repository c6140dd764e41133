"""The actions that mark photos; those that say what all chosen photos have are ticked."""

from __future__ import annotations

from functools import partial

from memapp.core.marks import MOST_STARS, Flag, Label, MarkChange, stars_text
from memapp.core.text import deferred
from memapp.gui.window.action_context import ActionContext
from memapp.gui.window.action_spec import ActionSpec, any_chosen


def _have(marks: MarkChange, context: ActionContext) -> bool:
    """Return whether all chosen photos have this mark, the one that is not None."""
    shared = context.shared
    pairs = ((marks.flag, shared.flag), (marks.stars, shared.stars), (marks.label, shared.label))
    return all(wanted is None or wanted == found for wanted, found in pairs)


_STARS = tuple(
    ActionSpec(
        f"stars-{stars}",
        "photo/marks",
        deferred("No stars") if not stars else stars_text(stars),
        (str(stars),),
        group="stars",
        checkable=True,
        separated=not stars,
        enabled=any_chosen,
        checked=partial(_have, MarkChange(stars=stars)),
    )
    for stars in range(MOST_STARS + 1)
)
_LABELS = tuple(
    ActionSpec(
        f"label-{label.name.lower()}",
        "photo/marks",
        text,
        keys,
        group="label",
        checkable=True,
        separated=label is Label.RED,
        enabled=any_chosen,
        checked=partial(_have, MarkChange(label=label)),
    )
    for label, text, keys in (
        (Label.RED, deferred("Red label"), ("6",)),
        (Label.YELLOW, deferred("Yellow label"), ("7",)),
        (Label.GREEN, deferred("Green label"), ("8",)),
        (Label.BLUE, deferred("Blue label"), ("9",)),
        (Label.PURPLE, deferred("Purple label"), ()),
        (Label.NONE, deferred("No label"), ()),
    )
)
_FLAGS = tuple(
    ActionSpec(
        name,
        "photo/marks",
        text,
        (key,),
        group="flag",
        checkable=True,
        enabled=any_chosen,
        checked=partial(_have, MarkChange(flag=flag)),
    )
    for name, flag, text, key in (
        ("pick", Flag.PICK, deferred("Pick"), "P"),
        ("reject", Flag.REJECT, deferred("Reject"), "X"),
        ("unflag", Flag.NONE, deferred("Remove the flag"), "U"),
    )
)

MARK_ACTIONS = (*_FLAGS, *_STARS, *_LABELS)
