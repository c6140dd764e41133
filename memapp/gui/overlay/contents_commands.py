"""Finds what is in all photos, on demand, and sorts by the share of one category."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from memapp.core.contents import Contents, LookedAt, contents_of
from memapp.core.events import Notice, NoticeKind
from memapp.core.explanation import Segmentation, SegmenterIdentity
from memapp.core.number_text import number_text
from memapp.core.records import ImageKey
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr
from memapp.gui.window.action_spec import ActionSpec
from memapp.gui.window.actions import Actions
from memapp.library.changes import Change, ChangeKind
from memapp.library.contents import SHARE, SHARES, note_contents, share_column
from memapp.library.library import Library
from memapp.library.order import Order
from memapp.workers.supervisor import Supervisor


class ContentsCommands(QObject):
    """The pass over all photos, and the category to sort and filter by. Lives on the GUI thread.

    Signals:
        progressed(str): how far the pass is, in words; empty when there is none.
        sort_wanted(object Order): sort the photos so.
        noticed(object Notice, None): show this.
    """

    progressed = Signal(str)
    sort_wanted = Signal(object)
    noticed = Signal(object, object)

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        library: Library,
        actions: Actions,
        settings: Settings,
        segmenter: Callable[[], SegmenterIdentity | None],
        save: Callable[[Mapping[ImageKey, Contents]], None],
        parent: QObject,
    ) -> None:
        """Use the segmenter that is chosen when it is needed; `save` stores what was found."""
        super().__init__(parent)
        self._supervisor = supervisor
        self._library = library
        self._actions = actions
        self._settings = settings
        self._segmenter = segmenter
        self._save = save
        self._request: int | None = None
        self._categories: tuple[str, ...] = ()
        self._chosen: tuple[str, str | None] | None = None
        """The category of the column, and the hash of the segmenter whose shares it shows."""
        self._said: set[str] = set()
        self._closed = False
        supervisor.looked.connect(self._on_looked)
        supervisor.looking_ended.connect(self._on_ended)
        self.destroyed.connect(library.subscribe(self._on_change))
        self._choose(settings.get(SETTINGS.share_category))

    def update_categories(self) -> None:
        """Offer the categories of the segmenter that is chosen now."""
        identity = self._segmenter()
        self._choose(self._settings.get(SETTINGS.share_category))
        names = () if identity is None else tuple(each.name for each in identity.categories[1:])
        if names == self._categories:
            return
        self._categories = names
        specs = [
            ActionSpec(f"share-{name}", "view/contents", name.capitalize(), group="share", checkable=True)
            for name in names
        ]
        for action, name in zip(self._actions.set_choices("share", specs), names, strict=True):
            action.setChecked(name == self._settings.get(SETTINGS.share_category))
            action.triggered.connect(lambda _checked, chosen=name: self.sort_by(chosen))

    def sort_by(self, category: str) -> None:
        """Sort and filter by the share of this category from now on."""
        self._settings.set(SETTINGS.share_category, category)
        self._choose(category)
        self.sort_wanted.emit(Order(SHARE, True))

    def toggle(self) -> None:
        """Find what is in all photos that were not looked at; stop where that is going on."""
        if self._request is not None:
            self.stop()
            return
        identity = self._segmenter()
        if identity is None:
            text = tr("No object finder is installed. Get one in View, Overlay, Object finder.")
            self.noticed.emit(Notice(NoticeKind.INFORMATION, text), None)
            return
        lacking = self._lacking(identity)
        if not lacking:
            text = tr("All photos have been searched. Sort or filter by what's in them.")
            self.noticed.emit(Notice(NoticeKind.INFORMATION, text), None)
            return
        self._request = self._supervisor.look_at(lacking, segmenter=identity.name)
        self._show_progress(0, len(lacking))

    def stop(self) -> None:
        """Stop after the photo in hand; what was found stays."""
        self._supervisor.stop_looking()

    def note(self, key: ImageKey, segmentation: Segmentation) -> None:
        """Note what a photo consists of that was looked at by itself."""
        self._take(key, contents_of(segmentation))

    def _lacking(self, identity: SegmenterIdentity) -> Sequence[ImageKey]:
        rows = self._library.rows()
        known = self._library.values(SHARES)[rows].tolist()
        failed = self._library.values("failed")[rows].tolist()
        keys = self._library.keys_at(rows)
        return [
            key
            for key, contents, broken in zip(keys, known, failed, strict=True)
            if not broken and (contents is None or contents.segmenter != identity.sha256)
        ]

    def _choose(self, category: str) -> None:
        """Let the column be about this category, as the chosen segmenter finds it."""
        identity = self._segmenter()
        chosen = category, None if identity is None else identity.sha256
        if chosen != self._chosen:
            self._chosen = chosen
            self._library.replace_columns(share_column(category, segmenter=chosen[1]))

    def close(self) -> None:
        """Take nothing any more, because the window closes; what comes late is found again the next time."""
        self.stop()
        self._closed = True

    def _take(self, key: ImageKey, contents: Contents) -> None:
        photo = self._library.id_of(key)
        if photo is None or self._closed:
            return
        note_contents(self._library, {photo: contents})
        self._supervisor.saving.start(
            partial(self._save, {key: contents}), done=lambda _nothing: None, failed=self._on_failed
        )

    @Slot(int, object)
    def _on_looked(self, request: int, looked: LookedAt) -> None:
        if request != self._request:
            return
        if looked.contents is not None:
            self._take(looked.key, looked.contents)
        self._show_progress(looked.done, looked.total)

    @Slot(int, bool)
    def _on_ended(self, request: int, _cancelled: bool) -> None:
        if request == self._request:
            self._request = None
            self.progressed.emit("")

    def _on_change(self, change: Change) -> None:
        if change.kind is ChangeKind.CLEARED:
            self.stop()

    def _on_failed(self, problem: Exception) -> None:
        if str(problem) not in self._said:
            self._said.add(str(problem))
            self.noticed.emit(Notice(NoticeKind.WARNING, str(problem)), None)

    def _show_progress(self, done: int, total: int) -> None:
        self.progressed.emit(
            tr(
                "Finding what's in photos: {done} of {total} (stop)",
                done=number_text(done, ","),
                total=number_text(total, ","),
            )
        )
