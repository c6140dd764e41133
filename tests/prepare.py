"""Prepare ResMem for onnxruntime in MEMAPP_HOME, once, for all tests that score with it.

python -m tests.prepare
"""

from __future__ import annotations

import os
from pathlib import Path

from memapp.core.resources import resources_folder
from memapp.scoring.resmem_net import resmem_factory
from memapp.scoring.weights import WeightsLocator


def prepare(home: Path) -> None:
    """Leave the prepared net in the home's engines folder; at once where it is there."""
    weights = WeightsLocator(resources=resources_folder(), home=home)
    resmem_factory(weights=weights, home=home, device="cpu", engine="onnx").build(print).close()


if __name__ == "__main__":
    prepare(Path(os.environ["MEMAPP_HOME"]))
