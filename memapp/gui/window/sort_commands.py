"""Commands on the order of the grid: which, which way round, remembered for the next start."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from memapp.core.settings import SETTINGS, Settings
from memapp.gui.grid.roles import SortKey
from memapp.gui.grid.sort_proxy import PhotoSortProxy
from memapp.gui.window.actions import Actions

_NATURAL_DESCENDING = {
    SortKey.SCORE: True,
    SortKey.NAME: False,
    SortKey.TAKEN: False,
    SortKey.SIZE: True,
    SortKey.DISAGREEMENT: True,
}
"""Which way each order is first wanted."""


class SortCommands(QObject):
    """Gives the grid its order. Lives on the GUI thread.

    Signals:
        named(str): what the button should say.
    """

    named = Signal(str)

    def __init__(
        self, *, proxy: PhotoSortProxy, actions: Actions, settings: Settings, window: QWidget
    ) -> None:
        super().__init__(window)
        self._proxy = proxy
        self._actions = actions
        self._settings = settings
        self.menu = QMenu(window)
        self.menu.addActions([actions[f"sort-{key}"] for key in SortKey])

    def restore(self, *, nets_compared: bool) -> None:
        """The order of the last time; nets that disagree only where two are compared."""
        key = SortKey(self._settings.get(SETTINGS.sort_by))
        if key is SortKey.DISAGREEMENT and not nets_compared:
            key = SortKey.SCORE
        self._sort(key, descending=self._settings.get(SETTINGS.sort_descending))

    def update_nets(self, *, nets_compared: bool) -> None:
        """Go back to scores where there is no disagreement to sort by any more."""
        if self._proxy.sort_key is SortKey.DISAGREEMENT and not nets_compared:
            self._sort(SortKey.SCORE, descending=True)

    def sort_by(self, key: SortKey) -> None:
        """Sort by this, the way round that is usually wanted."""
        self._sort(key, descending=_NATURAL_DESCENDING[key])

    def reverse(self) -> None:
        """Turn the order round."""
        self._sort(self._proxy.sort_key, descending=not self._proxy.descending)

    def _sort(self, key: SortKey, *, descending: bool) -> None:
        self._proxy.set_sort(key, descending=descending)
        chosen = self._actions[f"sort-{key}"]
        chosen.setChecked(True)
        self.named.emit(f"Sort: {chosen.text()}")
        self._settings.set(SETTINGS.sort_by, key.value)
        self._settings.set(SETTINGS.sort_descending, descending)
