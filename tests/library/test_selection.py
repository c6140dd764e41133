"""Several photos: what they have in common, and whether the best of them is clear."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from memapp.core.marks import Flag, MarkChange
from memapp.core.nets import RESMEM
from memapp.core.records import ImageKey, PhotoFacts, PhotoId, Precision, ScoredPhoto
from memapp.library.library import Library
from memapp.library.marks import MarkBook
from memapp.library.photo_columns import photo_columns
from memapp.library.scores import Scores
from memapp.library.selection import common_rows, summary_of, verdict_on


def key(name: str) -> ImageKey:
    return ImageKey(f"/shoot/{name}", 1000 + len(name), 1)


def scores_of(photos: Mapping[str, ScoredPhoto | None]) -> Scores:
    scores = Scores(Library(photo_columns()))
    scores.library.add((PhotoId(number), key(name)) for number, name in enumerate(photos, start=1))
    scores.note_scores(photo for photo in photos.values() if photo is not None)
    return scores


def photo(name: str, score: float, *, camera: str = "Z 6", taken: str = "2026-05-01T10:00:00") -> ScoredPhoto:
    return ScoredPhoto(key(name), score, PhotoFacts(600, 400, "JPEG", taken=taken, camera=camera))


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ([0.9], ""),
        ([0.9, 0.91], "Their scores are too close to call."),
        ([0.5, 0.9, 0.91, 0.6], "The best 2 are too close to call."),
        ([0.5, 0.9, 0.7], "The best one is clear: 0.20 ahead of the next."),
    ],
)
def test_whether_the_best_is_clear(scores: list[float], words: str) -> None:
    assert verdict_on(np.array(scores), RESMEM.scale) == words


def test_what_they_share_is_said_once_and_dates_as_a_range() -> None:
    shoot = scores_of(
        {
            "a.jpg": photo("a.jpg", 0.9),
            "b.jpg": photo("b.jpg", 0.8, taken="2026-05-03T10:00:00", camera="X-T5"),
        }
    )
    said = dict(common_rows(shoot.library, shoot.library.rows(), without=frozenset({"score", "percentile"})))
    assert said["Folder"] == "/shoot"
    assert said["Format"] == "JPEG"
    assert said["Camera"] == "Different"
    assert " to " in said["Date taken"]
    assert "Name" not in said
    # Nothing is known of it.
    assert "Lens" not in said


def test_picks_and_rejects_are_counted() -> None:
    shoot = scores_of({"a.jpg": photo("a.jpg", 0.9), "b.jpg": None, "c.jpg": None})
    book = MarkBook(shoot.library)
    book.change({PhotoId(1): MarkChange(flag=Flag.PICK), PhotoId(3): MarkChange(flag=Flag.PICK)})
    assert common_rows(shoot.library, shoot.library.rows(), without=frozenset())[0] == ("Picked", "2")


def test_scores_are_summed_up_and_fast_ones_are_not_weighed() -> None:
    fast = ScoredPhoto(key("b.jpg"), 0.99, PhotoFacts(600, 400, "JPEG"), precision=Precision.FAST)
    shoot = scores_of(
        {"a.jpg": photo("a.jpg", 0.9), "b.jpg": fast, "c.jpg": None, "d.jpg": photo("d.jpg", 0.5)}
    )
    summary = summary_of(shoot.library, shoot.library.rows(), RESMEM.scale)
    assert (summary.count, sorted(summary.scores.tolist()), int(summary.fast.sum())) == (
        4,
        [0.5, 0.9, 0.99],
        1,
    )
    assert summary.verdict == "The best one is clear: 0.40 ahead of the next."
