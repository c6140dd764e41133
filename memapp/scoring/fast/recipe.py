"""What the fast net needs to know beside the weights: a small file of calibrated numbers. numpy only."""

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
from memapp.scoring.fast.layers import Block, Floats, blocks
from memapp.scoring.weights import RESMEM_WEIGHTS

FILE_NAME = "fast/resmem.npz"
"""In the resources. Made by packaging/quantise_fast.py."""

BUILDER = 2
"""Version of the graph that is made of a recipe and of the decode that it is fed with; raised whenever fast
scores become others."""


@dataclass(frozen=True, slots=True)
class Step:
    """How floats become 8-bit numbers: divided by the size of a step, rounded, shifted by zero's place."""

    size: float
    zero: int


class Recipe:
    """The numbers of one calibration."""

    def __init__(self, data: bytes) -> None:
        """Read what packaging/quantise_fast.py wrote.

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
            raise WeightsError("The fast net's numbers are damaged: install memapp again.") from problem

    @property
    def calibrated_on(self) -> frozenset[str]:
        """The first 16 digits of the sha256 of each photo's file: it must never be judged on these."""
        photos = self.provenance["photos"]
        assert isinstance(photos, list)
        return frozenset(photos)

    def input_step(self, block: Block) -> Step:
        """Of what a block takes from the stream."""
        return self._step(f"{block.name}.in")

    def output_step(self, block: Block, layer: str) -> Step:
        """Of what a block's conv1 or conv2 gives, after ReLU."""
        return self._step(f"{block.name}.{layer}")

    def gain(self, block: Block, layer: str) -> Floats:
        """By how much each channel is to be louder, so that it varies as the exact net's, (out,)."""
        return self._floats(f"{block.name}.{layer}.gain")

    def shift(self, block: Block, layer: str) -> Floats:
        """What each channel's bias is corrected by, after the gain, (out,)."""
        return self._floats(f"{block.name}.{layer}.shift")

    def loudness(self, block: Block, layer: str) -> Floats:
        """What the channels after a block's conv1 or conv2 are divided by, (out,)."""
        return self._floats(f"{block.name}.{layer}.loudness")

    def stream_loudness(self, stage: int) -> Floats:
        """What the channels of a stage's stream are divided by; stage 1 is what comes before the 8 bits."""
        return self._floats(f"layer{stage}.loudness")

    def _step(self, name: str) -> Step:
        size, zero = self._numbers[f"{name}.step"].tolist()
        return Step(float(size), int(zero))

    def _floats(self, name: str) -> Floats:
        return self._numbers[name].astype(np.float32)


@cache
def shipped_recipe() -> Recipe:
    """The one that travels with memapp.

    Raises:
        WeightsError: it is missing or damaged.
    """
    return Recipe(_shipped_bytes())


@cache
def _shipped_bytes() -> bytes:
    try:
        return recipe_path().read_bytes()
    except OSError as problem:
        raise WeightsError("The fast net's numbers are missing: install memapp again.") from problem


def recipe_path() -> Path:
    """Where the shipped recipe is."""
    return resource_path(FILE_NAME)


def fast_resmem() -> NetIdentity:
    """Fast ResMem: another net whenever the weights, the recipe or the way it is built are others.

    Raises:
        WeightsError: there is no recipe.
    """
    # Asked for while the window opens: the hash tells which recipe it is, without reading what is in it.
    digest = hashlib.sha256(_shipped_bytes()).hexdigest()
    made_of = f"fast-{BUILDER} {RESMEM_WEIGHTS.sha256} {digest}"
    return NetIdentity(
        name=RESMEM_WEIGHTS.net,
        sha256=hashlib.sha256(made_of.encode()).hexdigest(),
        preprocessing=PREPROCESSING,
        precision=Precision.FAST,
    )
