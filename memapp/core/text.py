"""Texts that people read, in their language: gettext's style, without Qt. English where there is no other.

A text is written in English where it is used, as one literal whole sentence with named values:

    tr("{name} is installed: {title}.", name=name, title=title)
    trn("{count} photo was moved.", "{count} photos were moved.", count)

`python3 dev.py texts` collects them in resources/translations/memapp.pot. The language is chosen once, when
memapp starts, before the first text is asked for.
"""

from __future__ import annotations

import gettext
import logging
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from memapp.core.number_text import filled

PSEUDO = "pseudo"
"""A language for tests: what is not marked by it on screen can't be translated."""

LANGUAGE_VARIABLE = "MEMAPP_LANGUAGE"
"""Of the environment: the language that memapp speaks, whatever the system's is."""

_log = logging.getLogger(__name__)


class PseudoTranslations(gettext.NullTranslations):
    """Marks each text and makes it 30 % longer, as other languages are: "[!! Score~~ !!]"."""

    def gettext(self, message: str) -> str:
        """Return the marked text; its values are filled in later."""
        more = "~" * -(-3 * len(message) // 10)
        # In words, so that it wraps as texts do.
        return f"[!! {message}{' '.join(more[at : at + 9] for at in range(0, len(more), 9))} !!]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the marked singular or plural."""
        return self.gettext(super().ngettext(msgid1, msgid2, n))


class _Catalogue:
    """The texts of the language that is spoken. Read by any thread, changed when memapp starts."""

    def __init__(self) -> None:
        self.translations = gettext.NullTranslations()


_catalogue = _Catalogue()


def set_language(code: str, folder: Path) -> str:
    """Speak a language from now on; return which one: "en" where there is no catalogue of it.

    Args:
        code: "de", "pt_BR" or "pt-BR"; PSEUDO for tests.
        folder: of the catalogues, one file CODE.mo for each language.
    """
    if code == PSEUDO:
        _catalogue.translations = PseudoTranslations()
        return PSEUDO
    plain = code.partition(".")[0].replace("-", "_")
    # "pt_BR" is served by "pt" as well.
    for name in dict.fromkeys((plain, plain.partition("_")[0])):
        file = folder / f"{name}.mo"
        if not name.replace("_", "").isalnum() or not file.is_file():
            continue
        try:
            with file.open("rb") as content:
                _catalogue.translations = gettext.GNUTranslations(content)
        except (OSError, ValueError, LookupError, struct.error):
            _log.warning("the texts in %s can't be read", file, exc_info=True)
            continue
        return name
    _catalogue.translations = gettext.NullTranslations()
    return "en"


def system_language(otherwise: str = "en") -> str:
    """Return the language that the environment asks for, as gettext looks for it; otherwise this one."""
    for variable in (LANGUAGE_VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "").partition(":")[0]
        if value:
            return "en" if value.partition(".")[0] in ("C", "POSIX") else value
    return otherwise


def tr(message: str, /, **values: object) -> str:
    """Return a text in the language that is spoken, with the values in it.

    Args:
        message: in English, a literal; "{name}" stands for a value.
        values: by name; what is in braces within them stays as it is.
    """
    return _filled(_catalogue.translations.gettext(message), message, values)


def trn(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return the form of a text that goes with a number, with the values in it.

    Args:
        singular: in English, for one; a literal.
        plural: for any other number.
        count: the number, "{count}" in the text.
        values: further ones, by name.
    """
    english = singular if count == 1 else plural
    text = _catalogue.translations.ngettext(singular, plural, count)
    return _filled(text, english, {"count": count, **values})


@dataclass(frozen=True, slots=True)
class Deferred:
    """A text that is declared when a module is loaded and translated when it is read, by str()."""

    message: str

    def __str__(self) -> str:
        return tr(self.message)

    def filled(self, **values: object) -> str:
        """Return the text in the language that is spoken, with the values in it."""
        return tr(self.message, **values)


def deferred(message: str) -> Deferred:
    """Return a text to be translated when it is read; a literal."""
    return Deferred(message)


def listed(names: Sequence[str]) -> str:
    """Return several names as one text: "a, b and c".

    Raises:
        ValueError: there is none.
    """
    if not names:
        raise ValueError("there is nothing to list")
    *firsts, last = names
    return tr("{names} and {last}", names=", ".join(firsts), last=last) if firsts else last


def translated(message: str, count: int | None = None) -> str | None:
    """Return the translation of a text without filling values in; None where there is none, for Qt."""
    translations = _catalogue.translations
    plural = count is not None
    text = translations.ngettext(message, message, count or 0) if plural else translations.gettext(message)
    return None if text == message else text


def _filled(text: str, english: str, values: dict[str, object]) -> str:
    if not values:
        return text
    try:
        return filled(text, values)
    except (LookupError, ValueError, AttributeError):
        # A translation that names a value wrongly must not cost the text.
        _log.warning("the translation %r of %r can't be filled in", text, english)
        return filled(english, values)
