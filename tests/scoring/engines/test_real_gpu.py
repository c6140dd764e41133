"""The same code on a real NVIDIA GPU, where this computer has one."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from memapp.core.records import PixelArray
from memapp.scoring.engines.torch_engine import TorchEngine
from memapp.scoring.fallback import FallbackScorer

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this computer has no NVIDIA GPU")

_ROOT = Path(__file__).parents[3]


class _WideNet(nn.Module):
    """Brightness, by way of 13 MB of activations a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.widen = nn.Conv2d(3, 64, 1, bias=False)
        nn.init.constant_(self.widen.weight, 1 / 3)

    def forward(self, frames: Tensor) -> Tensor:
        scores: Tensor = self.widen(frames).mean(dim=(1, 2, 3))
        return scores


def _frames(count: int) -> PixelArray:
    chance = np.random.Generator(np.random.PCG64(4))
    levels = chance.integers(20, 236, (count, 1, 1, 1))
    grain = chance.integers(-20, 20, (count, 227, 227, 3))
    return (levels + grain).astype(np.uint8)


@pytest.mark.parametrize("half", [True, False])
@pytest.mark.parametrize("count", [1, 7, 9, 64])
def test_a_gpu_gives_the_scores_of_the_cpu(count: int, half: bool) -> None:
    frames = _frames(count)
    engine = TorchEngine(net=_WideNet(), device="cuda", half=half)
    for batch in (frames, frames[::-1].copy(), frames):
        np.testing.assert_allclose(
            engine.score(batch), batch.mean(axis=(1, 2, 3)) / 255, atol=1e-3 if half else 1e-5
        )
    assert engine.engine.device == "cuda"
    assert engine.engine.device_name == torch.cuda.get_device_name()
    engine.close()


def test_a_batch_that_does_not_fit_is_halved_and_every_frame_is_scored() -> None:
    frames = _frames(64)
    said: list[str] = []
    engine = TorchEngine(net=_WideNet(), device="cuda")
    engine.score(frames[:1])
    torch.cuda.empty_cache()
    room = torch.cuda.memory_reserved() + 300_000_000
    torch.cuda.set_per_process_memory_fraction(room / torch.cuda.get_device_properties(0).total_memory)
    try:
        scorer = FallbackScorer(engine=engine, fallback=None, note=None, notify=said.append)
        np.testing.assert_allclose(scorer.score(frames), frames.mean(axis=(1, 2, 3)) / 255, atol=1e-5)
        assert 1 <= scorer.batch_size < 64
        assert said == []
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
        engine.close()


def test_a_gpu_that_fails_while_scoring_is_replaced_by_the_cpu() -> None:
    # In a process of its own: after such a failure CUDA is unusable in the whole process.
    code = """
        import os
        import numpy as np, torch
        from torch import nn
        from memapp.scoring.engines.torch_engine import TorchEngine
        from memapp.scoring.fallback import FallbackScorer

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.table = nn.Parameter(torch.linspace(0, 1, 256))

            def forward(self, frames):
                places = (frames.mean(dim=(1, 2, 3)) * 255).round().long()
                # Bright frames look beyond the table's end, on the GPU only.
                beyond = 100_000 if frames.is_cuda else 0
                return self.table[places + beyond * (places > 200)]

        said = []
        dark, bright = np.full((2, 227, 227, 3), 51, np.uint8), np.full((2, 227, 227, 3), 255, np.uint8)
        scorer = FallbackScorer(
            engine=TorchEngine(net=Net(), device="cuda"),
            fallback=lambda: TorchEngine(net=Net(), device="cpu"),
            note=None,
            notify=said.append,
        )
        assert np.allclose(scorer.score(dark), 0.2), "dark"
        assert not said
        assert np.allclose(scorer.score(bright), 1.0), "bright"
        assert np.allclose(scorer.score(dark), 0.2), "dark again"
        assert scorer.engine.device == "cpu"
        assert len(said) == 1 and said[0].endswith("Scoring continues on the processor (CPU)."), said
        print(said[0], flush=True)
        scorer.close()
        # As memapp does: torch may abort while it takes down a GPU that failed.
        os._exit(0)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=_ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    # One sentence, not a traceback of CUDA.
    assert len(done.stdout.strip().splitlines()) == 1, done.stdout
