"""Names for sorting, search and display."""

from __future__ import annotations

import random

import pytest

from memapp.core.names import display_name, natural_key, search_key


def test_numbers_sort_by_value_and_letters_without_case_or_accent() -> None:
    people_expect = ["Éclair 2.jpg", "eclair 10.jpg", "IMG_9.jpg", "img_10.jpg", "IMG_0100.jpg", "Zoo.jpg"]
    mixed = random.Random(1).sample(people_expect, len(people_expect))
    assert sorted(mixed, key=natural_key) == people_expect


def test_numbers_of_any_length_sort() -> None:
    short, long = "a9" * 2, "a" + "1" * 200
    assert sorted([long, short], key=natural_key) == [short, long]


@pytest.mark.parametrize(("typed", "name"), [("ÉCL", "e\u0301clair.jpg"), ("strasse", "Straße.jpg")])
def test_search_ignores_how_a_letter_is_encoded(typed: str, name: str) -> None:
    assert search_key(typed) in search_key(name)


@pytest.mark.parametrize("nasty", ["a\nb.jpg", "a\u202egpj.b", "a\udcffb.jpg", "a\tb\x7f.jpg", "\u2028.jpg"])
def test_names_are_made_paintable(nasty: str) -> None:
    shown = display_name(nasty)
    assert shown.isprintable()
    assert len(shown) == len(nasty)
    shown.encode()


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("a b.jpg", "Größe 🎈.jpg", "صورة.jpg", "<b>.jpg"):
        assert display_name(name) == name
