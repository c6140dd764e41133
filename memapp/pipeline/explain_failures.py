"""Why a part of an explanation could not be made, in words."""

from __future__ import annotations

import logging

from memapp.core.errors import MemappError
from memapp.core.explanation import Layer
from memapp.core.text import tr

_log = logging.getLogger(__name__)


def failure_words(layer: Layer, problem: Exception) -> str:
    """Return what to say of an exception; what is not expected goes to the log as well."""
    if isinstance(problem, MemappError):
        return str(problem)
    if isinstance(problem, MemoryError):
        return tr("There is not enough memory for this overlay. Close other programs, then try again.")
    _log.error("the %s of a photo failed", layer, exc_info=problem)
    return tr(
        "Something went wrong while the overlay was made. Try again. If it happens again, "
        "see Help, Show the log."
    )
