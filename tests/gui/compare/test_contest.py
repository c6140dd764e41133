"""Two to four at once, or a knock-out: who stands where after each key."""

from __future__ import annotations

from memapp.core.records import PhotoId
from memapp.gui.compare.contest import Contest


def contest(count: int) -> Contest:
    return Contest([PhotoId(number) for number in range(1, count + 1)])


def test_up_to_four_stand_side_by_side_and_of_more_two() -> None:
    assert contest(4).shown == (1, 2, 3, 4)
    assert (contest(5).shown, contest(5).waiting) == ((1, 2), (3, 4, 5))


def test_the_winner_stays_and_the_next_challenger_comes() -> None:
    many = contest(5)
    many.keep()
    assert (many.shown, many.current, many.waiting) == ((1, 3), 1, (4, 5))
    many.step(1)
    many.keep()
    assert (many.shown, many.current) == ((4, 3), 3)
    many.keep()
    many.keep()
    assert (many.shown, many.waiting) == ((3,), ())


def test_the_next_one_takes_the_place_of_the_one_that_is_dropped() -> None:
    many = contest(6)
    many.drop()
    assert (many.shown, many.current) == ((3, 2), 3)
    many.step(1)
    many.drop()
    assert (many.shown, many.current, many.waiting) == ((3, 4), 4, (5, 6))


def test_the_last_one_stays() -> None:
    few = contest(2)
    few.drop()
    few.drop()
    assert (few.shown, few.current) == ((2,), 2)


def test_of_few_all_others_leave_when_one_is_kept() -> None:
    few = contest(3)
    few.step(5)
    assert few.current == 3
    few.step(-1)
    few.keep()
    assert (few.shown, few.current) == ((2,), 2)


def test_any_can_be_made_the_current_one_and_only_one_that_is_shown() -> None:
    few = contest(6)
    few.choose(PhotoId(2))
    few.choose(PhotoId(6))
    assert few.current == 2


def test_photos_that_are_not_there_any_more_are_forgotten() -> None:
    many = contest(6)
    many.step(1)
    many.remove({PhotoId(1), PhotoId(3)})
    assert (many.shown, many.current, many.waiting) == ((4, 2), 2, (5, 6))
    few = contest(2)
    few.remove({PhotoId(1), PhotoId(2)})
    assert (few.shown, few.current) == ((), None)
