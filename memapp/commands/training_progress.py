"""The progress of a training on a terminal."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm

from memapp.core.plain_text import lines


class TrainingProgress:
    """Shows the progress of a training and the remaining time on a terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._epoch = -1

    def cached(self, count: int, total: int) -> None:
        """Add this many newly prepared photos."""
        if self._bar is None:
            self._bar = tqdm(
                total=total, unit="photo", desc="preparing", disable=None, file=sys.stderr, leave=False
            )
        self._bar.update(count)

    def trained(self, event: Any, plan: Any) -> None:
        """Show that a step or an epoch is finished."""
        from memapp.lab.training import Step

        if isinstance(event, Step):
            total = plan.epochs * event.batches
            if self._epoch < 0:
                self.close()
                # The bar shows the time for all epochs; training may end earlier.
                first = (event.epoch - 1) * event.batches
                self._bar = tqdm(
                    total=total,
                    initial=first,
                    unit="batch",
                    desc="training",
                    disable=None,
                    file=sys.stderr,
                    leave=False,
                )
                self._epoch = event.epoch
            if self._bar is not None:
                self._bar.update(1)
            return
        metrics = event.metrics
        loss = metrics["train_loss"]
        self.say(
            f"epoch {metrics['epoch']:>3}  training loss {'     -' if loss is None else f'{loss:.4f}'}  "
            f"validation loss {metrics['validation_loss']:.4f}  "
            f"Spearman {number_text(metrics['validation_spearman'])}"
            f"{'  best' if event.best_epoch == metrics['epoch'] else ''}"
        )

    def say(self, text: str) -> None:
        """Print one line above the bar."""
        tqdm.write(lines(text), file=sys.stderr)

    def close(self) -> None:
        """Restore the terminal."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def number_text(value: float | None) -> str:
    """Return a correlation as text, or that it is undefined."""
    return "none" if value is None else f"{value:.3f}"
