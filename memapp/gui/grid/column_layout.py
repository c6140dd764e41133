"""Widths and order of the table's columns, as the user left them, also after a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QHeaderView

from memapp.core.settings import SETTINGS, Settings
from memapp.gui.grid.grid_model import GridModel
from memapp.library.columns import Column

_LEAST, _MOST = 24, 2000
"""Pixels that a remembered width may have; others are damage."""
_SAVE_MILLISECONDS = 200
"""A drag of a border is saved when it rests, not at each pixel."""


class ColumnLayout(QObject):
    """Restores and remembers how a header shows the model's columns. Lives on the GUI thread."""

    def __init__(
        self,
        *,
        header: QHeaderView,
        model: GridModel,
        settings: Settings,
        usual_width: Callable[[int, Column], int],
    ) -> None:
        """Take the header; `usual_width` returns the width, in pixels, of a column that nobody changed."""
        super().__init__(header)
        self._header = header
        self._model = model
        self._settings = settings
        self._usual_width = usual_width
        self._applying = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAVE_MILLISECONDS)
        self._timer.timeout.connect(self._save)
        header.sectionResized.connect(self._save_soon)
        header.sectionMoved.connect(self._save_soon)

    def apply(self) -> None:
        """Give every column its place and its width, the remembered ones where there are any."""
        if self._timer.isActive():
            self._timer.stop()
            self._save()
        widths = self._remembered()
        self._applying = True
        try:
            for place, column in enumerate(self._model.columns):
                width = widths.get(column.id)
                self._header.resizeSection(
                    place, self._usual_width(place, column) if width is None else width
                )
            logical = {column.id: place for place, column in enumerate(self._model.columns)}
            for place, column_id in enumerate(_in_places(list(logical), list(widths))):
                self._header.moveSection(self._header.visualIndex(logical[column_id]), place)
        finally:
            self._applying = False

    def _save_soon(self) -> None:
        if not self._applying:
            self._timer.start()

    def _save(self) -> None:
        columns = self._model.columns
        if len(columns) != self._header.count():
            # Columns come and go just now: nobody changed a width.
            return
        places = sorted(range(len(columns)), key=self._header.visualIndex)
        shown = {columns[place].id: self._header.sectionSize(place) for place in places}
        # Those that are not there just now, such as the disagreement of two nets, keep theirs.
        kept = {name: width for name, width in self._remembered().items() if name not in shown}
        self._settings.set(
            SETTINGS.details_columns, tuple(f"{name} {width}" for name, width in {**shown, **kept}.items())
        )

    def _remembered(self) -> Mapping[str, int]:
        """Return the widths by the ids of the columns, in their order on screen."""
        widths: dict[str, int] = {}
        for entry in self._settings.get(SETTINGS.details_columns):
            name, _, width = entry.rpartition(" ")
            if name and width.isdecimal() and _LEAST <= int(width) <= _MOST:
                widths[name] = int(width)
        return widths


def _in_places(columns: list[str], remembered: list[str]) -> list[str]:
    """Return the columns in the remembered order; a new one follows the one that it follows by itself."""
    places = [column for column in remembered if column in columns]
    for before, column in zip([None, *columns], columns, strict=False):
        if column not in places:
            places.insert(0 if before is None else places.index(before) + 1, column)
    return places
