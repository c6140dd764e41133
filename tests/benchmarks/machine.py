"""What the machine itself can do: the limits that no program on it gets beyond."""

from __future__ import annotations

from collections.abc import Callable

import torch

from tests.benchmarks.measurement import seconds_of

GFLOP_A_FRAME = 27.2
"""Of ResMem: two for each multiplication with its addition (memapp lab nets)."""

_MATRIX_SIDE = 4096
"""Large enough for the machine's full speed: 137 GFLOP a product."""


class MatrixProducts:
    """Multiplies two large matrices of float32 with torch and with numpy: the faster one is the limit."""

    def __init__(self) -> None:
        left, right = (torch.rand(_MATRIX_SIDE, _MATRIX_SIDE) for _ in range(2))
        left_array, right_array = left.numpy(), right.numpy()
        self._products: tuple[Callable[[], object], ...] = (
            lambda: left @ right,
            lambda: left_array @ right_array,
        )
        for product in self._products:
            product()

    def gflop_a_second(self) -> float:
        """The rate of one product, on as many threads as the libraries take now."""
        return max(2 * _MATRIX_SIDE**3 / 1e9 / seconds_of(product) for product in self._products)
