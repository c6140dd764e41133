"""What Qt shows is looked up in memapp's catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication

from memapp.core.text import PSEUDO, set_language
from memapp.gui.widgets.translator import CatalogueTranslator
from tests.catalogues import write_catalogue


@pytest.fixture
def translator(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    installed = CatalogueTranslator()
    qapp.installTranslator(installed)
    yield
    qapp.removeTranslator(installed)
    set_language("en", tmp_path)


@pytest.mark.usefixtures("translator")
def test_qt_finds_texts_whatever_their_context(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "de.mo", {"Score": "Wert"})
    set_language("de", tmp_path)
    assert QCoreApplication.translate("Anything", "Score") == "Wert"
    assert QObject().tr("Score") == "Wert"
    assert QObject().tr("Not translated") == "Not translated"


@pytest.mark.usefixtures("translator")
def test_without_a_catalogue_texts_stay(tmp_path: Path) -> None:
    set_language("en", tmp_path)
    assert QObject().tr("Score") == "Score"
    set_language(PSEUDO, tmp_path)
    assert QObject().tr("Score") == "[!! Score~~ !!]"
