"""The small grey picture that tells whether two photos show the same, and a photo's sharpness."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from memapp.core.likeness import GREY_SIDE
from memapp.core.records import PixelArray
from memapp.intake.sizes import fitted

SHARPNESS_SIDE = 1024
"""Pixels, the longest side at which sharpness is measured: a blur of 6 pixels of a photo of 24 megapixels is
one pixel here, less can't be told from the grain."""

_QUALITY = 80
_MOST_BYTES = 16_000


def encode_grey(frame: PixelArray) -> bytes:
    """Return what the net sees, (227, 227, 3), as a small grey JPEG of about 1.5 kB."""
    grey = Image.fromarray(frame).convert("L")
    content = io.BytesIO()
    grey.resize((GREY_SIDE, GREY_SIDE), Image.Resampling.BOX).save(content, "JPEG", quality=_QUALITY)
    return content.getvalue()


def decode_grey(content: bytes) -> npt.NDArray[np.uint8] | None:
    """Return the picture that encode_grey() wrote, (64, 64); None if it is something else."""
    # Whatever Pillow raises: the photo is compared with no other.
    try:
        with Image.open(io.BytesIO(content[:_MOST_BYTES]), formats=("JPEG",)) as image:
            if image.mode != "L" or image.size != (GREY_SIDE, GREY_SIDE):
                return None
            return np.asarray(image)
    except Exception:
        return None


def sharpness_of(
    image: Image.Image, box: tuple[float, float, float, float], full_size: tuple[int, int]
) -> float | None:
    """Return the variance of the Laplacian of the green channel, in squares of 8-bit steps.

    Measured at SHARPNESS_SIDE, or at full size for a smaller photo (Pech-Pacheco et al. 2000, "Diatom
    autofocusing in brightfield microscopy: a comparative study", ICPR, doi 10.1109/ICPR.2000.903548).

    Args:
        image: RGB or RGBX, upright; possibly shrunk while decoding.
        box: the part of it that is the photo.
        full_size: width and height of the whole photo.

    Returns:
        None if the image was decoded at a smaller size than that.
    """
    size = fitted(full_size, SHARPNESS_SIDE)
    if image.width < size[0] or image.height < size[1] or min(size) < 3:
        return None
    # Averaged in whole pixels first: 25 ms for 24 megapixels, half of what one exact resize takes.
    small_image = image.resize(size, Image.Resampling.BILINEAR, box=box, reducing_gap=1.0)
    small = np.asarray(small_image.getchannel("G"), np.int16)
    middle = small[1:-1, 1:-1]
    laplacian = small[:-2, 1:-1] + small[2:, 1:-1] + small[1:-1, :-2] + small[1:-1, 2:] - 4 * middle
    return float(laplacian.var(dtype=np.float64))
