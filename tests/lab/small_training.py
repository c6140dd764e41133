"""A training small enough for tests, also as a separate program, so that it can be killed."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from memapp.core.control import RunControl
from memapp.lab import training
from memapp.lab.labels import read_labels
from memapp.lab.runs import TrainingOrder, Watcher, train
from memapp.scoring.nets import family
from memapp.scoring.weights import WeightsLocator
from tests.scoring.nets.halves_segmenter import LightFactory
from tests.scoring.nets.small_family import SMALL_HEAD

COUNT = 40


def make_labelled(folder: Path, *, seed: int = 7) -> Path:
    """Pictures whose score is the share of the light part, which the small segmenter labels."""
    images = folder / "images"
    images.mkdir()
    generator = np.random.default_rng(seed)
    rows = ["file,series,hit_rate"]
    for number in range(COUNT):
        share = generator.uniform(0.1, 0.9)
        pixels = generator.integers(0, 60, (64, 64, 3), dtype=np.uint8)
        pixels[: round(64 * share)] += 170
        Image.fromarray(pixels).save(images / f"{number:02}.png")
        rows.append(f"{number:02}.png,{number // 4},{share:.4f}")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return images


def order(folder: Path, output: str, **changes: Any) -> TrainingOrder:
    """Everything frozen except the head and the segmentation branch."""
    labels = read_labels(folder / "labels.csv", images=folder / "images", also=("series",))
    usual: dict[str, Any] = {
        "net": "m3m",
        "init": "random",
        "freeze": ("alexnet",),
        "epochs": 4,
        "batch": 8,
        "learning_rate": 3e-3,
        "patience": 50,
        "device": "cpu",
    }
    return TrainingOrder(
        labels=labels,
        output=folder / output,
        title=output,
        cache=folder / "cache",
        **{**usual, **changes},
    )


def run(
    wanted: TrainingOrder,
    folder: Path,
    *,
    control: RunControl | None = None,
    slow: float = 0.0,
    watch: Callable[..., None] | None = None,
) -> dict[str, Any]:
    """Train; slow: seconds per step, so that a kill hits it."""

    def pause(*_: object) -> None:
        time.sleep(slow)

    return train(
        wanted,
        weights=WeightsLocator(resources=folder, home=folder),
        segmenters=LightFactory(),
        home=folder,
        control=control or RunControl(),
        watcher=Watcher(caching=pause, training=watch or pause, notify=lambda _: None),
    )


def small_specs() -> None:
    """Make the nets small in this process."""
    for name in ("alexnet", "m3m"):
        family.FAMILY[name] = dataclasses.replace(family.FAMILY[name], residual=None, head_widths=SMALL_HEAD)


if __name__ == "__main__":
    small_specs()
    training.SAVE_SECONDS = 0.0
    # A default argument is bound when the module is imported.
    training.Training.__init__.__kwdefaults__["save_seconds"] = 0.0  # type: ignore[index]
    place, name, settings, slowness = sys.argv[1:5]
    run(order(Path(place), name, **json.loads(settings)), Path(place), slow=float(slowness))
