"""The texts that can be translated are collected from the sources, and the catalogue is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

import dev_texts
from tests.conftest import CHECKOUT


def collected(source: str, tmp_path: Path) -> str:
    """Return the entries of a checkout with this one module."""
    module = tmp_path / "memapp" / "module.py"
    module.parent.mkdir(exist_ok=True)
    module.write_text(source, encoding="utf-8")
    return dev_texts.catalogue(tmp_path).partition('EXPRESSION;\\n"\n')[2]


def test_texts_are_collected_with_the_files_that_use_them(tmp_path: Path) -> None:
    source = 'A = deferred("Score")\nb = tr("Sc" "ore")\nc = self.tr("Say \\"{name}\\"\\n", name=1)\n'
    assert collected(source, tmp_path) == (
        '\n#: memapp/module.py\n#, python-brace-format\nmsgid "Say \\"{name}\\"\\n"\nmsgstr ""\n'
        '\n#: memapp/module.py\nmsgid "Score"\nmsgstr ""\n'
    )


def test_plurals_are_collected(tmp_path: Path) -> None:
    entries = collected('trn("{count} photo", "{count} photos", 3)', tmp_path)
    assert 'msgid "{count} photo"\nmsgid_plural "{count} photos"\nmsgstr[0] ""\nmsgstr[1] ""\n' in entries


@pytest.mark.parametrize(
    "call", ['tr(f"{a} b")', "tr(a)", 'tr("a" + b)', 'trn("a", b, 1)', 'trn("a")', 'tr("")']
)
def test_a_text_that_translators_would_not_see_is_refused(tmp_path: Path, call: str) -> None:
    with pytest.raises(dev_texts.TextError, match=r"memapp/module.py:1"):
        collected(call, tmp_path)


def test_a_text_has_one_plural(tmp_path: Path) -> None:
    with pytest.raises(dev_texts.TextError, match="two plurals"):
        collected('trn("a", "b", 1); trn("a", "c", 1)', tmp_path)


def test_the_catalogue_is_up_to_date() -> None:
    kept = (CHECKOUT / dev_texts.CATALOGUE).read_text(encoding="utf-8")
    assert kept == dev_texts.catalogue(CHECKOUT), "run: python3 dev.py texts"
