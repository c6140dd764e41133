"""Training of a net of the family on people's scores: a generator of epochs that can be killed at any time.

Mean squared error of the score, AdamW or the original SGD. The epoch with the best Spearman on the validation
photos is kept, and training ends when it has not been exceeded for some epochs. Each epoch depends only on
the plan and its number, so a training that resumes after a kill ends with the same result, except for
rounding.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from memapp.core.control import RunControl
from memapp.core.errors import MemappError
from memapp.core.files import write_atomically
from memapp.lab.features import Features
from memapp.lab.run_state import RunState, optimizer_state, read_state, restore_optimizer, write_state
from memapp.lab.splits import Indices, Split
from memapp.lab.statistics import Numbers, spearman
from memapp.scoring.nets.labelled import NO_CATEGORY
from memapp.scoring.nets.net import MemorabilityNet

SAVE_SECONDS = 60.0
"""A kill loses at most this many seconds of work, and the current epoch."""
EVALUATION_BATCH = 128
METRICS = "metrics.jsonl"

LEARNING_RATES = {"adamw": 1e-4, "sgd": 1e-5}
"""sgd: as in ResMem's source, with momentum 0.9."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What is trained and how. Two trainings of one plan on one computer have the same result."""

    net: str
    init: str
    freeze: tuple[str, ...]
    epochs: int
    batch: int
    optimizer: str
    learning_rate: float
    weight_decay: float
    patience: int
    """Epochs without a better validation Spearman after which training ends."""
    mirror: bool
    """Mirror half of the photos, which keeps the whole frame visible."""
    seed: int
    data: str
    """Fingerprint of photos, scores and split."""
    segmenter: str = ""

    def text(self) -> str:
        """Return the plan as JSON."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """The training data."""

    features: Features
    scores: npt.NDArray[np.float32]
    """(count,), people's."""
    split: Split
    table: tuple[int, ...] = ()
    """From the segmenter's labels to the net's categories."""


@dataclass(frozen=True, slots=True)
class Step:
    """One batch of an epoch is finished."""

    epoch: int
    batches_done: int
    batches: int


@dataclass(frozen=True, slots=True)
class EpochDone:
    """One epoch is finished; number 0 is the net before training."""

    metrics: dict[str, Any]
    best_epoch: int


class Training:
    """One training in one folder."""

    def __init__(
        self,
        *,
        net: MemorabilityNet,
        plan: TrainingPlan,
        data: TrainingData,
        folder: Path,
        device: str = "cpu",
        save_seconds: float = SAVE_SECONDS,
    ) -> None:
        """Start with a net's initial weights, or resume the folder's training.

        Raises:
            MemappError: the folder contains another training, or everything is frozen.
        """
        self.net = net.to(torch.device(device))
        self.plan = plan
        self._data = data
        self._folder = folder
        self._device = device
        self._save_seconds = save_seconds
        trained = [part for part in net.spec.parts if part not in plan.freeze]
        if not trained:
            raise MemappError("Everything is frozen: there is nothing to train.")
        net.requires_grad_(False)
        self._trained_modules = [module for part in trained for module in net.part(part)]
        for module in self._trained_modules:
            module.requires_grad_(True)
        names = {id(value): name for name, value in net.state_dict(keep_vars=True).items()}
        self._trained_names = [
            names[id(value)]
            for module in self._trained_modules
            for value in module.state_dict(keep_vars=True).values()
        ]
        self._parameters = [value for value in net.parameters() if value.requires_grad]
        self._optimizer = _optimizer(plan, self._parameters)
        self._table = torch.full((256,), NO_CATEGORY, dtype=torch.uint8)
        self._table[: len(data.table)] = torch.tensor(data.table, dtype=torch.uint8)
        self.state = read_state(folder, plan.text()) or RunState(plan.text())
        if self.state.epochs:
            self._take(self.state.net)
            restore_optimizer(self._optimizer, self.state.optimizer)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        done = self.state.epoch
        return done >= self.plan.epochs or done - self.state.best_epoch >= self.plan.patience

    def run(self, control: RunControl) -> Iterator[Step | EpochDone]:
        """Train until the plan's end, or until it stops improving.

        Raises:
            Cancelled: control was cancelled; the training can be resumed later.
            OSError: the folder can't be written.
        """
        saved = time.monotonic()
        if not self.state.epochs:
            self._note({"epoch": 0, "train_loss": None, "seconds": 0.0})
            yield EpochDone(self.state.epochs[-1], self.state.best_epoch)
            write_state(self._folder, self.state)
        while not self.finished:
            start = time.monotonic()
            number = self.state.epoch + 1
            losses = []
            try:
                for step, loss in self._epoch(number, control):
                    losses.append(loss)
                    yield step
            except BaseException:
                # The weights are those of half an epoch, which is not reproducible.
                self._take(self.state.net)
                raise
            seconds = round(time.monotonic() - start, 3)
            self._note({"epoch": number, "train_loss": float(np.mean(losses)), "seconds": seconds})
            yield EpochDone(self.state.epochs[-1], self.state.best_epoch)
            if self.finished or time.monotonic() - saved >= self._save_seconds:
                write_state(self._folder, self.state)
                saved = time.monotonic()

    def best_net(self) -> MemorabilityNet:
        """Return the net after the best epoch, on the CPU; do not use this training afterwards."""
        self._take(self.state.best)
        return self.net.to(torch.device("cpu")).requires_grad_(False).eval()

    def last_net(self) -> MemorabilityNet:
        """Return the net after the last epoch, on the CPU; afterwards use only best_net()."""
        self._take(self.state.net)
        return self.net.to(torch.device("cpu")).eval()

    def predict(self, indices: Indices) -> Numbers:
        """Return the net's scores of unmirrored photos, in the order of the indices."""
        self.net.eval()
        found = []
        with torch.inference_mode():
            for start in range(0, len(indices), EVALUATION_BATCH):
                part = indices[start : start + EVALUATION_BATCH]
                found.append(self._scores(part, np.zeros(len(part), dtype=bool)).float().cpu().numpy())
        return np.concatenate(found).astype(np.float64) if found else np.empty(0)

    def _epoch(self, number: int, control: RunControl) -> Iterator[tuple[Step, float]]:
        generator = np.random.default_rng((self.plan.seed, number))
        torch.manual_seed(self.plan.seed * 100_003 + number)
        order = generator.permutation(self._data.split.train)
        turned = generator.random(len(order)) < (0.5 if self.plan.mirror else 0.0)
        self.net.eval()
        for module in self._trained_modules:
            module.train()
        # Dropout depends on the net's mode; batch normalisation, only if it is trained, on its module's.
        self.net.training = True
        batches = math.ceil(len(order) / self.plan.batch)
        for index in range(batches):
            control.checkpoint()
            part = slice(index * self.plan.batch, (index + 1) * self.plan.batch)
            self._optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda", dtype=torch.bfloat16, enabled=self._device == "cuda"):
                scores = self._scores(order[part], turned[part])
            wanted = torch.from_numpy(self._data.scores[order[part]]).to(self._device)
            loss = nn.functional.mse_loss(scores.float(), wanted)
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimizer.step()
            value = float(loss.detach())
            if not math.isfinite(value):
                raise MemappError("Training diverged: choose a smaller --learning-rate.")
            yield Step(number, index + 1, batches), value

    def _scores(self, indices: Indices, turned: npt.NDArray[np.bool_]) -> Tensor:
        features, net = self._data.features, self.net
        rows = indices + features.count * turned
        frames: Tensor | None = None
        if features.frames is not None:
            pixels = torch.from_numpy(features.frames[indices]).to(self._device).permute(0, 3, 1, 2)
            frames = _mirrored(pixels, turned).float().div(255)
        branches = []
        for part, compute in (("alexnet", net.alexnet_branch), ("resnet", net.features)):
            if part in features.cached:
                branches.append(torch.from_numpy(features.cached[part][rows]).to(self._device))
            elif compute is not None:
                assert frames is not None
                branches.append(compute(frames).flatten(1))
        if net.segmentation is not None:
            assert features.labels is not None
            labels = self._table[torch.from_numpy(features.labels[indices]).long()].to(self._device)
            branches.append(net.segmentation(_mirrored(labels, turned)))
        return net.head(torch.cat(branches, dim=1))

    def _note(self, metrics: dict[str, Any]) -> None:
        """Evaluate the net as it is now, and keep it."""
        validation = self._data.split.validation
        predicted = self.predict(validation)
        people = self._data.scores[validation].astype(np.float64)
        metrics["validation_loss"] = float(np.mean((predicted - people) ** 2))
        metrics["validation_spearman"] = spearman(predicted, people)
        state = self.state
        state.epochs.append(metrics)
        values = self.net.state_dict()
        state.net = {name: values[name].detach().cpu().clone() for name in self._trained_names}
        state.optimizer = optimizer_state(self._optimizer)
        if state.epoch == 0 and len(self._data.split.test):
            test = self._data.split.test
            metrics["test_spearman"] = spearman(
                self.predict(test), self._data.scores[test].astype(np.float64)
            )
        if not state.best or _rank(metrics) > _rank(state.epochs[state.best_epoch]):
            state.best_epoch, state.best = state.epoch, state.net
        lines = [
            f"{json.dumps({**each, 'best': number == state.best_epoch})}\n"
            for number, each in enumerate(state.epochs)
        ]
        write_atomically(self._folder / METRICS, "".join(lines))

    def _take(self, numbers: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                if name in numbers:
                    value.copy_(numbers[name])


def _rank(metrics: dict[str, Any]) -> tuple[float, float]:
    """Return the value that ranks epochs: Spearman, or the loss if that is undefined."""
    found = metrics["validation_spearman"]
    return (-math.inf if found is None else found, -metrics["validation_loss"])


def _optimizer(plan: TrainingPlan, parameters: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
    if plan.optimizer == "sgd":
        return torch.optim.SGD(
            parameters, lr=plan.learning_rate, momentum=0.9, weight_decay=plan.weight_decay
        )
    # Fused: one pass over the parameters instead of ten; the head has 70 million.
    return torch.optim.AdamW(parameters, lr=plan.learning_rate, weight_decay=plan.weight_decay, fused=True)


def _mirrored(pictures: Tensor, turned: npt.NDArray[np.bool_]) -> Tensor:
    """Mirror the selected pictures: the last axis is the width."""
    if not turned.any():
        return pictures
    mask = torch.from_numpy(turned).to(pictures.device).view(-1, *[1] * (pictures.dim() - 1))
    return torch.where(mask, pictures.flip(-1), pictures)


def table_for(labels: npt.NDArray[np.uint8], categories: Sequence[str], most: int) -> tuple[int, ...]:
    """Return the map from a segmenter's labels to a net's categories.

    Labels are unchanged if the net has enough categories; else those that cover most of the pictures get a
    category of their own, and all others are background, which is always 0.

    Args:
        labels: of the training pictures.
        categories: the segmenter's; the first one is background.
        most: number of the net's categories.
    """
    if len(categories) <= most:
        return tuple(range(len(categories)))
    areas = np.zeros(256, dtype=np.int64)
    for each in labels:
        areas += np.bincount(each.ravel(), minlength=256)
    chosen = sorted(np.argsort(-areas[1 : len(categories)], kind="stable")[: most - 1] + 1)
    return tuple(chosen.index(label) + 1 if label in chosen else 0 for label in range(len(categories)))
