"""The actions on photos of one moment."""

from __future__ import annotations

from memapp.core.text import deferred
from memapp.gui.window.action_context import ActionContext
from memapp.gui.window.action_spec import ActionSpec


def _grouped(context: ActionContext) -> bool:
    return context.moments > 0


def _grouped_and_chosen(context: ActionContext) -> bool:
    return context.moments > 0 and context.chosen > 0


MOMENT_ACTIONS = (
    ActionSpec(
        "moment-toggle",
        "photo/moments",
        deferred("Expand or collapse"),
        ("S",),
        enabled=_grouped_and_chosen,
    ),
    ActionSpec("moments-expand", "photo/moments", deferred("Expand all"), enabled=_grouped),
    ActionSpec("moments-collapse", "photo/moments", deferred("Collapse all"), ("Shift+S",), enabled=_grouped),
    ActionSpec(
        "moment-top",
        "photo/moments",
        deferred("Put this photo on top"),
        ("T",),
        separated=True,
        enabled=_grouped_and_chosen,
    ),
    ActionSpec(
        "moment-take-out", "photo/moments", deferred("Take out of its moment"), enabled=_grouped_and_chosen
    ),
    ActionSpec(
        "moment-join",
        "photo/moments",
        deferred("Join into one moment"),
        ("Ctrl+G",),
        enabled=lambda context: context.grouping and context.chosen > 1,
    ),
)

GROUPING_ACTIONS = (
    ActionSpec("group-moments", "view", deferred("Group moments"), checkable=True, separated=True),
    ActionSpec(
        "moments-find",
        "view",
        deferred("Find moments in photos scored earlier, or stop"),
        enabled=lambda context: context.grouping and context.photos > 1,
    ),
)
