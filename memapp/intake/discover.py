"""From dropped paths to photos: folders searched lazily, each photo once, in the order of the names."""

from __future__ import annotations

import mimetypes
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import Failure, FoundFile, ImageKey, SkippedFile
from memapp.intake import problems
from memapp.intake.reading import describe_special

Finding = FoundFile | Failure | SkippedFile

_SYSTEM_NAMES = frozenset(
    {
        "__macosx",
        "@eadir",
        "#recycle",
        "$recycle.bin",
        "recycler",
        "system volume information",
        "lost+found",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "icon\r",
    }
)
"""Files and folders that systems put among photos, in lower case."""

_CATALOGUE_ENDINGS = (".lrdata", ".lrcat-data", ".photoslibrary", ".aplibrary", ".cocatalog", ".cocatalogdb")
"""Folders in which other programs store their own previews."""

_NEVER_PICTURES = frozenset(
    {
        *(".xmp", ".thm", ".aae", ".cos", ".cop", ".cot", ".dop", ".pp3", ".arp", ".on1", ".nksc", ".vrd"),
        *(".lrcat", ".lrtemplate", ".lock", ".ini", ".db", ".log", ".md", ".url", ".lnk", ".torrent"),
        *(".braw", ".insv", ".lrv", ".mts", ".m2ts", ".mxf", ".mkv", ".rmf"),
    }
)
"""Extensions of sidecars, catalogues and films that the table of media types lacks."""

_UNKNOWN_CONTENT = "application/octet-stream"
_HIDDEN_ON_WINDOWS = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 2) | getattr(stat, "FILE_ATTRIBUTE_SYSTEM", 4)
_HIDDEN_ON_MACOS = getattr(stat, "UF_HIDDEN", 0x8000)

# Built-in tables only: the result must not depend on other programs on this computer.
_MEDIA_TYPES = mimetypes.MimeTypes()
_DIGITS = re.compile(r"([0-9]+)")


def find_photos(paths: Iterable[str], *, control: RunControl) -> Iterator[Finding]:
    """Yield every photo below the paths, once, in the order of the names, starting at once.

    In folders, files whose extension belongs to another type are SkippedFile; hidden and system files are
    ignored. A file with an unknown extension is included: loading it shows what it is, and nothing that might
    be a photo is left out silently. Files named by the user are always included. Implements PhotoFinder.

    Args:
        paths: files and folders, absolute or relative to the working folder.
        control: checked before each file.

    Raises:
        Cancelled: control was cancelled.
    """
    yield from _Search(control).run(paths)


def natural_order(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return a key for natural order: IMG_2 before IMG_10, ignoring case."""
    return tuple(
        (0, int(part)) if part.isdecimal() else (1, part) for part in _DIGITS.split(name.casefold()) if part
    )


class _Search:
    """One search and what it has already seen. Used by one thread, once."""

    def __init__(self, control: RunControl) -> None:
        self._control = control
        self._seen: set[str | tuple[int, int, int, int]] = set()
        """Real paths of the files and folders seen, and other identifiers of files."""

    def run(self, paths: Iterable[str]) -> Iterator[Finding]:
        for path in paths:
            self._control.checkpoint()
            # Not normalised: "link/.." is not the folder that contains the link.
            yield from self._named(str(Path(path).absolute()))

    def _named(self, path: str) -> Iterator[Finding]:
        """Yield what the user named, under any name."""
        try:
            status = os.stat(path)  # noqa: PTH116 (paths are plain text all through intake)
            real = os.path.realpath(path)
        except (OSError, ValueError) as problem:
            yield _failure(path, problems.from_system(problem))
            return
        if stat.S_ISDIR(status.st_mode):
            yield from self._folder(path)
        elif self._is_new(real, status):
            yield _finding(path, real, status)

    def _folder(self, top: str) -> Iterator[Finding]:
        """Yield all below a folder: its files, then its folders one after another."""
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            self._control.checkpoint()
            try:
                real = os.path.realpath(folder)
                if not self._is_new(real):
                    continue
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda entry: (natural_order(entry.name), entry.name))
            except (OSError, ValueError) as problem:
                yield _failure(folder, problems.from_system(problem))
                continue
            folders = []
            for entry in entries:
                self._control.checkpoint()
                if _is_passed_over(entry):
                    continue
                if _is_folder(entry):
                    folders.append(entry.path)
                else:
                    yield from self._file(entry, real)
            waiting.extend(reversed(folders))

    def _file(self, entry: os.DirEntry[str], real_folder: str) -> Iterator[Finding]:
        suffix = PurePath(entry.name).suffix.lower()
        media_type = _MEDIA_TYPES.types_map[True].get(suffix) or _MEDIA_TYPES.types_map[False].get(suffix)
        if suffix in _NEVER_PICTURES or not _may_be_picture(media_type):
            yield SkippedFile(entry.path)
            return
        try:
            status = entry.stat()
            # Only a link can lead elsewhere: no need to ask the disk about each folder on the way.
            real = os.path.realpath(entry.path) if entry.is_symlink() else real_folder + os.sep + entry.name
        except (OSError, ValueError) as problem:
            yield _failure(entry.path, problems.from_system(problem))
            return
        if self._is_new(real, status):
            yield _finding(entry.path, real, status)

    def _is_new(self, real: str, status: os.stat_result | None = None) -> bool:
        name = os.path.normcase(real)
        is_new = name not in self._seen
        self._seen.add(name)
        if status is not None and status.st_ino:
            # The same file through a hard link, another spelling of its name, or another mount. Some network
            # disks reuse numbers, so size and time must also match. It can't be mistaken for a path.
            file = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
            is_new = is_new and file not in self._seen
            self._seen.add(file)
        return is_new


def _may_be_picture(media_type: str | None) -> bool:
    return media_type is None or media_type == _UNKNOWN_CONTENT or media_type.startswith("image/")


def _is_passed_over(entry: os.DirEntry[str]) -> bool:
    """Return whether a file or folder is hidden or the system's."""
    name = entry.name.lower()
    if name.startswith(".") or name in _SYSTEM_NAMES or name.endswith(_CATALOGUE_ENDINGS):
        return True
    if os.name != "nt" and not hasattr(os, "lchflags"):
        return False  # only Windows and macOS hide files by a flag
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return bool(
        getattr(status, "st_file_attributes", 0) & _HIDDEN_ON_WINDOWS
        or getattr(status, "st_flags", 0) & _HIDDEN_ON_MACOS
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _finding(path: str, real: str, status: os.stat_result) -> Finding:
    if special := describe_special(status.st_mode):
        return _failure(path, special)
    # One string in memory if both paths are equal, as they nearly always are.
    return FoundFile(
        ImageKey(path, status.st_size, status.st_mtime_ns), real_path=path if real == path else real
    )


def _failure(path: str, problem: PhotoError) -> Failure:
    return Failure(ImageKey(path, 0, 0), problem.kind, problem.reason)
