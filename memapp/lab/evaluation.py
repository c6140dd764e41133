"""Evaluation of a net against what people remembered: figures, plots and predictions, in one folder."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from memapp.core.files import write_atomically
from memapp.core.plain_text import defused
from memapp.core.records import NetIdentity
from memapp.lab.labels import LabelledPhoto, Labels, LeftOut
from memapp.lab.plots import draw_calibration, draw_scatter, plots_can_be_drawn
from memapp.lab.statistics import (
    Agreement,
    Bin,
    Numbers,
    agreement,
    bootstrap_interval,
    calibration_bins,
    spearman,
)

DIGITS = 6
RESULTS = "evaluation.json"
PREDICTIONS = "predictions.csv"
PLOTS = {"scatter.png": draw_scatter, "calibration.png": draw_calibration}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of comparing one net with people."""

    net: str
    """As the user named it."""
    identity: NetIdentity
    labels: Labels
    photos: tuple[LabelledPhoto, ...]
    """Those with both scores."""
    predicted: tuple[float, ...]
    """In the order of photos."""
    left_out: tuple[LeftOut, ...]
    """Rows and photos that are not counted."""
    whole: Agreement
    spearman_interval: tuple[float, float] | None
    """95 %, by bootstrap."""
    by_column: str | None
    by: Mapping[str, Agreement]
    bins: tuple[Bin, ...]

    def document(self) -> dict[str, Any]:
        """Return the content of evaluation.json."""
        whole = _rounded(asdict(self.whole))
        return {
            "net": self.net,
            "n": whole.pop("n"),
            "spearman": whole.pop("spearman"),
            "spearman_interval": self.spearman_interval
            and [round(bound, DIGITS) for bound in self.spearman_interval],
            **whole,
            "column": self.labels.column,
            "by_column": self.by_column,
            "by": {value: _rounded(asdict(part)) for value, part in self.by.items()},
            "calibration": [_rounded(asdict(part)) for part in self.bins],
            "tied": self.labels.tied,
            "left_out": [asdict(each) for each in self.left_out],
            "labels_sha256": self.labels.sha256,
            "net_identity": {
                "name": self.identity.name,
                "sha256": self.identity.sha256,
                "preprocessing": self.identity.preprocessing,
            },
        }


def evaluate(
    *,
    net: str,
    identity: NetIdentity,
    labels: Labels,
    scores: Mapping[Path, float],
    failed: Mapping[Path, str],
    by: str | None = None,
) -> Evaluation:
    """Compare a net's scores with people's.

    Args:
        net: as the user named it.
        identity: the net's identity.
        labels: people's scores.
        scores: the net's, by absolute path.
        failed: reasons, by path, of photos without a score.
        by: a column whose values divide the photos; None for no groups.
    """
    photos = tuple(photo for photo in labels.photos if photo.path in scores)
    predicted = np.array([scores[photo.path] for photo in photos], dtype=np.float64)
    measured = np.array([photo.score for photo in photos], dtype=np.float64)
    unread = [
        LeftOut(photo.row, photo.file, failed.get(photo.path, "it has no score"))
        for photo in labels.photos
        if photo.path not in scores
    ]
    return Evaluation(
        net=net,
        identity=identity,
        labels=labels,
        photos=photos,
        predicted=tuple(predicted.tolist()),
        left_out=tuple(sorted((*labels.left_out, *unread), key=lambda each: each.row)),
        whole=agreement(predicted, measured)
        if len(photos)
        else Agreement(0, None, None, math.nan, math.nan, math.nan, math.nan, math.nan),
        spearman_interval=bootstrap_interval(spearman, predicted, measured) if len(photos) else None,
        by_column=by,
        by=_parts(photos, predicted, measured, by) if by else {},
        bins=tuple(calibration_bins(predicted, measured)) if len(photos) else (),
    )


def write_evaluation(folder: Path, evaluation: Evaluation) -> list[str]:
    """Write evaluation.json, predictions.csv, and the plots if possible; return their names.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(evaluation.document(), indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(folder / RESULTS, f"{text}\n")
    write_atomically(folder / PREDICTIONS, _predictions(evaluation))
    drawn = evaluation.photos and plots_can_be_drawn()
    for name, draw in PLOTS.items():
        if drawn:
            draw(folder / name, evaluation)
        else:
            # A plot of an earlier evaluation could be mistaken for this one's.
            (folder / name).unlink(missing_ok=True)
    return [RESULTS, PREDICTIONS, *(PLOTS if drawn else ())]


def summary(evaluation: Evaluation) -> str:
    """Return the figures for a terminal."""
    whole = evaluation.whole
    if not whole.n:
        return f"{evaluation.identity.name} against {evaluation.labels.column}: no photo has both scores"
    interval = evaluation.spearman_interval
    between = f" (95 %: {interval[0]:.3f} to {interval[1]:.3f})" if interval else ""
    lines = [
        f"{evaluation.identity.name} against {evaluation.labels.column}, {whole.n} photos",
        f"Spearman {_figure(whole.spearman)}{between}, Pearson {_figure(whole.pearson)}"
        if whole.spearman is not None
        else "no correlation: equal scores have no order",
        f"off by {whole.rmse:.3f} (RMSE), {whole.mae:.3f} (mean), {whole.bias:+.3f} (bias)",
    ]
    if evaluation.labels.tied:
        lines.append(
            f"{evaluation.labels.tied} photos have the same score as another one, and share its rank"
        )
    if evaluation.by:
        parts = [(value or "(nothing)", part) for value, part in evaluation.by.items()]
        width = max(len(value) for value, _ in parts)
        lines += [
            f"  {value:<{width}}  n {part.n:>5}  Spearman {_figure(part.spearman):>6}  RMSE {part.rmse:.3f}"
            for value, part in parts
        ]
    return "\n".join(lines)


def _parts(
    photos: Sequence[LabelledPhoto], predicted: Numbers, measured: Numbers, by: str
) -> dict[str, Agreement]:
    values = np.array([photo.columns[by].strip() for photo in photos])
    return {
        str(value): agreement(predicted[values == value], measured[values == value])
        for value in np.unique(values)
    }


def _predictions(evaluation: Evaluation) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    by = [evaluation.by_column] if evaluation.by_column else []
    writer.writerow(map(defused, ["file", *by, "measured", "predicted"]))
    for photo, score in zip(evaluation.photos, evaluation.predicted, strict=True):
        texts = [photo.file, *(photo.columns[name] for name in by)]
        writer.writerow([*map(defused, texts), photo.score, round(score, DIGITS + 1)])
    return text.getvalue()


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        name: (round(value, DIGITS) if math.isfinite(value) else None) if isinstance(value, float) else value
        for name, value in figures.items()
    }


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
