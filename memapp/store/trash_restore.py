"""Putting files back from the trash, on systems whose trash is that of freedesktop.org.

Each trash folder holds a file's content in "files" and, in "info", where it was and when it was deleted
(FreeDesktop.org Trash specification 1.0).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote_to_bytes

from memapp.core.errors import StoreError
from memapp.core.file_state import state_of
from memapp.core.records import FileState, ImageKey
from memapp.core.text import tr

Restorer: TypeAlias = Callable[[Sequence[ImageKey]], tuple[list[ImageKey], list[tuple[ImageKey, str]]]]
"""Puts files back from the trash; returns those that are back, and the others with the reason."""


class _Trashed(NamedTuple):
    date: str
    file: Path
    info: Path


def restore_from_trash(keys: Sequence[ImageKey]) -> tuple[list[ImageKey], list[tuple[ImageKey, str]]]:
    """Put photos back to where they were, each in the state of its key; never write over another file.

    Returns:
        The photos that are back, and the others, each with the reason.
    """
    known: dict[str, list[_Trashed]] = {}
    for folder, base in _trash_folders(keys):
        for path, trashed in _contents(folder, base):
            known.setdefault(path, []).append(trashed)
    back: list[ImageKey] = []
    kept: list[tuple[ImageKey, str]] = []
    for key in keys:
        try:
            _restore(key, known.get(_plain(key.path), ()))
        except StoreError as problem:
            kept.append((key, str(problem)))
        except OSError as problem:
            kept.append((key, problem.strerror or str(problem)))
        else:
            back.append(key)
    return back, kept


def restorer() -> Restorer | None:
    """Return what puts files back from this system's trash; None where only the system can."""
    return None if sys.platform in ("win32", "darwin") else restore_from_trash


def _restore(key: ImageKey, trashed: Iterable[_Trashed]) -> None:
    wanted = FileState(key.size, key.mtime_ns)
    # The same photo may have been there more than once: the last one counts.
    same = sorted(each for each in trashed if state_of(str(each.file)) == wanted)
    if not same:
        raise StoreError(tr("it is no longer in the trash"))
    if os.path.lexists(key.path):
        raise StoreError(tr("another file is in its place"))
    if not Path(key.path).parent.is_dir():
        raise StoreError(tr("its folder is no longer there"))
    _move(same[-1].file, key.path)
    same[-1].info.unlink(missing_ok=True)


def _move(file: Path, path: str) -> None:
    """Move a file to a place that is free, without writing over what comes there meanwhile."""
    try:
        os.link(file, path, follow_symlinks=False)
    except FileExistsError as problem:
        raise StoreError(tr("another file is in its place")) from problem
    except OSError:
        # Another disk, or one without hard links.
        shutil.move(file, path)
    else:
        file.unlink()


def _trash_folders(keys: Sequence[ImageKey]) -> Iterator[tuple[Path, Path]]:
    """Yield each folder that may hold these files, with the one that its relative paths start from."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    yield data / "Trash", data
    if not hasattr(os, "getuid"):
        return
    user = os.getuid()
    above = {folder for key in keys for folder in Path(_plain(key.path)).parents}
    for top in sorted(above):
        yield top / ".Trash" / str(user), top
        yield top / f".Trash-{user}", top


def _contents(folder: Path, base: Path) -> Iterator[tuple[str, _Trashed]]:
    """Yield where each file of a trash folder was, and where it is now; skip what can't be read."""
    try:
        infos = sorted((folder / "info").glob("*.trashinfo"))
    except OSError:
        return
    for info in infos:
        try:
            lines = info.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        except OSError:
            continue
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        if written := values.get("Path"):
            path = os.path.join(base, os.fsdecode(unquote_to_bytes(written)))  # noqa: PTH118
            yield _plain(path), _Trashed(values.get("DeletionDate", ""), folder / "files" / info.stem, info)


def _plain(path: str) -> str:
    """Return a path with the links of its folders resolved, as trashes differ in that."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)  # noqa: PTH118
