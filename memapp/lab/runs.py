"""A training from a table of labels to a checkpoint that can score, in one folder.

config.json, metrics.jsonl, curves.png, and state.safetensors during the training; then best.safetensors with
its graph beside it, last.safetensors, and result.json.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import time
from collections.abc import Callable, Container
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from memapp.core.control import RunControl
from memapp.core.errors import MemappError
from memapp.core.explanation import Segmenter, SegmenterFactory
from memapp.core.files import make_private_folder, read_json, write_atomically
from memapp.lab.features import Features, prepare_features
from memapp.lab.labels import LabelledPhoto, Labels, told_of
from memapp.lab.plots import draw_curves, plots_can_be_drawn
from memapp.lab.run_state import FILE_NAME as STATE
from memapp.lab.splits import Split, split
from memapp.lab.starting import starting_net
from memapp.lab.statistics import agreement
from memapp.lab.training import (
    LEARNING_RATES,
    EpochDone,
    Step,
    Training,
    TrainingData,
    TrainingPlan,
    table_for,
)
from memapp.scoring.nets.accounting import account, batch_that_fits
from memapp.scoring.nets.checkpoint import CheckpointHeader, SegmenterOfNet, write_checkpoint
from memapp.scoring.nets.family import CATEGORIES, FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.registry import FOLDER_NAME as NETS_FOLDER
from memapp.scoring.nets.sources import export_beside, graph_beside, record_beside
from memapp.scoring.weights import WeightsLocator

LARGEST_BATCH = 64
CURVES_SECONDS = 30.0
"""Seconds between two drawings of the curves."""
BEST = "best.safetensors"
LAST = "last.safetensors"
RESULT = "result.json"
CONFIG = "config.json"
CURVES = "curves.png"
_MOST_BYTES = 10_000_000
"""Of a record of a training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOrder:
    """The user's order."""

    net: str
    labels: Labels
    output: Path
    title: str
    init: str = "resmem"
    freeze: tuple[str, ...] | None = None
    """None: the parts that the net's default training freezes."""
    group: str | None = None
    """A column: photos of one group stay in one part of the split."""
    segmenter: str | None = None
    """The name of an installed one; None for the first."""
    epochs: int = 30
    batch: int | None = None
    optimizer: str = "adamw"
    learning_rate: float | None = None
    weight_decay: float = 0.01
    patience: int = 6
    mirror: bool = True
    seed: int = 0
    device: str = "auto"
    cache: Path
    """Where features are cached."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Callbacks for the progress."""

    caching: Callable[[int, int], object]
    """Called with the number of newly prepared photos, and the total."""
    training: Callable[[Step | EpochDone, TrainingPlan], object]
    notify: Callable[[str], object]


def train(
    order: TrainingOrder,
    *,
    weights: WeightsLocator,
    segmenters: SegmenterFactory,
    home: Path,
    control: RunControl,
    watcher: Watcher,
) -> dict[str, Any]:
    """Train, or resume a training of the same order; return the content of result.json.

    Raises:
        MemappError: it can't be done; the text says why.
        Cancelled: control was cancelled; the same order resumes later.
        OSError: a folder can't be written.
    """
    spec = FAMILY[order.net]
    device = _device(order.device)
    freeze = _frozen(order)
    # Check now that there are enough photos and groups, not after preparing all of them.
    _split(order, frozenset())
    order.output.mkdir(parents=True, exist_ok=True)
    net = starting_net(order.net, order.init, weights=weights, seed=order.seed).eval()
    segmenter = _open_segmenter(order, segmenters) if spec.segmentation else None
    try:
        photos = order.labels.photos
        features = _features(order, net, freeze, segmenter, device, control, watcher)
        of_net = _categories(segmenter, features, photos) if segmenter else None
    finally:
        if segmenter:
            segmenter.close()
    for index, reason in features.failed.items():
        watcher.notify(f"Skipped: {photos[index].file}: {reason}")
    parts = _split(order, features.failed)
    fingerprint = _fingerprint(order, photos, features)
    plan = _plan(order, freeze, fingerprint, segmenter.identity.sha256 if segmenter else "")
    if (result := _finished(order.output, plan)) is not None:
        watcher.notify("This training is finished.")
        return result
    training = Training(
        net=net,
        plan=plan,
        data=TrainingData(
            features=features,
            scores=np.array([photo.score for photo in photos], dtype=np.float32),
            split=parts,
            table=of_net.table if of_net else (),
        ),
        folder=order.output,
        device=device,
    )
    config = {
        **asdict(plan),
        "title": order.title,
        "column": order.labels.column,
        "labels_sha256": order.labels.sha256,
        "photos": {name: len(getattr(parts, name)) for name in ("train", "validation", "test")},
        "group": order.group,
        "device": device,
        "looks_through": asdict(of_net) if of_net else None,
    }
    write_atomically(order.output / CONFIG, f"{json.dumps(config, indent=2, ensure_ascii=False)}\n")
    drawn = -math.inf
    for event in training.run(control):
        watcher.training(event, plan)
        if isinstance(event, EpochDone) and time.monotonic() > drawn + CURVES_SECONDS:
            _draw(order.output, training)
            drawn = time.monotonic()
    _draw(order.output, training)
    return _finish(order, training, parts, of_net, home=home, watcher=watcher, fingerprint=fingerprint)


def keep_by_name(checkpoint: Path, name: str, *, home: Path) -> Path:
    """Install a checkpoint with its graph under a name.

    Raises:
        OSError: there is no disk space, or no permission.
    """
    folder = home / NETS_FOLDER
    make_private_folder(folder)
    kept = folder / f"{name}.safetensors"
    pairs = [
        (graph_beside(checkpoint), graph_beside(kept)),
        (record_beside(checkpoint), record_beside(kept)),
        (checkpoint, kept),
    ]
    for source, target in pairs:
        beside = target.with_name(f".{target.name}.part")
        shutil.copyfile(source, beside)
        beside.replace(target)
    return kept


def _finish(
    order: TrainingOrder,
    training: Training,
    parts: Split,
    of_net: SegmenterOfNet | None,
    *,
    home: Path,
    watcher: Watcher,
    fingerprint: str,
) -> dict[str, Any]:
    state = training.state
    labels = order.labels

    def header(metrics: dict[str, Any]) -> CheckpointHeader:
        return CheckpointHeader(
            net=order.net,
            title=order.title,
            predicts=told_of(labels.column),
            segmenter=of_net,
            data={
                "fingerprint": fingerprint,
                "column": labels.column,
                "train": len(parts.train),
                "validation": len(parts.validation),
                "test": len(parts.test),
            },
            metrics=metrics,
        )

    watcher.notify("Writing the nets.")
    last = training.last_net()
    write_checkpoint(order.output / LAST, last, header({**state.epochs[-1]}))
    best = training.best_net()
    people = np.array([photo.score for photo in labels.photos], dtype=np.float64)[parts.test]
    test = asdict(agreement(training.predict(parts.test), people))
    best_metrics = {**state.epochs[state.best_epoch], "test": test}
    write_checkpoint(order.output / BEST, best, header(best_metrics))
    watcher.notify("Writing the graph that scores without torch, and verifying it.")
    export_beside(order.output / BEST, home=home)
    result = {
        "net": order.net,
        "title": order.title,
        "epochs": state.epoch,
        "best_epoch": state.best_epoch,
        "validation_spearman": state.epochs[state.best_epoch]["validation_spearman"],
        "test": test,
        "test_spearman_before": state.epochs[0].get("test_spearman"),
    }
    write_atomically(order.output / RESULT, f"{json.dumps(result, indent=2, ensure_ascii=False)}\n")
    # Only a training that resumes would need these.
    (order.output / STATE).unlink(missing_ok=True)
    return result


def _finished(folder: Path, plan: TrainingPlan) -> dict[str, Any] | None:
    """Return this training's result if it is finished. Raise MemappError if it is another one's."""
    try:
        result: dict[str, Any] = read_json(folder / RESULT, most_bytes=_MOST_BYTES)
        config = read_json(folder / CONFIG, most_bytes=_MOST_BYTES)
    except (OSError, ValueError):
        return None
    wanted = json.loads(plan.text())
    if any(config.get(name) != value for name, value in wanted.items()):
        raise MemappError(
            f"{folder} contains another training: name another --output, or delete that folder."
        )
    return result


def _draw(folder: Path, training: Training) -> None:
    if plots_can_be_drawn():
        draw_curves(folder / CURVES, training.state.epochs, training.state.best_epoch)


def _device(wanted: str) -> str:
    here = torch.cuda.is_available()
    if wanted == "cuda" and not here:
        raise MemappError(
            "No NVIDIA GPU that torch can use was found: leave out --device to train on the CPU."
        )
    return ("cuda" if here else "cpu") if wanted == "auto" else wanted


def _frozen(order: TrainingOrder) -> tuple[str, ...]:
    spec = FAMILY[order.net]
    if order.freeze is None:
        return tuple(part for part in spec.parts if part not in spec.trained)
    unknown = sorted(set(order.freeze) - set(spec.parts))
    if unknown:
        raise MemappError(
            f"{order.net} has no part {unknown[0]} to freeze; its parts: {', '.join(spec.parts)}."
        )
    if not set(spec.parts) - set(order.freeze):
        raise MemappError("Everything is frozen: there is nothing to train.")
    return tuple(part for part in spec.parts if part in order.freeze)


def _open_segmenter(order: TrainingOrder, segmenters: SegmenterFactory) -> Segmenter:
    installed = [each.name for each in segmenters.installed()]
    if not installed:
        raise MemappError(f"{order.net} needs a segmenter, and none is installed: see memapp segmenters.")
    name = order.segmenter or installed[0]
    if name not in installed:
        raise MemappError(f"No segmenter {name} is installed. Installed: {', '.join(installed)}.")
    return segmenters.open(name)


def _features(
    order: TrainingOrder,
    net: MemorabilityNet,
    freeze: tuple[str, ...],
    segmenter: Segmenter | None,
    device: str,
    control: RunControl,
    watcher: Watcher,
) -> Features:
    paths = [photo.path for photo in order.labels.photos]
    seeing = [part for part in ("alexnet", "resnet") if part in net.spec.parts]
    passes = 1 if segmenter is None else 2
    prepare = partial(
        prepare_features,
        paths,
        net=net,
        folder=order.cache,
        device=device,
        control=control,
        progress=lambda count: watcher.caching(count, passes * len(paths)),
    )
    features = prepare(
        cached=[part for part in seeing if part in freeze],
        wants_frames=any(part not in freeze for part in seeing),
        segmenter=None,
        mirrored=order.mirror,
    )
    if segmenter is None:
        return features
    # Separately, so that nets with and without a segmentation share the expensive part.
    seen = prepare(cached=[], wants_frames=False, segmenter=segmenter, mirrored=False)
    return replace(features, labels=seen.labels, failed=features.failed | seen.failed)


def _categories(
    segmenter: Segmenter, features: Features, photos: tuple[LabelledPhoto, ...]
) -> SegmenterOfNet:
    assert features.labels is not None
    names = [category.name for category in segmenter.identity.categories]
    table = table_for(features.labels[: len(photos)], names, CATEGORIES)
    categories = [names[table.index(number)] for number in range(max(table) + 1)]
    return SegmenterOfNet(
        name=segmenter.identity.name,
        sha256=segmenter.identity.sha256,
        categories=tuple(categories),
        table=table,
    )


def _split(order: TrainingOrder, failed: Container[int]) -> Split:
    photos = order.labels.photos
    usable = np.array([index for index in range(len(photos)) if index not in failed], dtype=np.int64)
    groups = [photos[index].columns[order.group] if order.group else index for index in usable]
    found = split(groups, seed=order.seed)
    return Split(usable[found.train], usable[found.validation], usable[found.test])


def _fingerprint(order: TrainingOrder, photos: tuple[LabelledPhoto, ...], features: Features) -> str:
    digest = hashlib.sha256(f"{order.group} {order.seed} {sorted(features.failed)}".encode())
    for photo in photos:
        digest.update(
            f"{photo.file}\0{photo.path.stat().st_size}\0{photo.score!r}\0".encode(errors="replace")
        )
    return digest.hexdigest()


def _plan(order: TrainingOrder, freeze: tuple[str, ...], fingerprint: str, segmenter: str) -> TrainingPlan:
    spec = FAMILY[order.net]
    batch = order.batch
    if batch is None:
        counted = account(spec, [part for part in spec.parts if part not in freeze])
        total = (
            torch.cuda.get_device_properties(0).total_memory
            if _device(order.device) == "cuda"
            else psutil.virtual_memory().total
        )
        batch = min(LARGEST_BATCH, batch_that_fits(counted.training_bytes(0), counted.kept_bytes, total))
    rate = order.learning_rate
    return TrainingPlan(
        net=order.net,
        init=order.init,
        freeze=freeze,
        epochs=order.epochs,
        batch=batch,
        optimizer=order.optimizer,
        learning_rate=LEARNING_RATES[order.optimizer] if rate is None else rate,
        weight_decay=order.weight_decay,
        patience=order.patience,
        mirror=order.mirror,
        seed=order.seed,
        data=fingerprint,
        segmenter=segmenter,
    )
