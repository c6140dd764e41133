"""Commands on files: choose, show in folder, copy, export, move to the trash."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from memapp.core.errors import StoreError
from memapp.core.events import Notice, NoticeKind
from memapp.core.export_kinds import ExportKind
from memapp.core.file_state import check_file
from memapp.core.files import is_one_of
from memapp.core.records import FileCheck, ImageKey, NetIdentity
from memapp.core.text import deferred, tr, trn
from memapp.gui.dialogs.save_dialog import ask_place
from memapp.gui.overlay.overlay_export import LONGEST_SIDE, ExportContent, as_png, compose
from memapp.gui.widgets.file_url import file_url
from memapp.gui.widgets.plain import ask
from memapp.library.photo_columns import PhotoState
from memapp.library.scores import Scores
from memapp.workers.jobs import Jobs

_PICTURE = ExportKind("png", deferred("Picture"), (".png",), "image/png")


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to export, and where to."""

    path: Path
    kind: ExportKind
    scores: Scores
    """A snapshot of the photos and their scores, in the order on screen."""
    identities: Mapping[str, NetIdentity]
    """The nets that have scored, by their ids."""


@dataclass(frozen=True, slots=True)
class FileWork:
    """Work on files, handed in by the composition root and run off the GUI thread."""

    export_kinds: Sequence[ExportKind]
    """The kinds of files for scores, the usual one first."""
    export: Callable[[ExportOrder], None]
    """Raises: OSError or MemappError: nothing was written."""
    move_to_trash: Callable[[Sequence[ImageKey]], tuple[list[ImageKey], list[tuple[ImageKey, str]]]]
    restore_from_trash: (
        Callable[[Sequence[ImageKey]], tuple[list[ImageKey], list[tuple[ImageKey, str]]]] | None
    )
    """None where only the system can put files back."""
    picture: Callable[[ImageKey, int], QImage]
    """Returns a photo, its longest side this many pixels at most. Raises: PhotoError."""
    write: Callable[[Path, bytes], None]
    """Writes a file, whole or not at all. Raises: OSError."""


class FileCommands(QObject):
    """Dialogs and commands on files. Lives on the GUI thread.

    Signals:
        chosen(list[str]): files or a folder to add.
        folder_used(str): open this folder first next time.
        noticed(object Notice): the outcome.
    """

    chosen = Signal(list)
    folder_used = Signal(str)
    noticed = Signal(object)

    def __init__(self, *, work: FileWork, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._work = work
        self._jobs = jobs
        self._window = window

    def choose_photos(self, folder: str) -> None:
        """Let the user choose files of any name: the content decides whether they are photos."""
        paths, _ = QFileDialog.getOpenFileNames(
            self._window, tr("Add photos"), folder, f"{tr('All files')} (*)"
        )
        if paths:
            self.folder_used.emit(str(Path(paths[0]).parent))
            self.chosen.emit(paths)

    def choose_folder(self, folder: str) -> None:
        """Let the user choose a folder."""
        path = QFileDialog.getExistingDirectory(self._window, tr("Add a folder"), folder)
        if path:
            self.folder_used.emit(path)
            self.chosen.emit([path])

    def reveal(self, key: ImageKey) -> None:
        """Show a photo in the system's file manager, selected where that is possible."""
        if sys.platform == "win32":
            subprocess.Popen(["explorer", f"/select,{Path(key.path)}"])
        elif sys.platform == "darwin":
            subprocess.Popen(["open", "-R", key.path])
        else:
            QDesktopServices.openUrl(file_url(str(Path(key.path).parent)))

    def open_folder(self, path: str) -> None:
        """Show a folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def copy(self, keys: Sequence[ImageKey]) -> None:
        """Put photos on the clipboard, as files and as text, if their files are unchanged."""
        if keys:
            self._jobs.start(
                lambda: [key for key in keys if check_file(key) is FileCheck.SAME],
                done=lambda same: self._on_checked(keys, same),
                failed=lambda problem: self._warn(
                    tr("Nothing was copied: {reason}.", reason=_reason(problem))
                ),
            )

    def _on_checked(self, keys: Sequence[ImageKey], same: Sequence[ImageKey]) -> None:
        if same:
            self._copy(same)
        if refused := len(keys) - len(same):
            self._warn(changed_files_text(refused))

    def _copy(self, keys: Sequence[ImageKey]) -> None:
        mime = QMimeData()
        mime.setUrls([file_url(key.path) for key in keys])
        mime.setText("\n".join(key.path for key in keys))
        QGuiApplication.clipboard().setMimeData(mime)

    def export(self, scores: Scores, *, identities: Mapping[str, NetIdentity], folder: str) -> None:
        """Ask for a file, and write the scores to it; the arguments are those of ExportOrder."""
        place = ask_place(
            self._window, tr("Export scores"), Path(folder) / "scores.csv", self._work.export_kinds
        )
        if place is None:
            return
        order = ExportOrder(path=place.path, kind=place.kind, scores=scores, identities=identities)
        finished = scores.count() - scores.count(PhotoState.WAITING)
        written = trn(
            "The score of {count:,} photo was written to {path}.",
            "The scores of {count:,} photos were written to {path}.",
            finished,
            path=place.path,
        )
        self._jobs.start(
            lambda: self._work.export(order),
            done=lambda _: self._show_notice(written),
            failed=lambda problem: self._warn(
                tr(
                    "The scores can't be written to {path}: {reason}. Choose another place.",
                    path=place.path,
                    reason=_reason(problem),
                )
            ),
        )

    def export_overlay(self, key: ImageKey, content: ExportContent) -> None:
        """Ask for a file, and write photo, overlay and legend to it as one picture."""
        first = str(Path(key.path).with_name(f"{Path(key.name).stem} {content.overlay}.png"))
        place = ask_place(self._window, tr("Export overlay"), Path(first), (_PICTURE,))
        if place is None:
            return
        path = place.path

        def write() -> None:
            if is_one_of(path, [key.path]):
                raise StoreError(tr("it is the photo itself"))
            photo = self._work.picture(key, LONGEST_SIDE)
            self._work.write(path, as_png(compose(photo, content)))

        self._jobs.start(
            write,
            done=lambda _: self._show_notice(tr("The overlay was written to {path}.", path=path)),
            failed=lambda problem: self._warn(
                tr(
                    "The overlay can't be written to {path}: {reason}. Choose another place.",
                    path=path,
                    reason=_reason(problem),
                )
            ),
        )

    @property
    def restores(self) -> bool:
        """Whether photos can be put back from the trash here."""
        return self._work.restore_from_trash is not None

    def ask_trash(self, keys: Sequence[ImageKey]) -> bool:
        """Ask whether to move photos to the trash; say how they come back."""
        count = len(keys)
        text = (
            tr('Move "{name}" to the trash?', name=keys[0].name)
            if count == 1
            else trn("Move {count:,} photo to the trash?", "Move {count:,} photos to the trash?", count)
        )
        later = (
            trn("Undo brings it back.", "Undo brings them back.", count)
            if self.restores
            else trn(
                "Undo can't bring it back, but you can restore it from the system's trash.",
                "Undo can't bring them back, but you can restore them from the system's trash.",
                count,
            )
        )
        act = tr("Move to the trash")
        return ask(self._window, act, text, later, act=act, keep=tr("Keep"))

    def move_to_trash(self, keys: Sequence[ImageKey], *, done: Callable[[list[ImageKey]], None]) -> None:
        """Move photos to the system's trash; call `done` with those that are there, if any."""

        def on_moved(outcome: tuple[list[ImageKey], list[tuple[ImageKey, str]]]) -> None:
            moved, kept = outcome
            if moved:
                done(moved)
            if kept:
                (key, reason), others = kept[0], len(kept) - 1
                values = {"name": key.name, "reason": reason}
                self._warn(
                    trn(
                        "{name} and {count:,} other can't be moved to the trash: {reason}.",
                        "{name} and {count:,} others can't be moved to the trash: {reason}.",
                        others,
                        **values,
                    )
                    if others
                    else tr("{name} can't be moved to the trash: {reason}.", **values)
                )

        self._jobs.start(
            lambda: self._work.move_to_trash(keys),
            done=on_moved,
            failed=lambda problem: self._warn(
                tr("Nothing was moved to the trash: {reason}.", reason=_reason(problem))
            ),
        )

    def restore_from_trash(self, keys: Sequence[ImageKey], *, done: Callable[[list[ImageKey]], None]) -> None:
        """Put photos back from the trash; call `done` with those that are back, if any."""
        restore = self._work.restore_from_trash
        assert restore is not None

        def on_restored(outcome: tuple[list[ImageKey], list[tuple[ImageKey, str]]]) -> None:
            back, kept = outcome
            if back:
                done(back)
            if kept:
                (key, reason), others = kept[0], len(kept) - 1
                values = {"name": key.name, "reason": reason}
                self._warn(
                    trn(
                        "{name} and {count:,} other can't be put back from the trash: {reason}.",
                        "{name} and {count:,} others can't be put back from the trash: {reason}.",
                        others,
                        **values,
                    )
                    if others
                    else tr("{name} can't be put back from the trash: {reason}.", **values)
                )

        self._jobs.start(
            lambda: restore(keys),
            done=on_restored,
            failed=lambda problem: self._warn(
                tr("Nothing was put back from the trash: {reason}.", reason=_reason(problem))
            ),
        )

    def _show_notice(self, text: str) -> None:
        self.noticed.emit(Notice(NoticeKind.INFORMATION, text))

    def _warn(self, text: str) -> None:
        self.noticed.emit(Notice(NoticeKind.WARNING, text))


def changed_files_text(count: int) -> str:
    """Return the sentence about files that were changed and left out."""
    return trn(
        "{count:,} file was changed, replaced or removed since it was shown, and was left out.",
        "{count:,} files were changed, replaced or removed since they were shown, and were left out.",
        count,
    )


def _reason(problem: Exception) -> str:
    """Return the reason without a full stop, for the end of a sentence."""
    words = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return words.removesuffix(".")
