"""What a file's name says before the file is opened: photo, clearly no photo, or nothing."""

from __future__ import annotations

import mimetypes
import re
from enum import Enum, auto
from pathlib import PurePath


class NameKind(Enum):
    """What a name says about a file in a folder."""

    PHOTO = auto()
    """Report it, whatever it contains: a damaged photo must not be lost in silence."""
    NO_PHOTO = auto()
    UNKNOWN = auto()
    """Its first bytes decide."""


_SYSTEM_NAMES = frozenset(
    {
        *("__macosx", "icon\r", ".ds_store"),
        *("$recycle.bin", "recycler", "system volume information", "found.000", "indexervolumeguid"),
        *("thumbs.db", "ehthumbs.db", "desktop.ini", "wpsettings.dat", "wmpinfo.xml"),
        *("lost+found", "lost.dir"),
        *("@eadir", "@recycle", "#recycle", "#snapshot"),  # network disks
    }
)
"""Files and folders that systems put among photos, in lower case."""

_PREVIEW_FOLDERS = frozenset(
    {
        *("thmbnl", "avchdtn"),  # cameras: small pictures of their films
        *("captureone", "nksc_param", "ts_thumbs", "_thumbs", ".thumbnails", ".picasaoriginals"),
    }
)
"""Folders in which cameras and editors store their own small pictures and settings."""

_CATALOGUE_ENDINGS = (".lrdata", ".lrcat-data", ".photoslibrary", ".aplibrary", ".cocatalog", ".cocatalogdb")
"""Folders in which other programs store their own previews."""

_NO_PHOTO_ENDINGS = frozenset(
    {
        # What editors note beside a photo
        *(".xmp", ".aae", ".cos", ".cop", ".cot", ".comask", ".dop", ".pp3", ".arp", ".on1", ".nksc", ".vrd"),
        *(
            ".acr",
            ".spd",
            ".sidecar",
            ".lmnr",
            ".nka",
            ".dr4",
            ".rpp",
            ".out",
            ".exv",
            ".mie",
            ".pto",
            ".ppl",
        ),
        *(
            ".lrcat",
            ".lrtemplate",
            ".lrprev",
            ".cocatalogdb",
            ".ithmb",
            ".tmb",
            ".cube",
            ".3dl",
            ".icc",
            ".icm",
        ),
        # What cameras note about their photos and films
        *(".thm", ".ctg", ".mrk", ".ind", ".bnp", ".inp", ".int", ".msf", ".dsc", ".sta", ".idx", ".sav"),
        *(".cpi", ".bdm", ".mpl", ".tdt", ".tid", ".tdd", ".bim", ".smi", ".srt", ".lrf", ".gpx", ".nmea"),
        *(".fit", ".kml", ".kmz", ".imu", ".obs", ".nav", ".rtk", ".bup", ".ifo", ".modd", ".moff"),
        # Films and sounds that the table of media types lacks
        *(".braw", ".insv", ".lrv", ".mts", ".m2ts", ".mxf", ".mkv", ".rmf", ".r3d", ".crm", ".wav", ".vob"),
        # Systems and programs
        *(".lock", ".ini", ".inf", ".db", ".db-wal", ".db-shm", ".db-journal", ".log", ".md", ".url", ".lnk"),
        *(
            ".torrent",
            ".nomedia",
            ".webloc",
            ".desktop",
            ".plist",
            ".sfk",
            ".md5",
            ".sha1",
            ".sha256",
            ".par2",
        ),
        # Parts of files that are still being written, and copies that editors keep
        *(
            ".tmp",
            ".temp",
            ".part",
            ".partial",
            ".crdownload",
            ".download",
            ".swp",
            ".bak",
            ".backup",
            ".orig",
        ),
    }
)
"""Endings of what lies beside photos and is none, in lower case."""

_CAMERA_NOTES = frozenset({"database.bin", "status.bin", "nc_fllst.dat"})
"""Whole names of cameras' notes whose endings others use as well."""

_KEPT_COPY = re.compile(r"_(original|exiftool_tmp)$|~$|^#.*#$|^~\$")
"""What editors keep of a photo that they have changed: ExifTool's "a.jpg_original", "a.jpg~"."""

_PHOTO_ENDINGS = frozenset(
    {
        *(
            ".jpg",
            ".jpeg",
            ".jpe",
            ".jfif",
            ".png",
            ".tif",
            ".tiff",
            ".heic",
            ".heif",
            ".hif",
            ".avif",
            ".webp",
        ),
        *(
            ".jxl",
            ".jp2",
            ".j2k",
            ".j2c",
            ".jpf",
            ".jpx",
            ".jpc",
            ".mpo",
            ".insp",
            ".psd",
            ".psb",
            ".bmp",
            ".gif",
        ),
        # Camera RAW
        *(".3fr", ".ari", ".arw", ".bay", ".cap", ".cr2", ".cr3", ".crw", ".dcr", ".dcs", ".dng", ".drf"),
        *(".eip", ".erf", ".fff", ".gpr", ".iiq", ".k25", ".kdc", ".mdc", ".mef", ".mos", ".mrw", ".nef"),
        *(".nrw", ".orf", ".ori", ".pef", ".ptx", ".pxn", ".raf", ".raw", ".rw2", ".rwl", ".rwz", ".sr2"),
        *(".srf", ".srw", ".sti", ".x3f"),
    }
)
"""Endings of photos, in lower case; the table of media types lacks most."""

_UNKNOWN_CONTENT = "application/octet-stream"

# Built-in tables only: the result must not depend on other programs on this computer.
_MEDIA_TYPES = mimetypes.MimeTypes()


def is_housekeeping(name: str) -> bool:
    """Return whether a file or folder is hidden, or of a system, a camera's or an editor's own store."""
    name = name.lower()
    return (
        name.startswith(".")
        or name in _SYSTEM_NAMES
        or name in _PREVIEW_FOLDERS
        or name.endswith(_CATALOGUE_ENDINGS)
    )


def kind_of_name(name: str) -> NameKind:
    """Return what a file's name says."""
    name = name.lower()
    ending = PurePath(name).suffix
    if ending in _NO_PHOTO_ENDINGS or name in _CAMERA_NOTES or _KEPT_COPY.search(name):
        return NameKind.NO_PHOTO
    if ending in _PHOTO_ENDINGS:
        return NameKind.PHOTO
    media_type = _MEDIA_TYPES.types_map[True].get(ending) or _MEDIA_TYPES.types_map[False].get(ending)
    if media_type is None or media_type == _UNKNOWN_CONTENT:
        return NameKind.UNKNOWN
    return NameKind.PHOTO if media_type.startswith("image/") else NameKind.NO_PHOTO
