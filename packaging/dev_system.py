"""The Linux system packages that the window and its tests need, and how to install them. Standard library
only."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from dev_environment import SetUpError

# Libraries that Qt 6.12 and its xcb platform plugin link to but that are not in their wheel, with the Debian
# packages.
WINDOW_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
TEST_PROGRAMS = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}
INSTALLER_CHECKERS = {
    "makensis": "nsis",
    "desktop-file-validate": "desktop-file-utils",
    "appstreamcli": "appstream",
}
"""Checkers for the installers' templates; tests skip missing ones, and CI has them."""
FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


def loads(library: str) -> bool:
    """Return whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_fonts() -> bool:
    """Return whether the system has any font for Qt."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(file.suffix in {".ttf", ".otf", ".ttc"} for folder in folders for file in folder.rglob("*.*"))


def missing_needs(*, programs: bool, wayland: bool = False) -> dict[str, str]:
    """Return what the system lacks, with its Debian package; without X11's libraries under Wayland."""
    needs = {
        library: package
        for library, package in WINDOW_LIBRARIES.items()
        if not (wayland and ("xcb" in library or "11" in library)) and not loads(library)
    }
    if not has_fonts():
        needs["a typeface"] = FONT_PACKAGE
    if programs:
        needs |= {name: package for name, package in TEST_PROGRAMS.items() if shutil.which(name) is None}
    if importlib.util.find_spec("ensurepip") is None:
        needs["Python's venv module"] = "python3-venv"
    return needs


def apt_line(packages: Iterable[str]) -> str:
    """Return the command that installs these packages."""
    return f"sudo apt-get install -y {' '.join(sorted(set(packages)))}"


def needs_message(needs: Mapping[str, str]) -> str:
    """Return what is missing and the command that installs it."""
    line = apt_line(needs.values())
    return f"This system lacks {', '.join(needs)}. With apt, this command installs it:\n\n    {line}\n"


def may_install() -> list[str] | None:
    """Return how to call apt-get without a question: only in CI, as root or with a passwordless sudo."""
    if sys.platform == "win32" or os.environ.get("CI", "").lower() != "true" or not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    passwordless = (
        shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0
    )
    return ["sudo", "-n", "apt-get"] if passwordless else None


def provide_needs(*, programs: bool, wayland: bool = False) -> None:
    """Check that the system has what the window (and its tests) need; install it where that is allowed.

    Raises:
        SetUpError: something is missing; the text has the command that installs it.
    """
    if not sys.platform.startswith("linux"):
        return
    needs = missing_needs(programs=programs, wayland=wayland)
    checkers = [
        package for name, package in INSTALLER_CHECKERS.items() if programs and not shutil.which(name)
    ]
    apt = may_install() if needs or checkers else None
    if apt:
        print(f"Installing system packages: {apt_line([*needs.values(), *checkers])}", flush=True)
        variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install_quietly = [*apt, "install", "-y", "-qq", "--no-install-recommends"]
        subprocess.run([*apt, "update", "-qq"], env=variables, check=False)
        # Separately: if the checkers are not available, the window's needs are installed nevertheless.
        for packages in (sorted(set(needs.values())), checkers):
            if packages:
                subprocess.run([*install_quietly, *packages], env=variables, check=False)
        needs = missing_needs(programs=programs, wayland=wayland)
    if needs:
        raise SetUpError(needs_message(needs))
