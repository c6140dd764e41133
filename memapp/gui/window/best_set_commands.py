"""Choose the best: a proposal of photos that are memorable and unlike each other, accepted as picks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from memapp.core.errors import MemappError
from memapp.core.events import Notice, NoticeKind
from memapp.core.likeness import Likeness
from memapp.core.marks import Flag, MarkChange
from memapp.core.names import display_name
from memapp.core.number_text import number_text
from memapp.core.records import ImageKey
from memapp.core.score_text import score_text
from memapp.core.text import tr, trn
from memapp.gui.dialogs.best_set_dialog import (
    THUMBNAIL_SIDE,
    BestSetDialog,
    BestSetWish,
    ProposedPhoto,
)
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.window.mark_commands import MarkCommands
from memapp.library.best_set import DEFAULT_VARIETY, Choice, candidates_from, choose_best
from memapp.library.scores import Scores
from memapp.workers.request_sets import View
from memapp.workers.supervisor import Supervisor

LikenessReader: TypeAlias = Callable[[Sequence[ImageKey]], Mapping[ImageKey, Likeness]]
"""Reads what tells how alike photos are. Raises MemappError."""


@dataclass(frozen=True, slots=True)
class _Proposal:
    choices: tuple[Choice, ...]
    candidates: int
    """How many photos could be chosen."""
    unknown: int
    """Of how many of them nothing is noted."""


class BestSetCommands(QObject):
    """Proposes, off the GUI thread, and picks what is accepted. Lives on the GUI thread.

    Signals:
        noticed(object Notice): something to show.
    """

    noticed = Signal(object)

    def __init__(
        self,
        *,
        photos: GridModel,
        chosen: Callable[[], Sequence[ImageKey]],
        marks: MarkCommands,
        likenesses: LikenessReader,
        supervisor: Supervisor,
        window: QWidget,
    ) -> None:
        """Choose among the selected photos where there are several, else among all that are shown."""
        super().__init__(window)
        self._photos = photos
        self._chosen = chosen
        self._marks = marks
        self._read = likenesses
        self._supervisor = supervisor
        self._window = window
        self.dialog: BestSetDialog | None = None

    def choose(self) -> None:
        """Show the dialog, with a proposal as soon as there is one."""
        chosen = self._chosen()
        library = self._photos.library
        keys = list(chosen) if len(chosen) > 1 else library.keys_at(self._photos.rows_of_all)
        rows = library.rows_of(keys)
        scored = rows[~np.isnan(library.values("score")[rows])]
        if len(scored) < 2:
            self.noticed.emit(
                Notice(
                    NoticeKind.INFORMATION,
                    tr("There is nothing to choose from yet: two photos with a score are needed."),
                )
            )
            return
        dialog = BestSetDialog(photos=len(scored), variety=DEFAULT_VARIETY, parent=self._window)
        proposals = _Proposals(self._photos.scores.snapshot(scored), self._read)
        # The order of the snapshot: its rows are 0, 1, 2 ...
        order = library.keys_at(scored)
        self.dialog = dialog

        def propose(wish: BestSetWish) -> None:
            self._supervisor.draw(
                lambda: proposals.of(wish), done=lambda outcome: self._show(dialog, order, outcome)
            )

        def finish(accepted: int) -> None:
            self.dialog = None
            self._photos.images.changed.disconnect(self._on_previews)
            self._supervisor.request_previews(View.CHOICE, [], 0)
            if accepted:
                self._pick(dialog.keys)
            dialog.deleteLater()

        dialog.wish_changed.connect(propose)
        dialog.finished.connect(finish)
        self._photos.images.changed.connect(self._on_previews)
        propose(dialog.wish)
        dialog.open()

    def _show(
        self, dialog: BestSetDialog, order: Sequence[ImageKey], outcome: _Proposal | MemappError
    ) -> None:
        if dialog is not self.dialog:
            return
        if isinstance(outcome, MemappError):
            dialog.show_proposal([], str(outcome))
            return
        images = self._photos.images
        shown = [
            ProposedPhoto(key, display_name(key.name), self._reasons(key, choice), images.preview(key))
            for choice in outcome.choices
            for key in [order[choice.row]]
        ]
        dialog.show_proposal(shown, _note(outcome))
        side = round(THUMBNAIL_SIDE * dialog.devicePixelRatioF())
        lacking = images.lacking_previews([photo.key for photo in shown], side)
        self._supervisor.request_previews(View.CHOICE, lacking, side)

    def _reasons(self, key: ImageKey, choice: Choice) -> tuple[str, ...]:
        score = score_text(self._photos.library.value(key, "score"))
        place = tr("{score} · place {place}", score=score, place=number_text(choice.rank, ","))
        if not choice.stands_for:
            return (place,)
        return place, trn("Stands for {count:,} like it", "Stands for {count:,} like it", choice.stands_for)

    def _on_previews(self, keys: list[ImageKey]) -> None:
        if self.dialog is None:
            return
        for key in keys:
            if (image := self._photos.images.preview(key)) is not None:
                self.dialog.set_image(key, image)

    def _pick(self, keys: Sequence[ImageKey]) -> None:
        library = self._photos.library
        photos = [photo for key in keys if (photo := library.id_of(key)) is not None]
        self._marks.mark_photos(MarkChange(flag=Flag.PICK), photos)
        text = trn(
            "{count:,} photo is picked. Undo takes the pick back.",
            "{count:,} photos are picked. Undo takes the picks back.",
            len(photos),
        )
        self.noticed.emit(Notice(NoticeKind.INFORMATION, text))


class _Proposals:
    """Computes proposals for one list of photos. Used by one worker thread."""

    def __init__(self, scores: Scores, read: LikenessReader) -> None:
        self._scores = scores
        self._read = read
        self._known: Mapping[ImageKey, Likeness] | None = None

    def of(self, wish: BestSetWish) -> _Proposal | MemappError:
        """Return the proposal, or why there can be none."""
        try:
            if self._known is None:
                self._known = self._read(self._scores.library.keys())
        except MemappError as problem:
            return problem
        rows = self._scores.library.rows()
        candidates = candidates_from(self._scores, rows, self._known, leave_out_soft=wish.leave_out_soft)
        choices = choose_best(candidates, wish.count, variety=wish.variety)
        unknown = int(np.count_nonzero(~np.any(candidates.features, axis=1)))
        return _Proposal(tuple(choices), len(candidates.rows), unknown)


def _note(proposal: _Proposal) -> str:
    if not proposal.choices:
        return tr("None of these photos can be chosen: they are rejected, soft, or can't be judged.")
    if proposal.unknown:
        return trn(
            "memapp does not know yet how alike {count:,} photo is to the others, so only its "
            "score counts. Score it again to compare it.",
            "memapp does not know yet how alike {count:,} photos are to the others, so only their "
            "scores count. Score them again to compare them.",
            proposal.unknown,
        )
    return tr("Untick photos that you do not want. Rejected photos are left out.")
