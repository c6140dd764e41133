"""Commands on nets: which score, whose scores are shown, which are compared; adding and removing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from memapp.core.events import Notice, NoticeKind
from memapp.core.names import display_name
from memapp.core.nets import NetInfo, NetWork
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr
from memapp.gui.dialogs.nets_dialog import NetsDialog
from memapp.gui.run.session import Session
from memapp.gui.widgets.plain import as_caption, ask
from memapp.gui.widgets.word_button import WordButton
from memapp.gui.window.actions import Actions
from memapp.gui.window.filter_controls import FilterControls
from memapp.gui.window.net_comparison import NetComparison
from memapp.library.scores import Scores
from memapp.workers.jobs import Jobs

_TITLE_LETTERS = 14
"""The most letters of a net's title on the toolbar."""


class NetCommands(QObject):
    """Holds the choice of nets and applies it. Lives on the GUI thread.

    Where one net scores, only a menu entry of this is visible.

    Signals:
        shown(object NetInfo): this net's scores are shown from now on.
        noticed(object Notice): show this.
    """

    shown = Signal(object)
    noticed = Signal(object)

    def __init__(
        self,
        *,
        session: Session,
        scores: Scores,
        actions: Actions,
        filters: FilterControls,
        settings: Settings,
        jobs: Jobs,
        work: NetWork,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._scores = scores
        self._actions = actions
        self._settings = settings
        self._jobs = jobs
        self._work = work
        self._window = window
        self._installed = work.installed
        self._dialog: NetsDialog | None = None
        self.comparison = NetComparison(scores=scores, actions=actions, filters=filters, parent=self)
        self._menu = QMenu(window)
        self._group: QActionGroup | None = None
        self.button = WordButton(menu=self._menu)
        """For the toolbar: the title of the net shown, and the choice of another one."""
        self._place: QAction | None = None

    @property
    def installed(self) -> tuple[NetInfo, ...]:
        """All nets that can score here."""
        return self._installed

    @property
    def chosen(self) -> tuple[NetInfo, ...]:
        """The nets that score, in the order of those installed; at least one."""
        names = self._settings.get(SETTINGS.nets)
        return tuple(net for net in self._installed if net.id in names) or self._installed[:1]

    @property
    def pair(self) -> tuple[NetInfo, NetInfo] | None:
        """The two nets to compare: those chosen for it, else the first two that score."""
        named = self._settings.get(SETTINGS.compared_nets)
        wanted = [net for name in named for net in self.chosen if net.id == name]
        rest = [net for net in self.chosen if net not in wanted]
        first_two = [*wanted, *rest][:2]
        return (first_two[0], first_two[1]) if len(first_two) == 2 else None

    def take_place(self, place: QAction) -> None:
        """Take the place of the button on the toolbar, and hide it while one net scores."""
        self._place = place
        self.apply()

    def apply(self) -> None:
        """Apply the settings."""
        nets = self.chosen
        shown = next((net for net in nets if net.id == self._settings.get(SETTINGS.shown_net)), nets[0])
        self._scores.set_nets(nets, shown=shown)
        self._fill_menu()
        if self._place is not None:
            self._place.setVisible(len(nets) > 1)
        self.comparison.compare(self.pair, points=self._settings.get(SETTINGS.disagreement_points))
        self.shown.emit(shown)

    def choose(self, names: Sequence[str]) -> None:
        """Score with these nets; photos in the list get the scores of new ones."""
        before = {net.id for net in self.chosen}
        self._settings.set(SETTINGS.nets, tuple(names))
        after = {net.id for net in self.chosen}
        for name in before - after:
            self._session.stop_scoring_with(name)
        self.apply()
        for net in self.chosen:
            if net.id not in before:
                self._session.score_with(net, self._scores.keys_lacking(net.id))

    def show_net(self, name: str) -> None:
        """Show this net's scores on the tiles, and sort and filter by them."""
        self._settings.set(SETTINGS.shown_net, name)
        self.apply()

    def compare(self, first: str, second: str) -> None:
        """Flag photos on which these two disagree."""
        self._settings.set(SETTINGS.compared_nets, (first, second))
        self.apply()

    def set_points(self, points: int) -> None:
        """Flag photos that they place this many points apart."""
        self._settings.set(SETTINGS.disagreement_points, points)
        self.apply()

    # The dialog; adding and removing

    def open_dialog(self) -> None:
        """Let the user choose nets."""
        self._dialog = NetsDialog(missing=self._work.missing, parent=self._window)
        self._dialog.chosen.connect(self.choose)
        self._dialog.compared.connect(self.compare)
        self._dialog.points_set.connect(self.set_points)
        self._dialog.add_wanted.connect(self._choose_file)
        self._dialog.remove_wanted.connect(self.remove)
        for changed in (self._dialog.chosen, self._dialog.compared):
            changed.connect(lambda *_: self._show_in_dialog())
        self._show_in_dialog()
        self._dialog.exec()
        self._dialog.deleteLater()
        self._dialog = None

    def add(self, path: Path) -> None:
        """Add a net from a file, off this thread; it scores from then on."""
        self._show_notice(tr("Checking {file}...", file=display_name(path.name)))
        self._jobs.start(
            lambda: self._work.add(path),
            done=self._on_added,
            failed=lambda problem: self._refuse(str(problem)),
        )

    def remove(self, name: str) -> None:
        """Ask, then delete the copy of a net that was added; its scores are kept."""
        title = next((net.title for net in self._installed if net.id == name), name)
        question = tr("Remove {name}?", name=title)
        later = tr("Its scores are kept. To use it again, add its file again.")
        act = tr("Remove")
        if not ask(self._dialog or self._window, act, question, later, act=act, keep=tr("Keep")):
            return
        self.choose([net.id for net in self.chosen if net.id != name])
        self._jobs.start(
            lambda: self._work.remove(name),
            done=lambda nets: self._on_removed(nets, title),
            failed=lambda problem: self._refuse(str(problem)),
        )

    def _choose_file(self) -> None:
        filters = f"{tr('Scoring models')} (*.safetensors);;{tr('All files')} (*)"
        path, _ = QFileDialog.getOpenFileName(
            self._dialog or self._window, tr("Add a scoring model"), "", filters
        )
        if path:
            self.add(Path(path))

    def _on_added(self, nets: tuple[NetInfo, ...]) -> None:
        before = {net.id for net in self._installed}
        new = [net for net in nets if net.id not in before] or [nets[-1]]
        self._installed = nets
        self.choose([*(net.id for net in self.chosen), *(net.id for net in new)])
        self._show_in_dialog()
        self._show_notice(tr("{net} was added and scores from now on.", net=new[-1].title))

    def _on_removed(self, nets: tuple[NetInfo, ...], title: str) -> None:
        self._installed = nets
        self.apply()
        self._show_in_dialog()
        self._show_notice(tr("{name} was removed.", name=title))

    def _refuse(self, reason: str) -> None:
        self._show_notice(reason, NoticeKind.WARNING)

    def _show_notice(self, text: str, kind: NoticeKind = NoticeKind.INFORMATION) -> None:
        """Show a notice in the dialog, or in the window where it was closed meanwhile."""
        if self._dialog is not None:
            self._dialog.show_notice(text)
        else:
            self.noticed.emit(Notice(kind, text))

    def _show_in_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.show_nets(
                self._installed,
                chosen=self.chosen,
                pair=self.pair,
                points=self._settings.get(SETTINGS.disagreement_points),
            )

    # The button

    def _fill_menu(self) -> None:
        self._menu.clear()
        self._group = QActionGroup(self._menu)
        shown = self._scores.shown
        for net in self._scores.nets:
            entry = self._group.addAction(as_caption(net.title))
            entry.setCheckable(True)
            entry.setChecked(net == shown)
            entry.triggered.connect(lambda _checked, name=net.id: self.show_net(name))
            self._menu.addAction(entry)
        self._menu.addSeparator()
        self._menu.addAction(self._actions["nets"])
        title = shown.title
        short = title if len(title) <= _TITLE_LETTERS else f"{title[: _TITLE_LETTERS - 1].rstrip()}…"
        self.button.set_words(
            tr("Scores: {net}", net=short),
            short=short,
            tip=tr("The scoring model whose scores are shown"),
            spoken=tr("Scoring model whose scores are shown: {net}", net=title),
        )

    def show_next(self) -> None:
        """Show the scores of the next net."""
        nets = self._scores.nets
        place = nets.index(self._scores.shown)
        self.show_net(nets[(place + 1) % len(nets)].id)
