"""Reports made of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from memapp.core.nets import RESMEM, NetInfo
from memapp.core.records import (
    EngineInfo,
    Failure,
    FailureKind,
    ImageKey,
    NetIdentity,
    PhotoFacts,
    PhotoId,
    ScoredPhoto,
)
from memapp.library.library import Library
from memapp.library.order import Order, ordered
from memapp.library.photo_columns import photo_columns
from memapp.library.scores import Scores
from memapp.report.record import Report, from_library

NET = NetIdentity(name="ResMem", sha256="a" * 64, preprocessing="memapp-1")
CPU = EngineInfo(engine="torch", device="cpu", device_name="CPU")

Outcome = ScoredPhoto | Failure


def key(path: str) -> ImageKey:
    return ImageKey(path=path, size=1, mtime_ns=2)


def scored(path: str, score: float) -> ScoredPhoto:
    facts = PhotoFacts(width=300, height=200, format="JPEG", taken="2026-05-01T18:30:05")
    return ScoredPhoto(key=key(path), score=score, facts=facts, engine=CPU)


def failed(path: str) -> Failure:
    return Failure(key(path), FailureKind.DAMAGED, "It ends too early.")


OUTCOMES: tuple[Outcome, ...] = (
    failed("/p/broken.jpg"),
    scored("/p/low.jpg", 0.45),
    scored("/p/high.jpg", 0.9),
    scored("/p/also high.jpg", 0.9),
)


def scores_of(outcomes: Iterable[Outcome], *, net: NetInfo = RESMEM) -> Scores:
    """Return a library of these outcomes of one net, in their order."""
    outcomes = list(outcomes)
    library = Library(photo_columns(net))
    library.add((PhotoId(number), outcome.key) for number, outcome in enumerate(outcomes, 1))
    scores = Scores(library, net=net)
    scores.note_scores([each for each in outcomes if isinstance(each, ScoredPhoto)], net.id)
    scores.note_failures([each for each in outcomes if isinstance(each, Failure)])
    return scores


def report_of(
    outcomes: Sequence[Outcome] = OUTCOMES,
    *,
    net: NetInfo = RESMEM,
    identities: Mapping[str, NetIdentity] | None = None,
) -> Report:
    """Return the report of these outcomes, best first."""
    scores = scores_of(outcomes, net=net)
    rows = ordered(scores.library, Order())
    identities = identities or {net.id: NET}
    return from_library(scores, rows, identities=identities, app_version="1.2.3")
