"""What a photo consists of: the share of each category that a segmenter knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from memapp.core.records import ImageKey
from memapp.core.text import tr

if TYPE_CHECKING:
    from memapp.core.explanation import Segmentation

_SMALLEST_PART = 0.01
_MOST_PARTS = 5
"""In a line about a photo."""
_LONGEST = 20_000
"""Letters of the stored text; of no pack that can be installed are there more."""


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """The shares of one photo's area by category, without the background."""

    segmenter: str
    """The hash of the segmenter that looked, so that those of another are never mixed in."""
    shares: Mapping[str, float]
    """0..1 by the category's name; a category that is not there is not in the photo."""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One photo of the pass is done."""

    key: ImageKey
    contents: Contents | None
    """None where the photo could not be looked at."""
    done: int
    total: int


def contents_of(segmentation: Segmentation) -> Contents:
    """Return what a segmented photo consists of."""
    categories = segmentation.segmenter.categories
    counts = np.bincount(segmentation.labels.ravel(), minlength=len(categories))
    total = max(1, segmentation.labels.size)
    shares = {
        category.name: round(float(count) / total, 4)
        for category, count in zip(categories[1:], counts[1:], strict=False)
        if count
    }
    return Contents(segmentation.segmenter.sha256, shares)


def share_text(share: float) -> str:
    """Return a share of the area as text: "34 %", "<1 %"."""
    return tr("{percent} %", percent="<1" if 0 < share < 0.005 else round(100 * share))


def contents_text(contents: Contents) -> str:
    """Return what a photo consists of, in a line: "Sky 41 %, person 22 %"; without what is very small."""
    largest_first = sorted(contents.shares.items(), key=lambda item: -item[1])
    parts = [
        tr("{name} {share}", name=name, share=share_text(share))
        for name, share in largest_first
        if share >= _SMALLEST_PART
    ]
    text = ", ".join(parts[:_MOST_PARTS])
    return text[:1].upper() + text[1:]


def shares_as_text(contents: Contents) -> str:
    """Return the shares as stored: JSON."""
    return json.dumps(dict(contents.shares))


def contents_from(segmenter: object, text: object) -> Contents | None:
    """Return what stored texts say; None where memapp can't have written them."""
    if not isinstance(segmenter, str) or not isinstance(text, str) or len(text) > _LONGEST:
        return None
    try:
        shares = json.loads(text)
    except (ValueError, RecursionError):
        return None
    right = isinstance(shares, dict) and all(map(_is_share, shares.values()))
    return Contents(segmenter, shares) if right else None


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
