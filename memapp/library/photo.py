"""One photo of a library, for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memapp.core.records import ImageKey, PhotoId
from memapp.library.changes import KEY

if TYPE_CHECKING:
    from memapp.library.library import Library


class Photo:
    """One photo of a library, for reading: `photo["score"]`."""

    __slots__ = ("library", "row")

    def __init__(self, library: Library, row: int) -> None:
        self.library = library
        self.row = row

    def __getitem__(self, column_id: str) -> Any:
        return self.library.value_at(self.row, column_id)

    def has(self, column_id: str) -> bool:
        """Return whether there is such a column and the photo's value is known."""
        columns = self.library.columns
        return column_id in columns and not columns[column_id].is_missing(self[column_id])

    @property
    def id(self) -> PhotoId:
        """What names the photo."""
        return self.library.id_at(self.row)

    @property
    def key(self) -> ImageKey:
        """The state of the photo's file."""
        key: ImageKey = self[KEY]
        return key
