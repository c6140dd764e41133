"""Published ResMem as the factory takes it: checked weights or the shipped graph. Imports no torch."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from memapp.core.contracts import Notify
from memapp.core.errors import DeviceError, WeightsError
from memapp.core.frame import PREPROCESSING
from memapp.core.records import NetIdentity
from memapp.core.text import tr
from memapp.scoring.engines.cpu import CpuEngines
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.export_process import export_resmem
from memapp.scoring.engines.graphs import GraphFolder
from memapp.scoring.factory import Choice, NetFactory, open_torch_cpu
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator

if TYPE_CHECKING:
    from torch import nn

RESMEM_IDENTITY = NetIdentity(
    name=RESMEM_WEIGHTS.net, sha256=RESMEM_WEIGHTS.sha256, preprocessing=PREPROCESSING
)
"""The published net, as memapp prepares photos for it."""


class ResMemNet:
    """Knows published ResMem without loading it. Implements factory.ScorableNet."""

    labelled = False

    def __init__(self, *, weights: WeightsLocator, home: Path) -> None:
        """Take where weights are looked for, and MEMAPP_HOME, where graphs are kept."""
        self._weights = weights
        self._graphs = GraphFolder(home=home, export=export_resmem)

    def identity(self) -> NetIdentity:
        """Return ResMem's identity.

        Raises:
            WeightsError: its weights are missing, truncated or altered, and so is its shipped graph.
        """
        if self._graphs.shipped(RESMEM_IDENTITY) is None:
            self._find_weights()
        return RESMEM_IDENTITY

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """Return none: there is nothing better than the published net, exactly computed."""
        return ()

    def runs_on_gpu(self) -> bool:
        """Return whether the weights are here; the shipped graph is for the CPU. Raises: WeightsError."""
        return self._find_weights() is not None

    def load(self) -> nn.Module:
        """Return the net in torch. Raises: WeightsError."""
        from memapp.scoring.resmem import load_resmem

        return load_resmem(self._weights.find(RESMEM_WEIGHTS))

    def open_cpu(self, choice: Choice, notify: Notify) -> tuple[Engine, str | None]:
        """Return the CPU's best engine: measured once, and prepared where it is not yet."""
        weights = self._find_weights()

        def open_torch() -> Engine:
            if weights is None:
                raise DeviceError(
                    tr(
                        "torch needs the file of {name}, which is not on this computer.",
                        name=RESMEM_IDENTITY.name,
                    )
                )
            return open_torch_cpu(self, choice.most_threads)

        there = importlib.util.find_spec("torch") is not None and weights is not None
        if choice.engine == "torch" and there:
            return open_torch(), None
        engines = CpuEngines(
            net=RESMEM_IDENTITY,
            weights=weights,
            graphs=self._graphs,
            open_torch=open_torch,
            most_threads=choice.most_threads,
        )
        hurried = choice.at_once and choice.engine == "auto"
        engine, note = engines.open_at_once(notify) if hurried else engines.open_best(notify)
        if choice.engine == "torch":
            note = tr("torch is not part of this memapp: onnxruntime scores.")
        return engine, note

    def finish(self, engine: Engine) -> Engine:
        """Return the engine as it is: frames need nothing more."""
        return engine

    def _find_weights(self) -> Path | None:
        """Return the published weights, checked; None where the shipped graph serves without them."""
        try:
            return self._weights.find(RESMEM_WEIGHTS)
        except WeightsError as problem:
            if self._graphs.shipped(RESMEM_IDENTITY) is not None:
                return None
            if self._graphs.is_damaged(RESMEM_IDENTITY):
                raise WeightsError(
                    tr(
                        "The scoring model {name} that came with memapp is damaged. Install memapp again.",
                        name=RESMEM_IDENTITY.name,
                    )
                ) from problem
            raise


def resmem_factory(
    *,
    weights: WeightsLocator,
    home: Path,
    device: str = "auto",
    engine: str = "auto",
    batch_size: int | None = None,
) -> NetFactory:
    """Return the factory of published ResMem; the arguments are Choice's and ResMemNet's."""
    choice = Choice(device=device, engine=engine, batch_size=batch_size)
    return NetFactory(ResMemNet(weights=weights, home=home), choice)
