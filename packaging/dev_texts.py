"""Collection of the translatable texts. Standard library only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CATALOGUE = Path("resources") / "translations" / "memapp.pot"
"""In the checkout: every text, in the format of translators' programs."""

_HEADER = """\
# Texts of memapp. Made by: python3 dev.py texts
msgid ""
msgstr ""
"Project-Id-Version: memapp\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"
"""

_MESSAGES = {"tr": 1, "deferred": 1, "trn": 2}
"""The functions that take texts, and how many."""


class TextError(Exception):
    """A text that can't be collected; says where and why."""


class Text(NamedTuple):
    """One text."""

    singular: str
    plural: str | None


def catalogue(root: Path) -> str:
    """Return the catalogue of the checkout's texts.

    They are in the order of the alphabet, with the files that use them but no lines: a change elsewhere in
    a file changes nothing here.

    Raises:
        TextError: a text is no literal, or has one plural here and another one there.
    """
    places: dict[str, set[str]] = {}
    plurals: dict[str, str | None] = {}
    for file in sorted((root / "memapp").rglob("*.py")):
        place = file.relative_to(root).as_posix()
        for text in texts_of(file.read_text(encoding="utf-8"), place):
            plural = plurals.setdefault(text.singular, text.plural) or text.plural
            if text.plural not in (None, plural):
                raise TextError(f"{place}: {text.singular!r} has two plurals: {plural!r}, {text.plural!r}")
            plurals[text.singular] = plural
            places.setdefault(text.singular, set()).add(place)
    return _HEADER + "".join(
        _entry(singular, plurals[singular], sorted(places[singular])) for singular in sorted(plurals)
    )


def write_catalogue(root: Path) -> Path:
    """Write the catalogue into the checkout; return its path. Raise TextError if a text is invalid."""
    path = root / CATALOGUE
    text = catalogue(root)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def texts_of(source: str, place: str) -> Iterator[Text]:
    """Return the texts of one module. Raise TextError if one of them is not a literal."""
    # The module of these functions passes variables to them.
    if place.endswith("core/text.py"):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (count := _MESSAGES.get(_name(node.func), 0)):
            found = [_literal(argument) for argument in node.args[:count]]
            if len(found) < count or not all(found):
                raise TextError(f"{place}:{node.lineno}: texts must be literals, to be found by translators")
            yield Text(found[0] or "", found[1] if count > 1 else None)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _entry(singular: str, plural: str | None, places: list[str]) -> str:
    lines = ["", *(f"#: {place}" for place in places)]
    if "{" in singular:
        lines.append("#, python-brace-format")
    lines.append(f"msgid {_quoted(singular)}")
    if plural is None:
        lines.append('msgstr ""')
    else:
        lines += [f"msgid_plural {_quoted(plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
