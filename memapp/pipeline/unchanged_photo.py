"""Loading a photo whose score was shown: never another picture in its place."""

from __future__ import annotations

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.file_state import check_file, refusal
from memapp.core.records import FailureKind, FileCheck, ImageKey, LoadedPhoto, Precision


def load_unchanged(
    key: ImageKey,
    *,
    loader: PhotoLoader,
    frame: bool = False,
    longest_side: int | None = None,
    precision: Precision = Precision.EXACT,
    control: RunControl | None = None,
) -> LoadedPhoto:
    """Load a photo as the loader does, if its file is in the state of its key, before and after.

    Raises:
        PhotoError: it can't be loaded, or was changed or replaced since the key was made.
        Cancelled: control was cancelled.
    """
    _refuse_changed(key)
    loaded = loader(key.path, frame=frame, longest_side=longest_side, precision=precision, control=control)
    _refuse_changed(key)
    return loaded


def _refuse_changed(key: ImageKey) -> None:
    # For a missing file the loader's error is better: it knows why.
    if check_file(key) is FileCheck.CHANGED:
        raise PhotoError(FailureKind.NOT_SCORED, refusal(FileCheck.CHANGED))
