"""Makes overlays of segmentations, maps and regions: arrays in, a layer out. Any thread may do it."""

from __future__ import annotations

import math
from collections.abc import Collection
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from memapp.core.explanation import (
    LabelArray,
    MapArray,
    MaskArray,
    MemorabilityMap,
    Region,
    RegionKind,
    Regions,
    Segmentation,
)
from memapp.core.map_colours import NOISE, map_levels, map_limit
from memapp.core.score_text import people_text, points_text
from memapp.core.text import tr
from memapp.gui.overlay.outlines import mask_outline
from memapp.gui.overlay.overlay_layer import Outline, OverlayLayer
from memapp.gui.widgets.theme import FOG, diverging_colour

_STEPS = 127
"""Colours on each side of nothing."""

_CONTOURS = (1 / 3, 2 / 3)
"""Of the limit: where the outline variant draws its lines."""

_FOG_SHARE = 0.9
_CATEGORY_SHARE = 0.44
"""The opacity of a category's colour: the photo stays visible below it."""


class MapStyle(StrEnum):
    """How a memorability map is drawn over the photo."""

    COLOUR = "colour"
    OUTLINE = "outline"
    FOG = "fog"


def draw_segmentation(segmentation: Segmentation, *, hidden: Collection[str]) -> OverlayLayer:
    """Return the categories in their colours, without those that are hidden by name."""
    categories = segmentation.segmenter.categories
    table = _category_table(segmentation, hidden)
    shown = [index for index, category in enumerate(categories) if category.name not in hidden]
    items = np.full(256, -1, np.int16)
    items[shown] = shown
    places = items[segmentation.labels]
    names = [category.name.capitalize() for category in categories]
    rows = list(range(len(categories)))
    outlines = [
        Outline(mask_outline(segmentation.labels == index), QColor(*category.colour))
        for index, category in enumerate(categories)
    ]
    # What is more certain comes first, and lies on top of what is less so.
    for instance in reversed(segmentation.instances):
        if instance.category not in shown:
            continue
        places[instance.mask & (segmentation.labels == instance.category)] = len(names)
        names.append(
            tr(
                "{name}, {percent} % sure",
                name=instance.name.capitalize(),
                percent=round(100 * instance.confidence),
            )
        )
        rows.append(instance.category)
        outlines.append(Outline(mask_outline(instance.mask), QColor(*categories[instance.category].colour)))
    return OverlayLayer(
        picture=_indexed_picture(segmentation.labels, table),
        outlines=outlines,
        names=names,
        rows=rows,
        places=places,
    )


def draw_map(made: MemorabilityMap, *, style: MapStyle, stretched: bool = False) -> OverlayLayer:
    """Return what raises and what lowers the score; what the net does not see is hatched."""
    values, limit = made.values, map_limit(made.values, stretched=stretched)
    if style is MapStyle.OUTLINE:
        return OverlayLayer(outlines=_contours(values, limit), unseen=True)
    coloured = style is MapStyle.COLOUR
    picture = _indexed_picture(map_levels(values, limit), colour_table() if coloured else _fog_table())
    return OverlayLayer(picture=picture, unseen=True, grey_photo=coloured)


def draw_small(
    part: Segmentation | MemorabilityMap,
    *,
    style: MapStyle,
    stretched: bool,
    hidden: Collection[str],
    side: int,
    opacity: float,
) -> QImage:
    """Return an overlay for a thumbnail, its longer side between one and two sides, in pixels."""
    if isinstance(part, Segmentation):
        picture = _indexed_picture(_thinned(part.labels, side), _category_table(part, hidden))
    else:
        table = _fog_table() if style is MapStyle.FOG else colour_table()
        levels = map_levels(_thinned(part.values, side), map_limit(part.values, stretched=stretched))
        picture = _indexed_picture(levels, table)
    faded = QImage(picture.size(), picture.format())
    faded.fill(0)
    painter = QPainter(faded)
    painter.setOpacity(opacity)
    painter.drawImage(0, 0, picture)
    painter.end()
    return faded


def _thinned(values: npt.NDArray[Any], side: int) -> npt.NDArray[Any]:
    step = max(1, max(values.shape) // side)
    return values[::step, ::step]


def _category_table(segmentation: Segmentation, hidden: Collection[str]) -> list[int]:
    table = [0] * 256
    for index, category in enumerate(segmentation.segmenter.categories):
        if category.name not in hidden:
            table[index] = _faded(QColor(*category.colour), _CATEGORY_SHARE)
    return table


def draw_regions(made: Regions) -> OverlayLayer:
    """Return outlines; where regions overlap, the pointer finds the smallest."""
    places: npt.NDArray[np.int16] | None = None
    regions = made.regions
    largest_first = sorted(range(len(regions)), key=lambda index: -regions[index].area_share)
    for index in largest_first:
        mask = regions[index].mask
        if places is None:
            places = np.full(mask.shape, -1, np.int16)
        places[mask] = index
    return OverlayLayer(
        order=largest_first,
        outlines=[Outline(mask_outline(region.mask), _line_colour(region)) for region in regions],
        names=[region_words(region) for region in regions],
        rows=range(len(regions)),
        places=places,
        unseen=True,
        numbers=[
            (_inner_place(region.mask), region.name.rpartition(" ")[2])
            for region in regions
            if region.kind is RegionKind.SUPERPIXEL
        ],
    )


def _inner_place(mask: MaskArray) -> QPointF:
    """Return a place well inside a region, in fractions of the photo: of the row with the longest run."""
    rows = np.flatnonzero(mask.any(axis=1))
    row = int(rows[len(rows) // 2]) if len(rows) else 0
    columns = np.flatnonzero(mask[row])
    parts = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    longest = max(parts, key=len)
    column = longest[len(longest) // 2] if len(longest) else 0
    height, width = mask.shape
    return QPointF((float(column) + 0.5) / width, (row + 0.5) / height)


def _line_colour(region: Region) -> QColor:
    return QColor(*region.colour)


def region_words(region: Region) -> str:
    """Return the name of a region and its contribution."""
    name = f"{region.name[:1].upper()}{region.name[1:]}"
    if region.contribution is None:
        return tr("{name}, not seen", name=name)
    points, people = points_text(region.contribution), people_text(region.contribution)
    return tr("{name}, {points} ({people})", name=name, points=points, people=people)


def colour_table() -> list[int]:
    """Return 256 colours for levels 1 (lowers most) to 255 (raises most); levels 0 and 128 are clear."""
    table = [0]
    for level in range(-_STEPS, _STEPS + 1):
        position = level / _STEPS
        # Small effects get little colour: the photo must stay visible.
        table.append(_faded(diverging_colour(_strong(position)), abs(position) ** 0.7))
    return table


def _strong(position: float) -> float:
    """Return the place in the colours: their pale middle, a veil over the photo, is left out."""
    return math.copysign(0.3 + 0.6 * abs(position), position)


def _fog_table() -> list[int]:
    fog = QColor(FOG)
    below = [_faded(fog, _FOG_SHARE * math.sqrt(level / _STEPS)) for level in range(_STEPS, 0, -1)]
    return [0, *below, *[0] * (_STEPS + 1)]


def _contours(values: MapArray, limit: float) -> list[Outline]:
    seen = np.nan_to_num(values, nan=0.0)
    lines = []
    for share in (max(share, NOISE / limit) for share in _CONTOURS):
        lines.append(Outline(mask_outline(seen < -share * limit), diverging_colour(-0.5 - 0.3 * share)))
        lines.append(Outline(mask_outline(seen > share * limit), diverging_colour(0.5 + 0.3 * share)))
    return lines


def _faded(colour: QColor, alpha: float) -> int:
    faded = QColor(colour)
    faded.setAlphaF(min(alpha, 1.0))
    return faded.rgba()


def _indexed_picture(indices: LabelArray, table: list[int]) -> QImage:
    height, width = indices.shape
    pixels = np.ascontiguousarray(indices).tobytes()
    picture = QImage(pixels, width, height, width, QImage.Format.Format_Indexed8)
    picture.setColorTable(table)
    return picture.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
