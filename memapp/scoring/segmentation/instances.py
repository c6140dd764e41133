"""Instances as a graph gives them: put in their place in the photo, and painted over one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from memapp.core.explanation import Instance, LabelArray, MaskArray
from memapp.scoring.segmentation.description import ClassDescription, OutputDescription
from memapp.scoring.segmentation.fitting import Fitted, numbers_back

MOST_INSTANCES = 100
"""The most confident ones; each holds a mask of the photo's size."""


def place_instances(
    outputs: tuple[
        npt.NDArray[np.float32], npt.NDArray[np.intp], npt.NDArray[np.float32], npt.NDArray[np.float32]
    ],
    *,
    description: OutputDescription,
    classes: Sequence[ClassDescription | None],
    fitted: Fitted,
    height: int,
    width: int,
) -> tuple[Instance, ...]:
    """The instances that count, the most confident first, with masks of the photo's own size.

    Args:
        outputs: boxes (n, 4) in the input's pixels, classes (n,), confidences (n,), masks (n, rows, columns).
        description: what they mean.
        classes: by the net's index.
        fitted: the photo as the graph took it.
        height: of the photo, pixels.
        width: of the photo, pixels.
    """
    boxes, indices, confidences, masks = outputs
    found: list[Instance] = []
    for number in np.argsort(-confidences, kind="stable"):
        confidence = float(confidences[number])
        if confidence < description.least_confidence or len(found) == MOST_INSTANCES:
            break
        named = classes[indices[number]]
        if named is None:
            continue
        if description.masks_cover == "box":
            box = _in_photo(boxes[number], fitted, height, width)
            mask = paste(masks[number], box, height, width, description.least_mask)
        else:
            mask = numbers_back(masks[number], fitted.place, height, width) >= description.least_mask
        if mask.any():
            found.append(Instance(named.name, named.category, min(confidence, 1.0), mask))
    return tuple(found)


def paint(instances: Sequence[Instance], height: int, width: int) -> LabelArray:
    """Labels of the categories; where instances overlap, the more confident one's. 0 where there is none."""
    labels = np.zeros((height, width), np.uint8)
    for instance in reversed(instances):
        labels[instance.mask] = instance.category
    return labels


def paste(
    mask: npt.NDArray[np.float32],
    box: tuple[float, float, float, float],
    height: int,
    width: int,
    least: float,
) -> MaskArray:
    """A small mask that covers a box, at the photo's size.

    Bilinear between the centres of the mask's cells, fading to nothing within half a cell around the box,
    as torchvision's paste_masks_in_image does, but for boxes that lie between pixels, too.

    Args:
        mask: (rows, columns), 0..1.
        box: left, top, right, bottom, in the photo's pixels.
        height: of the photo, pixels.
        width: of the photo, pixels.
        least: from here on a pixel belongs to it.
    """
    left, top, right, bottom = box
    whole = np.zeros((height, width), np.bool_)
    first_row, rows = _weights(mask.shape[0], top, bottom, height)
    first_column, columns = _weights(mask.shape[1], left, right, width)
    if not rows.size or not columns.size:
        return whole
    values = rows @ mask.astype(np.float32) @ columns.T
    # A cell that is exactly at the limit must not fall out by rounding.
    inside = values >= least - 1e-6
    if least <= 0:
        inside = values > 0
    whole[first_row : first_row + len(rows), first_column : first_column + len(columns)] = inside
    return whole


def _in_photo(
    box: npt.NDArray[np.float32], fitted: Fitted, height: int, width: int
) -> tuple[float, float, float, float]:
    place = fitted.place
    across = width / (place.right - place.left)
    down = height / (place.bottom - place.top)
    left, right = ((float(x) / fitted.width - place.left) * across for x in (box[0], box[2]))
    top, bottom = ((float(y) / fitted.height - place.top) * down for y in (box[1], box[3]))
    return left, top, right, bottom


def _weights(cells: int, start: float, end: float, size: int) -> tuple[int, npt.NDArray[np.float32]]:
    """How much each of the cells counts at the centre of each pixel that they reach.

    Returns:
        The first pixel; the weights, (pixels, cells).
    """
    cell = (end - start) / cells
    if not cell > 0:
        return 0, np.zeros((0, cells), np.float32)
    first = max(int(np.floor(start - cell / 2)), 0)
    last = min(int(np.ceil(end + cell / 2)), size)
    if last <= first:
        return 0, np.zeros((0, cells), np.float32)
    # Pixel centres, counted in centres of cells; a cell's weight falls to 0 at its neighbours'.
    position = (np.arange(first, last) + 0.5 - start) / cell - 0.5
    distance = np.abs(position[:, np.newaxis] - np.arange(cells))
    return first, np.clip(1 - distance, 0, None).astype(np.float32)
