"""Whether M3M learns what ResMem cannot, and what training and scoring cost."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from memapp.core.contracts import Scorer
from memapp.core.control import RunControl
from memapp.core.records import PixelArray
from memapp.core.resources import resources_folder
from memapp.intake.load import load_photo
from memapp.lab.features import Features
from memapp.lab.labels import read_labels
from memapp.lab.runs import TrainingOrder, Watcher, train
from memapp.lab.splits import Split, split
from memapp.lab.statistics import spearman
from memapp.lab.training import Step, Training, TrainingData, TrainingPlan
from memapp.scoring.nets.checkpoint import load_checkpoint
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.published import load_untrained_m3m
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator
from tests.benchmarks.m3m_scenes import PACK, install_pack, make_scenes
from tests.benchmarks.measurement import Measurement

SCENES = 400
EPOCHS = 10
LEAST_GAIN = 0.2
MOST_AFTER_SHUFFLE = 0.4
"""Spearman by chance on 40 pictures stays below this in 99 of 100 trials."""
CACHED_PHOTOS = 2_000
MOST_EPOCH_SECONDS = 60.0
MOST_COST = 1.15
REPEATS = 5
FROZEN = ("alexnet", "resnet")


def run() -> list[Measurement]:
    """Prove that M3M is M3M, then take times."""
    with tempfile.TemporaryDirectory(prefix="memapp-m3m-") as name:
        folder = Path(name)
        # Prepared nets are shared with the benchmarks before, where there are any.
        home = Path(os.environ.get("MEMAPP_HOME", folder / "home"))
        home.mkdir(parents=True, exist_ok=True)
        make_scenes(folder, count=SCENES)
        install_pack(home)
        return [*_proof(folder, home), *_epoch(folder), *_cost(folder, home)]


def _proof(folder: Path, home: Path) -> list[Measurement]:
    start = time.perf_counter()
    resmem = trained(folder, home, "resmem")
    caching = float(resmem.pop("caching_rate"))
    m3m = trained(folder, home, "m3m")
    shuffled = with_shuffled_maps(folder, home)
    engine = _engine_rate(home, folder)
    seen, blind = m3m["test"]["spearman"], resmem["test"]["spearman"]
    print(f"{time.perf_counter() - start:.0f} s; m3m {m3m}; resmem {resmem}")
    return [
        Measurement("held-out Spearman, resmem", blind, "", None),
        Measurement("held-out Spearman, m3m", seen, "", None),
        Measurement("m3m ahead of resmem", seen - blind, "", LEAST_GAIN, at_least=True),
        Measurement("m3m, maps shuffled across pictures", shuffled, "", MOST_AFTER_SHUFFLE),
        Measurement("features cached", caching, "/s", None),
        Measurement("... of the engine's rate", caching / engine, "x", 0.85, at_least=True),
    ]


def trained(folder: Path, home: Path, net: str, **changes: Any) -> dict[str, Any]:
    """Train a net on the scenes, with the branches that see colours frozen, and return its result."""
    usual: dict[str, Any] = {
        "init": "resmem",
        "freeze": FROZEN,
        "epochs": EPOCHS,
        "batch": 32,
        "learning_rate": 3e-4,
        "patience": EPOCHS,
        "mirror": False,
        "device": "cpu",
        "segmenter": PACK if net == "m3m" else None,
    }
    times: list[float] = []
    labels = read_labels(folder / "labels.csv", images=folder / "images")
    result = train(
        TrainingOrder(
            net=net,
            labels=labels,
            output=folder / net,
            title=net,
            cache=folder / "cache",
            **{**usual, **changes},
        ),
        weights=WeightsLocator(resources=resources_folder(), home=home),
        segmenters=SegmenterFolders(resources=folder / "none", home=home),
        home=home,
        control=RunControl(),
        watcher=Watcher(
            caching=lambda _count, _all: times.append(time.perf_counter()),
            training=lambda *_: None,
            notify=lambda _: None,
        ),
    )
    # The first call says what was there already; from the second on, pieces of equal size.
    if len(times) > 2:
        per_piece = float(np.median(np.diff(times[1:])))
        result["caching_rate"] = 64 / per_piece
    return result


def with_shuffled_maps(folder: Path, home: Path) -> float:
    """Spearman of the trained m3m on the held-out scenes, each with the map of another one."""
    labels = read_labels(folder / "labels.csv", images=folder / "images")
    held_out = split(range(len(labels.photos)), seed=0).test
    net = load_checkpoint(folder / "m3m" / "best.safetensors")[1]
    segmenter = SegmenterFolders(resources=folder / "none", home=home).open(PACK)
    frames = np.stack([_frame(labels.photos[index].path) for index in held_out])
    maps = np.stack([segmenter.segment(frame).labels for frame in frames])
    people = np.array([labels.photos[index].score for index in held_out])
    # Every map goes to another picture.
    found = spearman(_scores(net, frames, np.roll(maps, 7, axis=0)), people)
    true = spearman(_scores(net, frames, maps), people)
    segmenter.close()
    assert true is not None
    assert found is not None
    print(f"m3m on held-out scenes: {true:.3f}, with other pictures' maps {found:.3f}")
    return found


def _scores(net: MemorabilityNet, frames: PixelArray, maps: np.ndarray) -> np.ndarray:
    found = []
    with torch.inference_mode():
        for start in range(0, len(frames), 8):
            part = slice(start, start + 8)
            batch = torch.from_numpy(frames[part]).permute(0, 3, 1, 2).float().div(255)
            found.append(net(batch, torch.from_numpy(maps[part])).numpy())
    return np.concatenate(found).astype(np.float64)


def _frame(path: Path) -> PixelArray:
    frame = load_photo(str(path), frame=True).frame
    assert frame is not None
    return frame


def _epoch(folder: Path) -> list[Measurement]:
    """One epoch of m3m's head on 2,000 photos whose features are there: made-up ones cost the same."""
    weights = WeightsLocator(resources=resources_folder(), home=folder).find(RESMEM_WEIGHTS)
    net = load_untrained_m3m(weights)
    generator = np.random.default_rng(0)
    features = Features(
        count=CACHED_PHOTOS,
        mirrored=False,
        cached={
            "alexnet": generator.random((CACHED_PHOTOS, 9216), dtype=np.float32),
            "resnet": generator.random((CACHED_PHOTOS, 1000), dtype=np.float32),
        },
        frames=None,
        labels=generator.integers(0, 13, (CACHED_PHOTOS, 227, 227), dtype=np.uint8),
    )
    everything = np.arange(CACHED_PHOTOS)
    plan = TrainingPlan(
        net="m3m",
        init="resmem",
        freeze=FROZEN,
        epochs=2,
        batch=64,
        optimizer="adamw",
        learning_rate=1e-5,
        weight_decay=0.01,
        patience=9,
        mirror=False,
        seed=0,
        data="",
    )
    data = TrainingData(
        features=features,
        scores=generator.random(CACHED_PHOTOS, dtype=np.float32),
        split=Split(everything, everything[:50], everything[:50]),
        table=tuple(range(13)),
    )
    place = folder / "epoch"
    place.mkdir()
    training = Training(net=net, plan=plan, data=data, folder=place, save_seconds=1e9)
    seconds = [
        float(event.metrics["seconds"]) for event in training.run(RunControl()) if not isinstance(event, Step)
    ]
    return [Measurement("an epoch on 2,000 cached photos", median(seconds[1:]), "s", MOST_EPOCH_SECONDS)]


def _cost(folder: Path, home: Path) -> list[Measurement]:
    """Scoring with m3m against ResMem and the segmenter one after the other, in turn on the same frames."""
    segmenters = SegmenterFolders(resources=folder / "none", home=home)
    registry = NetRegistry(
        weights=WeightsLocator(resources=resources_folder(), home=home), home=home, segmenters=segmenters
    )
    resmem = registry.factory("resmem", device="cpu").build(print)
    m3m = registry.factory(str(folder / "m3m" / "best.safetensors"), device="cpu").build(print)
    segmenter = segmenters.open(PACK)
    frames = np.stack([_frame(path) for path in sorted((folder / "images").iterdir())[:16]])
    shares = []
    for _ in range(REPEATS):
        together = _seconds(m3m, frames)
        apart = _seconds(resmem, frames)
        start = time.perf_counter()
        for frame in frames:
            segmenter.segment(frame)
        shares.append(together / (apart + time.perf_counter() - start))
    for each in (resmem, m3m, segmenter):
        each.close()
    return [Measurement("m3m against resmem + segmenter", median(shares), "x", MOST_COST)]


def _engine_rate(home: Path, folder: Path) -> float:
    registry = NetRegistry(weights=WeightsLocator(resources=resources_folder(), home=home), home=home)
    scorer = registry.factory("resmem", device="cpu").build(print)
    frames = np.stack([_frame(path) for path in sorted((folder / "images").iterdir())[:64]])
    rate = len(frames) / median(_seconds(scorer, frames) for _ in range(3))
    scorer.close()
    return rate


def _seconds(scorer: Scorer, frames: PixelArray) -> float:
    start = time.perf_counter()
    for first in range(0, len(frames), scorer.batch_size):
        scorer.score(frames[first : first + scorer.batch_size])
    return time.perf_counter() - start


def report(measurements: Sequence[Measurement]) -> None:
    """Print them."""
    for each in measurements:
        print(each.line())


if __name__ == "__main__":
    report(run())
