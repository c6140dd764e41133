"""The window's photo loader. Its decoders are imported when the first photo is loaded."""

from __future__ import annotations

from memapp.core.control import RunControl
from memapp.core.records import LoadedPhoto, Precision


def load_photo(
    path: str,
    *,
    frame: bool = False,
    longest_side: int | None = None,
    precision: Precision = Precision.EXACT,
    control: RunControl | None = None,
) -> LoadedPhoto:
    """Load one photo, as memapp.intake.load does.

    Importing the decoders would take a tenth of the time to the window's first paint.

    Raises:
        PhotoError: with the reason.
        Cancelled: control was cancelled.
    """
    from memapp.intake import load

    return load.load_photo(path, frame=frame, longest_side=longest_side, precision=precision, control=control)
