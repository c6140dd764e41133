"""Step 8 on Linux: the .tar.xz, the .deb and the .run, all from the same folder."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from installer import debian
from installer.report import sha256_of
from installer.steps import Build, BuildError
from installer.templates import fill

MIME_TYPES = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/tiff",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/avif",
    "image/jxl",
    "image/jp2",
    "image/vnd.adobe.photoshop",
    "image/x-portable-pixmap",
    "image/x-adobe-dng",
    "image/x-canon-cr2",
    "image/x-canon-cr3",
    "image/x-nikon-nef",
    "image/x-sony-arw",
    "image/x-fuji-raf",
    "image/x-olympus-orf",
    "image/x-panasonic-rw2",
    "image/x-pentax-pef",
    "inode/directory",
)
"""What "Open with" offers memapp for: photos and folders."""

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
"""Debian's names."""

PAYLOAD_LINE = "__PAYLOAD__"


def machine() -> str:
    """Return this machine's architecture, as in the file names."""
    return os.uname().machine


def desktop_entry(build: Build, *, program: str) -> str:
    """Return the desktop entry that starts a program at this path."""
    return fill(
        build.templates / "linux" / "memapp.desktop.in",
        exec=program,
        try_exec=program,
        mime_types="".join(f"{each};" for each in MIME_TYPES),
    )


def metainfo(build: Build) -> str:
    """Return the metadata for software centres."""
    return fill(
        build.templates / "linux" / "memapp.metainfo.xml.in",
        version=build.version,
        date=time.strftime("%Y-%m-%d", time.gmtime(source_date(build))),
    )


def source_date(build: Build) -> int:
    """Return the build's time in seconds since the epoch: SOURCE_DATE_EPOCH, else the newest changelog
    entry's."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given) if given else int((build.root / "CHANGELOG.md").stat().st_mtime)


def add_shared_files(build: Build, folder: Path) -> None:
    """Add the files of a user's own installation to the frozen folder: entry, icon, uninstaller."""
    share = folder / "share"
    share.mkdir(exist_ok=True)
    (share / "memapp.desktop").write_text(desktop_entry(build, program="memapp"), encoding="utf-8")
    shutil.copy2(build.templates / "linux" / "memapp-256.png", share)
    shutil.copy2(build.templates / "linux" / "uninstall.sh", folder)
    head = stub(build, payload_sha256="0" * 64, kilobytes=0).split(f"\n{PAYLOAD_LINE}")[0]
    (share / "installer.sh").write_text(head + "\n", encoding="utf-8")


def stub(build: Build, *, payload_sha256: str, kilobytes: int) -> str:
    """Return the script at the head of a .run file."""
    template = build.templates / "linux" / "run-stub.sh.in"
    lines = template.read_text(encoding="utf-8").splitlines()
    return fill(
        template,
        version=build.version,
        payload_sha256=payload_sha256,
        kilobytes=str(kilobytes),
        payload_line=str(lines.index(PAYLOAD_LINE) + 2),
    )


def package(build: Build) -> str:
    """Make the requested formats.

    Raises:
        BuildError: a program that makes or checks them failed.
    """
    build.options.out.mkdir(parents=True, exist_ok=True)
    add_shared_files(build, build.frozen)
    makers: dict[str, Callable[[Build], Path]] = {"tar": make_tar, "run": make_run, "deb": debian.make_deb}
    for name in build.options.formats:
        build.made.append(makers[name](build))
    return ", ".join(f"{path.name} {path.stat().st_size / 1e6:,.0f} MB" for path in build.made)


def _tar(build: Build, file: IO[bytes]) -> None:
    """Write the frozen folder as memapp/, in the order of the names, owned by root, into an open file."""

    def as_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        archive.add(build.frozen, arcname="memapp", recursive=False, filter=as_root)
        for path in sorted(build.frozen.rglob("*")):
            name = f"memapp/{path.relative_to(build.frozen).as_posix()}"
            archive.add(path, arcname=name, recursive=False, filter=as_root)


def plain_tar(build: Build) -> Path:
    """Return the folder as an uncompressed tar, made once for both kinds of file."""
    target = build.work / "memapp.tar"
    with target.open("wb") as file:
        _tar(build, file)
    return target


def make_tar(build: Build) -> Path:
    """Make the archive of the folder, to be unpacked anywhere."""
    target = build.options.out / f"memapp-{build.version}-linux-{machine()}.tar.xz"
    plain = plain_tar(build)
    level = "-0" if build.options.fast else "-6"
    build.run(["sh", "-c", f'xz -T0 {level} -c "$1" > "$2"', "sh", plain, target], what="tar.xz")
    plain.unlink()
    return target


def make_run(build: Build) -> Path:
    """Make the self-installing file: the stub, then the folder as tar.gz, which every system can unpack."""
    target = build.options.out / f"memapp-{build.version}-linux-{machine()}.run"
    payload = build.work / "payload.tar.gz"
    with (
        payload.open("wb") as file,
        gzip.GzipFile("", "wb", 1 if build.options.fast else 6, file, 0) as packed,
    ):
        _tar(build, packed)  # type: ignore[arg-type]  # tarfile only writes
    sha256 = sha256_of(payload)
    # Twice the folder's size: during an upgrade, both versions are there.
    kilobytes = 2 * sum(path.lstat().st_size for path in build.frozen.rglob("*")) // 1000
    with target.open("wb") as whole, payload.open("rb") as content:
        whole.write(stub(build, payload_sha256=sha256, kilobytes=kilobytes).encode())
        shutil.copyfileobj(content, whole, 1 << 20)
    payload.unlink()
    target.chmod(0o755)
    build.run(["sh", target, "--check"], what="check of the run file")
    return target


def plan(build: Build) -> str:
    """Fill every template and check it with the systems' own tools.

    Raises:
        BuildError: a template is wrong.
    """
    folder = build.work / "dry-run"
    folder.mkdir(parents=True, exist_ok=True)
    entry, info, script = (
        folder / "memapp.desktop",
        folder / "org.memapp.memapp.metainfo.xml",
        folder / "stub.sh",
    )
    entry.write_text(desktop_entry(build, program="memapp"), encoding="utf-8")
    info.write_text(metainfo(build), encoding="utf-8")
    script.write_text(stub(build, payload_sha256="0" * 64, kilobytes=1), encoding="utf-8")
    debian.control(build, depends=debian.depends_of(["libc.so.6"], glibc="2.34"), kilobytes=1)
    remarks = ["templates filled"]
    checks: dict[str, list[str | Path]] = {
        "desktop-file-validate": [entry],
        "appstreamcli": ["validate", "--no-net", info],
        "sh": ["-n", script],
        "dash": ["-n", script],
        "bash": ["-n", script],
    }
    for program, arguments in checks.items():
        if shutil.which(program) is None:
            remarks.append(f"{program} is not installed")
            continue
        build.run([program, *arguments], what=f"check with {program}")
    if not (build.templates / "linux" / "memapp-256.png").is_file():
        raise BuildError(
            "packaging/linux/memapp-256.png is missing: draw it from resources/icons/memapp.svg."
        )
    return "; ".join(remarks)
