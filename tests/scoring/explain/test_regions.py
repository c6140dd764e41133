"""Regions and their contributions, for a net with a known result: its score is the mean brightness."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.explanation import AreaOfInterest, Category, Instance, RegionKind, Segmentation
from memapp.core.records import PixelArray
from memapp.intake.render import net_frame
from memapp.scoring.explain.regions import (
    MOST_REGIONS,
    FilledRegions,
    area_mask,
    segmentation_regions,
    superpixel_regions,
)
from tests.fakes import HALVES, BrightnessScorer, HalvesSegmenter
from tests.scoring.explain.driving import drive

SQUARE = AreaOfInterest("square", ((0.25, 0.25), (0.5, 0.25), (0.5, 0.5), (0.25, 0.5)))


def photo(width: int = 400, height: int = 320) -> PixelArray:
    """Return a grey picture with a white square at SQUARE and a black one below it."""
    picture = np.full((height, width, 3), 110, np.uint8)
    picture[height // 4 : height // 2, width // 4 : width // 2] = 255
    picture[height * 5 // 8 : height * 7 // 8, width // 4 : width // 2] = 0
    return picture


def frame_of(picture: PixelArray) -> PixelArray:
    return net_frame(Image.fromarray(picture))


def test_a_contribution_is_the_drop_caused_by_filling() -> None:
    picture, scorer = photo(), BrightnessScorer()
    frame = frame_of(picture)
    below = AreaOfInterest("below", ((0.25, 0.625), (0.5, 0.625), (0.5, 0.875), (0.25, 0.875)))
    (score, regions), steps = drive(
        FilledRegions().areas(picture, frame, (below, SQUARE), scorer=lambda: scorer, control=RunControl())
    )
    assert score == pytest.approx(frame.mean() / 255, abs=1e-6)
    assert [region.name for region in regions] == ["square", "below"]
    share = 0.0625 * 256**2 / 227**2
    for region, lost in zip(regions, (255 - 110, 0 - 110), strict=True):
        assert region.kind is RegionKind.AREA
        assert region.area_share == pytest.approx(0.0625, rel=0.01)
        assert region.frame_share == pytest.approx(share, rel=0.01)
        assert region.seen_share == pytest.approx(1)
        # The soft edge leaves a line of the square's own light around it.
        assert region.contribution == pytest.approx(share * lost / 255, rel=0.15)
    assert steps[-1] == (5, 5)


def test_an_area_outside_the_frame_has_no_contribution() -> None:
    picture, scorer = photo(), BrightnessScorer()
    edge = AreaOfInterest("edge", ((0.0, 0.0), (0.05, 0.0), (0.05, 1.0), (0.0, 1.0)))
    half = AreaOfInterest("half", ((0.0, 0.2), (0.109375, 0.2), (0.109375, 0.8), (0.0, 0.8)))
    (_, regions), _ = drive(
        FilledRegions().areas(
            picture, frame_of(picture), (edge, half), scorer=lambda: scorer, control=RunControl()
        )
    )
    by_name = {region.name: region for region in regions}
    assert by_name["edge"].contribution is None
    assert by_name["edge"].frame_share == 0
    assert by_name["edge"].seen_share == 0
    assert by_name["edge"].area_share == pytest.approx(0.05, rel=0.01)
    assert by_name["half"].contribution is not None
    assert by_name["half"].seen_share == pytest.approx(0.5, abs=0.02)
    assert regions[-1].name == "edge"
    assert scorer.scored == 3


@pytest.mark.parametrize(
    "corners",
    [
        ((10, 5), (90, 5), (90, 60), (10, 60)),
        ((0, 0), (100, 0), (100, 80), (0, 80)),
        ((50, 2), (98, 78), (3, 40)),
        ((10, 10), (90, 10), (10, 70), (90, 70)),  # crosses itself
        ((20, 20), (80, 20), (80, 60), (50, 31), (20, 60)),
    ],
)
def test_an_area_covers_exactly_the_pixels_whose_centres_are_in_it(
    corners: tuple[tuple[int, int], ...],
) -> None:
    width, height, fine = 100, 80, 20
    area = AreaOfInterest("a", tuple((x / width, y / height) for x, y in corners))
    mask = area_mask(area, height, width)
    # The same outline drawn twenty times as large, sampled at the pixels' centres.
    large = Image.new("1", (width * fine, height * fine))
    ImageDraw.Draw(large).polygon([(x * fine, y * fine) for x, y in corners], fill=1)
    sampled = np.asarray(large)[fine // 2 :: fine, fine // 2 :: fine]
    # Pillow also paints the outline: a centre within a twentieth of a pixel of it may differ.
    assert (mask != sampled).sum() <= 2
    assert mask.any()


def test_a_rectangle_on_pixel_edges_is_exact() -> None:
    mask = area_mask(AreaOfInterest("a", ((0.1, 0.25), (0.6, 0.25), (0.6, 0.75), (0.1, 0.75))), 8, 10)
    expected = np.zeros((8, 10), bool)
    expected[2:6, 1:6] = True
    np.testing.assert_array_equal(mask, expected)


def test_an_outline_without_area_is_an_empty_region() -> None:
    picture, scorer = photo(), BrightnessScorer()
    line = AreaOfInterest("line", ((0.2, 0.3), (0.7, 0.3), (0.5, 0.3)))
    (_, [region]), _ = drive(
        FilledRegions().areas(
            picture, frame_of(picture), (line,), scorer=lambda: scorer, control=RunControl()
        )
    )
    assert (region.area_share, region.seen_share, region.contribution) == (0, 0, None)


def test_each_category_is_one_region() -> None:
    picture = photo()
    found = segmentation_regions(HalvesSegmenter().segment(picture))
    assert [(region.name, region.kind) for region in found] == [
        ("left", RegionKind.CATEGORY),
        ("right", RegionKind.CATEGORY),
    ]
    assert [region.colour for region in found] == [category.colour for category in HALVES.categories]
    assert sum(region.area_share for region in found) == pytest.approx(1)


def test_each_instance_is_a_region_and_the_rest_stays_with_its_category() -> None:
    found = segmentation_regions(HalvesSegmenter(with_instance=True).segment(photo()))
    thing, left, right = found
    assert (thing.name, thing.kind, thing.category, thing.confidence) == (
        "thing",
        RegionKind.INSTANCE,
        "right",
        0.9,
    )
    assert not (thing.mask & (left.mask | right.mask)).any()
    assert (thing.mask | left.mask | right.mask).all()


def many_things(count: int, side: int) -> Segmentation:
    """Return this many equal squares, all "bird", on a plain ground; none beyond the picture's edge."""
    labels = np.zeros((400, 400), np.uint8)
    things = []
    for number in range(count):
        mask = np.zeros((400, 400), bool)
        top, left = 40 * (number // 9), 40 * (number % 9)
        mask[top : top + side, left : left + side] = True
        labels[mask] = 1
        things.append(Instance("bird", 1, 0.9, mask))
    categories = (Category("ground", (0, 0, 0)), Category("animal", (1, 1, 1)))
    identity = type(HALVES)("birds", "d" * 64, "Birds", categories)
    return Segmentation(identity, labels, tuple(things))


def test_small_things_are_left_out_and_the_number_of_regions_is_bounded() -> None:
    picture, scorer = photo(400, 400), BrightnessScorer()
    frame = frame_of(picture)

    def regions_of(segmentation: Segmentation) -> list[str]:
        (_, regions), _ = drive(
            FilledRegions().regions(picture, frame, segmentation, scorer=lambda: scorer, control=RunControl())
        )
        return sorted(region.name for region in regions)

    assert regions_of(many_things(3, side=10)) == ["ground"]
    assert regions_of(many_things(3, side=36)) == ["bird", "bird 2", "bird 3", "ground"]
    assert len(regions_of(many_things(70, side=36))) == MOST_REGIONS


def test_superpixels_split_a_photo_along_its_edges() -> None:
    picture = photo()
    found = superpixel_regions(picture)
    assert 6 <= len(found) <= 24
    assert [region.name for region in found] == [f"patch {number}" for number in range(1, len(found) + 1)]
    together = sum(region.mask.astype(int) for region in found)
    assert (np.asarray(together) == 1).all()
    square = area_mask(SQUARE, *picture.shape[:2])
    # A patch that is mostly in the white square is completely in it.
    inside = [region.mask for region in found if (region.mask & square).sum() > region.mask.sum() / 2]
    union = np.any(inside, axis=0)
    assert (union & square).sum() / (union | square).sum() > 0.9


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (500, 2), (7, 5)])
def test_superpixels_of_unusual_sizes(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    found = superpixel_regions(picture)
    assert found
    assert sum(region.area_share for region in found) == pytest.approx(1)


def test_cancel_ends_it() -> None:
    control, scorer = RunControl(), BrightnessScorer(batch_size=2)
    picture = photo()
    work = FilledRegions().regions(picture, frame_of(picture), None, scorer=lambda: scorer, control=control)
    next(work)
    control.cancel()
    with pytest.raises(Cancelled):
        drive(work)
    assert scorer.scored == 2
