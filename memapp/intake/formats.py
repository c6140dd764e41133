"""The formats that this installation can read: its libraries may lack some."""

from __future__ import annotations

from collections.abc import Mapping

import pi_heif
import pylibjxl
import rawpy
from PIL import features


def available_formats() -> Mapping[str, bool]:
    """Return every format that memapp reads, by common name, and whether this installation can read it."""
    return {
        "JPEG": features.check_codec("jpg"),
        "PNG": features.check_codec("zlib"),
        "WebP": features.check_module("webp"),
        "TIFF": features.check_codec("libtiff"),
        "BMP": True,
        "GIF": True,
        "HEIC": bool(pi_heif.libheif_info()["decoders"]),
        "AVIF": features.check_module("avif"),
        "JPEG XL": pylibjxl.decoder_version() > 0,
        "JPEG 2000": features.check_codec("jpg_2000"),
        "Photoshop": True,
        "Netpbm": True,
        "camera RAW": bool(rawpy.libraw_version),
    }
