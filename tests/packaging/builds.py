"""What tests of the installer builder share: a build in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from installer import (
    options,
)
from installer.main import version_of
from installer.steps import Build

ROOT = Path(__file__).resolve().parents[2]


def make_build(tmp_path: Path, *arguments: str) -> Build:
    """Return a build with these options, which has made nothing yet."""
    given = options.parse(["--out", str(tmp_path / "out"), *arguments], root=ROOT)
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    return Build(options=given, root=ROOT, version=version_of(ROOT), work=work)
