"""Keeps nets and segmenters loaded between runs: the next folder, and the next photo, start at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from memapp.core.contracts import Notify, Scorer, ScorerFactory
from memapp.core.errors import MemappError
from memapp.core.explanation import MapMaker, MapMethod, SegmenterFactory
from memapp.core.machine import usable_cores
from memapp.core.net_ids import RESMEM_ID, NetId
from memapp.core.records import NetIdentity, Precision
from memapp.core.settings import SETTINGS, Settings
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.pipeline.shared_segmenter import SharedSegmenters


class Nets(Protocol):
    """The nets of this computer, none of them loaded; scoring.nets.registry.NetRegistry is one."""

    def factory(
        self,
        name_or_file: str,
        *,
        device: str,
        engine: str,
        at_once: bool,
        most_threads: int | None,
        precision: Precision,
    ) -> ScorerFactory:
        """Return the factory of a net's scorer. Raises: MemappError."""

    def why_not_fast(self) -> str | None:
        """Return why there can be no fast scores, in a sentence; None where there can."""


class NetPool:
    """Shares scorers, segmenters and map makers among runs. Thread-safe.

    ResMem stays loaded, exact and fast; of the other nets one at a time. Each is opened with the device, the
    engine and the number of threads for the settings and the power source at its first use, and kept until
    renew(). The first run that needs it takes its memory, and release() frees it.
    """

    def __init__(
        self,
        *,
        nets: Nets,
        settings: Settings,
        segmenters: SegmenterFactory,
        map_makers: Mapping[MapMethod, MapMaker],
        count_cores: Callable[[], int] = usable_cores,
    ) -> None:
        self._nets = nets
        self._settings = settings
        self._count_cores = count_cores
        self._on_battery = False
        self._lock = threading.Lock()
        self._published: dict[Precision, SharedScorer] = {}
        self._other: tuple[NetId, SharedScorer] | None = None
        self.segmenters = SharedSegmenters(segmenters)
        self.map_makers = map_makers
        settings.subscribe(SETTINGS.battery_threads, self._on_battery_threads)

    def scorers(self, net: NetId, precision: Precision) -> ScorerFactory:
        """Return the factory of a net, by name; its scorer is shared by all runs that build it.

        The precision matters for ResMem alone. A net that can't be used says so when its run asks which net
        it is: the run finds its photos first.
        """
        # Opening a net reads at most the header of its file: the GUI thread may wait for that.
        with self._lock:
            try:
                if net == RESMEM_ID:
                    if precision not in self._published:
                        self._published[precision] = self._open(net, precision)
                    return self._published[precision]
                if self._other is None or self._other[0] != net:
                    self._forget_other()
                    self._other = net, self._open(net, Precision.EXACT)
                return self._other[1]
            except MemappError as problem:
                return _Unusable(problem)

    def release_fast(self) -> None:
        """Free the memory of fast ResMem: two loaded nets are too many for a small computer."""
        with self._lock:
            if Precision.FAST in self._published:
                self._published[Precision.FAST].release()

    def release(self) -> None:
        """Free all memory, that of a net in use as soon as its run ends. Waits for no run."""
        with self._lock:
            for scorer in self._published.values():
                scorer.release()
            if self._other is not None:
                self._other[1].release()
        self.segmenters.release()
        for maker in self.map_makers.values():
            maker.close()

    def renew(self) -> None:
        """Open nets again from the next run on, with the settings and power source of that time."""
        with self._lock:
            for scorer in self._published.values():
                scorer.retire()
            self._published.clear()
            self._forget_other()

    def set_on_battery(self, on_battery: bool) -> None:
        """Use half of the cores on battery if the settings say so, from the next run on."""
        self._on_battery = on_battery
        if self._settings.get(SETTINGS.battery_threads):
            self.renew()

    def _on_battery_threads(self, _wanted: bool) -> None:
        if self._on_battery:
            self.renew()

    def _open(self, net: NetId, precision: Precision) -> SharedScorer:
        sparing = self._on_battery and self._settings.get(SETTINGS.battery_threads)
        return SharedScorer(
            self._nets.factory(
                net,
                device=self._settings.get(SETTINGS.device),
                engine=self._settings.get(SETTINGS.engine),
                at_once=True,
                most_threads=max(1, self._count_cores() // 2) if sparing else None,
                precision=precision,
            )
        )

    def _forget_other(self) -> None:
        if self._other is not None:
            self._other[1].retire()
            self._other = None


class _Unusable:
    """The factory of a net that can't be used: it raises the reason. Implements ScorerFactory."""

    def __init__(self, problem: MemappError) -> None:
        self._problem = problem

    def identity(self) -> NetIdentity:
        raise self._problem

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        return ()

    def build(self, notify: Notify) -> Scorer:
        raise self._problem
