"""What tests of the command line share: memapp in a process of its own, and photos."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image

from tests.conftest import CHECKOUT

DEADLINE_SECONDS = 180

# Runs the command line as `python -m memapp` does, and says on standard error what it has loaded.
TELLTALE = """
import sys
from memapp import cli
status = cli.main(sys.argv[1:])
heavy = ("torch", "torchvision", "onnxruntime", "PySide6", "shiboken6")
print("loaded:", *(name for name in heavy if name in sys.modules), file=sys.stderr)
sys.exit(status)
"""

KnowScores = Callable[[Mapping[Path, float]], None]


def memapp(
    *arguments: str | Path, home: Path, as_script: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run memapp to its end."""
    return subprocess.run(
        [sys.executable, *(("-c", as_script) if as_script else ("-m", "memapp")), *map(str, arguments)],
        cwd=CHECKOUT,
        # A terminal that knows nothing but ASCII: names must come out nevertheless.
        env={**os.environ, "MEMAPP_HOME": str(home), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=DEADLINE_SECONDS,
    )


def make_photo(file: Path, size: tuple[int, int] = (80, 64)) -> Path:
    """Save a plain picture as PNG, whatever the ending of the name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (90, 120, 150)).save(file, format="PNG")
    return file
