"""The import contracts in pyproject.toml bite: each forbidden import, added to a copy, is found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LINT_IMPORTS = (
    "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
)

pytestmark = pytest.mark.slow


CASES = [
    ("core", "import memapp.store", "imports go down only"),
    ("store", "import memapp.intake", "imports go down only"),
    ("store", "import memapp.library", "imports go down only"),
    ("library", "import memapp.store", "imports go down only"),
    ("library", "import memapp.report", "imports go down only"),
    ("library", "import PySide6.QtCore", "no Qt below workers"),
    ("report", "import memapp.pipeline", "imports go down only"),
    ("report", "import memapp.store", "reports read the library alone"),
    ("report", "import PySide6.QtCore", "no Qt below workers"),
    ("pipeline", "import memapp.workers", "imports go down only"),
    ("workers", "import memapp.gui", "imports go down only"),
    ("gui", "import memapp.compose", "imports go down only"),
    ("compose", "import memapp.app", "imports go down only"),
    ("compose", "import onnxruntime", "torch stays in scoring"),
    ("core", "import PySide6.QtCore", "no Qt below workers"),
    ("scoring", "from PySide6 import QtGui", "no Qt below workers"),
    ("gui", "import torch", "torch stays in scoring"),
    ("pipeline", "import onnxruntime", "torch stays in scoring"),
    ("workers", "import memapp.scoring", "nets are handed to the runs"),
    ("pipeline", "import memapp.library", "runs and threads do not know the library"),
    ("workers", "import memapp.report", "runs and threads do not know the library"),
    ("workers", "import memapp.store", "threads leave files to the runs"),
    ("gui", "import memapp.report", "windows command workers"),
    ("gui", "import PIL.Image", "windows command workers"),
    ("gui", "import memapp.store", "windows command workers"),
    ("scoring", "import resmem", "the package's own code is never imported"),
]
"""A module, what it must not import, and the beginning of the name of the contract that says so."""


def copy_source(target: Path) -> Path:
    """Copy the package and its contracts, to be changed there."""
    shutil.copytree(ROOT / "memapp", target / "memapp", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def broken_contracts(source: Path) -> str:
    """What the linter says of broken contracts; empty when all are kept."""
    done = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, "--no-cache"],
        cwd=source,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout


def test_the_source_keeps_every_contract(tmp_path: Path) -> None:
    assert broken_contracts(copy_source(tmp_path)) == ""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what is reported of each contract when every forbidden import is made, each in a new module.

    All at once: a run of the linter takes seconds.
    """
    source = copy_source(tmp_path_factory.mktemp("forbidden"))
    for number, (module, forbidden, _) in enumerate(CASES):
        file = source / "memapp" / module / f"forbidden_{number}.py"
        file.write_text(f"{forbidden}\n", encoding="utf-8")
    _, _, broken = broken_contracts(source).partition("Broken contracts\n")
    lines = broken.splitlines()
    titles = [at for at, line in enumerate(lines[:-1]) if line and lines[at + 1] == "-" * len(line)]
    return {
        lines[first]: "\n".join(lines[first:after])
        for first, after in zip(titles, [*titles[1:], len(lines)], strict=True)
    }


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: " ".join(CASES[number][:2]))
def test_a_forbidden_import_is_found(reports: dict[str, str], number: int) -> None:
    module, _, contract = CASES[number]
    [report] = [text for title, text in reports.items() if title.startswith(contract)]
    assert f"memapp.{module}.forbidden_{number} ->" in report
