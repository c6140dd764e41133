"""Compare: puts photos side by side, with what is known of them, and asks for their pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QSize, Slot
from PySide6.QtGui import QImage

from memapp.core.caution import caution_of
from memapp.core.marks import marks_text
from memapp.core.number_text import number_text
from memapp.core.records import Failure, ImageKey, PhotoId, Precision, ScoredPhoto
from memapp.core.score_text import FAST_MARK, score_text
from memapp.core.text import tr
from memapp.gui.compare.compare_page import ComparedPhoto, ComparePage
from memapp.gui.compare.contest import Contest
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.window.pages import Pages
from memapp.library.changes import KEY, Change, ChangeKind
from memapp.library.marks import FLAG, LABEL, STARS, marks_of
from memapp.workers.preview_pool import MOST_PICTURES
from memapp.workers.request_sets import View
from memapp.workers.supervisor import Supervisor

_MOST_AHEAD = 2


class CompareCommands(QObject):
    """Opens the page and keeps it up to date. Lives on the GUI thread."""

    def __init__(
        self,
        *,
        page: ComparePage,
        photos: GridModel,
        pages: Pages,
        chosen: Callable[[], Sequence[ImageKey]],
        supervisor: Supervisor,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.page = page
        self._photos = photos
        self._library = photos.library
        self._pages = pages
        self._chosen = chosen
        self._supervisor = supervisor
        self._contest: Contest | None = None
        self._wanted: dict[ImageKey, int] = {}
        """The pictures that are asked for and have not come, by their longest side; 0 for full size."""
        self._ahead: dict[ImageKey, QImage] = {}
        """Pictures of the next challengers, so that they stand there at once."""
        self._side = 0
        """Of the pictures that are asked for now."""
        self._fit_side = 0
        """The longest side at which a whole photo was asked for last."""
        page.picture_wanted.connect(self._want)
        page.step.connect(self._step)
        page.chosen.connect(self._choose)
        page.kept.connect(lambda: self._contend(lambda contest: contest.keep()))
        page.dropped.connect(lambda: self._contend(lambda contest: contest.drop()))
        page.closed.connect(self.close)
        supervisor.picture_ready.connect(self._on_picture)
        supervisor.picture_failed.connect(self._on_missing)
        self._library.subscribe(self._on_change)

    @property
    def current(self) -> ImageKey | None:
        """The photo that marks and commands are about, while photos are compared."""
        return self.page.current if self.page.isVisible() else None

    def open(self) -> None:
        """Compare the selected photos, in their order on screen; one alone with the one after it."""
        keys = list(self._chosen())
        if len(keys) == 1:
            place = self._photos.index_of(keys[0]).row()
            neighbour = place + 1 if place + 1 < self._photos.rowCount() else place - 1
            if place >= 0 and neighbour >= 0:
                keys.append(self._photos.key(neighbour))
        ids = [photo for key in keys if (photo := self._library.id_of(key)) is not None]
        if len(ids) < 2:
            return
        self._contest = Contest(ids)
        self._wanted.clear()
        self._ahead.clear()
        self._pages.show(self.page)
        self._update()

    @Slot()
    def close(self) -> None:
        """Go back to the photos; what was selected is still selected."""
        self._end()
        self._pages.show_photos()

    def _end(self) -> None:
        self._contest = None
        self._wanted.clear()
        self._ahead.clear()
        self._supervisor.request_pictures(View.COMPARE, (), 0)
        self.page.show_photos([], current=None, waiting=0)

    @Slot(int)
    def _step(self, places: int) -> None:
        self._contend(lambda contest: contest.step(places))

    @Slot(object)
    def _choose(self, key: ImageKey) -> None:
        if (photo := self._library.id_of(key)) is not None:
            self._contend(lambda contest: contest.choose(photo))

    def _contend(self, act: Callable[[Contest], None]) -> None:
        if self._contest is not None:
            act(self._contest)
            self._update()

    def _update(self) -> None:
        contest = self._contest
        if contest is None:
            return
        current = contest.current
        if current is None:
            self.close()
            return
        best = self._best(contest.shown)
        shown = [photo for each in contest.shown if (photo := self._compared(each, best)) is not None]
        self.page.show_photos(shown, current=self._library.key_of(current), waiting=len(contest.waiting))
        for photo in shown:
            if (image := self._ahead.pop(photo.key, None)) is not None:
                self.page.set_picture(photo.key, image, full_size=False)
        self._wanted = {key: side for key, side in self._wanted.items() if key in self.page.keys}
        self._request()

    def _best(self, photos: Sequence[PhotoId]) -> float | None:
        """Return the best score among those that can be compared; None where there is none."""
        scale = self._photos.scores.shown.scale
        scores = [
            outcome.score
            for photo in photos
            if isinstance(outcome := self._photos.scores.outcome(photo), ScoredPhoto)
            and _is_comparable(outcome)
        ]
        if not scores:
            return None
        return min(scores) if scale.low_is_better else max(scores)

    def _compared(self, photo: PhotoId, best: float | None) -> ComparedPhoto | None:
        known = self._library.photo(photo)
        if known is None:
            return None
        outcome = self._photos.scores.outcome(photo)
        size = QSize()
        score, verdict, problem = "", tr("Not scored yet"), ""
        if isinstance(outcome, Failure):
            verdict, problem = tr("No score"), outcome.reason
        elif outcome is not None:
            size = QSize(outcome.facts.width, outcome.facts.height)
            mark = FAST_MARK if outcome.precision is Precision.FAST else ""
            score, verdict = mark + score_text(outcome.score), self._verdict(outcome, best)
        return ComparedPhoto(
            key=known.key,
            size=size,
            placeholder=self._photos.images.preview(known.key),
            score=score,
            verdict=verdict,
            marks=marks_text(marks_of(known)),
            problem=problem,
        )

    def _verdict(self, outcome: ScoredPhoto, best: float | None) -> str:
        """Return how a score stands to the best one beside it; nothing for that one itself."""
        if best is None or not _is_comparable(outcome) or outcome.score == best:
            return ""
        apart = abs(outcome.score - best)
        if self._photos.scores.shown.scale.is_tie(outcome.score, best):
            return tr("Too close to call")
        difference = number_text(apart, ".2f")
        low = self._photos.scores.shown.scale.low_is_better
        return (
            tr("{difference} higher", difference=difference)
            if low
            else tr("{difference} lower", difference=difference)
        )

    @Slot(object, int)
    def _want(self, key: ImageKey, side: int) -> None:
        self._wanted[key] = side
        self._request()

    def _request(self) -> None:
        """Ask for what is missing, all at one size, and for the next challenger where there is room."""
        if self._contest is None:
            return
        keys, sides = list(self._wanted), self._wanted.values()
        self._side = self._fit_side if not keys else 0 if 0 in sides else max(sides)
        if self._side:
            self._fit_side = self._side
            waiting = map(self._library.key_of, self._contest.waiting)
            ahead = [key for key in waiting if key is not None and key not in self._ahead]
            keys += ahead[: _MOST_AHEAD - len(self._ahead)]
        self._supervisor.request_pictures(View.COMPARE, keys[:MOST_PICTURES], self._side)

    @Slot(object, QImage, int)
    def _on_picture(self, key: ImageKey, image: QImage, side: int) -> None:
        if self._contest is None or side not in (0, self._side):
            return
        self._wanted.pop(key, None)
        if key in self.page.keys:
            self.page.set_picture(key, image, full_size=side == 0)
        elif side and self._library.id_of(key) in self._contest.waiting:
            self._ahead[key] = image

    @Slot(object, str)
    def _on_missing(self, key: ImageKey, reason: str) -> None:
        if self._contest is not None:
            self._wanted.pop(key, None)
            self.page.set_picture_missing(key, reason)

    def _on_change(self, change: Change) -> None:
        if self._contest is None:
            return
        match change.kind:
            case ChangeKind.CLEARED:
                self._end()
            case ChangeKind.REMOVED:
                self._contest.remove(set(change.ids))
                self._update()
            case ChangeKind.VALUES | ChangeKind.COLUMNS:
                if change.touches(KEY, FLAG, STARS, LABEL, "score", "state", "facts"):
                    self._update()


def _is_comparable(outcome: ScoredPhoto) -> bool:
    return outcome.precision is Precision.EXACT and caution_of(outcome.facts) is None
