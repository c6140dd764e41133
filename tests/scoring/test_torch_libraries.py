"""torch's libraries are loaded before torch, and torch works with them."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("torch")

_LOAD_AND_LOOK = """
import sys
from pathlib import Path
from memapp.scoring.torch_libraries import load_torch_libraries

load_torch_libraries()
assert "torch" not in sys.modules
loaded = "libtorch_python" in Path("/proc/self/maps").read_text(encoding="utf-8")
import torch
assert torch.ones(2, 2).matmul(torch.ones(2, 2)).sum() == 8
print(loaded)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the loaded libraries from /proc")
def test_libraries_come_before_the_import_which_then_works() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOAD_AND_LOOK], capture_output=True, text=True, check=False, timeout=240
    )
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr
