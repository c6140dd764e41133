"""Records and events: frozen, comparable, and usable as keys where they are meant to be."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from memapp.core import events, records
from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind, ImageKey, NetIdentity, PhotoFacts, Precision, ScoredPhoto

KEY = ImageKey(path="/photos/Summer 2026/sea.jpg", size=1_000, mtime_ns=123)
NET = NetIdentity(name="ResMem", sha256="0" * 64, preprocessing="1")
FACTS = PhotoFacts(width=400, height=300, format="JPEG")


def all_records() -> list[type]:
    """Every class that the two modules declare, but the enumerations."""
    return [
        found
        for module in (records, events)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if found.__module__ == module.__name__ and dataclasses.is_dataclass(found)
    ]


@pytest.mark.parametrize("record", all_records(), ids=lambda record: record.__name__)
def test_every_record_is_frozen_and_slim(record: type) -> None:
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(record)


def test_every_event_is_a_record() -> None:
    assert set(events.Event.__args__) <= set(all_records())


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        KEY.size = 2  # type: ignore[misc]


def test_equal_keys_are_one_key() -> None:
    again = dataclasses.replace(KEY)
    assert again == KEY
    assert {KEY: "first"}[again] == "first"


@pytest.mark.parametrize("change", [{"path": "/photos/other.jpg"}, {"size": 1_001}, {"mtime_ns": 124}])
def test_a_file_that_changed_is_another_photo(change: dict[str, str | int]) -> None:
    assert dataclasses.replace(KEY, **change) != KEY  # type: ignore[arg-type]


def test_whatever_scores_are_looked_up_by_can_be_hashed() -> None:
    assert len({KEY, dataclasses.replace(KEY)}) == 1
    assert len({NET, dataclasses.replace(NET, precision=Precision.FAST)}) == 2
    assert len({ScoredPhoto(KEY, 0.8, FACTS), ScoredPhoto(KEY, 0.8, FACTS)}) == 1


def test_a_key_knows_its_files_name() -> None:
    assert KEY.name == "sea.jpg"


def test_words_of_enumerations_are_unique() -> None:
    assert len(FailureKind.__members__) == len(set(FailureKind))


def test_a_photo_error_carries_its_kind_and_reads_as_its_reason() -> None:
    problem = PhotoError(FailureKind.DAMAGED, "It ends too early.")
    assert problem.kind is FailureKind.DAMAGED
    assert str(problem) == problem.reason == "It ends too early."
