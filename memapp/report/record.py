"""The report record: photos of a library in an order, what is exported of them, and what made the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from memapp.core.nets import NetInfo
from memapp.core.records import EngineInfo, ImageKey, NetIdentity, Precision
from memapp.library.changes import Rows
from memapp.library.columns import Column
from memapp.library.library import Library
from memapp.library.photo_columns import PART, Part, PhotoState, engine_column, score_column
from memapp.library.scores import DISAGREEMENT, Scores
from memapp.library.ties import ranks_and_ties

SCORES = "scores"
"""The group of fields of what each of several nets says."""

_SCORE_DIGITS = 7
_POINTS_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an export: a column of a table, a member of each object in JSON."""

    name: str
    values: Sequence[object]
    """A number, a text, a truth value or None for each photo."""
    group: str = ""
    """In JSON, fields of one group are members of an object of this name."""


@dataclass(frozen=True, slots=True)
class ReportNet:
    """A net whose scores are in a report, and what executed it."""

    net: NetInfo
    identity: NetIdentity
    engines: frozenset[EngineInfo]
    """Several where some scores were known from another device."""

    @property
    def engine(self) -> str | None:
        """The engine's name; several with commas; None where nothing was scored."""
        return ", ".join(sorted({engine.engine for engine in self.engines})) or None

    @property
    def device(self) -> str | None:
        """The device; several with commas; None where nothing was scored."""
        return ", ".join(sorted({engine.device for engine in self.engines})) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an export says; the same for every kind of file."""

    photos: tuple[ImageKey, ...]
    """The files, in the order of the report."""
    fields: tuple[Field, ...]
    """Each has a value for each photo."""
    shown: ReportNet
    """The net that the field "score" is of."""
    nets: tuple[ReportNet, ...] = ()
    """All nets with a field each, that one included; empty where there is only one."""
    compared: tuple[NetInfo, NetInfo] | None = None
    """The nets that the field "disagreement" compares."""
    app_version: str

    def values(self, name: str) -> Sequence[object]:
        """Return the values of a field.

        Raises:
            KeyError: there is no such field.
        """
        for field in self.fields:
            if field.name == name and not field.group:
                return field.values
        raise KeyError(name)

    @property
    def precision(self) -> str | None:
        """Return "exact", "fast", or "mixed" after a triage; None where nothing was scored."""
        kinds = set(self.values("exact")) - {None}
        if not kinds:
            return None
        if len(kinds) > 1:
            return "mixed"
        return (Precision.EXACT if True in kinds else Precision.FAST).value


def from_library(
    scores: Scores, rows: Rows, *, identities: Mapping[str, NetIdentity], app_version: str
) -> Report:
    """Return the report of some rows of a library, in the order given; photos that wait are left out.

    It may take a second for 100,000 photos: give it `scores.snapshot(rows)` on a thread of its own where
    nothing may wait.

    Args:
        scores: the nets, with their library.
        rows: of the photos.
        identities: of the nets that have scored, by their names; that of the shown net must be there.
        app_version: of memapp.

    Raises:
        KeyError: the identity of the shown net is not there.
    """
    library = scores.library
    rows = rows[library.values("state")[rows] != PhotoState.WAITING]
    nets = tuple(
        ReportNet(net, identities[net.id], _engines(library, rows, net))
        for net in scores.nets
        if net.id in identities
    )
    compared = scores.pair if DISAGREEMENT in library.columns else None
    fields = [_field(library, rows, column) for column in library.columns.exported]
    fields += _place_fields(scores, rows)
    if len(nets) > 1:
        fields += [_net_field(library, rows, net) for net in nets]
    if compared is not None:
        fields.append(
            Field(DISAGREEMENT, _rounded(library.values(DISAGREEMENT)[rows].tolist(), _POINTS_DIGITS))
        )
    return Report(
        photos=tuple(library.keys_at(rows)),
        fields=tuple(fields),
        shown=next(
            (net for net in nets if net.net.id == scores.shown.id),
            ReportNet(scores.shown, identities[scores.shown.id], frozenset()),
        ),
        nets=nets if len(nets) > 1 else (),
        compared=compared,
        app_version=app_version,
    )


def _field(library: Library, rows: Rows, column: Column) -> Field:
    assert column.export is not None
    written = column.export.value
    values = library.values(column.id)[rows]
    pairs = zip(values.tolist(), column.missing_in(values).tolist(), strict=True)
    return Field(column.export.name, tuple(None if missing else written(value) for value, missing in pairs))


def _place_fields(scores: Scores, rows: Rows) -> list[Field]:
    """Return each photo's rank by score, how many others are too close to call with it, and the net.

    Exact and fast scores are ranked apart; damaged photos and shapes that the net can't judge have no rank.
    """
    library = scores.library
    values, parts = library.values("score")[rows], library.values(PART)[rows]
    ranks: list[int | None] = [None] * len(rows)
    ties: list[int | None] = [None] * len(rows)
    for part in (Part.EXACT, Part.FAST):
        places = np.flatnonzero((parts == part) & ~np.isnan(values))
        found = ranks_and_ties(values[places], scores.shown.scale.tie_width)
        for place, rank, tied in zip(places.tolist(), *(each.tolist() for each in found), strict=True):
            ranks[place], ties[place] = rank, tied
    model = [scores.shown.title if rank is not None else None for rank in ranks]
    return [Field("rank", ranks), Field("ties", ties), Field("scoring_model", model)]


def _net_field(library: Library, rows: Rows, net: ReportNet) -> Field:
    values = library.values(score_column(net.net.id))[rows].tolist()
    return Field(net.net.title, _rounded(values, _SCORE_DIGITS), group=SCORES)


def _rounded(values: Sequence[float], digits: int) -> tuple[float | None, ...]:
    return tuple(None if value != value else round(value, digits) for value in values)


def _engines(library: Library, rows: Rows, net: NetInfo) -> frozenset[EngineInfo]:
    engines = library.values(engine_column(net.id))[rows].tolist()
    return frozenset(engine for engine in engines if engine is not None)
