"""The services that the composition root hands to the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from memapp.core.contents import Contents
from memapp.core.likeness import Likeness
from memapp.core.marks import MarkChange
from memapp.core.nets import NetWork
from memapp.core.records import ImageKey, PhotoId
from memapp.gui.overlay.area_commands import AreaWork
from memapp.gui.overlay.segmenter_commands import SegmenterWork
from memapp.gui.window.file_commands import FileWork
from memapp.gui.window.moment_commands import MomentWork


@dataclass(frozen=True, slots=True)
class AppServices:
    """The services that the composition root hands to the window."""

    file_work: FileWork
    net_work: NetWork
    area_work: AreaWork
    segmenter_work: SegmenterWork
    save_settings: Callable[[], None]
    """Save what is not saved yet, because the window closes."""
    save_marks: Callable[[Mapping[PhotoId, MarkChange]], None]
    """Store changes of marks; called on one thread. Raises MemappError where they can't be stored."""
    save_contents: Callable[[Mapping[ImageKey, Contents]], None]
    """Store what photos consist of; called on the same thread. Raises MemappError."""
    likenesses: Callable[[Sequence[ImageKey]], Mapping[ImageKey, Likeness]]
    """Read what tells how alike photos are; called on any thread. Raises MemappError."""
    moment_work: MomentWork
    scores_folder: str
    log_folder: str
    licences_folder: str
    samples_folder: str
    version: str
    details: Callable[[], str]
    """Versions, device and folders as text, for a report."""
    fast_available: bool = False
    """Whether this installation can score fast."""
