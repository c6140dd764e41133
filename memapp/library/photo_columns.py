"""The columns of every photo: its file, its score by the net that is shown, the facts of the file."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from pathlib import PurePath
from typing import Any

import numpy as np

from memapp.core.caution import Caution, caution_sentence, caution_text
from memapp.core.moments import order_of
from memapp.core.names import display_name, natural_key
from memapp.core.nets import RESMEM, NetInfo
from memapp.core.number_text import in_files
from memapp.core.photo_text import failure_text, file_size_text
from memapp.core.records import Failure, PhotoFacts, Precision
from memapp.core.rendering_text import rendering_text
from memapp.core.score_text import FAST_SENTENCE, score_text, standing
from memapp.core.text import tr
from memapp.library.changes import KEY
from memapp.library.columns import (
    UNKNOWN_INTEGER,
    Column,
    Columns,
    Describe,
    ExportField,
    Kind,
    RangeFilter,
    Sorting,
    TextFilter,
    Values,
)
from memapp.library.contents import contents_columns
from memapp.library.fact_texts import exposure_order, shown_date, shown_exposure, shown_pixels
from memapp.library.library import Library
from memapp.library.marks import mark_columns
from memapp.library.order import NAME, NAME_RANK, TextRanks
from memapp.library.photo import Photo
from memapp.library.stack_columns import stack_columns

_NAME_KEY = "name_key"

CAUTION = "caution"
"""The column that says why a photo's score can't be compared with others; None where it can."""

PART = "part"
"""The column of the Part of the order by score to which a photo belongs."""

CHANGED = "changed"
"""The column that says whether a photo's file was changed by another program and waits to be scored again."""


class Part(IntEnum):
    """The parts of an order by score, from the top: scores of different parts are never compared."""

    EXACT = 0
    FAST = 1
    CAUTION = 2
    """Damaged photos, and shapes that the net can't judge; exact or fast."""


_BY_TITLE = Sorting(in_menu=False)
"""Of texts: a click on the title of the table's column sorts by them."""


class PhotoState(IntEnum):
    """Where a photo stands, for the net that is shown."""

    WAITING = 0
    SCORED = 1
    FAILED = 2


def score_column(net: str) -> str:
    """Return the id of the column of a net's scores, 0..1, NaN where there is none."""
    return f"score:{net}"


def fast_column(net: str) -> str:
    """Return the id of the column that says which of a net's scores are fast ones."""
    return f"fast:{net}"


def engine_column(net: str) -> str:
    """Return the id of the column of the EngineInfos that computed a net's scores."""
    return f"engine:{net}"


def photo_columns(net: NetInfo = RESMEM) -> Columns:
    """Return the registry of a new library, with one net, whose scores are shown."""
    return Columns(
        (
            *_file_columns(),
            *net_columns(net),
            Column(id="failed", title="", kind=Kind.FLAG),
            Column(id="facts", title="", kind=Kind.OBJECT),
            _caution_column(),
            *shown_columns(net),
            *_fact_columns(),
            _failure_column(),
            Column(
                id="exact",
                title="",
                kind=Kind.OBJECT,
                of_photo=_exact,
                depends_on=frozenset({"score", "fast"}),
                export=ExportField("exact"),
            ),
            Column(
                id="caution_name",
                title="",
                kind=Kind.OBJECT,
                of_photo=lambda photo: photo[CAUTION],
                depends_on=frozenset({CAUTION}),
                export=ExportField("caution", lambda caution: Caution(caution).value),
            ),
            *(*mark_columns(), *stack_columns()),
        )
    )


def _file_columns() -> tuple[Column, ...]:
    return (
        Column(id=KEY, title="", kind=Kind.OBJECT),
        Column(
            id="path", title=tr("Path"), kind=Kind.TEXT, of_photo=lambda photo: photo.key.path,
            depends_on=frozenset({KEY}), export=ExportField("path"),
        ),
        Column(
            id=NAME, title=tr("Name"), kind=Kind.TEXT, of_key=lambda key: key.name, sort=Sorting(place=2),
            filter=TextFilter(), text=display_name, details=True, export=ExportField("name"),
        ),
        Column(id=_NAME_KEY, title="", kind=Kind.TEXT, of_key=lambda key: natural_key(key.name)),
        Column(
            id=NAME_RANK, title="", kind=Kind.INTEGER, of_all=TextRanks(_NAME_KEY),
            depends_on=frozenset({_NAME_KEY}),
        ),
        Column(
            id="folder", title=tr("Folder"), kind=Kind.TEXT,
            of_photo=lambda photo: str(PurePath(photo.key.path).parent),
            depends_on=frozenset({KEY}), sort=_BY_TITLE, filter=TextFilter(), text=display_name, details=True,
        ),
        Column(
            id=CHANGED, title=tr("Changed"), kind=Kind.FLAG,
            tooltip=_if_changed(tr("The file was changed since it was scored. It is scored again.")),
            spoken=_if_changed(tr("file changed")),
        ),
    )  # fmt: skip


def net_columns(net: NetInfo) -> tuple[Column, ...]:
    """Return the columns of what one net says."""
    return (
        Column(id=score_column(net.id), title=net.title, kind=Kind.NUMBER),
        Column(id=fast_column(net.id), title="", kind=Kind.FLAG),
        Column(id=engine_column(net.id), title="", kind=Kind.OBJECT),
    )


def shown_columns(net: NetInfo) -> tuple[Column, ...]:
    """Return the columns of the score that is shown, which is this net's."""
    score, fast = score_column(net.id), fast_column(net.id)
    source = frozenset({score, fast})

    def states(library: Library) -> Values:
        waiting_or_scored = np.where(np.isnan(library.values(score)), PhotoState.WAITING, PhotoState.SCORED)
        return np.where(library.values("failed"), PhotoState.FAILED, waiting_or_scored).astype(np.int64)

    def parts(library: Library) -> Values:
        judged = np.where(library.values(fast), Part.FAST, Part.EXACT)
        return np.where(library.values(CAUTION) != None, Part.CAUTION, judged).astype(np.int64)  # noqa: E711

    return (
        Column(
            id="state", title="", kind=Kind.INTEGER, of_all=states, depends_on=source | {"failed"},
            tooltip=_waiting(tr("Waiting for its score.")), spoken=_waiting(tr("waiting for its score")),
        ),
        Column(
            id="status", title="", kind=Kind.TEXT, of_photo=_status, depends_on=source | {"failed"},
            export=ExportField("status"),
        ),
        Column(
            id=PART, title="", kind=Kind.INTEGER, of_all=parts, depends_on=frozenset({fast, CAUTION}),
        ),
        Column(
            id="score", title=tr("Score"), kind=Kind.NUMBER, of_all=lambda library: library.values(score),
            depends_on=source, sort=Sorting(descending_first=True, apart=PART, place=1),
            filter=RangeFilter(0.0, 1.0, decimals=2), text=lambda value: score_text(value),
            tooltip=lambda photo: _score_tooltip(photo, net), spoken=lambda photo: _spoken_score(photo, net),
            details=True, export=ExportField("score", lambda value: round(float(value), 7)),
        ),
        Column(
            id="percentile", title=tr("Against people's scores"), kind=Kind.NUMBER,
            of_photo=lambda photo: _percentile(photo, net), depends_on=source, text=standing,
            sort=Sorting(descending_first=True, apart=PART, in_menu=False),
            details=True, export=ExportField("percentile", lambda value: round(float(value), 4)),
        ),
        Column(
            id="fast", title=tr("Fast score"), kind=Kind.FLAG, of_all=lambda library: library.values(fast),
            depends_on=source,
        ),
    )  # fmt: skip


def _failure_column() -> Column:
    return Column(
        id="failure",
        title=tr("Problem"),
        kind=Kind.OBJECT,
        text=lambda failure: failure_text(failure.kind),
        tooltip=lambda photo: failure.reason if (failure := failure_of(photo)) else "",
        spoken=lambda photo: failure_text(failure.kind).lower() if (failure := failure_of(photo)) else "",
        export=ExportField("reason", lambda failure: in_files(failure.reason)),
    )


def _caution_column() -> Column:
    # Stored, though it follows from the facts: the order asks for all rows' again and again.
    return Column(
        id=CAUTION,
        title=tr("Caution"),
        kind=Kind.TEXT,
        sort=_BY_TITLE,
        text=caution_text,
        tooltip=lambda photo: caution_sentence(facts) if (facts := facts_of(photo)) else "",
        spoken=lambda photo: caution_text(photo[CAUTION]).lower() if photo[CAUTION] else "",
        details=True,
    )


def _fact_columns() -> tuple[Column, ...]:
    return (
        _fact(
            "pixels", tr("Pixels"), lambda facts: facts.width * facts.height, kind=Kind.INTEGER,
            sort=Sorting(descending_first=True, in_menu=False), shown=shown_pixels, details=True,
        ),
        _pixel_count("width", tr("Width"), lambda facts: facts.width),
        _pixel_count("height", tr("Height"), lambda facts: facts.height),
        Column(
            id="size", title=tr("File size"), kind=Kind.INTEGER, missing=0, of_key=lambda key: key.size,
            sort=Sorting(descending_first=True, place=4), text=file_size_text, details=True,
        ),
        _fact("format", tr("Format"), lambda facts: facts.format, searched=True, details=True),
        _fact("rendering", tr("Scored from"), lambda file: file.rendering, text=rendering_text, details=True),
        Column(
            id="taken", title=tr("Date taken"), kind=Kind.INTEGER, sort=Sorting(place=3), shown=shown_date,
            in_words=True, details=True,
        ),
        _fact("taken_text", "", lambda facts: facts.taken, export=ExportField("taken")),
        _fact("camera", tr("Camera"), lambda facts: facts.camera, searched=True, details=True),
        _fact("lens", tr("Lens"), lambda facts: facts.lens, searched=True, details=True),
        _fact(
            "exposure", tr("Exposure"), exposure_order, kind=Kind.INTEGER, shown=shown_exposure, details=True,
        ),
        *contents_columns(),
    )  # fmt: skip


def _pixel_count(column_id: str, title: str, read: Callable[[PhotoFacts], int]) -> Column:
    return _fact(column_id, title, read, kind=Kind.INTEGER, export=ExportField(column_id))


def _fact(
    column_id: str,
    title: str,
    read: Callable[[PhotoFacts], Any],
    *,
    kind: Kind = Kind.TEXT,
    searched: bool = False,
    sort: Sorting | None = None,
    text: Callable[[Any], str] = str,
    shown: Describe | None = None,
    tooltip: Describe | bool = False,
    spoken: Describe | bool = False,
    details: bool = False,
    export: ExportField | None = None,
) -> Column:
    missing = UNKNOWN_INTEGER if kind is Kind.INTEGER else None

    def of_photo(photo: Photo) -> Any:
        facts = facts_of(photo)
        return missing if facts is None else read(facts)

    def of_all(library: Library) -> Values:
        every = [missing if facts is None else read(facts) for facts in library.values("facts").tolist()]
        return np.array(every, dtype=np.int64 if kind is Kind.INTEGER else object)

    return Column(
        id=column_id,
        title=title,
        kind=kind,
        of_photo=of_photo,
        of_all=of_all,
        depends_on=frozenset({"facts"}),
        sort=_BY_TITLE if sort is None and details else sort,
        filter=TextFilter() if searched else None,
        text=text,
        shown=shown,
        in_words=shown is not None,
        tooltip=tooltip,
        spoken=spoken,
        details=details,
        export=export,
    )


def failure_of(photo: Photo) -> Failure | None:
    """Return why a photo has no score; None where it did not fail."""
    failure: Failure | None = photo["failure"]
    return failure


def facts_of(photo: Photo) -> PhotoFacts | None:
    """Return what a photo's file says of itself; None until it was read."""
    facts: PhotoFacts | None = photo["facts"]
    return facts


def score_of(photo: Photo) -> float | None:
    """Return the score that is shown; None where there is none."""
    score: float = photo["score"]
    return None if score != score else score


def precision_of(photo: Photo) -> Precision:
    """Return how exactly the score that is shown was computed; EXACT where there is none."""
    return Precision.FAST if photo["fast"] else Precision.EXACT


def place_in_time(taken: str | None) -> int:
    """Return where a date taken stands among others: microseconds since 1970, by the clock of its place.

    UNKNOWN_INTEGER where the text is no date. Zones do not count: docs/decisions/date-taken.md.
    """
    order = order_of(taken)
    return UNKNOWN_INTEGER if order is None else order


def _percentile(photo: Photo, net: NetInfo) -> float:
    score = score_of(photo)
    place = None if score is None else net.scale.percentile(score)
    return np.nan if place is None else place


def _exact(photo: Photo) -> bool | None:
    return None if score_of(photo) is None else precision_of(photo) is Precision.EXACT


def _status(photo: Photo) -> str:
    if photo["failed"]:
        return "failed"
    return "waiting" if score_of(photo) is None else "scored"


def _if_changed(text: str) -> Callable[[Photo], str]:
    return lambda photo: text if photo[CHANGED] else ""


def _waiting(text: str) -> Callable[[Photo], str]:
    return lambda photo: text if photo["state"] == PhotoState.WAITING else ""


def _score_tooltip(photo: Photo, net: NetInfo) -> str:
    score = score_of(photo)
    if score is None:
        return ""
    precision, place = precision_of(photo), net.scale.percentile(score)
    shown, sentence = score_text(score, precision), net.scale.sentence(score)
    if photo[CAUTION] is not None:
        text = tr("{score} by {net}.", score=shown, net=net.title)
    elif place is None:
        text = tr("{score} by {net}. {sentence}", score=shown, net=net.title, sentence=sentence)
    else:
        text = tr(
            "{score}. {place} of people's scores. {sentence}",
            score=shown,
            place=standing(place),
            sentence=sentence,
        )
    return f"{text} {FAST_SENTENCE}" if precision is Precision.FAST else text


def _spoken_score(photo: Photo, net: NetInfo) -> str:
    score = score_of(photo)
    if score is None:
        return ""
    kind = net.scale.spoken_kind(precision_of(photo))
    place = net.scale.percentile(score)
    if place is None or photo[CAUTION] is not None:
        return tr("{kind} {score}", kind=kind, score=score_text(score))
    return tr("{kind} {score}, {place}", kind=kind, score=score_text(score), place=standing(place))
