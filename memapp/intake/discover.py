"""From dropped paths to photos: folders searched lazily, each photo once, in the order of the names."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import Failure, FailureKind, FoundFile, ImageKey, SkippedFile
from memapp.intake import placeholders, problems
from memapp.intake.file_names import NameKind, is_housekeeping, kind_of_name
from memapp.intake.limits import DEFAULT_LIMITS, Deadline
from memapp.intake.reading import describe_special, open_photo_file
from memapp.intake.sniff import HEADER_SIZE, Other, sniff

Finding = FoundFile | Failure | SkippedFile

_HIDDEN_ON_WINDOWS = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 2) | getattr(stat, "FILE_ATTRIBUTE_SYSTEM", 4)
_HIDDEN_ON_MACOS = getattr(stat, "UF_HIDDEN", 0x8000)

_DIGITS = re.compile(r"([0-9]+)")

_NO_PICTURE_KINDS = (FailureKind.NOT_A_PICTURE, FailureKind.DAMAGED, FailureKind.EMPTY)
"""What the first bytes of a file can say if nothing else suggests a photo: no picture, empty, only zeros."""


def find_photos(paths: Iterable[str], *, control: RunControl) -> Iterator[Finding]:
    """Yield every photo below the paths, once, in the order of the names, starting at once.

    In folders, files that are no photos by their names are SkippedFile: of another type, a note of a camera,
    a copy that an editor keeps. So is a file with an unknown extension whose first bytes are of no picture;
    one that is named like a photo is always included, so that a damaged photo is not left out silently.
    Hidden and system files, and previews of cameras and editors, are ignored. A photo that is not on this
    computer yet is a Failure. Files named by the user are always included. Implements PhotoFinder.

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
            yield _failure(path, _why_not(path, problem))
            return
        if stat.S_ISDIR(status.st_mode):
            yield from self._folder(path)
        elif placeholders.path_of_photo(path) is not None:
            yield from self._placeholder(path)
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
                if placeholders.path_of_photo(entry.path) is not None and not _is_folder(entry):
                    yield from self._placeholder(entry.path)
                    continue
                if _is_passed_over(entry):
                    continue
                if _is_folder(entry):
                    folders.append(entry.path)
                else:
                    yield from self._file(entry, real)
            waiting.extend(reversed(folders))

    def _file(self, entry: os.DirEntry[str], real_folder: str) -> Iterator[Finding]:
        kind = kind_of_name(entry.name)
        if kind is NameKind.NO_PHOTO:
            yield SkippedFile(entry.path)
            return
        try:
            status = entry.stat()
            # Only a link can lead elsewhere: no need to ask the disk about each folder on the way.
            real = os.path.realpath(entry.path) if entry.is_symlink() else real_folder + os.sep + entry.name
        except (OSError, ValueError) as problem:
            yield _failure(entry.path, problems.from_system(problem))
            return
        if not self._is_new(real, status):
            return
        if kind is NameKind.UNKNOWN and self._is_no_picture(entry.path, status):
            yield SkippedFile(entry.path)
        else:
            yield _finding(entry.path, real, status)

    def _is_no_picture(self, path: str, status: os.stat_result) -> bool:
        """Return whether the first bytes of a file with an unknown extension are not of a picture."""
        if not stat.S_ISREG(status.st_mode):
            return False  # a failure, which says what it is
        if placeholders.is_not_here(status):
            return True  # reading it would download it
        deadline = Deadline(seconds=DEFAULT_LIMITS.seconds, control=self._control)
        try:
            with open_photo_file(path, deadline=deadline) as file:
                content = sniff(file.read(HEADER_SIZE))
        except (PhotoError, OSError):
            return False  # loading it says why it can't be read
        return isinstance(content, Other) and content.kind in _NO_PICTURE_KINDS

    def _placeholder(self, path: str) -> Iterator[Finding]:
        """Yield the failure of a photo that is elsewhere; nothing where it lies beside its placeholder."""
        photo = placeholders.path_of_photo(path)
        if photo is not None and not os.path.lexists(photo) and self._is_new(os.path.realpath(photo)):
            yield _failure(photo, placeholders.not_here())

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


def _is_passed_over(entry: os.DirEntry[str]) -> bool:
    """Return whether a file or folder is hidden or the system's."""
    if is_housekeeping(entry.name):
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
    if placeholders.is_not_here(status):
        return _failure(path, placeholders.not_here())
    # One string in memory if both paths are equal, as they nearly always are.
    return FoundFile(
        ImageKey(path, status.st_size, status.st_mtime_ns), real_path=path if real == path else real
    )


def _why_not(path: str, problem: OSError | ValueError) -> PhotoError:
    """Return why a path that the user named can't be searched."""
    error = problems.from_system(problem)
    is_elsewhere = error.kind is FailureKind.MISSING and isinstance(problem, OSError)
    return placeholders.not_here() if is_elsewhere and placeholders.has_placeholder(path) else error


def _failure(path: str, problem: PhotoError) -> Failure:
    return Failure(ImageKey(path, 0, 0), problem.kind, problem.reason)
