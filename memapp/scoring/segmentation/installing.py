"""Installing a pack from a folder or a zip file: copied, checked, tried out, then renamed into place."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TypeAlias

from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.core.files import make_private_folder, open_regular_file
from memapp.core.number_text import number_text
from memapp.core.text import tr
from memapp.scoring.segmentation.description import (
    DESCRIPTION_NAME,
    GRAPH_NAME,
    LARGEST_DESCRIPTION,
    LARGEST_GRAPH,
    PackDescription,
    read_description,
)

BytesProgress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes done and the total."""

_TEXTS = (".txt", ".md")
"""Licences and notes that may be in a pack."""
_MOST_TEXTS = 10
_LARGEST_TEXT = 1_000_000
_CHUNK = 1 << 20
_SPARE = 50_000_000
"""Bytes to leave free on the disk."""
_MOST_ENTRIES = 10_000
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""What zipfile raises for a file that is damaged, encrypted, or compressed in an unknown way."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What every program writes; other methods are rare, and each would fail in its own way."""
_DAY = 86_400

Trial: TypeAlias = Callable[[Path, PackDescription], None]


def install_pack(
    source: Path,
    root: Path,
    *,
    refuse: Callable[[str], str | None],
    try_out: Trial,
    control: RunControl,
    progress: BytesProgress,
) -> PackDescription:
    """Copy a pack, verify that it works, and move it into place at once; an older one is replaced.

    Args:
        source: a folder, or a zip file that contains one.
        root: the folder of packs; created if missing.
        refuse: returns why a pack of this name may not be installed, as a sentence, or None.
        try_out: raises SegmenterError if the copy does not work.
        control: checked between chunks.
        progress: called with the copied bytes.

    Raises:
        SegmenterError: it is refused, or can't be written; nothing was changed.
        Cancelled: nothing was changed.
    """
    try:
        make_private_folder(root)
        _sweep(root)
        with tempfile.TemporaryDirectory(dir=root, prefix=".installing-") as beside:
            staged = Path(beside) / "pack"
            staged.mkdir()
            _copy(source, staged, control, progress)
            description = _checked(staged, source)
            name = description.identity.name
            if problem := refuse(name):
                raise SegmenterError(problem)
            control.checkpoint()
            try_out(staged, description)
            control.checkpoint()
            _put_in_place(staged, root / name, Path(beside) / "old")
    except OSError as problem:
        raise SegmenterError(
            tr(
                "The object finder can't be installed: {file} ({problem}).",
                file=problem.filename or root,
                problem=problem.strerror or problem,
            )
        ) from problem
    return description


def remove_folder(folder: Path) -> None:
    """Remove a pack: it disappears at once, its files are deleted afterwards.

    Raises:
        OSError: it is still there.
    """
    with tempfile.TemporaryDirectory(
        dir=folder.parent, prefix=".removing-", ignore_cleanup_errors=True
    ) as beside:
        folder.rename(Path(beside) / "pack")


def _copy(source: Path, staged: Path, control: RunControl, progress: BytesProgress) -> None:
    with _files_of(source) as files:
        for name in (DESCRIPTION_NAME, GRAPH_NAME):
            if name not in files:
                raise SegmenterError(
                    tr(
                        "{name} is not an object finder: there is no {missing} in it.",
                        name=source.name,
                        missing=name,
                    )
                )
        total = sum(size for size, _ in files.values())
        free = shutil.disk_usage(staged).free
        if free < total + _SPARE:
            raise SegmenterError(
                tr(
                    "The disk of {folder} is too full: {needed} MB are needed, {free} MB are free.",
                    folder=staged.parents[1],
                    needed=number_text((total + _SPARE) / 1e6, ",.0f"),
                    free=number_text(free / 1e6, ",.0f"),
                )
            )
        done = 0
        for name, (size, open_file) in files.items():
            with open_file() as taken, (staged / name).open("wb") as written:
                left = size
                while left > 0 and (chunk := taken.read(min(_CHUNK, left))):
                    control.checkpoint()
                    written.write(chunk)
                    left -= len(chunk)
                    done += len(chunk)
                    progress(done, total)
                written.flush()
                os.fsync(written.fileno())


_Files: TypeAlias = dict[str, tuple[int, Callable[[], IO[bytes]]]]
"""By their new name: their size in bytes, and a function that opens them."""


@contextmanager
def _files_of(source: Path) -> Iterator[_Files]:
    if source.is_dir():
        yield _chosen(
            (path.name, path.stat().st_size, _opener(path))
            for path in sorted(source.iterdir())
            # What a link leads to need not be meant for others.
            if path.is_file() and not path.is_symlink()
        )
        return
    if not source.is_file():
        raise SegmenterError(tr("There is no object finder at {source}.", source=source))
    try:
        with zipfile.ZipFile(source) as archive:
            yield _chosen(_members(archive))
    except _UNREADABLE as problem:
        raise SegmenterError(
            tr(
                "{name} is not an object finder: it is neither a folder nor a readable zip file.",
                name=source.name,
            )
        ) from problem


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: open_regular_file(path)


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, int, Callable[[], IO[bytes]]]]:
    """Yield the files of the folder that contains the description: the top, or one folder below it."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not stat.S_ISLNK(member.external_attr >> 16)
    ]
    if len(members) > _MOST_ENTRIES:
        raise SegmenterError(
            tr(
                "{filename} is not an object finder: it contains {count} files.",
                filename=archive.filename,
                count=len(members),
            )
        )
    tops = [
        path.parent
        for path in (PurePosixPath(member.filename) for member in members)
        if path.name == DESCRIPTION_NAME and len(path.parts) <= 2
    ]
    for member in members:
        path = PurePosixPath(member.filename)
        # Only bare names are written, so that no path in the archive can lead out of the folder.
        if tops and path.parent == tops[0] and "\\" not in path.name:
            if member.compress_type not in _PACKED:
                raise NotImplementedError
            yield path.name, member.file_size, partial(archive.open, member)


def _chosen(found: Iterator[tuple[str, int, Callable[[], IO[bytes]]]]) -> _Files:
    """Return the files that belong to a pack; others are ignored."""
    files: _Files = {}
    texts = 0
    for name, size, opener in found:
        limit = {DESCRIPTION_NAME: LARGEST_DESCRIPTION, GRAPH_NAME: LARGEST_GRAPH}.get(name)
        if limit is not None:
            if size > limit:
                raise SegmenterError(
                    tr(
                        "The object finder is too large: its {name} has {size} MB, and the "
                        "limit is {limit} MB.",
                        name=name,
                        size=number_text(size / 1e6, ",.0f"),
                        limit=number_text(limit / 1e6, ",.0f"),
                    )
                )
            files[name] = size, opener
        elif _is_text(name) and size <= _LARGEST_TEXT and texts < _MOST_TEXTS:
            texts += 1
            files[name] = size, opener
    return files


def _is_text(name: str) -> bool:
    plain = name.isascii() and all(letter.isalnum() or letter in "-_. " for letter in name)
    return plain and not name.startswith(".") and len(name) <= 100 and name.lower().endswith(_TEXTS)


def _checked(staged: Path, source: Path) -> PackDescription:
    # The copy's own name would mean nothing to the user.
    description = read_description(staged, where=source.name)
    with (staged / GRAPH_NAME).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != description.graph_sha256:
        raise SegmenterError(
            tr(
                "The object finder {name} can't be used: what {file} contains is not what "
                "its description names (another sha256). Get it again.",
                name=description.identity.name,
                file=source.name,
            )
        )
    return description


def _put_in_place(staged: Path, target: Path, old: Path) -> None:
    there = target.exists()
    if there:
        target.rename(old)
    try:
        staged.rename(target)
    except OSError:
        if there:
            old.rename(target)
        raise


def _sweep(root: Path) -> None:
    """Remove what interrupted installations left behind."""
    for left in root.glob(".*"):
        with suppress(OSError):
            if (
                left.name.startswith((".installing-", ".removing-"))
                and left.stat().st_mtime < time.time() - _DAY
            ):
                shutil.rmtree(left)
