"""Instances from a graph: mapped to the photo and painted in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from memapp.core.explanation import Instance, LabelArray, MaskArray
from memapp.scoring.segmentation.description import ClassDescription, OutputDescription
from memapp.scoring.segmentation.fitting import Fitted, numbers_back

MOST_INSTANCES = 100
"""The most confident ones; each has a mask of the photo's size."""


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
    """Return the instances above the least confidence, most confident first, with masks of the photo's size.

    Args:
        outputs: boxes (n, 4) in the input's pixels, classes (n,), confidences (n,), masks (n, rows, columns).
        description: of these outputs.
        classes: by the net's index.
        fitted: the photo as input for the graph.
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
    """Return category labels; where instances overlap, the more confident one's. 0 where there is none."""
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
    """Return a small mask that covers a box, at the photo's size.

    Bilinear between the centres of the mask's cells, fading to 0 within half a cell around the box, as
    torchvision's paste_masks_in_image does, but also for boxes that lie between pixels.

    Args:
        mask: (rows, columns), 0..1.
        box: left, top, right, bottom, in the photo's pixels.
        height: of the photo, pixels.
        width: of the photo, pixels.
        least: from this value on, a pixel belongs to the instance.
    """
    left, top, right, bottom = box
    whole = np.zeros((height, width), np.bool_)
    first_row, rows = _weights(mask.shape[0], top, bottom, height)
    first_column, columns = _weights(mask.shape[1], left, right, width)
    if not rows.size or not columns.size:
        return whole
    values = rows @ mask.astype(np.float32) @ columns.T
    # A cell exactly at the limit must not be lost by rounding.
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
    """Return the weight of each cell at the centre of each pixel that it reaches.

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
    # Pixel centres in units of cell centres; a cell's weight falls to 0 at its neighbours' centres.
    position = (np.arange(first, last) + 0.5 - start) / cell - 0.5
    distance = np.abs(position[:, np.newaxis] - np.arange(cells))
    return first, np.clip(1 - distance, 0, None).astype(np.float32)
