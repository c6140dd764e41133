"""Remembers which files and folders the window had, and offers them on the empty page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from memapp.core.names import display_name
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr, trn
from memapp.gui.run.session import Session
from memapp.gui.window.drop_area import EmptyPage
from memapp.library.changes import Change, ChangeKind

MOST_PATHS = 200
"""More are not remembered: a person who drops thousands of files drops their folder next time."""


class LastPhotos(QObject):
    """Keeps the paths that were added since the window was last empty. Lives on the GUI thread."""

    def __init__(self, *, session: Session, settings: Settings, page: EmptyPage, parent: QObject) -> None:
        """Remember in the settings, and offer what they hold on this page."""
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._page = page
        self._here: dict[str, None] = {}
        session.added.connect(self._on_added)
        page.open_last.connect(self._open)
        self.destroyed.connect(session.library.subscribe(self._on_change))
        self._offer()

    def _on_added(self, paths: list[str]) -> None:
        # Photos that are scored again lie within what was added.
        self._here.update(
            (path, None) for path in paths if self._here.keys().isdisjoint(map(str, Path(path).parents))
        )
        kept = tuple(path for path in self._here if path and not set(path) & {"\n", "\0"})[:MOST_PATHS]
        if kept:
            self._settings.set(SETTINGS.last_photos, kept)

    def _on_change(self, change: Change) -> None:
        if change.kind is ChangeKind.CLEARED:
            self._here.clear()
            self._offer()

    def _offer(self) -> None:
        paths = self._settings.get(SETTINGS.last_photos)
        self._page.offer_last(last_text(paths) if paths else "")

    def _open(self) -> None:
        paths = self._settings.get(SETTINGS.last_photos)
        self._session.add(list(paths))


def last_text(paths: Sequence[str]) -> str:
    """Return what the button says that opens these paths."""
    name = display_name(Path(paths[0]).name or paths[0])
    if len(paths) == 1:
        return tr("Open {name} again", name=name)
    return trn(
        "Open {name} and {count:,} more again",
        "Open {name} and {count:,} more again",
        len(paths) - 1,
        name=name,
    )
