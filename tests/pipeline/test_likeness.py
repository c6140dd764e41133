"""What tells how alike photos are: noted by the run that scores, and made up for photos scored before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from memapp.core.control import RunControl
from memapp.core.events import Scored
from memapp.core.likeness import Likeness, unit_features
from memapp.core.records import ImageKey
from memapp.intake.greys import decode_grey
from memapp.intake.load import load_photo
from memapp.pipeline.likeness import LikenessNoted, likeness_run
from memapp.store.likenesses import LikenessStore
from memapp.store.scores import SqliteScoreStore
from tests.fakes import BrightnessFactory, BrightnessScorer, SeeingScorer
from tests.pipeline.score_runs import run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def keys_of(folder: Path, home: Path, scorer: BrightnessScorer) -> dict[str, ImageKey]:
    """Score a folder, and return the keys by name."""
    return {
        photo.key.name: photo.key
        for event in run(folder, home=home, factory=BrightnessFactory(scorer))
        if isinstance(event, Scored)
        for photo in event.photos
    }


def noted(home: Path, keys: Sequence[ImageKey]) -> dict[ImageKey, Likeness]:
    store = LikenessStore(home=home)
    found = store.load(keys)
    store.close()
    return found


def test_the_run_that_scores_notes_it(folder: Path, home: Path) -> None:
    keys = keys_of(folder, home, SeeingScorer())
    found = noted(home, list(keys.values()))
    assert len(found) == 20
    dark, bright = found[keys["0.png"]], found[keys["19.png"]]
    grey = decode_grey(bright.grey)
    assert grey is not None
    assert abs(float(grey.mean()) - 190) < 2
    assert dark.sharpness == 0
    cosines = unit_features([dark.features, found[keys["1.png"]].features, bright.features])
    assert cosines[0] @ cosines[1] == pytest.approx(1, abs=1e-3)
    assert cosines[0] @ cosines[2] == pytest.approx(-1, abs=1e-3)


def test_a_net_without_features_scores_as_before(folder: Path, home: Path) -> None:
    assert noted(home, list(keys_of(folder, home, BrightnessScorer()).values())) == {}


def again(
    keys: Sequence[ImageKey], home: Path, scorer: BrightnessScorer, control: RunControl | None = None
) -> list[LikenessNoted]:
    return list(
        likeness_run(
            keys,
            loader=load_photo,
            scorers=BrightnessFactory(scorer),
            open_store=lambda: SqliteScoreStore(home=home),
            is_busy=lambda: False,
            control=control or RunControl(),
        )
    )


def test_photos_scored_before_get_it_later(folder: Path, home: Path) -> None:
    keys = keys_of(folder, home, BrightnessScorer())
    (folder / "3.png").unlink()
    (folder / "4.png").write_bytes((folder / "5.png").read_bytes() + b" edited")
    asked = [keys[f"{number}.png"] for number in range(2, 6)]
    scorer = SeeingScorer()
    found = again(asked, home, scorer)
    assert [(each.key, each.noted) for each in found] == list(
        zip(asked, (True, False, False, True), strict=True)
    )
    assert [(each.done, each.total) for each in found] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert noted(home, asked).keys() == {asked[0], asked[3]}
    assert scorer.closed


def test_it_waits_while_other_work_goes_on_and_ends_when_cancelled(folder: Path, home: Path) -> None:
    keys = keys_of(folder, home, BrightnessScorer())
    control = RunControl()
    busy = iter([True, True, False])
    stopped = likeness_run(
        list(keys.values()),
        loader=load_photo,
        scorers=BrightnessFactory(SeeingScorer()),
        open_store=lambda: SqliteScoreStore(home=home),
        is_busy=lambda: next(busy),
        control=control,
    )
    assert next(stopped).done == 1
    control.cancel()
    busy = iter([False])
    assert list(stopped) == []
