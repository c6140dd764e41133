"""GPUs are suspected by their traces, without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from memapp.core.machine import usable_cores
from memapp.scoring.hardware import cpu_model, gpus_that_may_be_here, physical_cores


@pytest.mark.parametrize("trace", ["proc/driver/nvidia/version", "dev/nvidiactl", "dev/dxg", "dev/kfd"])
def test_linux_has_a_gpu_if_it_has_a_driver(tmp_path: Path, trace: str) -> None:
    assert gpus_that_may_be_here(system="linux", root=tmp_path) == ()
    (tmp_path / trace).parent.mkdir(parents=True)
    (tmp_path / trace).touch()
    assert gpus_that_may_be_here(system="linux", root=tmp_path) == ("cuda",)


def test_apple_silicon_has_a_gpu() -> None:
    assert gpus_that_may_be_here(system="darwin", machine="arm64") == ("mps",)
    assert gpus_that_may_be_here(system="darwin", machine="x86_64") == ()


def test_windows_has_a_gpu_if_it_has_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    assert gpus_that_may_be_here(system="win32") == ()
    (tmp_path / "System32").mkdir()
    (tmp_path / "System32" / "nvcuda.dll").touch()
    assert gpus_that_may_be_here(system="win32") == ("cuda",)


def test_a_gpu_that_torch_finds_was_suspected() -> None:
    asked = "import torch; print(torch.cuda.is_available(), torch.backends.mps.is_available())"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    cuda, mps = (word == "True" for word in done.stdout.split())
    suspected = gpus_that_may_be_here()
    assert not cuda or "cuda" in suspected
    assert not mps or "mps" in suspected


def test_the_processor_is_known() -> None:
    assert 1 <= physical_cores() <= usable_cores()
    assert cpu_model().strip()
