"""The nets that can score here, as every layer knows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from memapp.core.net_ids import FALSERESMEM_ID, RESMEM_ID, UNTRAINED_M3M_ID, NetId
from memapp.core.records import NetIdentity, Precision
from memapp.core.score_scale import FALSE_ALARMS, RESMEM_SCALE, ScoreScale
from memapp.core.text import Deferred, deferred

_UNTRAINED = deferred("Not trained: equal to ResMem until it is.")


@dataclass(frozen=True, slots=True)
class NetInfo:
    """A net that can score here. Which net it is bit for bit, NetIdentity says."""

    id: NetId
    """What it is called in settings and on the command line; no other net has it."""
    title: str
    """As people read it; no other net has it."""
    scale: ScoreScale
    """What its scores mean."""
    note: Deferred | str
    """A sentence or two: what it is, where it comes from."""
    removable: bool = False
    """Whether a person added it, and may remove it."""


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
        "Published: how many people believe that they saw a photo which they never saw. "
        "For non-commercial use only."
    ),
)
UNTRAINED_M3M = NetInfo(UNTRAINED_M3M_ID, "M3M", replace(RESMEM_SCALE, caution=_UNTRAINED), _UNTRAINED)

PUBLISHED: Mapping[NetId, NetInfo] = {net.id: net for net in (RESMEM, FALSERESMEM, UNTRAINED_M3M)}
"""Those that are not trained by a user; their names are taken."""


@dataclass(frozen=True, slots=True)
class NetScore:
    """What one net says of one photo."""

    net: NetInfo
    score: float | None
    """None while it has not been scored."""
    precision: Precision = Precision.EXACT


@dataclass(frozen=True, slots=True)
class NetColumn:
    """What one net says of several photos, for an export."""

    net: NetInfo
    identity: NetIdentity
    scores: Sequence[float | None]
    """In the order of the photos; None where there is none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far apart two nets place several photos, for an export."""

    first: NetInfo
    second: NetInfo
    points: Sequence[float | None]
    """As core.disagreement has them, in the order of the photos; None where that is not known."""


@dataclass(frozen=True, slots=True)
class NetWork:
    """What the composition root lends the window: work on nets, done off the window's thread."""

    installed: tuple[NetInfo, ...]
    """When the window opens, the published one first."""
    add: Callable[[Path], tuple[NetInfo, ...]]
    """Check a file and take it in; gives all nets, the new one last. Raises: MemappError: it is refused."""
    remove: Callable[[str], tuple[NetInfo, ...]]
    """Delete the copy of a net that was added; gives the others. Raises: MemappError."""
    missing: str = ""
    """Which published net is not here, and how to get it; empty where none is missing."""
