"""Conversion of a photo to a graph's input, and of the output back to the photo's own pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from memapp.core.records import PixelArray
from memapp.scoring.segmentation.description import Fit, InputDescription


class Place(NamedTuple):
    """The photo's position in the graph's input, as fractions 0..1 of the input's width and height."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A photo as input for the graph."""

    tensor: npt.NDArray[Any]
    width: int
    """Of the input, pixels."""
    height: int
    place: Place


def fit(picture: PixelArray, description: InputDescription) -> Fitted:
    """Convert a photo to the graph's input: bilinear, antialiased, as intake makes the net's frame."""
    height, width = picture.shape[:2]
    image = Image.fromarray(picture)
    match description.fit:
        case Fit.SQUASH:
            size, place = (description.width, description.height), Place(0, 0, 1, 1)
            fitted = _resized(image, size)
        case Fit.FREE:
            size, place = _free_size(width, height, description), Place(0, 0, 1, 1)
            fitted = _resized(image, size)
        case Fit.PAD:
            size = (description.width, description.height)
            fitted, place = _padded(image, description)
    return Fitted(_tensor(np.asarray(fitted), description), *size, place)


def labels_back(
    labels: npt.NDArray[np.integer[Any]], place: Place, height: int, width: int
) -> npt.NDArray[Any]:
    """Map labels of the input to the photo's size: each pixel gets the label that covers its centre."""
    rows = _nearest(labels.shape[0], place.top, place.bottom, height)
    columns = _nearest(labels.shape[1], place.left, place.right, width)
    found: npt.NDArray[Any] = labels[rows[:, np.newaxis], columns]
    return found


def numbers_back(
    numbers: npt.NDArray[np.float32], place: Place, height: int, width: int
) -> npt.NDArray[np.float32]:
    """Map one number per input pixel to the photo's size: bilinear."""
    rows, columns = numbers.shape
    if (height, width) == (rows, columns) and place == Place(0, 0, 1, 1):
        return numbers
    box = (place.left * columns, place.top * rows, place.right * columns, place.bottom * rows)
    image = Image.fromarray(np.ascontiguousarray(numbers))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, box=box))


def winners_back(
    scores: npt.NDArray[np.float32], place: Place, height: int, width: int
) -> npt.NDArray[np.intp]:
    """Return the class with the highest score at each of the photo's pixels; scores are (classes, rows,
    columns).

    Scores are enlarged before they are compared, so that edges are smooth, and one class at a time, because
    all together would need a gigabyte.
    """
    best = numbers_back(scores[0], place, height, width).copy()
    winner = np.zeros((height, width), np.intp)
    for index in range(1, len(scores)):
        candidate = numbers_back(scores[index], place, height, width)
        higher = candidate > best
        best[higher] = candidate[higher]
        winner[higher] = index
    return winner


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.BILINEAR)


def _free_size(width: int, height: int, description: InputDescription) -> tuple[int, int]:
    scale = min(1.0, description.width / max(width, height))
    step = description.multiple
    # The longest side must not exceed what was declared, and the shorter one must not become 0.
    most = description.width // step * step

    def side(length: int) -> int:
        return min(max(round(length * scale / step) * step, step), max(most, step))

    return side(width), side(height)


def _padded(image: Image.Image, description: InputDescription) -> tuple[Image.Image, Place]:
    width, height = description.width, description.height
    scale = min(width / image.width, height / image.height)
    inner_width = min(max(round(image.width * scale), 1), width)
    inner_height = min(max(round(image.height * scale), 1), height)
    left = (width - inner_width) // 2 if description.centred else 0
    top = (height - inner_height) // 2 if description.centred else 0
    whole = Image.new("RGB", (width, height), description.padding)
    whole.paste(_resized(image, (inner_width, inner_height)), (left, top))
    return whole, Place(
        left / width, top / height, (left + inner_width) / width, (top + inner_height) / height
    )


def _tensor(pixels: npt.NDArray[np.uint8], description: InputDescription) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = pixels if description.channels == "RGB" else pixels[..., ::-1]
    if description.type == "float32":
        mean = np.array(description.mean, np.float32)
        values = (values.astype(np.float32) - mean) / np.array(description.deviation, np.float32)
    if "CHW" in description.layout:
        values = values.transpose(2, 0, 1)
    if description.layout.startswith("N"):
        values = values[np.newaxis]
    return np.ascontiguousarray(values)


def _nearest(count: int, start: float, end: float, wanted: int) -> npt.NDArray[np.intp]:
    """Return which of count cells cover the centres of this many pixels on the stretch start..end, 0..1."""
    centres = start + (np.arange(wanted) + 0.5) * ((end - start) / wanted)
    found: npt.NDArray[np.intp] = np.clip(np.floor(centres * count), 0, count - 1).astype(np.intp)
    return found
