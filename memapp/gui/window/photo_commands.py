"""Commands on the chosen photos, and the export of all that are listed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QWidget

from memapp.core.events import Notice, NoticeKind
from memapp.core.number_text import number_text
from memapp.core.records import ImageKey
from memapp.core.settings import Settings
from memapp.core.text import tr
from memapp.gui.compare.compare_page import ComparePage
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.run.scoring_commands import ScoringCommands
from memapp.gui.run.session import Session
from memapp.gui.widgets.plain import ask_which
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.app_services import AppServices
from memapp.gui.window.best_set_commands import BestSetCommands
from memapp.gui.window.compare_commands import CompareCommands
from memapp.gui.window.file_commands import FileCommands
from memapp.gui.window.list_commands import ListCommands
from memapp.gui.window.mark_commands import MarkCommands
from memapp.gui.window.moment_commands import MomentCommands
from memapp.gui.window.net_commands import NetCommands
from memapp.gui.window.pages import Pages
from memapp.gui.window.photo_panes import PhotoPanes
from memapp.gui.window.trash_commands import TrashCommands
from memapp.library.changes import Rows
from memapp.library.undo import CommandLog
from memapp.workers.supervisor import Supervisor


class PhotoCommands(QObject):
    """Applies commands to the photo in the viewer, else to the selection. Lives on the GUI thread.

    Signals:
        noticed(object Notice): something to show.
    """

    noticed = Signal(object)

    def __init__(
        self,
        *,
        session: Session,
        photos: GridModel,
        grid: GridView,
        panes: PhotoPanes,
        files: FileCommands,
        lists: ListCommands,
        nets: NetCommands,
        scoring: ScoringCommands,
        log: CommandLog,
        supervisor: Supervisor,
        services: AppServices,
        settings: Settings,
        pages: Pages,
        theme_manager: ThemeManager,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        page = ComparePage(theme_manager=theme_manager)
        pages.add(page)
        self.compare = CompareCommands(
            page=page,
            photos=photos,
            pages=pages,
            chosen=lambda: self.chosen,
            supervisor=supervisor,
            parent=self,
        )
        self.marks = MarkCommands(
            book=session.marks,
            photos=photos,
            panes=panes,
            chosen=lambda: self.chosen,
            log=log,
            saving=supervisor.saving,
            save=services.save_marks,
            may_go_on=lambda: self.compare.current is None,
            settings=settings,
            parent=self,
        )
        self.moments = MomentCommands(
            session=session,
            photos=photos,
            grid=grid,
            chosen=lambda: self.chosen,
            log=log,
            supervisor=supervisor,
            work=services.moment_work,
            settings=settings,
            parent=self,
        )
        self._trash = TrashCommands(files=files, lists=lists, library=session.library, log=log, parent=self)
        self.best_set = BestSetCommands(
            photos=photos,
            chosen=grid.selected_photos,
            marks=self.marks,
            likenesses=services.likenesses,
            supervisor=supervisor,
            window=window,
        )
        for part in (self.marks, self.moments, self._trash, self.best_set):
            part.noticed.connect(self.noticed)
        self._session = session
        self._photos = photos
        self._scores = photos.scores
        self._grid = grid
        self._panes = panes
        self._files = files
        self._lists = lists
        self._nets = nets
        self._scoring = scoring

    @property
    def chosen(self) -> Sequence[ImageKey]:
        """The photo in the viewer or the current one of those compared, else the selected ones in order."""
        viewing = self._panes.viewing or self.compare.current
        return [viewing] if viewing is not None else self._grid.selected_photos()

    @property
    def _whole_shots(self) -> Sequence[ImageKey]:
        """The chosen photos, and the RAW files that they stand for."""
        library = self._photos.library
        photos = [photo for key in self.chosen if (photo := library.id_of(key)) is not None]
        found = (library.key_of(photo) for photo in self._photos.stacks.with_companions(photos))
        return [key for key in found if key is not None]

    def open(self) -> None:
        """Show the first one large."""
        for key in self.chosen[:1]:
            self._panes.open(key)

    def reveal(self) -> None:
        """Show the first one in the system's file manager."""
        for key in self.chosen[:1]:
            self._files.reveal(key)

    def copy(self) -> None:
        """Put them on the clipboard."""
        self._files.copy(self.chosen)

    def remove(self) -> None:
        """Remove them from the list; the files stay."""
        self._lists.remove(self._whole_shots)

    def move_to_trash(self) -> None:
        """Move their files to the trash, after a question; undone where the system allows it."""
        self._trash.move(self._whole_shots)

    def triage(self) -> None:
        """Score them all fast and the best of them exactly."""
        self._scoring.triage(self.chosen)

    def score_exactly(self) -> None:
        """Score those exactly that have a fast score."""
        self._scoring.score_exactly(self.chosen)

    def export(self) -> None:
        """Export the photos that are listed, in the order on screen."""
        if self._session.net is None:
            self.noticed.emit(Notice(NoticeKind.INFORMATION, tr("There are no scores to export yet.")))
            return
        rows = self._rows_to_export()
        if rows is None:
            return
        self._nets.comparison.refresh()
        self._files.export(
            self._scores.snapshot(rows),
            identities=dict(self._session.identities),
            # Not where the photos lie: many programs take all that lies there for a part of the shoot.
            folder=QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation),
        )

    def _rows_to_export(self) -> Rows | None:
        """Return the listed photos; ask where several, but not all, are selected. None to export nothing."""
        listed, chosen = self._photos.rows_of_all, self._grid.selected_photos()
        if not 1 < len(chosen) < len(listed):
            return listed
        text = tr(
            "Export the scores of the {chosen} selected photos, or of all {listed} that are shown?",
            chosen=number_text(len(chosen), ","),
            listed=number_text(len(listed), ","),
        )
        choices = (tr("Selected photos"), tr("All that are shown"))
        match ask_which(self._grid.window(), tr("Export scores"), text, choices):
            case 0:
                # In the order on screen.
                return listed[np.isin(listed, self._photos.library.rows_of(chosen))]
            case 1:
                return listed
        return None
