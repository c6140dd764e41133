"""The state of a training on disk, written atomically, so that it can resume after a kill at any time."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from memapp.core.errors import MemappError
from memapp.scoring.nets.checkpoint import save_tensors

FILE_NAME = "state.safetensors"


@dataclass(slots=True)
class RunState:
    """A training between two epochs."""

    plan: str
    """The training plan, as JSON: another plan is another training."""
    epochs: list[dict[str, Any]] = field(default_factory=list)
    """The content of metrics.jsonl; the first one, number 0, is the net before training."""
    best_epoch: int = 0
    net: dict[str, Tensor] = field(default_factory=dict)
    """The trained weights."""
    best: dict[str, Tensor] = field(default_factory=dict)
    """The weights after the best epoch."""
    optimizer: dict[int, dict[str, Tensor]] = field(default_factory=dict)
    """The optimizer's state, by its number of the parameter."""

    @property
    def epoch(self) -> int:
        """Number of finished epochs minus 1; -1 before the first."""
        return len(self.epochs) - 1


def write_state(folder: Path, state: RunState) -> None:
    """Replace the stored state. Raise OSError if that fails; the previous state is then unchanged."""
    tensors = {f"net/{name}": value for name, value in state.net.items()}
    if state.best_epoch != state.epoch:
        tensors |= {f"best/{name}": value for name, value in state.best.items()}
    for number, values in state.optimizer.items():
        tensors |= {f"optimizer/{number}/{name}": value for name, value in values.items()}
    content = {"plan": state.plan, "epochs": state.epochs, "best_epoch": state.best_epoch}
    handle, name = tempfile.mkstemp(dir=folder, prefix=".state.", suffix=".part")
    os.close(handle)
    beside = Path(name)
    try:
        save_tensors(
            {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
            beside,
            {"state": json.dumps(content)},
        )
        beside.replace(folder / FILE_NAME)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def read_state(folder: Path, plan: str) -> RunState | None:
    """Return the state of a training in its folder; None if there is none, or a broken one.

    Files that a killed process left half written are deleted.

    Raises:
        MemappError: the folder contains another training.
    """
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)
    state = RunState(plan)
    try:
        with safe_open(folder / FILE_NAME, framework="pt") as file:
            content = json.loads(file.metadata()["state"])
            state.epochs, state.best_epoch = content["epochs"], content["best_epoch"]
            if content["plan"] != plan:
                raise MemappError(
                    f"{folder} contains another training: name another --output, or delete that folder."
                )
            for name in file.keys():  # noqa: SIM118 (it is no dictionary)
                _put(state, name, file.get_tensor(name))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None
    if state.best_epoch == state.epoch:
        state.best = {name: value.clone() for name, value in state.net.items()}
    return state


def optimizer_state(optimizer: torch.optim.Optimizer) -> dict[int, dict[str, Tensor]]:
    """Return an optimizer's state as tensors."""
    state: Mapping[int, Mapping[str, Any]] = optimizer.state_dict()["state"]
    return {
        number: {name: torch.as_tensor(value) for name, value in each.items() if value is not None}
        for number, each in state.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, memory: dict[int, dict[str, Tensor]]) -> None:
    """Restore an optimizer's state."""
    optimizer.load_state_dict({**optimizer.state_dict(), "state": memory})


def _put(state: RunState, name: str, value: Tensor) -> None:
    kind, _, rest = name.partition("/")
    if kind == "net":
        state.net[rest] = value
    elif kind == "best":
        state.best[rest] = value
    else:
        number, _, what = rest.partition("/")
        state.optimizer.setdefault(int(number), {})[what] = value
