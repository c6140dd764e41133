"""Step 1: check whether this machine can build what was requested, and name everything that is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from installer.options import SYSTEMS
from installer.steps import Build, BuildError

NEEDED_GIGABYTES = {"onnx": 6, "torch": 25}

_DEBIAN_PACKAGES = {
    "objdump": "binutils",
    "dpkg-deb": "dpkg-dev",
    "desktop-file-validate": "desktop-file-utils",
    "appstreamcli": "appstream",
    "lintian": "lintian",
    "mmdebstrap": "mmdebstrap",
    "makensis": "nsis",
    "xz": "xz-utils",
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
}
_MAC_TOOLS = ("codesign", "hdiutil", "xcrun", "plutil", "sips", "iconutil")

_PROBE = (
    "import json, sys, sysconfig; "
    "print(json.dumps([list(sys.version_info[:3]), bool(sysconfig.get_config_var('Py_ENABLE_SHARED'))]))"
)


def needed_tools(build: Build) -> list[str]:
    """Return the programs that the steps will call."""
    options = build.options
    match options.target:
        case "windows":
            return ["makensis", *(["signtool"] if options.sign else [])]
        case "macos":
            return list(_MAC_TOOLS)
    tools = ["objdump"]
    if {"tar", "deb"} & set(options.formats):
        tools.append("xz")
    if "deb" in options.formats:
        tools += ["dpkg-deb", "desktop-file-validate", "appstreamcli", "lintian"]
    if not options.skip_smoke:
        tools += ["Xvfb", "openbox", "xdotool", *([] if options.clean_root else ["mmdebstrap"])]
    return tools


def check(build: Build) -> str:
    """Check for everything that the build needs.

    Raises:
        BuildError: something is missing.
    """
    options = build.options
    here = SYSTEMS.get(sys.platform, sys.platform)
    if options.target != here:
        raise BuildError(
            f"An installer for {options.target} is built on {options.target}, and this is {here}: "
            "see docs/releasing.md, or use --dry-run to check its templates here."
        )
    if missing := missing_tools(build):
        raise BuildError(missing)
    free = shutil.disk_usage(build.root).free / 1e9
    if free < NEEDED_GIGABYTES[options.engine]:
        raise BuildError(
            f"The disk is too full: {NEEDED_GIGABYTES[options.engine]} GB are needed, {free:.1f} GB are free."
        )
    check_packs(build)
    if options.wheelhouse is not None and not options.wheelhouse.is_dir():
        raise BuildError(f"The wheelhouse {options.wheelhouse} does not exist.")
    version = check_python(options.python)
    return f"Python {version}"


def check_packs(build: Build) -> None:
    """Check whether the segmenter packs look like packs; memapp itself verifies them later.

    Raises:
        BuildError: one does not.
    """
    for pack in build.options.segmenters:
        for name in ("segmenter.json", "segmenter.onnx"):
            if not (pack / name).is_file():
                raise BuildError(f"{pack} is not a segmenter pack: there is no {name} in it.")


def missing_tools(build: Build) -> str | None:
    """Return one sentence about the programs that are not installed, or None."""
    missing = [tool for tool in needed_tools(build) if shutil.which(tool) is None]
    if not missing:
        return None
    packages = sorted({_DEBIAN_PACKAGES[tool] for tool in missing if tool in _DEBIAN_PACKAGES})
    hint = f"with apt: sudo apt-get install -y {' '.join(packages)}" if packages else "install them"
    return f"This machine lacks {', '.join(missing)}: {hint}."


def check_python(python: Path) -> str:
    """Return the version of the Python to freeze.

    Raises:
        BuildError: it is too old or can't be frozen.
    """
    try:
        output = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        raise BuildError(f"{python} is not a working Python: name another one with --python.") from problem
    version, shared = json.loads(output)
    text = ".".join(map(str, version))
    if version < [3, 11]:
        raise BuildError(f"{python} is Python {text}, and memapp needs 3.11: name another one with --python.")
    if sys.platform.startswith("linux") and not shared and not _has_shared_library(version):
        raise BuildError(
            f"{python} was built without --enable-shared and can't be frozen: name another one with --python "
            f"(Debian's works with the package libpython{version[0]}.{version[1]})."
        )
    return text


def _has_shared_library(version: list[int]) -> bool:
    name = f"libpython{version[0]}.{version[1]}.so.1.0"
    return any(Path(folder).glob(f"**/{name}") for folder in ("/usr/lib", "/usr/local/lib"))
