"""The photos as Qt's views read them: tiles, cells of the details view, texts, files to drag."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt

from memapp.core.names import search_key
from memapp.core.records import ImageKey
from memapp.gui.grid.arranged_model import ArrangedModel, Index
from memapp.gui.grid.tile import Tile, tile_of
from memapp.gui.grid.tile_images import TileImages
from memapp.gui.widgets.file_url import file_url
from memapp.gui.widgets.plain import plain_tip
from memapp.library.columns import Column
from memapp.library.order import NAME
from memapp.library.photo import Photo
from memapp.library.photo_columns import CHANGED
from memapp.library.photo_description import spoken_text, tooltip
from memapp.library.scores import Scores
from memapp.library.stack_book import StackBook

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class Role(IntEnum):
    """The roles of the model beside Qt's own."""

    TILE = Qt.ItemDataRole.UserRole + 1
    """Tile: everything that the delegate paints."""


class GridModel(ArrangedModel):
    """The library as Qt's views read it. Lives on the GUI thread; `data()` never touches the disk."""

    def __init__(
        self,
        *,
        scores: Scores,
        images: TileImages,
        stacks: StackBook | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Show the photos of these scores' library with these pictures; stacks are collapsed as they say."""
        super().__init__(scores=scores, stacks=stacks, parent=parent)
        self.images = images
        images.changed.connect(self._on_images)

    def tile(self, place: int) -> Tile:
        """Return what the tile at a place shows."""
        return tile_of(
            self._photo(place),
            scores=self.scores,
            images=self.images,
            ties=self._shown.ties(place),
            stacks=self.stacks,
        )

    def is_changed(self, place: int) -> bool:
        """Return whether the file of the photo at a place was changed since it was scored."""
        return bool(self._photo(place)[CHANGED])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the value of a role for one cell."""
        place = index.row()
        if not index.isValid() or place >= len(self._shown.rows):
            return None
        if role == Role.TILE:
            return self.tile(place)
        column = self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.described(self._photo(place))
            case Qt.ItemDataRole.ToolTipRole:
                photo = self._photo(place)
                return plain_tip(column.described(photo)) if index.column() else tooltip(photo)
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return spoken_text(self._photo(place))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the titles of the columns."""
        if orientation == Qt.Orientation.Horizontal and section < len(self._columns):
            if role == Qt.ItemDataRole.DisplayRole:
                return self._columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(self._columns[section])
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let photos be selected and dragged out."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled | flag.ItemNeverHasChildren

    def match(
        self,
        start: Index,
        role: int,
        value: object,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith,
    ) -> list[QModelIndex]:
        """Find a name as it is typed, without reading 100,000 cells one by one; the rest as Qt does."""
        if role != Qt.ItemDataRole.DisplayRole or hits != 1 or not flags & Qt.MatchFlag.MatchStartsWith:
            return super().match(start, role, value, hits, flags)
        typed, names = search_key(str(value)), self.library.values(NAME)
        rows, first = self._shown.rows.tolist(), start.row()
        for place in (*range(first, len(rows)), *range(first)):
            if search_key(names[rows[place]]).startswith(typed):
                return [self.createIndex(place, start.column())]
        return []

    def supportedDragActions(self) -> Qt.DropAction:
        """Offer copies only: originals are never moved."""
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        """Offer files."""
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the photos' files, in the order on screen."""
        keys = self.keys(sorted({index.row() for index in indexes}))
        data = QMimeData()
        data.setUrls([file_url(key.path) for key in keys])
        return data

    def _photo(self, place: int) -> Photo:
        return Photo(self.library, int(self._shown.rows[place]))

    def _on_images(self, keys: list[ImageKey]) -> None:
        self._announce(self._shown.places_of(self.library.rows_of(keys)))


def _alignment(column: Column) -> int:
    return _RIGHT if column.is_figure else _LEFT
