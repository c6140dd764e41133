"""Connected parts of a mask, and the things that they tell apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from memapp.core.explanation import Category, Segmentation, SegmenterIdentity
from memapp.scoring.explain.connected import connected_parts
from memapp.scoring.explain.regions import segmentation_regions


@pytest.mark.parametrize("density", [0.02, 0.3, 0.45, 0.6, 0.98])
def test_parts_are_those_of_scipy(density: float) -> None:
    mask = np.random.default_rng(7).random((90, 130)) < density
    labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
    parts = connected_parts(mask)
    assert len(parts) == count
    assert [part.sum() for part in parts] == sorted(np.bincount(labels.ravel())[1:], reverse=True)
    for part in parts:
        [label] = np.unique(labels[part])
        assert np.array_equal(part, labels == label)


def test_empty_and_full_masks() -> None:
    assert connected_parts(np.zeros((4, 5), bool)) == []
    [part] = connected_parts(np.ones((4, 5), bool))
    assert part.all()


def test_a_checkerboard_is_one_part() -> None:
    mask = np.indices((512, 512)).sum(axis=0) % 2 == 0
    assert len(connected_parts(mask)) == 1


def segmentation(*, countable: bool) -> Segmentation:
    """Two blocks of category 1 and a speck, apart."""
    labels = np.zeros((100, 100), np.uint8)
    labels[10:40, 10:30] = labels[60:90, 50:90] = labels[5, 95] = 1
    categories = (Category("sky", (0, 0, 0)), Category("person", (1, 1, 1), countable))
    return Segmentation(SegmenterIdentity("two", "0" * 64, "Two", categories), labels)


def test_people_that_stand_apart_are_regions_of_their_own() -> None:
    regions = {region.name: region for region in segmentation_regions(segmentation(countable=True))}
    assert set(regions) == {"sky", "person", "person 2"}
    # The speck is too small for a region, and is not lost.
    assert regions["person"].mask.sum() == 30 * 40 + 1
    assert regions["person 2"].mask.sum() == 30 * 20


def test_what_cannot_be_counted_is_one_region() -> None:
    regions = {region.name for region in segmentation_regions(segmentation(countable=False))}
    assert regions == {"sky", "person"}
