"""When a photo was taken: EXIF, XMP and IPTC, as cameras and programs really write it.

Sources: EXIF 3.0 (CIPA DC-008), XMP part 2 (ISO 16684-1), IPTC-IIM 4.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from memapp.core.errors import MemappError

_PART = r"\s?(\d{1,2})"
_MOMENT = re.compile(
    rf"\s*(\d{{4}})[:\-./]{_PART}[:\-./]{_PART}"
    rf"(?:[T\s]\s*(\d{{1,2}}):{_PART}(?::{_PART}(?:[.,](\d{{1,9}}))?)?\s*(Z|[+-]\d{{2}}:?\d{{2}})?)?(?!\d)"
)
"""Also without time or seconds, padded with spaces, and with the separators of other standards."""
_ZONE = re.compile(r"[+-]\d{2}:\d{2}")
_IPTC_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_IPTC_TIME = re.compile(r"(\d{2})(\d{2})(\d{2})([+-]\d{4})?")

_LARGEST_XMP = 16 << 20
_LONGEST_DATE = 60
_XMP_TAKEN = ("exif:DateTimeOriginal", "photoshop:DateCreated")
_XMP_DIGITIZED = ("exif:DateTimeDigitized", "xmp:CreateDate", "xap:CreateDate")
_XMP_TAG = 700
"""TIFF's."""
_IPTC_DATE_CREATED, _IPTC_TIME_CREATED = (2, 55), (2, 60)


class OtherDates(NamedTuple):
    """Dates that are stated outside of EXIF, ISO 8601."""

    taken: str | None = None
    digitized: str | None = None


def taken_of(tags: Mapping[int, Any], other: OtherDates, *, never_edited: bool) -> str | None:
    """Return when a photo was taken, ISO 8601, with the parts of a second and the zone if they are known.

    "2026-05-01T18:30:05.25+02:00"; "2026-05-01T18:30" and "2026-05-01" where the camera wrote no more. None
    if it is unknown or impossible. EXIF's original time counts first, then XMP's and IPTC's; then the times
    when it became a file, which is years later for a scan.

    Args:
        tags: EXIF's, by number.
        other: the dates outside of EXIF.
        never_edited: whether the file is unchanged from the camera (RAW): its DateTime is the exposure's. In
            others that is the time of the last change.
    """
    tag = ExifTags.Base
    return (
        _of_tags(tags, tag.DateTimeOriginal, tag.SubsecTimeOriginal, tag.OffsetTimeOriginal)
        or other.taken
        or _of_tags(tags, tag.DateTimeDigitized, tag.SubsecTimeDigitized, tag.OffsetTimeDigitized)
        or other.digitized
        or (_of_tags(tags, tag.DateTime, tag.SubsecTime, tag.OffsetTime) if never_edited else None)
    )


def other_dates(image: Image.Image) -> OtherDates:
    """Return the dates in an image's XMP and IPTC. Raise only what stops the loading."""
    xmp = _xmp_of(image)
    taken = next(_in_xmp(xmp, _XMP_TAKEN), None) or _in_iptc(image)
    return OtherDates(taken, next(_in_xmp(xmp, _XMP_DIGITIZED), None))


def moment(text: str, *, parts: str = "", zone: str = "") -> str | None:
    """Return a date as ISO 8601, or None if it is none or impossible (month 13, hour 24).

    Args:
        text: as written.
        parts: the digits behind the seconds, if they are stated elsewhere.
        zone: such as "+02:00", if it is stated elsewhere.
    """
    found = _MOMENT.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, own_zone = found.groups()
    try:
        when = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    if hour is None:
        return f"{when:%Y-%m-%d}"
    zone = "+00:00" if own_zone == "Z" else own_zone or zone
    if zone and ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:]}"
    if second is None:
        return f"{when:%Y-%m-%dT%H:%M}{zone}"
    fraction = fraction or parts
    return f"{when:%Y-%m-%dT%H:%M:%S}{f'.{fraction}' if fraction else ''}{zone}"


def _of_tags(tags: Mapping[int, Any], date: int, parts: int, zone: int) -> str | None:
    text, parts_text, zone_text = (_text(tags.get(tag)) for tag in (date, parts, zone))
    return moment(
        text,
        parts=parts_text if parts_text.isascii() and parts_text.isdigit() else "",
        zone=zone_text if _ZONE.fullmatch(zone_text) else "",
    )


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace")
    return value.split("\0")[0].rstrip()[:_LONGEST_DATE] if isinstance(value, str) else ""


def _xmp_of(image: Image.Image) -> str:
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if not xmp and image.format == "TIFF":
        xmp = getattr(image, "tag_v2", {}).get(_XMP_TAG, b"")
    if isinstance(xmp, bytes):
        xmp = xmp[:_LARGEST_XMP].decode("utf-8", errors="replace")
    return xmp[:_LARGEST_XMP] if isinstance(xmp, str) else ""


def _in_xmp(xmp: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the dates of these properties, which may be attributes or elements.

    They are searched for: an XML parser would have to be kept from what a hostile file may contain.
    """
    for name in names:
        for found in re.finditer(rf"{name}\s*(?:=\s*[\"']|>)\s*([^\"'<]{{4,{_LONGEST_DATE}}})", xmp):
            if (date := moment(found[1].strip())) is not None:
                yield date


def _in_iptc(image: Image.Image) -> str | None:
    try:
        iptc = IptcImagePlugin.getiptcinfo(image) or {} if isinstance(image, ImageFile.ImageFile) else {}
    except MemappError:  # the time is up
        raise
    # Pillow raises many kinds of errors for invalid IPTC.
    except Exception:
        return None
    date = _IPTC_DATE.match(_text(iptc.get(_IPTC_DATE_CREATED)))
    if date is None:
        return None
    text = "-".join(date.groups())
    if time := _IPTC_TIME.match(_text(iptc.get(_IPTC_TIME_CREATED))):
        hour, minute, second, zone = time.groups()
        return moment(f"{text}T{hour}:{minute}:{second}{zone or ''}") or moment(text)
    return moment(text)
