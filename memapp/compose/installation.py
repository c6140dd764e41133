"""The parts of this computer that the window uses: nets, segmenters, trash, battery. Tests replace it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from memapp.compose.net_pool import Nets
from memapp.compose.net_work import net_work
from memapp.compose.services import Trash, segmenter_work
from memapp.core.explanation import MapMaker, MapMethod, SegmenterFactory
from memapp.core.nets import NetWork
from memapp.core.resources import resources_folder
from memapp.gui.overlay.segmenter_commands import SegmenterWork
from memapp.scoring.explain.makers import map_makers
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.scoring.weights import WeightsLocator
from memapp.store.trash import move_to_trash
from memapp.store.trash_restore import Restorer, restorer
from memapp.workers.power_monitor import BatteryReader, runs_on_battery


@dataclass(frozen=True, slots=True)
class Installation:
    """The parts that the composition root connects to the window."""

    home: Path
    """MEMAPP_HOME: scores, settings, thumbnails, maps."""
    nets: Nets
    net_work: NetWork
    segmenters: SegmenterFactory
    segmenter_work: SegmenterWork
    map_makers: Mapping[MapMethod, MapMaker]
    move_to_trash: Trash = move_to_trash
    restore_from_trash: Restorer | None = field(default_factory=restorer)
    read_battery: BatteryReader = runs_on_battery


def installed(*, home: Path) -> Installation:
    """Return the real parts; nothing is loaded yet."""
    weights = WeightsLocator(resources=resources_folder(), home=home)
    segmenters = SegmenterFolders(resources=resources_folder(), home=home)
    nets = NetRegistry(weights=weights, home=home, segmenters=segmenters)
    return Installation(
        home=home,
        nets=nets,
        net_work=net_work(registry=nets, home=home),
        segmenters=segmenters,
        segmenter_work=segmenter_work(segmenters, home=home),
        map_makers=map_makers(weights),
    )
