"""Step 5: PyInstaller, onedir: one folder, two executables."""

from __future__ import annotations

import hashlib
import json
import plistlib
import shutil
from pathlib import Path
from typing import Any

from installer.steps import Build, BuildError
from installer.templates import fill

SPEC = "memapp.spec"


def freeze(build: Build) -> str:
    """Freeze the checkout with the staged resources.

    Raises:
        BuildError: PyInstaller failed.
    """
    target = build.work / "frozen"
    shutil.rmtree(target, ignore_errors=True)
    settings: dict[str, Any] = {
        "staging": str(build.staging),
        "engine": build.options.engine,
        "version": build.version,
        **_of_system(build),
    }
    before = source_hash(build)
    build.run(
        [
            *(build.python, "-m", "PyInstaller", "--noconfirm", "--distpath", target),
            *("--workpath", build.work / "pyinstaller", build.templates / SPEC),
        ],
        what="freezing",
        environment={"MEMAPP_BUILD": json.dumps(settings), "PYTHONHASHSEED": "1"},
    )
    if source_hash(build) != before:
        raise BuildError(
            "The source was changed while it was frozen: don't edit it during the build, and start again."
        )
    if not build.frozen.is_dir():
        raise BuildError(f"PyInstaller left no {build.frozen}: see {build.work / 'logs'}.")
    beside = build.frozen / "Contents" / "Resources" if build.options.target == "macos" else build.frozen
    shutil.copy2(build.root / "LICENSE", beside / "LICENSE.txt")
    shutil.copy2(build.root / "THIRD_PARTY_NOTICES.md", beside)
    shutil.copy2(build.root / "resources" / "licences" / "resmem.txt", beside / "LICENCE-OF-THE-NET.txt")
    if build.options.target != "windows":
        let_everybody_read(build.frozen)
    return ""


def source_hash(build: Build) -> str:
    """Return the state of all frozen sources: an app with files from two states may not start."""
    digest = hashlib.sha256()
    for file in sorted((build.root / "memapp").rglob("*.py")):
        digest.update(f"{file.relative_to(build.root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def let_everybody_read(folder: Path) -> None:
    """Make the files readable for all: the user who installs a package is not the one who starts it."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)


def _of_system(build: Build) -> dict[str, Any]:
    """Return icon and version information of an executable."""
    work = build.work / "pyinstaller"
    work.mkdir(parents=True, exist_ok=True)
    match build.options.target:
        case "windows":
            version = work / "version.txt"
            numbers = ", ".join([*build.version.split(".")[:3], "0"])
            text = fill(
                build.templates / "windows" / "version.txt.in", version=build.version, numbers=numbers
            )
            version.write_text(text, encoding="utf-8")
            return {"icon": str(build.templates / "windows" / "memapp.ico"), "version_file": str(version)}
        case "macos":
            return {
                "icon": str(build.templates / "macos" / "memapp.icns"),
                "info_plist": info_plist(build),
                "identity": build.options.sign,
                "entitlements": str(build.templates / "macos" / "entitlements.plist"),
            }
    return {}


def info_plist(build: Build) -> dict[str, Any]:
    """Return the app's Info.plist from the template, with the version."""
    template: Path = build.templates / "macos" / "Info.plist.in"
    found: dict[str, Any] = plistlib.loads(fill(template, version=build.version).encode())
    return found


def plan(build: Build) -> str:
    """Check that the freezer's input can be read."""
    compile((build.templates / SPEC).read_text(encoding="utf-8"), SPEC, "exec")
    compile((build.templates / "start.py").read_text(encoding="utf-8"), "start.py", "exec")
    return SPEC
