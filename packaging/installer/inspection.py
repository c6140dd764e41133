"""Step 6: check the frozen app for forbidden content, and its system requirements."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from installer import contents
from installer.licences import THIRD_PARTY
from installer.steps import Build, BuildError

MOST_INSTALLED = 800_000_000
"""Bytes of the installed laptop build."""

LONGEST_PATH = 125
"""Characters below the app's folder: on Windows, with a user's folders before it, less than 180."""

_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)", re.MULTILINE)
_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)")


def inspect(build: Build) -> str:
    """Check the frozen app and record its size and requirements.

    Raises:
        BuildError: it contains something forbidden, or is too large.
    """
    files = [path for path in build.frozen.rglob("*") if path.is_file()]
    names = [path.relative_to(build.frozen).as_posix() for path in files]
    size = sum(path.stat().st_size for path in files if not path.is_symlink())
    build.measured["installed_bytes"] = size
    if (longest := max(names, key=len)) and len(longest) > LONGEST_PATH:
        raise BuildError(f"The path {longest} is too long for Windows: shorten its names.")
    runtimes = contents.openmp_runtimes(names)
    build.measured["openmp"] = runtimes
    # LibRaw includes it on Linux; elsewhere it may use the system's.
    count = len({Path(name).name for name in runtimes})
    if count > 1 or (build.options.target == "linux" and count == 0):
        raise BuildError(
            f"There is not exactly one OpenMP runtime in the app ({', '.join(runtimes) or 'none'})."
        )
    if build.options.engine == "onnx":
        if bad := contents.forbidden(names):
            raise BuildError(
                f"The app contains forbidden files ({', '.join(bad[:5])}): see "
                "packaging/installer/contents.py."
            )
        if size > MOST_INSTALLED:
            raise BuildError(
                f"The app has grown to {size / 1e6:,.0f} MB; {MOST_INSTALLED / 1e6:,.0f} MB is the limit."
            )
    remark = f"{size / 1e6:,.0f} MB in {len(files)} files"
    if build.options.target != "linux":
        return remark
    binaries = [path for path in files if is_elf(path) and not path.is_symlink()]
    build.measured["needs"] = sorted(needs_of(binaries))
    oldest = oldest_glibc(binaries)
    build.measured["glibc"] = oldest
    count = _collect_copyrights(build, binaries)
    return f"{remark}, glibc {oldest} or newer, {count} copyrights of system libraries"


def is_elf(path: Path) -> bool:
    """Return whether a file is a program or library for Linux."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _objdump(option: str, path: Path) -> str:
    done = subprocess.run(["objdump", option, path], capture_output=True, text=True, check=False)
    return done.stdout


def needs_of(binaries: Iterable[Path]) -> set[str]:
    """Return the libraries that binaries link to and that the system must have."""
    binaries = list(binaries)
    there = {path.name for path in binaries}
    needed = {name for path in binaries for name in _NEEDED.findall(_objdump("-p", path))}
    return needed - there


def oldest_glibc(binaries: Iterable[Path]) -> str:
    """Return the oldest glibc that meets all binaries' requirements: "2.34"."""
    versions = {
        (int(major), int(minor)) for path in binaries for major, minor in _GLIBC.findall(_objdump("-p", path))
    }
    return ".".join(map(str, max(versions)))


def _collect_copyrights(build: Build, binaries: Iterable[Path]) -> int:
    """Copy the copyright files of the Debian packages whose libraries were bundled."""
    if shutil.which("dpkg-query") is None:
        return 0
    packages: set[str] = set()
    for path in binaries:
        if path.parent != build.frozen / "_internal":
            continue
        found = subprocess.run(
            ["dpkg-query", "-S", f"*/{path.name}"], capture_output=True, text=True, check=False
        ).stdout
        packages.update(line.split(":")[0] for line in found.splitlines() if line.endswith(f"/{path.name}"))
    target = build.resources / THIRD_PARTY / "system-libraries"
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for package in sorted(packages):
        text = Path("/usr/share/doc") / package / "copyright"
        if text.is_file():
            shutil.copyfile(text, target / f"{package}.txt")
            count += 1
    return count


def plan(build: Build) -> str:
    """Return what would be checked."""
    limits = (
        f"at most {MOST_INSTALLED / 1e6:,.0f} MB, no torch, CUDA, QML"
        if build.options.engine == "onnx"
        else "size"
    )
    return f"{limits}, one OpenMP runtime"
