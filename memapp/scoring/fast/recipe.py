"""The fast net's recipe: a small file of quantisation numbers, used with the weights. numpy only."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from memapp.core.errors import WeightsError
from memapp.core.frame import PREPROCESSING
from memapp.core.records import NetIdentity, Precision
from memapp.core.resources import resource_path
from memapp.core.text import tr
from memapp.scoring.fast.layers import Block, Floats, blocks
from memapp.scoring.weights import RESMEM_WEIGHTS

FILE_NAME = "fast/resmem.npz"
"""In the resources. Made by packaging/quantise_fast.py."""

BUILDER = 2
"""Version of the graph that is built from a recipe and of its reduced decode; raise it when fast scores
change."""


@dataclass(frozen=True, slots=True)
class Step:
    """How floats become 8-bit numbers: divided by the step size, rounded, shifted by the zero point."""

    size: float
    zero: int


class Recipe:
    """The numbers of one quantisation."""

    def __init__(self, data: bytes) -> None:
        """Read a file that packaging/quantise_fast.py wrote.

        Raises:
            WeightsError: it is something else.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                self._numbers: dict[str, npt.NDArray[np.generic]] = {
                    name: stored[name] for name in stored.files
                }
            self.provenance: dict[str, object] = json.loads(str(self._numbers.pop("provenance")))
            for block in blocks():
                self.input_step(block)
                for layer in block.layers:
                    self.gain(block, layer)
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as problem:
            raise WeightsError(tr("The file for fast scores is damaged. Install memapp again.")) from problem

    @property
    def quantised_on(self) -> frozenset[str]:
        """The first 16 digits of the sha256 of each photo's file: never evaluate the fast net on these."""
        photos = self.provenance["photos"]
        assert isinstance(photos, list)
        return frozenset(photos)

    def input_step(self, block: Block) -> Step:
        """Return the step for a block's input from the stream."""
        return self._step(f"{block.name}.in")

    def output_step(self, block: Block, layer: str) -> Step:
        """Return the step for the output of a block's conv1 or conv2, after ReLU."""
        return self._step(f"{block.name}.{layer}")

    def gain(self, block: Block, layer: str) -> Floats:
        """Return the factor of each channel that restores the exact net's standard deviation, (out,)."""
        return self._floats(f"{block.name}.{layer}.gain")

    def shift(self, block: Block, layer: str) -> Floats:
        """Return the correction of each channel's bias, after the gain, (out,)."""
        return self._floats(f"{block.name}.{layer}.shift")

    def channel_scale(self, block: Block, layer: str) -> Floats:
        """Return the divisors of the channels after a block's conv1 or conv2, (out,)."""
        return self._floats(f"{block.name}.{layer}.loudness")

    def stream_scale(self, stage: int) -> Floats:
        """Return the divisors of the channels of a stage's stream; stage 1 is the exact one."""
        return self._floats(f"layer{stage}.loudness")

    def _step(self, name: str) -> Step:
        size, zero = self._numbers[f"{name}.step"].tolist()
        return Step(float(size), int(zero))

    def _floats(self, name: str) -> Floats:
        return self._numbers[name].astype(np.float32)


@cache
def shipped_recipe() -> Recipe:
    """Return the recipe that is shipped with memapp.

    Raises:
        WeightsError: it is missing or damaged.
    """
    return Recipe(_shipped_bytes())


@cache
def _shipped_bytes() -> bytes:
    try:
        return recipe_path().read_bytes()
    except OSError as problem:
        raise WeightsError(tr("The file for fast scores is missing. Install memapp again.")) from problem


def recipe_path() -> Path:
    """Return the path of the shipped recipe."""
    return resource_path(FILE_NAME)


def fast_resmem() -> NetIdentity:
    """Return the identity of fast ResMem, which changes with the weights, the recipe and the builder.

    Raises:
        WeightsError: there is no recipe.
    """
    # Called while the window opens: the hash identifies the recipe without parsing it.
    digest = hashlib.sha256(_shipped_bytes()).hexdigest()
    made_of = f"fast-{BUILDER} {RESMEM_WEIGHTS.sha256} {digest}"
    return NetIdentity(
        name=RESMEM_WEIGHTS.net,
        sha256=hashlib.sha256(made_of.encode()).hexdigest(),
        preprocessing=PREPROCESSING,
        precision=Precision.FAST,
    )
