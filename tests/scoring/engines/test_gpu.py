"""16 bits are used only if verified."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from memapp.core.errors import DeviceError
from memapp.core.records import EngineInfo, PixelArray
from memapp.scoring.engines.gpu import HALF_TOLERANCE, prove_on_gpu
from memapp.scoring.engines.torch_engine import TorchEngine
from memapp.scoring.proof import DEVICE_TOLERANCE, proof_frames

EXPECTED = np.array([0.7, 0.8], dtype=np.float32)


@dataclass
class Gpu:
    """Scores with these errors at 16 bits and at 32."""

    off_with_16: float
    off_with_32: float
    half: bool = True
    batch_size: int = 4
    tried: list[bool] = field(default_factory=list)

    @property
    def engine(self) -> EngineInfo:
        return EngineInfo(engine="test", device="cuda", device_name="A GPU")

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        self.tried.append(self.half)
        return EXPECTED + np.float32(self.off_with_16 if self.half else self.off_with_32)

    def close(self) -> None:
        pass


def test_accurate_16_bits_are_kept() -> None:
    gpu = Gpu(off_with_16=0.5 * HALF_TOLERANCE, off_with_32=0.0)
    prove_on_gpu(gpu, EXPECTED)
    assert gpu.half
    assert gpu.tried == [True]


@pytest.mark.parametrize("off", [2 * HALF_TOLERANCE, float("nan")])
def test_inaccurate_16_bits_are_replaced_by_32(off: float) -> None:
    gpu = Gpu(off_with_16=off, off_with_32=0.5 * DEVICE_TOLERANCE)
    prove_on_gpu(gpu, EXPECTED)
    assert not gpu.half
    assert gpu.tried == [True, False]


@pytest.mark.parametrize("half", [True, False])
def test_a_gpu_inaccurate_even_with_32_bits_is_refused(half: bool) -> None:
    with pytest.raises(DeviceError, match="wrong scores"):
        prove_on_gpu(Gpu(off_with_16=0.1, off_with_32=2 * DEVICE_TOLERANCE, half=half), EXPECTED)


class SmallProduct(nn.Module):
    """A mean and a product that records its number type."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Linear(3, 1)
        self.seen: list[torch.dtype] = []

    def forward(self, frames: Tensor) -> Tensor:
        """Map (n, 3, 227, 227) to (n,)."""
        product: Tensor = self.weights(frames.mean(dim=(2, 3)))
        self.seen.append(product.dtype)
        return torch.sigmoid(product).squeeze(1)


def test_half_sets_torchs_precision_and_scores_stay_floats() -> None:
    net = SmallProduct().requires_grad_(False)
    engine = TorchEngine(net=net, device="cpu", threads=1, half=True)
    with_16 = engine.score(proof_frames())
    engine.half = False
    with_32 = engine.score(proof_frames())
    assert net.seen == [torch.float16, torch.float32]
    assert with_16.dtype == np.float32
    np.testing.assert_allclose(with_16, with_32, atol=1e-3)
    assert (with_16 != with_32).any()
