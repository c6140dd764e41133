"""The nets that can score here, for all layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from memapp.core.net_ids import FALSERESMEM_ID, RESMEM_ID, UNTRAINED_M3M_ID, NetId
from memapp.core.records import Precision
from memapp.core.score_scale import FALSE_ALARMS, RESMEM_SCALE, ScoreScale
from memapp.core.text import Deferred, deferred

PREPARING = deferred("Preparing the scoring model for this computer, once. This takes less than a minute.")
"""Said while a net is prepared; it is over as soon as the net is ready."""
_UNTRAINED = deferred("Not trained: equal to ResMem until it is.")


@dataclass(frozen=True, slots=True)
class NetInfo:
    """A net that can score here. NetIdentity has its exact identity."""

    id: NetId
    """Its name in settings and on the command line; unique."""
    title: str
    """The title shown to people; unique."""
    scale: ScoreScale
    """The meaning of its scores."""
    note: Deferred | str
    """One or two sentences: what it is, where it comes from."""
    removable: bool = False
    """Whether a user added it, and may remove it."""


RESMEM = NetInfo(
    RESMEM_ID,
    "ResMem",
    RESMEM_SCALE,
    deferred("Published: how many people recognise a photo. For non-commercial use only."),
)
FALSERESMEM = NetInfo(
    FALSERESMEM_ID,
    "FalseResMem",
    FALSE_ALARMS,
    deferred(
        "Published: how many people believe that they saw a photo that they never saw. For "
        "non-commercial use only."
    ),
)
UNTRAINED_M3M = NetInfo(UNTRAINED_M3M_ID, "M3M", replace(RESMEM_SCALE, caution=_UNTRAINED), _UNTRAINED)

PUBLISHED: Mapping[NetId, NetInfo] = {net.id: net for net in (RESMEM, FALSERESMEM, UNTRAINED_M3M)}
"""The nets that are not trained by a user; their names are reserved."""


@dataclass(frozen=True, slots=True)
class NetScore:
    """One net's result for one photo."""

    net: NetInfo
    score: float | None
    """None until it is scored."""
    precision: Precision = Precision.EXACT


@dataclass(frozen=True, slots=True)
class NetWork:
    """Work on nets off the window's thread, provided by the composition root."""

    installed: tuple[NetInfo, ...]
    """When the window opens, the published one first."""
    add: Callable[[Path], tuple[NetInfo, ...]]
    """Check a file and add it; returns all nets, the new one last. Raises MemappError if it is refused."""
    remove: Callable[[str], tuple[NetInfo, ...]]
    """Delete the copy of an added net; returns the others. Raises MemappError."""
    missing: str = ""
    """Which published net is not installed, and how to get it; empty if none is missing."""
