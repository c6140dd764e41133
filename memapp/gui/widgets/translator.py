"""Makes Qt's tr() look texts up in memapp's catalogue, and Qt's dialogs use the same language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from memapp.core.text import PSEUDO, translated


class CatalogueTranslator(QTranslator):
    """Finds texts in the catalogue of core.text; ignores their context."""

    def isEmpty(self) -> bool:
        """Return False: Qt would not ask an empty translator."""
        return False

    def translate(
        self, _context: str, source: str, _disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Return the text in the chosen language; None where there is none, and the text stays English."""
        return translated(source, None if n < 0 else n)


def install_translators(application: QCoreApplication, language: str) -> None:
    """Translate what Qt shows: memapp's texts, and Qt's own where Qt came with them.

    Args:
        application: keeps the translators.
        language: as core.text.set_language returned it.
    """
    if language not in ("en", PSEUDO):
        own = QTranslator(application)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if own.load(QLocale(language), "qtbase", "_", folder):
            application.installTranslator(own)
    # The one installed last is asked first.
    application.installTranslator(CatalogueTranslator(application))
