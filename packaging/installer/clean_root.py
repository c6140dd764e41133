"""A minimal Debian root for trials: no Python, no libraries for windows, an ordinary user, no network."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from installer.steps import Build, BuildError

SUITE = "bookworm"
USER, USER_NUMBER = "photographer", 4321
HOME = f"/home/{USER}"
DEADLINE_SECONDS = 300.0

_PACKAGE_PLACES = ("var/lib/apt/lists", "var/cache/apt/archives")
"""Where apt caches its downloads."""

# $1 is the root; then pairs of a folder and its read-only mount point; then --; then the command.
_ENTER = """
root=$1; shift
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root/tmp/.X11-unix"; chmod 1777 "$root/tmp"
[ ! -d /tmp/.X11-unix ] || mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
while [ "$1" != -- ]; do
    mkdir -p "$root$2"
    mount --bind "$1" "$root$2"
    mount -o remount,ro,bind "$root$2"
    shift 2
done
shift
exec "$@"
"""


@dataclass(slots=True)
class CleanRoot:
    """A root folder in which programs run."""

    folder: Path
    read_only: list[tuple[Path, str]] = field(default_factory=list)
    """Folders of this machine, and their mount points in the root."""

    def inside(self, path: str) -> Path:
        """Return a path in the root, as seen from this machine."""
        return self.folder / path.lstrip("/")

    def command(
        self,
        program: Sequence[str],
        *,
        as_user: bool = True,
        network: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> list[str]:
        """Return the command that runs a program in the root, with only the given variables."""
        user = [f"--userspec={USER_NUMBER}:{USER_NUMBER}"] if as_user else []
        bound = [part for source, target in self.read_only for part in (str(source), target)]
        return [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", *([] if network else ["--net"])),
            *("sh", "-ec", _ENTER, "sh", str(self.folder), *bound, "--", "chroot", *user, str(self.folder)),
            *("/usr/bin/env", "-i", *(f"{key}={value}" for key, value in (variables or {}).items())),
            *program,
        ]

    def run(
        self,
        program: Sequence[str],
        *,
        as_user: bool = True,
        network: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and return its output."""
        return subprocess.run(
            self.command(program, as_user=as_user, network=network, variables=variables),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=DEADLINE_SECONDS,
        )

    def start(
        self, program: Sequence[str], *, variables: Mapping[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        """Start a program as the user, without a network, and leave it running."""
        with log.open("ab") as file:
            return subprocess.Popen(self.command(program, variables=variables), stdout=file, stderr=file)

    def files(self) -> set[str]:
        """Return every file in the root except virtual files and the system's own records."""
        found = set()
        for folder, folders, names in os.walk(self.folder):
            relative = os.path.relpath(folder, self.folder)
            if relative == ".":
                folders[:] = [name for name in folders if name not in {"proc", "sys", "dev", "tmp", "run"}]
            if relative.startswith(("var/cache", "var/log", "var/lib/apt", "var/lib/dpkg")):
                folders[:] = []
                continue
            found |= {f"{relative}/{name}" for name in (*names, *folders)}
        return found


def make(build: Build) -> CleanRoot:
    """Return the named root, or a new one; built once, unpacked for each trial.

    Raises:
        BuildError: it can't be made.
    """
    if os.geteuid() != 0:
        raise BuildError(
            "Trying it out in a clean root needs root's rights: start with sudo, or use --skip-smoke."
        )
    named = build.options.clean_root
    if named is not None:
        if not (named / "etc" / "debian_version").is_file():
            raise BuildError(
                f"{named} is no Debian root: make one with mmdebstrap --variant=minbase {SUITE} {named}"
            )
        root = CleanRoot(named)
    else:
        packed = build.work / "clean-root.tar"
        if not packed.is_file():
            build.run(["mmdebstrap", "--variant=minbase", SUITE, packed], what="mmdebstrap")
        folder = build.work / "clean-root"
        remove(folder)
        folder.mkdir(parents=True)
        build.run(["tar", "-xf", packed, "-C", folder], what="clean root")
        root = CleanRoot(folder)
    shutil.copyfile("/etc/resolv.conf", root.inside("/etc/resolv.conf"))
    _add_user(root)
    return root


def lend_packages(build: Build, root: CleanRoot) -> None:
    """Copy the package lists and packages of an earlier trial into the root, to avoid a second download.

    Raises:
        BuildError: nothing was downloaded yet, and --offline forbids it.
    """
    kept = build.work / "debian-packages"
    if not kept.is_dir():
        if build.options.offline and build.options.clean_root is None:
            raise BuildError(
                "Trying it out needs a few packages of Debian that no earlier build has downloaded: "
                "build once without --offline, name a root that has them with --clean-root, or use "
                "--skip-smoke."
            )
        return
    for place in _PACKAGE_PLACES:
        shutil.copytree(kept / place, root.inside(place), dirs_exist_ok=True)


def keep_packages(build: Build, root: CleanRoot) -> None:
    """Keep what was downloaded into the root for the next trial."""
    kept = build.work / "debian-packages"
    shutil.rmtree(kept, ignore_errors=True)
    for place in _PACKAGE_PLACES:
        shutil.copytree(root.inside(place), kept / place, ignore=shutil.ignore_patterns("lock", "partial"))


def remove(folder: Path) -> None:
    """Remove a root without mounts: mounts end with the programs that run in it."""
    if folder.exists():
        shutil.rmtree(folder)


def _add_user(root: CleanRoot) -> None:
    passwd, group = root.inside("/etc/passwd"), root.inside("/etc/group")
    if f"{USER}:" not in passwd.read_text(encoding="utf-8"):
        with passwd.open("a", encoding="utf-8") as file:
            file.write(f"{USER}:x:{USER_NUMBER}:{USER_NUMBER}::{HOME}:/bin/sh\n")
        with group.open("a", encoding="utf-8") as file:
            file.write(f"{USER}:x:{USER_NUMBER}:\n")
    home = root.inside(HOME)
    home.mkdir(parents=True, exist_ok=True)
    os.chown(home, USER_NUMBER, USER_NUMBER)
