"""Everything that the columns say is in the person's language."""

from __future__ import annotations

import pytest

from memapp.core.nets import FALSERESMEM, RESMEM
from memapp.core.records import Precision
from memapp.library.library import Library
from memapp.library.photo_columns import score_column
from memapp.library.scores import Scores, disagreement_sentence
from tests.library.made import add, failed, key, new_library, scored


@pytest.fixture
def library() -> Library:
    library = new_library()
    add(library, "exact.jpg", "fast.jpg", "failed.jpg", "waiting.jpg")
    scores = Scores(library)
    scores.note_scores([scored("exact.jpg", 0.8, taken="2026-05-01T18:30:05")])
    scores.note_scores([scored("fast.jpg", 0.6, precision=Precision.FAST)])
    scores.note_failures([failed("failed.jpg")])
    return library


@pytest.mark.usefixtures("pseudo_language")
def test_titles_are_translated(library: Library) -> None:
    own = {score_column(RESMEM.id)}
    titles = [column.title for column in library.columns if column.title and column.id not in own]
    assert len(titles) > 10
    assert [title for title in titles if not title.startswith("[!! ")] == []


@pytest.mark.usefixtures("pseudo_language")
@pytest.mark.parametrize("name", ["exact.jpg", "fast.jpg", "waiting.jpg"])
def test_what_is_said_of_a_photo_is_translated(library: Library, name: str) -> None:
    photo = library.photo(key(name))
    assert photo is not None
    said = [column.tooltip_line(photo) for column in library.columns]
    said += [column.spoken_line(photo) for column in library.columns]
    lines = [line for line in said if line]
    assert len(lines) >= 2
    assert [line for line in lines if not line.startswith("[!! ")] == []


@pytest.mark.usefixtures("pseudo_language")
def test_disagreements_are_translated() -> None:
    for points in (0, 1, -40):
        assert disagreement_sentence(points, RESMEM, FALSERESMEM).startswith("[!! ")


def test_disagreements_are_counted() -> None:
    said = [disagreement_sentence(points, RESMEM, FALSERESMEM) for points in (1, -40)]
    assert said == [
        "ResMem places it 1 point higher in this list than FalseResMem.",
        "FalseResMem places it 40 points higher in this list than ResMem.",
    ]
