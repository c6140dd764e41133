"""The lab's plots: scatter, calibration, training curves. Drawn if matplotlib is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from memapp.lab.evaluation import Evaluation

INK = "#33302c"
PREDICTED = "#2f6f8f"
LINE = "#c2703d"
SIZE = (6.0, 6.0)


def plots_can_be_drawn() -> bool:
    """Return whether matplotlib is installed (pip install memapp[lab])."""
    return importlib.util.find_spec("matplotlib") is not None


def draw_scatter(path: Path, evaluation: Evaluation) -> None:
    """Draw measured against predicted for every photo. Raise OSError if the file can't be written."""
    figure, axes = _figure(f"{evaluation.identity.name}, {evaluation.whole.n} photos")
    measured = [photo.score for photo in evaluation.photos]
    axes.scatter(evaluation.predicted, measured, s=14, alpha=0.6, color=PREDICTED, linewidths=0)
    _square(axes, [*evaluation.predicted, *measured], evaluation.labels.column)
    figure.savefig(path)


def draw_calibration(path: Path, evaluation: Evaluation) -> None:
    """Draw mean measured against mean predicted, by groups of predictions. Raise OSError on failure."""
    figure, axes = _figure(f"{evaluation.identity.name}: photos with similar predictions")
    predicted = [part.predicted for part in evaluation.bins]
    measured = [part.measured for part in evaluation.bins]
    axes.plot(predicted, measured, marker="o", color=PREDICTED)
    _square(axes, [*predicted, *measured], f"{evaluation.labels.column}, mean")
    figure.savefig(path)


def draw_curves(path: Path, epochs: Sequence[Mapping[str, Any]], best: int) -> None:
    """Draw a training's loss and validation Spearman by epoch; epoch 0 is its start. Raise OSError on
    failure."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(8.0, 4.0), dpi=120, layout="constrained")
    left, right = figure.subplots(1, 2)
    numbers = [epoch["epoch"] for epoch in epochs]

    def values(name: str) -> list[float]:
        return [float("nan") if epoch[name] is None else epoch[name] for epoch in epochs]

    left.plot(numbers, values("train_loss"), color=PREDICTED, marker=".", label="training")
    left.plot(numbers, values("validation_loss"), color=LINE, marker=".", label="validation")
    left.set(xlabel="epoch", ylabel="mean squared error", ylim=(0, None))
    left.legend(frameon=False)
    right.plot(numbers, values("validation_spearman"), color=LINE, marker=".")
    right.set(xlabel="epoch", ylabel="Spearman, validation")
    for axes in (left, right):
        axes.axvline(best, color=INK, linewidth=0.8, linestyle=":")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def _figure(title: str) -> tuple[Any, Axes]:
    # Without pyplot: no global state, no window, no backend.
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, dpi=120, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, color=INK)
    return figure, axes


def _square(axes: Axes, values: Sequence[float], measured: str) -> None:
    low, high = min(values), max(values)
    margin = max(0.02, 0.05 * (high - low))
    limits = (low - margin, high + margin)
    axes.plot(limits, limits, color=LINE, linewidth=1, linestyle="--", zorder=0)
    axes.set(xlim=limits, ylim=limits, xlabel="predicted", ylabel=measured, aspect="equal")
    axes.spines[["top", "right"]].set_visible(False)
