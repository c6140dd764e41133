"""The Debian package: /usr/lib/memapp, links in /usr/bin, desktop entry, icons, metainfo."""

from __future__ import annotations

import gzip
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from installer import linux
from installer.steps import Build, BuildError
from installer.templates import fill

_Ignore: TypeAlias = Callable[[Any, list[str]], set[str]]

PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libdrm.so.2": "libdrm2",
    "libgbm.so.1": "libgbm1",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libz.so.1": "zlib1g",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libexpat.so.1": "libexpat1",
    "libuuid.so.1": "libuuid1",
    "libglib-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgthread-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libcom_err.so.2": "libcom-err2",
}
"""Debian's packages of the libraries that a frozen app leaves to the system."""

_OF_GLIBC = frozenset(
    {
        "ld-linux-x86-64.so.2",
        "ld-linux-aarch64.so.1",
        "libc.so.6",
        "libdl.so.2",
        "libm.so.6",
        "libpthread.so.0",
        "libresolv.so.2",
        "librt.so.1",
        "libutil.so.1",
    }
)
MAINTAINER = "maintainers@memapp.invalid"
FONTS = "fontconfig-config"
"""Qt finds typefaces through its settings."""


def depends_of(libraries: Iterable[str], *, glibc: str) -> str:
    """The package's Depends for libraries that the system must have.

    Raises:
        BuildError: nobody has written down yet which package has one of them.
    """
    wanted = {f"libc6 (>= {glibc})", FONTS}
    unknown = []
    for library in libraries:
        if library in _OF_GLIBC:
            continue
        if library in PACKAGES:
            wanted.add(PACKAGES[library])
        else:
            unknown.append(library)
    if unknown:
        raise BuildError(
            f"The app now needs {', '.join(unknown)} of the system: add their Debian packages to "
            "packaging/installer/debian.py."
        )
    return ", ".join(sorted(wanted))


def control(build: Build, *, depends: str, kilobytes: int) -> str:
    """The package's control file."""
    return fill(
        build.templates / "linux" / "control.in",
        version=build.version,
        architecture=linux.MACHINES.get(linux.machine(), linux.machine()),
        maintainer=MAINTAINER,
        kilobytes=str(kilobytes),
        depends=depends,
    )


def make_deb(build: Build) -> Path:
    """The package, checked by lintian.

    Raises:
        BuildError: dpkg-deb failed, or lintian found errors.
    """
    target = build.options.out / f"memapp_{build.version}_{linux.MACHINES.get(linux.machine(), 'all')}.deb"
    tree = lay_out(build)
    pack(build, tree, target, compression="-Zgzip -z1" if build.options.fast else "-Zxz -z6")
    output = build.run(
        ["lintian", "--fail-on", "error", "--allow-root", target],
        what="lintian",
        environment={"LC_ALL": "C.UTF-8"},
    )
    build.measured["lintian"] = [line for line in output.splitlines() if line[:2] in {"E:", "W:"}]
    shutil.rmtree(tree)
    return target


def pack(build: Build, tree: Path, target: Path, *, compression: str) -> None:
    """dpkg-deb on a tree. Raises: BuildError."""
    build.run(
        ["dpkg-deb", "--root-owner-group", *compression.split(), "--build", tree, target],
        what="dpkg-deb",
        environment={"SOURCE_DATE_EPOCH": str(linux.source_date(build))},
    )


def lay_out(build: Build) -> Path:
    """The package's tree in the working folder; files of the app are links to the frozen ones."""
    tree = build.work / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    app = tree / "usr" / "lib" / "memapp"
    leave_out = shutil.ignore_patterns("share", "uninstall.sh")
    shutil.copytree(
        build.frozen, app, symlinks=True, copy_function=_link, ignore=_at_top(build.frozen, leave_out)
    )
    programs = tree / "usr" / "bin"
    programs.mkdir(parents=True)
    for name in ("memapp", "memapp-cli"):
        (programs / name).symlink_to(f"../lib/memapp/{name}")
    linux_templates = build.templates / "linux"
    share = tree / "usr" / "share"
    _write(share / "applications" / "memapp.desktop", linux.desktop_entry(build, program="memapp"))
    _write(share / "metainfo" / "org.memapp.memapp.metainfo.xml", linux.metainfo(build))
    icons = share / "icons" / "hicolor"
    _copy(build.root / "resources" / "icons" / "memapp.svg", icons / "scalable" / "apps" / "memapp.svg")
    _copy(linux_templates / "memapp-256.png", icons / "256x256" / "apps" / "memapp.png")
    _write(share / "doc" / "memapp" / "copyright", fill(linux_templates / "copyright.in"))
    _copy(linux_templates / "lintian-overrides", share / "lintian" / "overrides" / "memapp")
    day = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(linux.source_date(build)))
    changes = (
        f"memapp ({build.version}) unstable; urgency=medium\n\n  * See NEWS.gz.\n\n"
        f" -- The memapp maintainers <{MAINTAINER}>  {day}\n"
    )
    documents = share / "doc" / "memapp"
    (documents / "changelog.gz").write_bytes(gzip.compress(changes.encode(), 9, mtime=0))
    (documents / "NEWS.gz").write_bytes(gzip.compress((build.root / "CHANGELOG.md").read_bytes(), 9, mtime=0))
    for path in tree.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    sizes = sum(path.lstat().st_size for path in tree.rglob("*") if path.is_file())
    depends = depends_of(build.measured["needs"], glibc=build.measured["glibc"])
    build.measured["depends"] = depends
    _write(tree / "DEBIAN" / "control", control(build, depends=depends, kilobytes=sizes // 1024))
    return tree


def _at_top(top: Path, ignore: _Ignore) -> _Ignore:
    """Leave out by name, but only in the top folder."""

    def decide(folder: str, names: list[str]) -> set[str]:
        return set(ignore(folder, names)) if Path(folder) == top else set()

    return decide


def _link(source: str, target: str) -> None:
    # One file may be in several trees; none of them is written to.
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)
