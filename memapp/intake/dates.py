"""When a photo was taken: from its EXIF, XMP or IPTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any
from xml.parsers import expat

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from memapp.core.errors import MemappError
from memapp.core.moments import Moment, moment_of

_MOST_XMP = 4_000_000
"""Bytes; longer packets are not read."""
_LONGEST_DATE = 64

_PREFIXES = {
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_PACKET_TAG = 700
"""The tag of TIFF, and so of most camera RAW, that contains XMP."""

_Tags = Mapping[int, Any]
_ORIGINAL = (
    ExifTags.Base.DateTimeOriginal, ExifTags.Base.SubsecTimeOriginal, ExifTags.Base.OffsetTimeOriginal
)  # fmt: skip
_DIGITIZED = (
    ExifTags.Base.DateTimeDigitized, ExifTags.Base.SubsecTimeDigitized, ExifTags.Base.OffsetTimeDigitized
)  # fmt: skip
_CHANGED = (ExifTags.Base.DateTime, ExifTags.Base.SubsecTime, ExifTags.Base.OffsetTime)

_XMP_ORIGINAL = ("exif:DateTimeOriginal", "photoshop:DateCreated")
_XMP_DIGITIZED = ("exif:DateTimeDigitized", "xmp:CreateDate")
_XMP_DATES = frozenset(_XMP_ORIGINAL + _XMP_DIGITIZED)

_IPTC_CREATED = ((2, 55), (2, 60))
_IPTC_DIGITIZED = ((2, 62), (2, 63))
_IPTC_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_IPTC_TIME = re.compile(r"(\d{2})(\d{2})(\d{2})?([-+]\d{4})?", re.ASCII)


def date_taken(tags: _Tags, image: Image.Image | None = None, *, never_edited: bool = False) -> str | None:
    """Return when a photo was taken, as PhotoFacts has it; None if nothing says so. Never raise.

    What says when the scene was recorded goes before what says when it became a file (a scan): EXIF, XMP and
    IPTC of the first, then of the second. EXIF's DateTime is the time of the last change, which may be years
    later: it counts only in files that are unchanged from the camera.

    Args:
        tags: EXIF, all directories as one.
        image: contains XMP and IPTC; they are read only if EXIF does not say it.
        never_edited: whether the file is unchanged from the camera (RAW).
    """
    others = _Others(tags, image)
    found = (
        _of_exif(tags, _ORIGINAL)
        or others.of_xmp(_XMP_ORIGINAL)
        or others.of_iptc(*_IPTC_CREATED)
        or _of_exif(tags, _DIGITIZED)
        or others.of_xmp(_XMP_DIGITIZED)
        or others.of_iptc(*_IPTC_DIGITIZED)
    )
    if found is None and never_edited:
        found = _of_exif(tags, _CHANGED)
    return None if found is None else found.text


def _of_exif(tags: _Tags, names: tuple[int, int, int]) -> Moment | None:
    date = _text(tags.get(names[0]))
    fraction, zone = (_text(tags.get(name)) for name in names[1:])
    # Some cameras write these only beside DateTime.
    if date and date == _text(tags.get(_CHANGED[0])):
        fraction = fraction or _text(tags.get(_CHANGED[1]))
        zone = zone or _text(tags.get(_CHANGED[2]))
    moment = moment_of(date, fraction=fraction, zone=zone)
    # A year alone is no date of EXIF: it is a text that was cut off.
    return moment if moment is not None and moment.parts >= 3 else None


class _Others:
    """The dates outside EXIF, read when they are first asked for."""

    def __init__(self, tags: _Tags, image: Image.Image | None) -> None:
        self._tags = tags
        self._image = image

    def of_xmp(self, names: tuple[str, ...]) -> Moment | None:
        """Return the first of these properties that is a date."""
        return next((found for name in names if (found := moment_of(self._xmp.get(name)))), None)

    def of_iptc(self, date_key: tuple[int, int], time_key: tuple[int, int]) -> Moment | None:
        """Return the moment of these two fields; the second may be missing."""
        date = _IPTC_DATE.fullmatch(_text(self._iptc.get(date_key)))
        time = _IPTC_TIME.fullmatch(_text(self._iptc.get(time_key)))
        if date is None:
            return None
        day = "-".join(date.groups())
        if time is not None:
            clock = ":".join(part for part in time.groups()[:3] if part)
            if moment := moment_of(f"{day}T{clock}", zone=time[4] or ""):
                return moment
        return moment_of(day)

    @cached_property
    def _xmp(self) -> Mapping[str, str]:
        info = {} if self._image is None else self._image.info
        for packet in (info.get("xmp"), info.get("XML:com.adobe.xmp"), self._tags.get(_PACKET_TAG)):
            if isinstance(packet, tuple) and all(isinstance(byte, int) for byte in packet):
                packet = bytes(byte % 256 for byte in packet[:_MOST_XMP])
            if isinstance(packet, str):
                packet = packet.encode("utf-8", errors="replace")
            if isinstance(packet, bytes) and packet:
                return dates_of_xmp(packet)
        return {}

    @cached_property
    def _iptc(self) -> Mapping[tuple[int, int], Any]:
        if not isinstance(self._image, ImageFile.ImageFile):
            return {}
        try:
            return IptcImagePlugin.getiptcinfo(self._image) or {}
        except MemappError:  # the time is up
            raise
        # As with EXIF: Pillow raises many kinds of errors for metadata that is none.
        except Exception:
            return {}


def dates_of_xmp(packet: bytes) -> dict[str, str]:
    """Return the dates of a photo in an XMP packet, by "exif:DateTimeOriginal"; of a broken one the first.

    Only properties of the photo itself: dates of its history and of its parts are further inside. A packet
    with a document type, the only place where entities can be declared, ends there.
    """
    if len(packet) > _MOST_XMP:
        return {}
    reader = _XmpReader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.refuse
    with suppress(expat.ExpatError, ValueError, LookupError, _RefusedError):
        parser.Parse(packet.strip(b" \t\r\n\0"), True)
    return reader.dates


class _RefusedError(Exception):
    """The packet is not read further."""


class _XmpReader:
    """Collects dates while expat reads. They count by their place: rdf:RDF / rdf:Description / date.

    Namespaces are resolved here, so that a packet that forgets to declare one is read, too.
    """

    def __init__(self) -> None:
        self.dates: dict[str, str] = {}
        self._declared: dict[str, str] = {"xap": "xmp"}
        self._open: list[str] = []
        self._text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        for attribute, value in attributes.items():
            if attribute.startswith("xmlns:"):
                self._declared[attribute[6:]] = _PREFIXES.get(value, value)
        name = self._resolved(name)
        if name == "rdf:Description" and self._open[-1:] == ["rdf:RDF"] and self._is_first_rdf():
            for attribute, value in attributes.items():
                self._add(self._resolved(attribute), value)
        self._open.append(name)
        self._text = ""

    def end(self, _name: str) -> None:
        name = self._open.pop()
        if self._open[-2:] == ["rdf:RDF", "rdf:Description"] and self._is_first_rdf():
            self._add(name, self._text)
        self._text = ""

    def characters(self, text: str) -> None:
        if self._open and self._open[-1] in _XMP_DATES and len(self._text) <= _LONGEST_DATE:
            self._text += text[: _LONGEST_DATE + 1]

    def refuse(self, *_declaration: object) -> None:
        raise _RefusedError

    def _is_first_rdf(self) -> bool:
        return self._open.count("rdf:RDF") == 1

    def _resolved(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        return f"{self._declared.get(prefix, prefix)}:{local}"

    def _add(self, name: str, text: str) -> None:
        if name in _XMP_DATES and moment_of(text) is not None:
            self.dates.setdefault(name, text)


def _text(value: Any) -> str:
    """Return an EXIF or IPTC value as a text without padding; empty if it is none."""
    if isinstance(value, (list, tuple)) and value:
        value = value[0]
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, int):
        value = str(value)
    return value.strip("\0").split("\0")[0].strip() if isinstance(value, str) else ""
