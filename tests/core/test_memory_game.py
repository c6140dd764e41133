"""The memory game's sequence and results, with simulated players."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from memapp.core.memory_game import (
    LEAST_PHOTOS,
    MOST_PHOTOS,
    VIGILANCE_GAP,
    Answer,
    Role,
    Showing,
    choose_photos,
    plan_game,
    result_of,
    tally,
)


def photos(count: int) -> list[str]:
    return [f"{number:03}.jpg" for number in range(count)]


def played(stream: Sequence[Showing], presses: Callable[[Showing], bool]) -> list[Answer]:
    return [Answer(each.photo, each.role, each.repeat, presses(each)) for each in stream]


def gaps(stream: Sequence[Showing], role: Role) -> list[int]:
    first: dict[str, int] = {}
    found = []
    for place, showing in enumerate(stream):
        if showing.role is role:
            if showing.repeat:
                found.append(place - first[showing.photo] - 1)
            else:
                first[showing.photo] = place
    return found


@pytest.mark.parametrize("count", [LEAST_PHOTOS, 13, 20, 40, 77, MOST_PHOTOS])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_sequence_follows_the_method(count: int, seed: int) -> None:
    stream = plan_game(photos(count), seed=seed)
    shown = [showing.photo for showing in stream]
    assert set(shown) == set(photos(count))
    for role, times in ((Role.TARGET, 2), (Role.VIGILANCE, 2), (Role.FILLER, 1)):
        for photo in {each.photo for each in stream if each.role is role}:
            repeats = [each.repeat for each in stream if each.photo == photo]
            assert repeats == [False, True][:times]
    near, far = gaps(stream, Role.VIGILANCE), gaps(stream, Role.TARGET)
    assert near
    assert all(VIGILANCE_GAP[0] <= gap <= VIGILANCE_GAP[1] for gap in near)
    assert len(far) == round(0.7 * count)
    assert sum(far) / len(far) > 2 * sum(near) / len(near)
    if count == MOST_PHOTOS:
        assert min(far) >= 20
        assert max(far) <= 150


def test_the_same_seed_is_the_same_game() -> None:
    assert plan_game(photos(40), seed=4) == plan_game(photos(40), seed=4) != plan_game(photos(40), seed=5)


def test_too_few_photos_are_refused() -> None:
    with pytest.raises(ValueError, match="12 photos"):
        plan_game(photos(LEAST_PHOTOS - 1), seed=0)


def test_a_perfect_player() -> None:
    answers = played(plan_game(photos(40), seed=1), lambda each: each.repeat)
    result = result_of(answers)
    assert (result.hits, result.false_alarms) == (result.targets, 0) == (28, 0)
    assert (result.vigilance_hits, result.first_sights) == (result.vigilance, 40)
    assert result.attentive
    assert {(each.hit_rate, each.false_alarm_rate) for each in tally([answers])} == {(1.0, 0.0)}


def test_inattentive_players_do_not_count() -> None:
    stream = plan_game(photos(40), seed=1)
    asleep = played(stream, lambda _: False)
    eager = played(stream, lambda _: True)
    assert not result_of(asleep).attentive
    assert not result_of(eager).attentive
    assert tally([asleep, eager]) == []


def test_the_rates_of_many_players_match_their_memory() -> None:
    """Players who recognise each photo with its own probability: the labels find those probabilities."""
    names = photos(60)
    chance = {name: 0.3 + 0.6 * number / 59 for number, name in enumerate(names)}
    games = []
    observers: dict[str, int] = {}
    for seed in range(150):
        generator = random.Random(seed)
        stream = plan_game(choose_photos(names, observers, seed=seed, most=40), seed=seed)

        def presses(each: Showing, generator: random.Random = generator) -> bool:
            if each.role is Role.VIGILANCE and each.repeat:
                return True
            return generator.random() < (chance[each.photo] if each.repeat else 0.1)

        answers = played(stream, presses)
        for answer in answers:
            if answer.role is Role.TARGET and answer.repeat:
                observers[answer.photo] = observers.get(answer.photo, 0) + 1
        games.append(answers)
    found = {each.photo: each for each in tally(games)}
    assert found.keys() == chance.keys()
    counts = [each.observers for each in found.values()]
    assert max(counts) - min(counts) <= 12, "those with fewest observers come first"
    error = [found[name].hit_rate - chance[name] for name in names]
    assert abs(sum(error) / 60) < 0.03
    assert max(map(abs, error)) < 0.25
    alarms = [each.false_alarm_rate for each in found.values()]
    assert sum(alarms) / 60 == pytest.approx(0.1, abs=0.02)
