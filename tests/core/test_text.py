"""Texts come in the language that is spoken; English is always there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memapp.core.text import (
    LANGUAGE_VARIABLE,
    PSEUDO,
    deferred,
    listed,
    set_language,
    system_language,
    tr,
    translated,
    trn,
)
from tests.catalogues import write_catalogue

TITLE = deferred("Score")
GERMAN = {
    "Score": "Wert",
    "{name} is here.": "{name} ist da.",
    "{name} is gone.": "{nom} ist weg.",
    "{count} photo\0{count} photos": "{count} Foto\0{count} Fotos",
}


@pytest.fixture(autouse=True)
def english(tmp_path: Path) -> Iterator[None]:
    """Speak English again after each test."""
    yield
    set_language("en", tmp_path)


@pytest.fixture
def german(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "de.mo", GERMAN)
    assert set_language("de_AT.UTF-8", tmp_path) == "de"


def photos(count: int) -> str:
    return trn("{count} photo", "{count} photos", count)


def test_without_a_catalogue_texts_are_english(tmp_path: Path) -> None:
    assert set_language("fr", tmp_path) == "en"
    assert tr("{name} is here.", name="{a}.jpg") == "{a}.jpg is here."
    assert [photos(count) for count in (0, 1, 2)] == ["0 photos", "1 photo", "2 photos"]
    assert str(TITLE) == f"{TITLE}" == "Score"
    assert tr("100 % of {these} stay") == "100 % of {these} stay"


@pytest.mark.usefixtures("german")
def test_texts_come_from_the_catalogue() -> None:
    assert tr("{name} is here.", name="a.jpg") == "a.jpg ist da."
    assert [photos(count) for count in (0, 1, 2)] == ["0 Fotos", "1 Foto", "2 Fotos"]
    assert str(TITLE) == "Wert"
    assert tr("Not translated") == "Not translated"


@pytest.mark.usefixtures("german")
def test_a_translation_that_names_a_value_wrongly_gives_way_to_english() -> None:
    assert tr("{name} is gone.", name="a.jpg") == "a.jpg is gone."


@pytest.mark.usefixtures("german")
def test_a_language_can_be_left_again(tmp_path: Path) -> None:
    set_language("en", tmp_path)
    assert str(TITLE) == "Score"


@pytest.mark.parametrize("code", ["pt-BR", "pt_BR", "pt_BR.UTF-8", "pt"])
def test_a_country_is_served_by_its_language(tmp_path: Path, code: str) -> None:
    write_catalogue(tmp_path / "pt.mo", {"Score": "Nota"})
    assert set_language(code, tmp_path) == "pt"
    assert tr("Score") == "Nota"


@pytest.mark.parametrize("content", [b"", b"no catalogue", b"\xde\x12\x04\x95" + b"\xff" * 40])
def test_a_broken_catalogue_is_english(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "de.mo").write_bytes(content)
    assert set_language("de", tmp_path) == "en"
    assert tr("Score") == "Score"


def test_a_language_is_no_path(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "de.mo", GERMAN)
    (tmp_path / "below").mkdir()
    assert set_language("../de", tmp_path / "below") == "en"


def test_the_language_of_tests_is_marked_and_longer(tmp_path: Path) -> None:
    assert set_language(PSEUDO, tmp_path) == PSEUDO
    assert tr("{name} is here.", name="a.jpg") == "[!! a.jpg is here.~~~~~ !!]"
    assert photos(1) == "[!! 1 photo~~~~ !!]"
    assert str(TITLE) == "[!! Score~~ !!]"


@pytest.mark.usefixtures("german")
def test_qt_asks_for_texts_as_they_are() -> None:
    assert translated("{name} is here.") == "{name} ist da."
    assert translated("Not translated") is None
    assert translated("%n thing(s)", 3) is None


def test_the_system_says_which_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (LANGUAGE_VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert system_language() == "en"
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert system_language() == "en"
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert system_language() == "de_DE.UTF-8"
    monkeypatch.setenv("LANGUAGE", "fr:de")
    assert system_language() == "fr"
    monkeypatch.setenv(LANGUAGE_VARIABLE, PSEUDO)
    assert system_language() == PSEUDO


def test_several_names_are_one_text() -> None:
    assert [listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    with pytest.raises(ValueError, match="nothing"):
        listed([])


def test_a_declared_text_takes_values() -> None:
    assert deferred("{name} is here.").filled(name="a.jpg") == "a.jpg is here."
