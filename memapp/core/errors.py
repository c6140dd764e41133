"""The typed errors of memapp. Their text is for people: what happened, then what to do."""

from __future__ import annotations

from memapp.core.records import FailureKind


class MemappError(Exception):
    """Base class of memapp's errors; str() may be shown to a photographer as it is."""


class PhotoError(MemappError):
    """One photo can't be loaded. A run turns it into a Failure."""

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class WeightsError(MemappError):
    """The net's weights are missing, truncated or changed; the text says which file and what to do."""


class DeviceError(MemappError):
    """A requested device can't be used; the text says why."""


class OutOfDeviceMemoryError(MemappError):
    """The batch did not fit the device's memory."""


class SegmenterError(MemappError):
    """A segmenter pack is missing, broken or refused; the text says which and why."""


class ExplanationError(MemappError):
    """An explanation of a score can't be computed here; the text says why and what to do."""


class FetchError(MemappError):
    """A file can't be downloaded; the text says why and what to do instead."""


class StoreError(MemappError):
    """The store can't read or write records; the text says which file and why."""


class Cancelled(MemappError):  # noqa: N818 (it is an outcome, not an error)
    """The user cancelled; raised inside a long step to leave it."""
