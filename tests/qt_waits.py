"""pytest-qt's bot with longer waits: a busy machine makes a test slower, not red."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import CheckParamsCb, MultiSignalBlocker, SignalBlocker

WAIT_MS = 30_000
"""Longest wait for what must happen; a wait ends as soon as it has happened."""


class SteadyQtBot(QtBot):
    """A QtBot that waits WAIT_MS, not 5 seconds, where a test names no limit."""

    def waitSignal(  # noqa: N802 (a name of pytest-qt)
        self,
        signal: Any,
        *,
        timeout: int = WAIT_MS,
        raising: bool | None = None,
        check_params_cb: CheckParamsCb | None = None,
    ) -> SignalBlocker:
        """Wait until the signal is emitted."""
        return super().waitSignal(signal, timeout=timeout, raising=raising, check_params_cb=check_params_cb)

    def waitSignals(  # noqa: N802 (a name of pytest-qt)
        self,
        signals: list[Any],
        *,
        timeout: int = WAIT_MS,
        raising: bool | None = None,
        check_params_cbs: list[CheckParamsCb] | None = None,
        order: Any = "none",
    ) -> MultiSignalBlocker:
        """Wait until all signals are emitted."""
        return super().waitSignals(
            signals, timeout=timeout, raising=raising, check_params_cbs=check_params_cbs, order=order
        )

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = WAIT_MS) -> None:  # noqa: N802 (a name of pytest-qt)
        """Wait until the answer is true."""
        super().waitUntil(callback, timeout=timeout)

    def waitExposed(self, widget: Any, *, timeout: int = WAIT_MS) -> Any:  # noqa: N802 (a name of pytest-qt)
        """Wait until the window is on screen."""
        return super().waitExposed(widget, timeout=timeout)
