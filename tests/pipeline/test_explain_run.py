"""Explaining one photo, with real files and a fake net: each part once, stored ones first."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.errors import ExplanationError, SegmenterError, WeightsError
from memapp.core.explanation import (
    AREA_COLOURS,
    EXPLAINED_SIDE,
    AreaOfInterest,
    Explained,
    ExplainEvent,
    ExplainFailed,
    ExplainOrder,
    ExplainProgress,
    FrameMap,
    Layer,
    MapMethod,
    MemorabilityMap,
    RegionKind,
    Regions,
    ScorerOpener,
    Segmentation,
    Steps,
)
from memapp.core.records import ImageKey, LoadedPhoto, PixelArray
from memapp.intake.load import load_photo
from memapp.pipeline.explain_run import Explainers, explain_run
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.pipeline.shared_segmenter import SharedSegmenters
from memapp.scoring.explain.regions import FilledRegions
from memapp.store.maps import DiskMapStore
from tests.fakes import (
    BRIGHTNESS_NET,
    BrightnessFactory,
    BrightnessScorer,
    HalvesFactory,
    HalvesSegmenter,
)

ALL = frozenset(Layer)
LOGO = AreaOfInterest("logo", ((0.2, 0.2), (0.5, 0.2), (0.5, 0.6), (0.2, 0.6)))
CORNER = AreaOfInterest("corner", ((0.0, 0.0), (0.04, 0.0), (0.04, 0.04)))


class RowsMaker:
    """A map maker that returns the frame's brightness, row by row, and counts its maps."""

    version = "rows-1"

    def __init__(self, problem: Exception | None = None) -> None:
        self.made = 0
        self._problem = problem

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps, None, FrameMap]:
        if self._problem:
            raise self._problem
        [score] = scorer().score(frame[None])
        for step in (1, 2):
            control.checkpoint()
            yield step, 2
        self.made += 1
        return FrameMap(values=frame.mean(axis=2).astype(np.float32), score=float(score), forward_passes=1)

    def close(self) -> None:
        pass


class House:
    """Everything that a run needs, with counters."""

    def __init__(self, folder: Path, **changes: Any) -> None:
        self.scorer = BrightnessScorer()
        self.factory = BrightnessFactory(self.scorer)
        self.segmenter = HalvesSegmenter(with_instance=True)
        self.segmenters = HalvesFactory(self.segmenter)
        self.maker = RowsMaker()
        self.store: DiskMapStore | None = DiskMapStore(home=folder / "home")
        self.loads = 0
        self.control = RunControl()
        for name, value in changes.items():
            setattr(self, name, value)

    def load(self, path: str, **options: Any) -> LoadedPhoto:
        self.loads += 1
        return load_photo(path, **options)

    def explain(
        self, photo: Path, *areas: AreaOfInterest, layers: frozenset[Layer] = ALL, **changes: Any
    ) -> Generator[ExplainEvent, None, None]:
        order = ExplainOrder(key=key_of(photo), layers=layers, segmenter="halves", areas=areas)
        yield from explain_run(
            dataclasses.replace(order, **changes),
            loader=self.load,
            explainers=Explainers(
                scorers=self.factory,
                segmenters=self.segmenters,
                map_makers={MapMethod.OCCLUSION: self.maker},
                region_maker=FilledRegions(),
            ),
            store=self.store,
            control=self.control,
        )


def key_of(photo: Path) -> ImageKey:
    try:
        status = photo.stat()
    except OSError:
        return ImageKey(str(photo), 0, 0)
    return ImageKey(str(photo), status.st_size, status.st_mtime_ns)


def parts(events: list[ExplainEvent], *, kept: bool | None = None) -> list[type]:
    return [
        type(event.part)
        for event in events
        if isinstance(event, Explained) and (kept is None or event.kept is kept)
    ]


def reasons(events: list[ExplainEvent]) -> dict[Layer, str]:
    return {event.layer: event.reason for event in events if isinstance(event, ExplainFailed)}


def part(events: list[ExplainEvent], wanted: type) -> Any:
    [found] = [event.part for event in events if isinstance(event, Explained) and type(event.part) is wanted]
    return found


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    pixels = np.full((300, 400, 3), 90, np.uint8)
    pixels[100:200, 130:270] = 240
    file = tmp_path / "photo.png"
    Image.fromarray(pixels).save(file)
    return file


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_each_part_comes_once_in_order_and_fits_the_picture(house: House, photo: Path) -> None:
    events = list(house.explain(photo, LOGO))
    assert parts(events) == [Segmentation, Regions, MemorabilityMap]
    assert parts(events, kept=True) == []
    assert not reasons(events)
    segmentation = part(events, Segmentation)
    made = part(events, MemorabilityMap)
    regions = part(events, Regions)
    assert segmentation.labels.shape == made.values.shape == (300, 400)
    assert {region.mask.shape for region in regions.regions} == {(300, 400)}
    assert made.net == regions.net == BRIGHTNESS_NET
    assert made.in_frame.shape == (227, 227)
    assert np.isnan(made.values[0]).all()
    assert regions.regions[0].name == "thing"
    assert {region.kind for region in regions.regions} == {
        RegionKind.INSTANCE,
        RegionKind.CATEGORY,
        RegionKind.AREA,
    }
    contributions = [region.contribution for region in regions.regions]
    assert contributions == sorted(contributions, reverse=True)
    assert {event.layer for event in events if isinstance(event, ExplainProgress)} == ALL
    assert (house.loads, house.segmenter.segmented, house.factory.built) == (1, 1, 1)
    assert house.scorer.closed
    assert house.segmenter.closed


def test_large_photos_are_explained_small(house: House, tmp_path: Path) -> None:
    file = tmp_path / "wide.png"
    Image.new("RGB", (3000, 500), (90, 90, 90)).save(file)
    events = list(house.explain(file))
    assert part(events, Segmentation).labels.shape == (round(500 * EXPLAINED_SIDE / 3000), EXPLAINED_SIDE)


def test_a_segmentation_alone_needs_no_full_size_pixels(house: House, tmp_path: Path) -> None:
    file = tmp_path / "camera.jpg"
    ramp = np.linspace(0, 255, 3001, dtype=np.uint8)
    Image.fromarray(np.broadcast_to(ramp[None, :, None], (2001, 3001, 3))).save(file)
    asked = []

    def load(path: str, **options: Any) -> LoadedPhoto:
        asked.append((options.get("frame", False), options["longest_side"]))
        return load_photo(path, **options)

    house.load = load  # type: ignore[method-assign]
    house.store = None
    alone = part(list(house.explain(file, layers=frozenset({Layer.SEGMENTATION}))), Segmentation)
    together = part(list(house.explain(file)), Segmentation)
    assert asked == [(False, EXPLAINED_SIDE), (True, EXPLAINED_SIDE)]
    assert alone.labels.shape == together.labels.shape
    assert (alone.labels == together.labels).mean() > 0.99


def test_the_second_time_nothing_is_opened(house: House, photo: Path) -> None:
    first = list(house.explain(photo, LOGO, CORNER))
    second = list(house.explain(photo, LOGO, CORNER))
    assert parts(second, kept=True) == [Segmentation, Regions, MemorabilityMap]
    assert len(second) == 3
    assert (house.loads, house.segmenters.opened, house.factory.built) == (1, 1, 1)
    for one, other in zip(part(first, Regions).regions, part(second, Regions).regions, strict=True):
        assert (one.name, one.contribution, one.colour) == (other.name, other.contribution, other.colour)
        np.testing.assert_array_equal(one.mask, other.mask)
    np.testing.assert_array_equal(part(first, MemorabilityMap).values, part(second, MemorabilityMap).values)


def test_kept_parts_come_before_those_that_are_computed(house: House, photo: Path) -> None:
    list(house.explain(photo, layers=frozenset({Layer.MEMORABILITY})))
    events = list(house.explain(photo))
    assert parts(events) == [MemorabilityMap, Segmentation, Regions]
    assert parts(events, kept=True) == [MemorabilityMap]
    assert house.maker.made == 1


def test_an_area_drawn_later_does_not_recompute_the_others(house: House, photo: Path) -> None:
    list(house.explain(photo, LOGO, layers=frozenset({Layer.REGIONS})))
    before = house.scorer.scored
    events = list(house.explain(photo, LOGO, CORNER, layers=frozenset({Layer.REGIONS})))
    # The net does not see the corner: only the photo itself is scored for it.
    assert house.scorer.scored == before + 1
    areas = [region for region in part(events, Regions).regions if region.kind is RegionKind.AREA]
    assert [area.name for area in areas] == ["logo", "corner"]
    assert [area.colour for area in areas] == list(AREA_COLOURS[:2])
    assert areas[1].contribution is None
    moved = dataclasses.replace(LOGO, outline=tuple((x + 0.1, y) for x, y in LOGO.outline))
    events = list(house.explain(photo, moved, layers=frozenset({Layer.REGIONS})))
    assert house.scorer.scored == before + 4
    assert part(events, Regions).regions[-1].contribution is not None


def test_a_changed_photo_is_explained_again(house: House, photo: Path) -> None:
    list(house.explain(photo))
    Image.new("RGB", (200, 200), (10, 10, 10)).save(photo)
    events = list(house.explain(photo))
    assert parts(events, kept=False) == [Segmentation, Regions, MemorabilityMap]
    assert part(events, Segmentation).labels.shape == (200, 200)


def test_results_of_a_photo_changed_meanwhile_are_neither_reported_nor_stored(
    house: House, photo: Path
) -> None:
    run = house.explain(photo)
    next(run)
    stale = key_of(photo)

    def load(path: str, **options: Any) -> LoadedPhoto:
        loaded = load_photo(path, **options)
        Image.new("RGB", (200, 200), (10, 10, 10)).save(photo)
        return loaded

    house.load = load  # type: ignore[method-assign]
    events = list(house.explain(photo))
    assert parts(events) == []
    assert all("changed or replaced" in reason for reason in reasons(events).values())
    assert house.store is not None
    assert not list((photo.parent / "home").rglob("*-*"))
    assert stale != key_of(photo)


def test_another_picture_in_the_photos_place_is_not_explained(house: House, photo: Path) -> None:
    shown = key_of(photo)
    Image.new("RGB", (200, 200), (10, 10, 10)).save(photo)
    events = list(house.explain(photo, key=shown))
    assert parts(events) == []
    assert set(reasons(events)) == set(Layer)
    assert all("changed or replaced" in reason for reason in reasons(events).values())


def test_without_a_segmenter_regions_are_patches(house: House, photo: Path) -> None:
    events = list(house.explain(photo, layers=frozenset({Layer.REGIONS}), segmenter=None))
    assert {region.kind for region in part(events, Regions).regions} == {RegionKind.SUPERPIXEL}
    assert house.segmenters.opened == 0
    events = list(house.explain(photo, segmenter=None))
    assert parts(events) == [Regions, MemorabilityMap]
    assert "Get one" in reasons(events)[Layer.SEGMENTATION]


def test_without_a_store_everything_is_computed_again(house: House, photo: Path) -> None:
    house.store = None
    for _ in range(2):
        assert parts(list(house.explain(photo)), kept=False) == [Segmentation, Regions, MemorabilityMap]
    assert house.maker.made == 2


# Errors


def test_an_unreadable_photo_fails_for_each_part(house: House, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 and no more")
    events = list(house.explain(broken))
    assert set(reasons(events)) == ALL
    assert all("Can't read this file" in reason for reason in reasons(events).values())
    assert parts(events) == []


def test_a_segmenter_that_is_not_installed_leaves_the_map(house: House, photo: Path) -> None:
    events = list(house.explain(photo, segmenter="gone"))
    assert parts(events) == [MemorabilityMap]
    assert set(reasons(events)) == {Layer.SEGMENTATION, Layer.REGIONS}
    assert "gone is not installed" in reasons(events)[Layer.REGIONS]


def test_a_segmenter_that_fails_leaves_the_map(house: House, photo: Path) -> None:
    house.segmenters = HalvesFactory(HalvesSegmenter(problem=SegmenterError("Its graph is broken.")))
    events = list(house.explain(photo))
    assert parts(events) == [MemorabilityMap]
    assert reasons(events) == {
        Layer.SEGMENTATION: "Its graph is broken.",
        Layer.REGIONS: "Its graph is broken.",
    }


def test_a_method_that_can_not_be_used_here_says_what_to_do(house: House, photo: Path) -> None:
    house.maker = RowsMaker(ExplanationError("This needs torch. Choose another method."))
    events = list(house.explain(photo))
    assert parts(events) == [Segmentation, Regions]
    assert reasons(events) == {Layer.MEMORABILITY: "This needs torch. Choose another method."}
    events = list(house.explain(photo, method=MapMethod.GRADIENT))
    assert "Choose another method" in reasons(events)[Layer.MEMORABILITY]


def test_without_weights_there_is_a_segmentation(house: House, photo: Path) -> None:
    house.factory = BrightnessFactory(identity_problem=WeightsError("The weights are not here."))
    events = list(house.explain(photo))
    assert parts(events) == [Segmentation]
    assert reasons(events) == dict.fromkeys((Layer.REGIONS, Layer.MEMORABILITY), "The weights are not here.")


@pytest.mark.parametrize("problem", [RuntimeError("deep inside"), MemoryError()])
def test_an_unexpected_error_is_one_sentence(house: House, photo: Path, problem: Exception) -> None:
    house.maker = RowsMaker(problem)
    events = list(house.explain(photo))
    assert parts(events) == [Segmentation, Regions]
    assert "deep inside" not in reasons(events)[Layer.MEMORABILITY]
    assert "again" in reasons(events)[Layer.MEMORABILITY]


def test_cancel_ends_it_silently_and_releases_everything(house: House, photo: Path) -> None:
    house.factory.scorer.batch_size = 2
    run = house.explain(photo)
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, ExplainProgress) and event.layer is Layer.REGIONS and event.done:
            house.control.cancel()
    assert parts(events) == [Segmentation]
    assert not reasons(events)
    assert house.scorer.closed
    assert house.segmenter.closed
    assert house.maker.made == 0


def test_an_abandoned_run_releases_everything(house: House, photo: Path) -> None:
    run = house.explain(photo)
    while house.factory.built == 0:
        next(run)
    run.close()
    assert house.scorer.closed


# Keeping the segmenter loaded


def test_a_segmenter_stays_loaded_between_photos_until_it_is_released(house: House, photo: Path) -> None:
    keeper = SharedSegmenters(house.segmenters)
    scorers = SharedScorer(house.factory)
    house.store = None
    opened = house.segmenters
    house.segmenters = keeper  # type: ignore[assignment]
    house.factory = scorers  # type: ignore[assignment]
    for _ in range(2):
        list(house.explain(photo))
    assert opened.opened == 1
    closed = [house.segmenter.closed]
    keeper.release()
    closed.append(house.segmenter.closed)
    assert closed == [False, True]
    list(house.explain(photo))
    assert opened.opened == 2
    keeper.release()
    scorers.release()
