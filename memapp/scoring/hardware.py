"""This computer's hardware, as far as it can be found without torch."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from memapp.core.machine import usable_cores

_LINUX_TRACES_OF_A_GPU = (
    "proc/driver/nvidia/version",
    "dev/nvidiactl",
    "dev/dxg",  # GPUs of Windows in WSL
    "dev/kfd",  # AMD, which torch also calls cuda
)


def physical_cores() -> int:
    """Return the number of physical cores: two threads on one core only wait for each other."""
    return min(usable_cores(), psutil.cpu_count(logical=False) or usable_cores())


def cpu_name() -> str:
    """Return the CPU's name for the badge: "CPU, 8 cores"."""
    cores = physical_cores()
    return f"CPU, {cores} {'core' if cores == 1 else 'cores'}"


def cpu_model() -> str:
    """Return the CPU's model name, or its architecture if that is unknown."""
    if sys.platform == "linux":
        with suppress(OSError):
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        with suppress(OSError, subprocess.SubprocessError):
            asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=5).stdout.strip()
    return platform.processor() or platform.machine()


def gpus_that_may_be_here(
    *, system: str = sys.platform, machine: str | None = None, root: Path = Path("/")
) -> tuple[str, ...]:
    """Return the kinds of GPU for which importing torch may be worthwhile: "cuda", "mps".

    An existing GPU is always included; an included one may still turn out to be unusable by torch.

    Args:
        system: the value of sys.platform.
        machine: the processor's architecture; None to detect it.
        root: the root of the file system.
    """
    if system == "darwin":
        return ("mps",) if (machine or platform.machine()) == "arm64" else ()
    if system == "win32":
        driver = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll"
        return ("cuda",) if driver.exists() else ()
    return ("cuda",) if any((root / trace).exists() for trace in _LINUX_TRACES_OF_A_GPU) else ()
