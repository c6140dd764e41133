"""The `resmem` package as its README uses it: what ours is measured against."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import resmem  # type: ignore[import-untyped]
import torch
from PIL import Image

from memapp.core.records import PixelArray

Scores = npt.NDArray[np.float32]
Scoring = Callable[[], Scores]


class Package:
    """Its net, loaded."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # It calls torchvision the old way.
            warnings.simplefilter("ignore", UserWarning)
            self._net = resmem.ResMem(pretrained=True).eval()

    def one_by_one(self, frames: PixelArray) -> Scoring:
        """Its README's loop on frames that are decoded already: batches of 1, no_grad unmentioned."""
        batch = _as_its_transformer_gives_them(frames)

        def score() -> Scores:
            return _array(torch.cat([self._net(frame.view(-1, 3, 227, 227)) for frame in batch]))

        return score

    def in_batches(self, frames: PixelArray, size: int) -> Scoring:
        """The best that it can: batches, and nothing kept for training."""
        batches = torch.split(_as_its_transformer_gives_them(frames), size)

        @torch.inference_mode()
        def score() -> Scores:
            return _array(torch.cat([self._net(batch) for batch in batches]))

        return score

    def readme_loop(self, paths: Sequence[Path]) -> Scores:
        """Its README's loop, to the letter, on files."""
        scores = []
        for path in paths:
            img = Image.open(path).convert("RGB")
            image_x = resmem.transformer(img)
            scores.append(self._net(image_x.view(-1, 3, 227, 227)))
        return _array(torch.cat(scores))


def _as_its_transformer_gives_them(frames: PixelArray) -> torch.Tensor:
    """Floats, colour by colour; this preparation is not measured."""
    return torch.from_numpy(frames).permute(0, 3, 1, 2).contiguous().float().div(255)


def _array(scores: torch.Tensor) -> Scores:
    array: Scores = scores.detach().squeeze(1).numpy()
    return array
