"""Step 8 on Windows: the installer, compiled by NSIS; on other systems over a stand-in."""

from __future__ import annotations

import shutil
from pathlib import Path

from installer import signing
from installer.steps import Build
from installer.templates import fill

ENDINGS = (
    *(".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".heif", ".avif", ".jxl"),
    *(".jp2", ".psd", ".psb", ".ppm", ".pgm", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"),
    ".pef",
)
"""Of the photos for which "Open with" offers memapp."""


def package(build: Build) -> str:
    """Compile the installer over the frozen folder, and sign it.

    Raises:
        BuildError: makensis or signtool failed.
    """
    build.options.out.mkdir(parents=True, exist_ok=True)
    target = build.options.out / f"memapp-{build.version}-windows-x64.exe"
    compile_installer(build, payload=build.frozen, target=target)
    if build.options.sign:
        signing.sign_windows(build, [target])
    build.made.append(target)
    return target.name


def script(build: Build, *, payload: Path, target: Path) -> str:
    """The NSIS script for a folder."""
    types = "\n".join(
        f'  WriteRegStr HKCU "${{CLASSES}}\\Applications\\memapp.exe\\SupportedTypes" "{ending}" ""'
        for ending in ENDINGS
    )
    return fill(
        build.templates / "windows" / "memapp.nsi.in",
        version=build.version,
        numbers=".".join([*build.version.split(".")[:3], "0"]),
        out_file=str(target),
        icon=str(build.templates / "windows" / "memapp.ico"),
        licence=str(build.root / "resources" / "licences" / "resmem.txt"),
        payload=str(payload),
        supported_types=types,
        compression="zlib" if build.options.fast or build.options.dry_run else "lzma",
    )


def compile_installer(build: Build, *, payload: Path, target: Path) -> None:
    """makensis, every warning an error. Raises: BuildError."""
    file = build.work / "memapp.nsi"
    file.write_text(script(build, payload=payload, target=target), encoding="utf-8")
    build.run(["makensis", "-WX", "-V3", "-INPUTCHARSET", "UTF8", file], what="makensis")


def stand_in(folder: Path) -> Path:
    """A folder of the same shape as the frozen app, with next to nothing in it."""
    payload = folder / "stand-in"
    shutil.rmtree(payload, ignore_errors=True)
    names = (
        "memapp.exe",
        "memapp-cli.exe",
        "LICENSE.txt",
        "THIRD_PARTY_NOTICES.md",
        "_internal/base_library.zip",
    )
    for name in (*names, "_internal/resources/samples/Harbour at sunset.jpg"):
        path = payload / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"stand-in")
    return payload


def plan(build: Build) -> str:
    """Compile the script over a stand-in, where makensis is.

    Raises:
        BuildError: the script does not compile.
    """
    if shutil.which("makensis") is None:
        return "makensis is not here: the script was filled, not compiled"
    target = build.work / "dry-run" / "memapp-stand-in.exe"
    target.parent.mkdir(parents=True, exist_ok=True)
    compile_installer(build, payload=stand_in(target.parent), target=target)
    return f"compiled over a stand-in, {target.stat().st_size / 1e3:,.0f} kB"
