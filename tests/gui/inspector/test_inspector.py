"""What the inspector says of nothing, of one photo in each state, and of several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from memapp.core.records import Failure, ImageKey, Precision, ScoredPhoto
from memapp.gui.inspector.facts import FactsText
from memapp.gui.inspector.histogram import ScoreHistogram, people_density, set_density
from memapp.gui.inspector.inspector import WIDTH, Inspector, place_in_set, ties_in_set
from memapp.gui.inspector.seen_thumbnail import SeenThumbnail
from memapp.gui.widgets.theme import ThemeManager
from memapp.library.selection import ScoreSummary

AnyPart = TypeVar("AnyPart", bound=QWidget)

MakeScored = Callable[..., ScoredPhoto]


@pytest.fixture
def inspector(qtbot: QtBot, theme_manager: ThemeManager) -> Inspector:
    made = Inspector(theme_manager=theme_manager)
    qtbot.addWidget(made)
    made.resize(WIDTH, 900)
    made.show()
    return made


def summary(scores: list[float], fast: list[bool], *, count: int | None = None) -> ScoreSummary:
    return ScoreSummary(len(scores) if count is None else count, np.array(scores), np.array(fast, np.bool_))


def _words(inspector: Inspector) -> list[str]:
    """Every text in view, from top to bottom."""
    labels = [label for label in inspector.findChildren(QLabel) if label.isVisible() and label.text()]
    return [label.text() for label in sorted(labels, key=lambda each: each.mapTo(inspector, each.pos()).y())]


def _set_shoot(inspector: Inspector, exact: list[float], fast: list[float] | None = None) -> None:
    # as they come: computed in single precision
    inspector.set_shoot_scores(
        exact=np.array(exact, dtype=np.float32), fast=np.array(fast or [], dtype=np.float32)
    )


def _score_exactly(inspector: Inspector) -> QPushButton:
    (button,) = inspector.findChildren(QPushButton)
    assert button.text() == "Score exactly"
    return button


def _part(inspector: Inspector, kind: type[AnyPart]) -> AnyPart:
    part = inspector.findChild(kind)
    assert isinstance(part, kind)
    return part


def test_nothing_selected_says_what_to_do(inspector: Inspector) -> None:
    assert len(_words(inspector)) == 1
    assert _words(inspector)[0].startswith("Select a photo")
    for kind in (FactsText, ScoreHistogram, SeenThumbnail):
        assert not _part(inspector, kind).isVisible()


def test_a_scored_photo_is_explained(inspector: Inspector, scored: MakeScored) -> None:
    photo = scored(score=0.82)
    _set_shoot(inspector, [0.95, 0.82, 0.81, 0.80, 0.5])
    inspector.show_photo(photo.key, photo, None)
    words = _words(inspector)
    for text in (
        "0.82",
        "± 0.09",
        "About 82 of 100 people are predicted to recognise this photo when it comes back.",
        "Top 35 % of people's scores",
        "2nd of 5 in this list",
        "Too close to call with 2 others",
    ):
        assert text in words
    assert all(_part(inspector, kind).isVisible() for kind in (FactsText, ScoreHistogram, SeenThumbnail))
    assert not any("lowest score" in text for text in words)


def test_a_score_near_the_floor_bears_a_warning(inspector: Inspector, scored: MakeScored) -> None:
    photo = scored(score=0.42)
    inspector.show_photo(photo.key, photo, None)
    assert any(text.startswith("Close to 0.41, the lowest score") for text in _words(inspector))
    other = scored("b.jpg", score=0.6)
    inspector.show_photo(other.key, other, None)
    assert not any(text.startswith("Close to") for text in _words(inspector))


def test_the_place_follows_the_set(inspector: Inspector, scored: MakeScored) -> None:
    photo = scored(score=0.7)
    inspector.show_photo(photo.key, photo, None)
    assert not any("in this list" in text for text in _words(inspector))
    _set_shoot(inspector, [0.7, 0.9])
    assert "2nd of 2 in this list" in _words(inspector)
    assert not any("tie" in text for text in _words(inspector))
    _set_shoot(inspector, [0.7, 0.9, 0.71])
    assert "3rd of 3 in this list" in _words(inspector)
    assert "Too close to call with 1 other" in _words(inspector)


def test_a_score_that_the_set_does_not_hold_yet_stays_in_its_bounds(
    inspector: Inspector, scored: MakeScored
) -> None:
    photo = scored(score=0.5)
    _set_shoot(inspector, [0.8, 0.9])
    inspector.show_photo(photo.key, photo, None)
    assert "2nd of 2 in this list" in _words(inspector)


def test_a_waiting_photo(inspector: Inspector, photo_key: Callable[[str], ImageKey]) -> None:
    inspector.show_photo(photo_key("a.jpg"), None, None, facts=[("Name", "a.jpg")])
    assert _words(inspector)[:2] == ["Waiting", "This photo has not been scored yet."]
    assert "a.jpg" in _part(inspector, FactsText).toPlainText()
    assert not _part(inspector, ScoreHistogram).isVisible()


def test_a_failed_photo_shows_its_reason(inspector: Inspector, failure: Callable[[str], Failure]) -> None:
    broken = failure("broken.jpg")
    inspector.show_photo(broken.key, broken, None, facts=[("Name", "broken.jpg")])
    assert _words(inspector) == ["No score", broken.reason]
    assert "broken.jpg" in _part(inspector, FactsText).toPlainText()


@pytest.mark.parametrize(
    ("count", "scores", "sentence"),
    [
        (3, [0.5, 0.7, 0.9], "Average score 0.70, from 0.50 to 0.90."),
        (4, [0.5, 0.7, 0.9], "Average score 0.70, from 0.50 to 0.90. 1 of them has no score."),
        (9, [0.5], "Average score 0.50, from 0.50 to 0.50. 8 of them have no score."),
        (2, [], "None of them has a score yet."),
    ],
)
def test_several_photos(inspector: Inspector, count: int, scores: list[float], sentence: str) -> None:
    inspector.show_several(summary(scores, [False] * len(scores), count=count))
    assert _words(inspector) == [f"{count} photos", sentence]


def test_a_fast_score_says_so_and_how_to_be_sure(
    qtbot: QtBot, inspector: Inspector, scored: MakeScored
) -> None:
    photo = scored(score=0.82, precision=Precision.FAST)
    inspector.show_photo(photo.key, photo, None)
    assert "≈0.82" in _words(inspector)
    assert "Fast score, a little less exact. Score it exactly to be sure." in _words(inspector)
    button = _score_exactly(inspector)
    assert button.isVisible()
    with qtbot.waitSignal(inspector.score_exactly):
        button.click()
    inspector.show_photo(photo.key, scored(score=0.82), None)
    assert not button.isVisible()
    assert not any("≈" in words or "Fast" in words for words in _words(inspector))


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        (Precision.EXACT, ["2nd of the 3 exact scores in this list", "Too close to call with 1 other"]),
        (Precision.FAST, ["3rd of the 4 fast scores in this list", "Too close to call with 2 others"]),
    ],
)
def test_the_place_is_among_scores_of_the_same_precision(
    inspector: Inspector, scored: MakeScored, precision: Precision, words: list[str]
) -> None:
    photo = scored(score=0.8, precision=precision)
    inspector.show_photo(photo.key, photo, None)
    _set_shoot(inspector, [0.9, 0.8, 0.79], [0.95, 0.81, 0.8, 0.78])
    assert set(words) <= set(_words(inspector))


def test_where_all_are_fast_the_place_needs_no_more_words(inspector: Inspector, scored: MakeScored) -> None:
    photo = scored(score=0.8, precision=Precision.FAST)
    inspector.show_photo(photo.key, photo, None)
    _set_shoot(inspector, [], [0.95, 0.8])
    assert "2nd of 2 in this list" in _words(inspector)


@pytest.mark.parametrize(
    ("exact", "fast", "texts"),
    [
        ([0.5, 0.7], [], ["Average score 0.60, from 0.50 to 0.70."]),
        (
            [],
            [0.5, 0.7],
            [
                "Average score ≈0.60, from ≈0.50 to ≈0.70.",
                "All of these scores are fast (≈), a little less exact. Score exactly to be sure.",
            ],
        ),
        (
            [0.5, 0.6],
            [0.7],
            [
                "Average score ≈0.60, from 0.50 to ≈0.70.",
                "One of these scores is fast (≈), a little less exact. Score exactly to be sure.",
            ],
        ),
        (
            [0.9],
            [0.5, 0.7],
            [
                "Average score ≈0.70, from ≈0.50 to 0.90.",
                "2 of these scores are fast (≈), a little less exact. Score exactly to be sure.",
            ],
        ),
    ],
)
def test_several_photos_of_different_precision(
    inspector: Inspector, exact: list[float], fast: list[float], texts: list[str]
) -> None:
    scores = [*exact, *fast]
    inspector.show_several(summary(scores, [False] * len(exact) + [True] * len(fast)))
    assert _words(inspector) == [f"{len(scores)} photos", *texts]
    assert _score_exactly(inspector).isVisible() == bool(fast)


def test_thumbnails_of_other_photos_are_ignored(
    inspector: Inspector, scored: MakeScored, plain_image: Callable[..., QImage]
) -> None:
    photo = scored()
    inspector.show_photo(photo.key, photo, None)
    empty = inspector.grab().toImage()
    inspector.set_thumbnail(scored("b.jpg").key, plain_image(300, 200))
    assert inspector.grab().toImage() == empty
    inspector.set_thumbnail(photo.key, plain_image(300, 200))
    assert inspector.grab().toImage() != empty


def test_a_low_inspector_scrolls_and_keeps_its_width(
    qtbot: QtBot, inspector: Inspector, scored: MakeScored
) -> None:
    photo = scored()
    inspector.show_photo(photo.key, photo, None)
    histogram = _part(inspector, ScoreHistogram)
    qtbot.waitUntil(lambda: histogram.width() > 200)
    wide = histogram.width()
    inspector.resize(WIDTH, 300)
    qtbot.waitUntil(lambda: inspector.verticalScrollBar().maximum() > 0)
    qtbot.waitUntil(lambda: histogram.width() == wide)
    assert inspector.width() == WIDTH


# The seen part


def test_the_thumbnail_dims_what_was_not_seen(
    qtbot: QtBot, theme_manager: ThemeManager, plain_image: Callable[..., QImage]
) -> None:
    thumbnail = SeenThumbnail(theme_manager=theme_manager)
    qtbot.addWidget(thumbnail)
    thumbnail.set_image(plain_image(512, 256, "#ffffff"))
    assert thumbnail.heightForWidth(256) == 128
    thumbnail.resize(256, 128)
    shown = thumbnail.grab().toImage()
    assert shown.pixelColor(5, 64).lightness() < 130
    assert shown.pixelColor(250, 64).lightness() < 130
    assert shown.pixelColor(128, 64).name() == "#ffffff"


# Numbers


def test_place_and_ties() -> None:
    # as they come out of the store: computed in single, kept in double precision
    scores = np.array([0.9, 0.8, 0.8, 0.79, 0.5], dtype=np.float32).astype(np.float64)
    assert [place_in_set(score, scores) for score in (0.9, 0.8, 0.79, 0.5)] == [1, 2, 4, 5]
    assert [ties_in_set(score, scores, 0.03) for score in (0.9, 0.8, 0.5)] == [0, 2, 0]


def test_the_density_of_peoples_scores() -> None:
    density = people_density()
    assert density.sum() == pytest.approx(1.0)
    assert (density >= 0).all()
    # half of the pictures lie below 0.7727, the published median
    assert density[: round((0.76 - 0.4) / 0.02)].sum() == pytest.approx(0.46, abs=0.03)


def test_the_density_of_a_set() -> None:
    assert set_density(np.array([0.41, 0.41, 0.99, 0.3])).tolist() == [0.75] + 28 * [0.0] + [0.25]
    assert set_density(np.zeros(0)).sum() == 0


def test_the_chart_has_a_text_alternative(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    chart = ScoreHistogram(theme_manager=theme_manager)
    qtbot.addWidget(chart)
    chart.set_shoot_scores(np.linspace(0.5, 0.9, 431))
    chart.set_score(0.82)
    assert "0.82. Top 35 % of people's scores" in chart.accessibleDescription()
    assert "431 scores in this list" in chart.accessibleDescription()


def test_the_mark_moves_with_the_score(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    chart = ScoreHistogram(theme_manager=theme_manager)
    qtbot.addWidget(chart)
    chart.resize(chart.sizeHint())

    def mark() -> float:
        shown = chart.grab().toImage()
        bright = [
            x for x in range(chart.width()) if shown.pixelColor(x, 40).name() == theme_manager.theme.text
        ]
        return sum(bright) / len(bright)

    chart.set_score(0.55)
    assert mark() == pytest.approx(0.25 * chart.width(), abs=1.5)
    chart.set_score(0.85)
    assert mark() == pytest.approx(0.75 * chart.width(), abs=1.5)


# Facts


def test_facts_are_copied_as_they_are_written(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    text = FactsText(theme_manager=theme_manager)
    qtbot.addWidget(text)
    text.set_rows([("Name", "<b>1 & 2</b>.jpg"), ("Exposure", "1/250 s  f/2.8")])
    text.selectAll()
    copied = text.createMimeDataFromSelection().text()
    assert "<b>1 & 2</b>.jpg" in copied
    assert "1/250 s  f/2.8" in copied


def test_a_long_name_makes_the_facts_higher(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    text = FactsText(theme_manager=theme_manager)
    qtbot.addWidget(text)
    text.resize(260, 100)
    text.show()
    text.set_rows([("Name", "short.jpg")])
    low = text.sizeHint().height()
    text.set_rows([("Name", 25 * "unbroken_" + ".jpg")])
    assert text.sizeHint().height() > 3 * low


def test_facts_follow_the_appearance(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    text = FactsText(theme_manager=theme_manager)
    qtbot.addWidget(text)
    text.set_rows([("Name", "a.jpg")])
    assert theme_manager.theme.second_text in text.toHtml()
    theme_manager.choose("light")
    assert theme_manager.theme.second_text == "#5c5c5c"
    assert "#5c5c5c" in text.toHtml()
    assert text.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


def test_a_score_that_says_little_is_not_ranked(inspector: Inspector, scored: MakeScored) -> None:
    _set_shoot(inspector, [0.95, 0.82, 0.81, 0.80, 0.5])
    whole = scored(score=0.82)
    inspector.show_photo(whole.key, whole, None)
    ranked = _words(inspector)
    damaged = replace(whole, facts=replace(whole.facts, missing=0.47))
    inspector.show_photo(whole.key, damaged, None)
    words = _words(inspector)
    assert words[0] == "0.82"
    assert any("about 47 % of the picture, at its end, is missing" in text for text in words)
    assert not any("of people's scores" in text or "Too close to call" in text for text in words)
    assert not _part(inspector, ScoreHistogram).isVisible()
    inspector.show_photo(whole.key, whole, None)
    assert _words(inspector) == ranked
    assert any("of people's scores" in text for text in ranked)
