"""The grid's photos as a Qt list model: what is known of each photo, in the order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    Qt,
    QUrl,
)
from PySide6.QtGui import QImage

from memapp.core.names import display_name
from memapp.core.nets import RESMEM, NetInfo, NetScore
from memapp.core.records import Failure, ImageKey, PhotoFacts, Precision, ScoredPhoto
from memapp.gui.grid.net_columns import NO_FLAG, NetColumns
from memapp.gui.grid.photo_table import NO_DATE, PhotoTable, Rows
from memapp.gui.grid.photo_words import spoken_text, tooltip
from memapp.gui.grid.preview_cache import ByteBoundedCache
from memapp.gui.grid.roles import Index, PhotoRole, PhotoState

PREVIEW_BYTES = 256 * 1024 * 1024
"""How much memory the previews may take."""

OVERLAY_BYTES = 64 * 1024 * 1024
"""How much memory the small overlays may take."""

_ROOT = QModelIndex()
_TEXT_ROLES = [Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole]
_RESULT_ROLES: list[int] = [
    PhotoRole.STATE,
    PhotoRole.SCORE,
    PhotoRole.PERCENTILE,
    PhotoRole.PRECISION,
    PhotoRole.TAKEN,
    PhotoRole.FACTS,
    PhotoRole.FAILURE,
    *_TEXT_ROLES,
]
_MOST_RANGES = 64


def joined_ranges(rows: Rows) -> list[tuple[int, int]]:
    """Rising rows as ranges (first, last), both included; a single one when there would be very many."""
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) > 1)
    if len(breaks) >= _MOST_RANGES:
        return [(int(rows[0]), int(rows[-1]))]
    firsts = rows[np.concatenate([[0], breaks + 1])]
    lasts = rows[np.concatenate([breaks, [len(rows) - 1]])]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


class PhotoItemModel(QAbstractListModel):
    """Photos with their scores, failures and previews. Lives on the GUI thread; never touches the disk.

    Everything is named by ImageKey and comes in batches; keys that are not here (any more) are passed over,
    so late answers do no harm.
    """

    def __init__(self, *, preview_bytes: int = PREVIEW_BYTES, parent: QObject | None = None) -> None:
        """Take the memory that previews may use, in bytes."""
        super().__init__(parent)
        self._table = PhotoTable()
        self._nets = NetColumns(self._table)
        self._overlays: ByteBoundedCache[ImageKey, QImage] = ByteBoundedCache(
            limit=OVERLAY_BYTES, size_of=QImage.sizeInBytes
        )
        self._previews: ByteBoundedCache[ImageKey, QImage] = ByteBoundedCache(
            limit=preview_bytes, size_of=QImage.sizeInBytes
        )

    @property
    def table(self) -> PhotoTable:
        """The arrays behind the model, to be read only."""
        return self._table

    # What the main window tells

    def add(self, keys: Iterable[ImageKey]) -> None:
        """Add photos that wait for their scores; those that are here already stay as they are."""
        new = self._table.new_keys(keys)
        if not new:
            return
        first = len(self._table)
        self.beginInsertRows(_ROOT, first, first + len(new) - 1)
        self._table.append(new)
        self.endInsertRows()

    def set_nets(self, nets: Sequence[NetInfo], *, shown: NetInfo) -> None:
        """Hold the scores of these nets, and show those of one of them."""
        if self._nets.set_nets(nets, shown=shown):
            self._announce_all(_RESULT_ROLES)

    def set_disagreement(
        self,
        points: npt.NDArray[np.float64] | None,
        *,
        flagged_from: float = NO_FLAG,
        compared: tuple[NetInfo, NetInfo] | None = None,
    ) -> None:
        """Note how far apart two nets place each photo, in the order of arrival; None to compare none.

        Args:
            points: shape (n,), as core.disagreement gives them.
            flagged_from: the least of them, in either direction, that photos are flagged for.
            compared: the two nets.
        """
        if self._nets.set_disagreement(points, flagged_from=flagged_from, compared=compared):
            self._announce_all([PhotoRole.DISAGREEMENT, *_TEXT_ROLES])

    def set_scores(self, photos: Sequence[ScoredPhoto], net: str = RESMEM.id) -> None:
        """Note the scores of photos that are here; those of a net that is not held are passed over."""
        if net not in self._table.nets:
            return
        for photo in photos:
            row = self._table.row(photo.key)
            if row is not None:
                self._table.set_score(row, photo, net)
        self._announce(self._table.rows(photo.key for photo in photos), _RESULT_ROLES)

    def set_failures(self, failures: Sequence[Failure]) -> None:
        """Note why photos have no score; those that could not even be found as photos are added here."""
        self.add(failure.key for failure in failures)
        rows = self._table.rows(failure.key for failure in failures)
        for failure in failures:
            row = self._table.row(failure.key)
            assert row is not None
            self._table.set_failure(row, failure)
        self._announce(rows, _RESULT_ROLES)

    def set_waiting(self, keys: Iterable[ImageKey]) -> None:
        """Forget scores and failures of these photos: they will be tried again."""
        rows = self._table.rows(keys)
        self._table.set_waiting(rows)
        self._announce(rows, _RESULT_ROLES)

    def set_preview(self, key: ImageKey, image: QImage) -> None:
        """Keep a photo's preview, as long as there is room."""
        row = self._table.row(key)
        if row is not None and not image.isNull():
            self._previews.put(key, image)
            self._announce(np.array([row]), [PhotoRole.PREVIEW])

    def set_overlays(self, overlays: Mapping[ImageKey, QImage]) -> None:
        """Lay these over the previews; an empty image says that there is none to be had."""
        for key, image in overlays.items():
            if key in self:
                self._overlays.put(key, image)
        self._announce(self._table.rows(overlays), [PhotoRole.OVERLAY])

    def forget_overlays(self, keys: Iterable[ImageKey] | None = None) -> None:
        """Take overlays off these photos, or off all."""
        gone = self._table.keys if keys is None else list(keys)
        for key in gone:
            self._overlays.discard(key)
        self._announce(self._table.rows(gone), [PhotoRole.OVERLAY])

    def lacking_overlays(self, keys: Iterable[ImageKey]) -> list[ImageKey]:
        """Those photos whose overlay was not asked for yet; in the order given."""
        return [key for key in keys if key in self and self._overlays.get(key) is None]

    def remove(self, keys: Iterable[ImageKey]) -> None:
        """Take photos out of the grid; their files stay where they are."""
        rows = self._table.rows(keys)
        if not len(rows):
            return
        for row in rows.tolist():
            self._previews.discard(self._table.keys[row])
            self._overlays.discard(self._table.keys[row])
        count = len(self._table) - len(rows)
        if int(rows[0]) != count:
            # Rows that lie apart are brought to the end first: one removal, however many there are.
            self._move_to_end(rows)
        self.beginRemoveRows(_ROOT, count, len(self._table) - 1)
        self._table.truncate(count)
        self.endRemoveRows()

    def clear(self) -> None:
        """Take all photos out of the grid."""
        self.beginResetModel()
        self._table.clear()
        self._previews.clear()
        self._overlays.clear()
        self.endResetModel()

    # What the main window asks

    @property
    def nets(self) -> tuple[NetInfo, ...]:
        """The nets whose scores are held."""
        return self._nets.nets

    @property
    def shown_net(self) -> NetInfo:
        """The one whose scores are shown."""
        return self._nets.shown

    @property
    def compared(self) -> tuple[NetInfo, NetInfo] | None:
        """The two nets whose disagreement is noted."""
        return self._nets.compared

    def net_scores(self, key: ImageKey) -> tuple[NetScore, ...]:
        """What each net says of a photo, in the order of the nets."""
        row = self._table.row(key)
        return () if row is None else self._nets.scores(row)

    def disagreement(self, key: ImageKey) -> float | None:
        """How far apart two nets place a photo, as core.disagreement has it; None where that is not known."""
        row = self._table.row(key)
        return None if row is None else self._nets.disagreement(row)

    def disagreement_text(self, key: ImageKey) -> str:
        """The same in words, however small it is; nothing where it is not known."""
        return self._nets.words(self.disagreement(key))

    def has_score(self, key: ImageKey) -> bool:
        """Whether any net has scored a photo."""
        row = self._table.row(key)
        return row is not None and self._table.has_score(row)

    def keys_lacking(self, net: str) -> list[ImageKey]:
        """The photos that could be read and have no score of this net, in the order of arrival."""
        readable = self._table.state != PhotoState.FAILED
        lacking = np.flatnonzero(np.isnan(self._table.score_of(net)) & readable)
        return [self._table.keys[row] for row in lacking]

    def __contains__(self, key: ImageKey) -> bool:
        return key in self._table

    def count(self, state: PhotoState | None = None) -> int:
        """How many photos are here, all of them or those in one state."""
        return len(self._table) if state is None else int(np.count_nonzero(self._table.state == state))

    def scores(self, precision: Precision) -> npt.NDArray[np.float64]:
        """All scores of this precision, in the order of arrival, shape (n,)."""
        return self._table.score[self._rows_of(precision)]

    def score_count(self, precision: Precision) -> int:
        """How many scores are of this precision."""
        return int(np.count_nonzero(self._rows_of(precision)))

    def failures(self) -> list[Failure]:
        """Why photos have no score, in the order of arrival."""
        return list(self._table.failures())

    def keys_without_score(self) -> list[ImageKey]:
        """The photos that failed or that no net has scored yet, in the order of arrival."""
        without = np.all([np.isnan(self._table.score_of(net)) for net in self._table.nets], axis=0)
        return [self._table.keys[row] for row in np.flatnonzero(without)]

    def all_keys(self) -> list[ImageKey]:
        """All photos, in the order of arrival."""
        return list(self._table.keys)

    def scored_fast(self, keys: Iterable[ImageKey]) -> list[ImageKey]:
        """Those of the photos whose score is a fast one, in the order given."""
        if RESMEM.id not in self._table.nets:
            return []
        rows = ((key, self._table.row(key)) for key in keys)
        fast = self._table.fast_of(RESMEM.id)
        return [key for key, row in rows if row is not None and fast[row]]

    def outcome(self, key: ImageKey) -> ScoredPhoto | Failure | None:
        """What came of a photo; None while it waits, and where it is not here."""
        row = self._table.row(key)
        if row is None:
            return None
        score, facts = self._score(row), self.facts(key)
        if score is not None and facts is not None:
            return ScoredPhoto(key=key, score=score, facts=facts, precision=self._precision(row))
        return self._failure(row)

    def index_of(self, key: ImageKey) -> QModelIndex:
        """The index of a photo; an invalid one where it is not here."""
        row = self._table.row(key)
        return QModelIndex() if row is None else self.createIndex(row, 0)

    def score(self, key: ImageKey) -> float | None:
        """A photo's score, None where there is none."""
        row = self._table.row(key)
        return None if row is None else self._score(row)

    def facts(self, key: ImageKey) -> PhotoFacts | None:
        """What a scored photo's file says of itself, None where that is not known."""
        row = self._table.row(key)
        details = None if row is None else self._table.details[row]
        return details if isinstance(details, PhotoFacts) else None

    def preview(self, key: ImageKey) -> QImage | None:
        """A photo's preview, if one is held."""
        return self._previews.get(key)

    def lacking_previews(self, keys: Iterable[ImageKey], pixel_side: int) -> list[ImageKey]:
        """Those photos whose preview is missing, or smaller than it could be; in the order given."""
        return [key for key in keys if key in self and self._lacks_preview(key, pixel_side)]

    # What views ask

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many photos are here."""
        return 0 if parent.isValid() else len(self._table)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One thing about one photo."""
        return self.row_data(index.row(), role) if index.isValid() else None

    def row_data(self, row: int, role: int) -> Any:
        """What data() gives, without the cost of an index."""
        table = self._table
        match role:
            case PhotoRole.KEY:
                return table.keys[row]
            case PhotoRole.NAME | Qt.ItemDataRole.DisplayRole:
                return display_name(table.names[row])
            case PhotoRole.STATE:
                return int(table.state[row])
            case PhotoRole.SCORE:
                return self._score(row)
            case PhotoRole.PERCENTILE:
                score = self._score(row)
                return None if score is None else self._nets.shown.scale.percentile(score)
            case PhotoRole.PRECISION:
                return None if self._score(row) is None else self._precision(row).value
            case PhotoRole.OVERLAY:
                overlay = self._overlays.get(table.keys[row])
                return None if overlay is None or overlay.isNull() else overlay
            case PhotoRole.PREVIEW:
                return self._previews.get(table.keys[row])
            case PhotoRole.TAKEN:
                taken = int(table.taken[row])
                return None if taken == NO_DATE else taken
            case PhotoRole.FILE_SIZE:
                return int(table.size[row]) or None
            case PhotoRole.FACTS:
                details = table.details[row]
                return details if isinstance(details, PhotoFacts) else None
            case PhotoRole.FAILURE:
                return self._failure(row)
            case PhotoRole.SCORE_RANGE:
                return self._nets.shown.scale.bar
            case PhotoRole.DISAGREEMENT:
                return self._nets.flagged(row)
            case Qt.ItemDataRole.ToolTipRole:
                return self._said(row, tooltip)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._said(row, spoken_text)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Photos can be selected and dragged out."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled | flag.ItemNeverHasChildren

    def supportedDragActions(self) -> Qt.DropAction:
        """Originals are never moved."""
        return Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        """Files."""
        return ["text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The photos' files, to be dropped elsewhere."""
        data = QMimeData()
        data.setUrls([file_url(self._table.keys[index.row()].path) for index in indexes])
        return data

    def _score(self, row: int) -> float | None:
        score = float(self._table.score[row])
        return None if score != score else score

    def _precision(self, row: int) -> Precision:
        return Precision.FAST if self._table.fast[row] else Precision.EXACT

    def _said(self, row: int, say: Callable[..., str]) -> str:
        nets, table = self._nets, self._table
        flag = nets.words(nets.flagged(row))
        return say(display_name(table.names[row]), self.outcome(table.keys[row]), net=nets.shown, flag=flag)

    def _rows_of(self, precision: Precision) -> npt.NDArray[np.bool_]:
        table = self._table
        of_it: npt.NDArray[np.bool_] = table.fast == (precision is Precision.FAST)
        scored: npt.NDArray[np.bool_] = table.state == PhotoState.SCORED
        return np.logical_and(of_it, scored, out=of_it)

    def _failure(self, row: int) -> Failure | None:
        details = self._table.details[row]
        return details if isinstance(details, Failure) else None

    def _lacks_preview(self, key: ImageKey, pixel_side: int) -> bool:
        preview = self._previews.get(key)
        if preview is None:
            return True
        facts = self.facts(key)
        largest = max(facts.width, facts.height) if facts else pixel_side
        return max(preview.width(), preview.height()) < min(pixel_side, largest)

    def _announce(self, rows: Rows, roles: list[int]) -> None:
        for first, last in joined_ranges(rows):
            self.dataChanged.emit(self.createIndex(first, 0), self.createIndex(last, 0), roles)

    def _announce_all(self, roles: list[int]) -> None:
        if len(self._table):
            self.dataChanged.emit(self.createIndex(0, 0), self.createIndex(len(self._table) - 1, 0), roles)

    def _move_to_end(self, rows: Rows) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        serials = self._table.serial[[index.row() for index in before]]
        self._table.move_to_end(rows)
        by_serial = np.argsort(self._table.serial)
        after = by_serial[np.searchsorted(self._table.serial, serials, sorter=by_serial)]
        self.changePersistentIndexList(before, [self.createIndex(row, 0) for row in after.tolist()])
        self.layoutChanged.emit()


def file_url(path: str) -> QUrl:
    """The address of a file, whatever bytes its name is made of."""
    # By way of the encoded form, because a name that is no UTF-8 can't be a QString.
    return QUrl.fromEncoded(PurePath(path).as_uri().encode("ascii"))
