"""What a stored part of an explanation is made by, as text: it is found again by that."""

from __future__ import annotations

from memapp.core.explanation import EXPLAINED_SIDE
from memapp.core.records import NetIdentity

_KEPT_VERSION = 1
"""Raise it when stored results change their meaning in ways that the makers' versions do not show."""


def made_by(*parts: str) -> str:
    """Return one text of all that determines a part, besides the photo."""
    return "\n".join((f"{_KEPT_VERSION} {EXPLAINED_SIDE}", *parts))


def net_text(net: NetIdentity) -> str:
    """Return the exact net as text."""
    return f"{net.name} {net.sha256} {net.preprocessing} {net.precision}"
