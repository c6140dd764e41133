"""Dates in the forms that files write them."""

from __future__ import annotations

import pytest

from memapp.core.moments import moment_of, order_of, zone_of


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2024:05:01 10:00:05", "2024-05-01T10:00:05"),
        ("2024-05-01 10:00:05", "2024-05-01T10:00:05"),
        ("2024/05/01 10:00:05", "2024-05-01T10:00:05"),
        ("2024.05.01 10:00:05", "2024-05-01T10:00:05"),
        ("2024-05-01T10:00:05", "2024-05-01T10:00:05"),
        ("2024:05:01 10:00", "2024-05-01T10:00"),
        ("2024:05:01", "2024-05-01"),
        ("2024: 5: 1  9: 5: 3", "2024-05-01T09:05:03"),
        ("2024:05:01 10:00:05\0\0", "2024-05-01T10:00:05"),
        ("  2024:05:01 10:00:05  ", "2024-05-01T10:00:05"),
        ("2024-05-01T10:00:05Z", "2024-05-01T10:00:05+00:00"),
        ("2024:05:01 10:00:05+0200", "2024-05-01T10:00:05+02:00"),
        ("2024-05-01T10:00:05.070-03:30", "2024-05-01T10:00:05.070-03:30"),
        ("2024-05-01T10:00:05.123456789", "2024-05-01T10:00:05.123456"),
        ("2024:05:01 10:00:05 and more", "2024-05-01T10:00:05"),
        ("2024-05-01T10:00:05+99:00", "2024-05-01T10:00:05"),
        ("0001:01:01 00:00:00", "0001-01-01T00:00:00"),
        ("2024-05", "2024-05"),
        ("2024", "2024"),
        ("0987:05:01", "0987-05-01"),
    ],
)
def test_what_is_a_date_is_read(written: str, kept: str) -> None:
    moment = moment_of(written)
    assert moment is not None
    assert moment.text == kept
    assert moment_of(kept) == moment
    assert order_of(kept) == moment.order


@pytest.mark.parametrize(
    "written",
    [
        None, "", "    :  :     :  :  ", "0000:00:00 00:00:00", "2024:05:01 24:00:00", "2024:13:01 10:00:00",
        "2024:02:30 10:00:00", "2024:05:00 10:00:00", "2024:05:01 10:61:00", "yesterday", "20240",
        "٢٠٢٤:٠٥:٠١", "2024:05:012", "20240501", "2" * 100_000,
    ],
)  # fmt: skip
def test_what_is_none_is_none(written: str | None) -> None:
    assert moment_of(written) is None


@pytest.mark.parametrize("kept", [None, "", "yesterday", "0000:00:00 00:00:00"])
def test_what_is_none_has_no_order(kept: str | None) -> None:
    assert order_of(kept) is None


def test_fraction_and_zone_may_stand_apart() -> None:
    moment = moment_of("2024:05:01 10:00:00", fraction="070 ", zone="+02:00")
    assert moment is not None
    assert moment.text == "2024-05-01T10:00:00.070+02:00"
    assert moment.start.microsecond == 70_000
    odd = moment_of("2024:05:01 10:00:00", fraction="x7", zone="   :  ")
    assert odd is not None
    assert odd.text == "2024-05-01T10:00:00"
    day = moment_of("2024:05:01", fraction="70", zone="+02:00")
    assert day is not None
    assert day.text == "2024-05-01"


@pytest.mark.parametrize(
    ("written", "zone"),
    [("+02:00", "+02:00"), ("-0930", "-09:30"), ("z", "+00:00"), ("+99:00", ""), ("+02:75", ""), ("", "")],
)
def test_zones(written: str, zone: str) -> None:
    assert zone_of(written) == zone


def test_moments_are_ordered_by_the_clock_of_their_place() -> None:
    texts = [
        "1960-01-01",
        "2024-05-01T10:00:00.10+02:00",
        "2024-05-01T10:00:00.4",
        "2024-05-01T10:00:01-05:00",
    ]
    moments = [moment_of(text) for text in texts]
    orders = [moment.order for moment in moments if moment is not None]
    assert len(orders) == len(texts)
    assert orders == sorted(set(orders))
