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


@pytest.fixture
def copied_source(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to be spoilt."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "memapp", tmp_path / "memapp", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


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


def test_the_source_keeps_every_contract(copied_source: Path) -> None:
    assert broken_contracts(copied_source) == ""


@pytest.mark.parametrize(
    ("module", "forbidden", "contract"),
    [
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
    ],
)
def test_a_forbidden_import_is_found(copied_source: Path, module: str, forbidden: str, contract: str) -> None:
    (copied_source / "memapp" / module / "spoilt.py").write_text(f"{forbidden}\n", encoding="utf-8")
    broken = broken_contracts(copied_source)
    assert f"memapp.{module}.spoilt" in broken
    assert any(line.startswith(contract) and line.endswith("BROKEN") for line in broken.splitlines())
