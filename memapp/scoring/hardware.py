"""What this computer has to compute with, as far as can be told without torch."""

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
    "dev/dxg",  # Windows' GPUs inside its Linux
    "dev/kfd",  # AMD, which torch calls cuda, too
)


def physical_cores() -> int:
    """The cores worth a thread of the net: twins of one core only wait for each other."""
    return min(usable_cores(), psutil.cpu_count(logical=False) or usable_cores())


def cpu_name() -> str:
    """The CPU as the badge calls it: "CPU, 8 cores"."""
    cores = physical_cores()
    return f"CPU, {cores} {'core' if cores == 1 else 'cores'}"


def cpu_model() -> str:
    """The CPU as its maker calls it; what is known of its kind where that can't be had."""
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
    """The kinds of GPU that importing torch may be worth its seconds for: "cuda", "mps".

    A GPU that is there is always named; one that is named may still turn out to be none for torch.

    Args:
        system: as sys.platform says.
        machine: the processor's kind; None to ask.
        root: where the system's files are.
    """
    if system == "darwin":
        return ("mps",) if (machine or platform.machine()) == "arm64" else ()
    if system == "win32":
        driver = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll"
        return ("cuda",) if driver.exists() else ()
    return ("cuda",) if any((root / trace).exists() for trace in _LINUX_TRACES_OF_A_GPU) else ()
