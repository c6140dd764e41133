"""The virtual environment: created once, updated when requirements change. Standard library only."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
STAMP = "memapp-set-up.txt"
"""The file in the environment that says what it was set up from; written last."""

UNFINISHED = "unfinished"
"""The stamp's text while pip is at work, so that an interrupted set-up is detected."""

PYTHON_SERIES = f"{sys.version_info.major}.{sys.version_info.minor}"


class SetUpError(Exception):
    """The set-up failed; the text says why and what to do."""


def environment_python(environment: Path = ENVIRONMENT) -> Path:
    """Return the virtual environment's Python, whether it exists or not."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def tool_variables() -> dict[str, str]:
    """Return this process's environment variables for the environment's programs.

    They may keep the bytecode of what they import, as memapp does where it is installed: the checks start
    memapp hundreds of times.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def wanted_stamp(root: Path = ROOT) -> str:
    """Return the stamp of a finished set-up: where, with which Python, from which requirements."""
    requirements = hashlib.sha256()
    for file in (root / "pyproject.toml", root / "packaging" / "constraints.txt"):
        requirements.update(file.read_bytes())
    return f"{root}\n{PYTHON_SERIES} {platform.machine()}\n{requirements.hexdigest()}\n"


def can_be_kept(stamp: str | None, wanted: str) -> bool:
    """Return whether pip can update an environment with this stamp (None: made by hand)."""
    return stamp is None or stamp.splitlines()[:2] == wanted.splitlines()[:2]


def runs(python: Path) -> bool:
    """Return whether this is a Python of our series with pip."""
    if not python.exists():
        return False
    probe = "import pip, sys; print(*sys.version_info[:2], sep='.')"
    done = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == PYTHON_SERIES


def set_up(environment: Path = ENVIRONMENT) -> None:
    """Create the virtual environment and install memapp in it; return at once if nothing has changed.

    Raises:
        SetUpError: pip or venv failed.
    """
    stamp_file = environment / STAMP
    stamp = stamp_file.read_text(encoding="utf-8") if stamp_file.is_file() else None
    wanted = wanted_stamp()
    python = environment_python(environment)
    if stamp == wanted and python.exists():
        return
    started = time.monotonic()
    if not (can_be_kept(stamp, wanted) and runs(python)):
        print(f"Making the environment {environment.name} with Python {PYTHON_SERIES}.", flush=True)
        base_python = getattr(sys, "_base_executable", sys.executable)
        if subprocess.run([base_python, "-m", "venv", "--clear", environment], check=False).returncode != 0:
            raise SetUpError("The environment could not be made; the lines above say why.")
    print(download_notice(), flush=True)
    stamp_file.write_text(UNFINISHED, encoding="utf-8")
    install(python)
    stamp_file.write_text(wanted, encoding="utf-8")
    print(f"Set up in {time.monotonic() - started:.0f} s.", flush=True)


def install(python: Path) -> None:
    """Install memapp and its tools in the tested versions, or, if those do not exist, in any that fit.

    Raises:
        SetUpError: pip failed.
    """
    constraints = ROOT / "packaging" / "constraints.txt"
    # Python compiles what it imports, which is far less than all: that saves half a minute.
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
    if subprocess.run([*pip, "-c", constraints, "-e", ".[dev]"], cwd=ROOT, check=False).returncode == 0:
        return
    print("\nThe tested versions could not be installed here; trying whatever versions fit.", flush=True)
    if subprocess.run([*pip, "-e", ".[dev]"], cwd=ROOT, check=False).returncode != 0:
        raise SetUpError("pip failed; the lines above say why. Fix it and start again.")


def download_notice() -> str:
    """Return the size of the first set-up, printed before it starts."""
    cuda = "about 3.5 GB (6.5 GB on disk), because torch's usual build for Linux contains CUDA,"
    size = cuda if sys.platform.startswith("linux") else "about 1 GB"
    return (
        f"Installing what memapp needs. The first time this downloads {size} and takes some minutes.\nFor "
        "another build of torch (for the CPU only, for example) use pip's own settings: see 'pip config'."
    )
