"""Explanation of one photo's score: an order in, maps and regions out. A plain generator.

Stored results come first and open neither photo nor net; then segmentation, regions and map are computed, in
this order. If the user goes to another photo, the run is cancelled.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from memapp.core.contracts import PhotoLoader, Scorer, ScorerFactory
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, ExplanationError
from memapp.core.explanation import (
    AREA_COLOURS,
    EXPLAINED_SIDE,
    AreaOfInterest,
    Explained,
    ExplainEvent,
    ExplainFailed,
    ExplainOrder,
    ExplainPreview,
    ExplainProgress,
    FrameMap,
    Layer,
    MapMaker,
    MapMethod,
    MapStore,
    MemorabilityMap,
    Region,
    RegionMaker,
    Regions,
    Segmentation,
    Segmenter,
    SegmenterFactory,
    SegmenterIdentity,
    Steps,
)
from memapp.core.map_placement import place_map
from memapp.core.records import NetIdentity, PixelArray
from memapp.core.text import deferred, tr
from memapp.pipeline.explain_failures import failure_words
from memapp.pipeline.explained_by import made_by, net_text
from memapp.pipeline.unchanged_photo import load_unchanged

LAYER_ORDER = (Layer.SEGMENTATION, Layer.REGIONS, Layer.MEMORABILITY)
NO_SEGMENTER = deferred("No object finder is installed. Get one in View, Overlay, Object finder.")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Explainers:
    """The makers of the parts. Used by one run at a time."""

    scorers: ScorerFactory
    """The net, in the precision of the orders."""
    segmenters: SegmenterFactory
    map_makers: Mapping[MapMethod, MapMaker]
    region_maker: RegionMaker


def explain_run(
    order: ExplainOrder,
    *,
    loader: PhotoLoader,
    explainers: Explainers,
    store: MapStore | None,
    control: RunControl,
) -> Iterator[ExplainEvent]:
    """Compute or look up the ordered parts of one photo's explanation.

    Args:
        order: the photo, and which parts.
        loader: turns the photo into its picture and the net's frame.
        explainers: the makers of the parts.
        store: where parts are stored; None to compute everything and store nothing.
        control: cancel; the generator then ends within a batch, without an event.

    Yields:
        For each layer of the order one Explained or ExplainFailed, with ExplainProgress before it; for an
            order of stored parts only, nothing for missing ones.
    """
    run = _ExplainRun(order, loader=loader, explainers=explainers, store=store, control=control)
    try:
        yield from run.events()
    except Cancelled:
        return
    finally:
        run.close()


Result = TypeVar("Result")


class _ExplainRun:
    """The state of one run; used by the generator's thread only."""

    def __init__(
        self,
        order: ExplainOrder,
        *,
        loader: PhotoLoader,
        explainers: Explainers,
        store: MapStore | None,
        control: RunControl,
    ) -> None:
        self._order = order
        self._loader = loader
        self._explainers = explainers
        self._store = store
        self._control = control
        self._photo: tuple[PixelArray, PixelArray] | None = None
        self._net: NetIdentity | None = None
        self._scorer: Scorer | None = None
        self._segmenter: Segmenter | None = None
        self._segmentation: Segmentation | None = None

    def events(self) -> Iterator[ExplainEvent]:
        """Run and yield the events. Raise Cancelled if cancelled."""
        finders: dict[Layer, Callable[[], Explained | None]] = {
            Layer.SEGMENTATION: self._kept_segmentation,
            Layer.REGIONS: self._kept_regions,
            Layer.MEMORABILITY: self._kept_map,
        }
        makers: dict[Layer, Callable[[], Generator[ExplainEvent, None, None]]] = {
            Layer.SEGMENTATION: self._make_segmentation,
            Layer.REGIONS: self._make_regions,
            Layer.MEMORABILITY: self._make_map,
        }
        to_make: list[Layer] = []
        for layer in LAYER_ORDER:
            if layer not in self._order.layers:
                continue
            self._control.checkpoint()
            try:
                kept = finders[layer]()
            except Exception as problem:
                yield self._failed(layer, problem)
                continue
            if kept is None:
                to_make.append(layer)
            else:
                yield kept
        if self._order.kept_only:
            return
        for layer in to_make:
            self._control.checkpoint()
            # Opening the photo, the net and a segmenter takes time, too.
            yield ExplainProgress(self._order.key, layer, 0, 1)
            try:
                yield from makers[layer]()
            except Cancelled:
                raise
            except Exception as problem:
                yield self._failed(layer, problem)

    def close(self) -> None:
        """Close the net and the segmenter."""
        if self._segmenter is not None:
            self._segmenter.close()
        if self._scorer is not None:
            self._scorer.close()

    # What was kept

    def _kept_segmentation(self) -> Explained | None:
        segmenter = self._segmenter_identity()
        if segmenter is None:
            raise ExplanationError(str(NO_SEGMENTER))
        kept = self._find(Layer.SEGMENTATION, self._segmentation_made_by(segmenter))
        if not isinstance(kept, Segmentation):
            return None
        # The title and colours come from the installed pack.
        self._segmentation = dataclasses.replace(kept, segmenter=segmenter)
        return Explained(self._order.key, self._segmentation, kept=True)

    def _kept_map(self) -> Explained | None:
        kept = self._find(Layer.MEMORABILITY, self._map_made_by())
        return Explained(self._order.key, kept, kept=True) if isinstance(kept, MemorabilityMap) else None

    def _kept_regions(self) -> Explained | None:
        base = self._find(Layer.REGIONS, self._regions_made_by())
        areas = [self._kept_area(area) for area in self._order.areas]
        known = [area for area in areas if area is not None]
        if not isinstance(base, Regions) or len(known) < len(areas):
            return None
        return Explained(self._order.key, self._merged(base, known), kept=True)

    def _kept_area(self, area: AreaOfInterest) -> Region | None:
        kept = self._find(Layer.REGIONS, self._area_made_by(area))
        return kept.regions[0] if isinstance(kept, Regions) and len(kept.regions) == 1 else None

    # What is computed

    def _make_segmentation(self) -> Generator[ExplainEvent, None, None]:
        self._segment()
        assert self._segmentation is not None
        yield Explained(self._order.key, self._segmentation, kept=False)

    def _segment(self) -> None:
        """Segment the photo with the order's segmenter, unless that was done."""
        if self._segmentation is not None or self._order.segmenter is None:
            return
        identity = self._segmenter_identity()
        assert identity is not None
        kept = self._find(Layer.SEGMENTATION, self._segmentation_made_by(identity))
        if isinstance(kept, Segmentation):
            self._segmentation = dataclasses.replace(kept, segmenter=identity)
            return
        picture = self._load_for_segmenter()
        self._control.checkpoint()
        if self._segmenter is None:
            self._segmenter = self._explainers.segmenters.open(self._order.segmenter)
        self._control.checkpoint()
        self._segmentation = self._segmenter.segment(picture)
        self._keep(self._segmentation_made_by(identity), self._segmentation)

    def _make_regions(self) -> Generator[ExplainEvent, None, None]:
        net = self._identity()
        maker = self._explainers.region_maker
        base = self._find(Layer.REGIONS, self._regions_made_by())
        if not isinstance(base, Regions):
            self._segment()
            picture, frame = self._load()
            score, regions = yield from self._steps(
                Layer.REGIONS,
                maker.regions(
                    picture, frame, self._segmentation, scorer=self._open_scorer, control=self._control
                ),
            )
            base = Regions(net=net, score=score, regions=regions)
            self._keep(self._regions_made_by(), base)
        found = {area: self._kept_area(area) for area in self._order.areas}
        missing = tuple(area for area, region in found.items() if region is None)
        if missing:
            picture, frame = self._load()
            # One by one: each is stored separately, so that a later one does not recompute the others.
            for area in missing:
                score, regions = yield from self._steps(
                    Layer.REGIONS,
                    maker.areas(picture, frame, (area,), scorer=self._open_scorer, control=self._control),
                )
                self._keep(self._area_made_by(area), Regions(net=net, score=score, regions=regions))
                found[area] = regions[0]
        areas = [region for area in self._order.areas if (region := found[area]) is not None]
        yield Explained(self._order.key, self._merged(base, areas), kept=False)

    def _merged(self, base: Regions, areas: list[Region]) -> Regions:
        """Return the photo's regions and the areas of interest together, the largest contribution first."""
        coloured = [
            dataclasses.replace(area, colour=AREA_COLOURS[place % len(AREA_COLOURS)])
            for place, area in enumerate(areas)
        ]
        together = sorted(
            (*coloured, *base.regions),
            key=lambda region: (region.contribution is None, -(region.contribution or 0.0)),
        )
        return dataclasses.replace(base, regions=tuple(together))

    def _make_map(self) -> Generator[ExplainEvent, None, None]:
        picture, frame = self._load()
        made = yield from self._steps(
            Layer.MEMORABILITY,
            self._map_maker().make(frame, scorer=self._open_scorer, control=self._control),
        )
        part = self._placed(made, picture)
        self._keep(self._map_made_by(), part)
        yield Explained(self._order.key, part, kept=False)

    def _placed(self, made: FrameMap, picture: PixelArray) -> MemorabilityMap:
        return MemorabilityMap(
            net=self._identity(),
            method=self._order.method,
            score=made.score,
            values=place_map(made.values, picture.shape[0], picture.shape[1]),
            forward_passes=made.forward_passes,
            in_frame=made.values,
        )

    def _steps(
        self, layer: Layer, work: Generator[Steps | FrameMap, None, Result]
    ) -> Generator[ExplainEvent, None, Result]:
        """Yield a maker's steps and first map as events, and return its result."""
        try:
            while True:
                step = next(work)
                if isinstance(step, FrameMap):
                    yield ExplainPreview(self._order.key, self._placed(step, self._load()[0]))
                else:
                    yield ExplainProgress(self._order.key, layer, *step)
        except StopIteration as ended:
            result: Result = ended.value
            return result
        finally:
            work.close()

    # What it is made of

    def _load(self) -> tuple[PixelArray, PixelArray]:
        """Return the photo's picture and frame. Raise PhotoError or Cancelled."""
        if self._photo is None:
            loaded = load_unchanged(
                self._order.key,
                loader=self._loader,
                frame=True,
                longest_side=EXPLAINED_SIDE,
                precision=self._order.precision,
                control=self._control,
            )
            assert loaded.picture is not None
            assert loaded.frame is not None
            self._photo = loaded.picture, loaded.frame
        return self._photo

    def _load_for_segmenter(self) -> PixelArray:
        """Return the photo's picture. Raise PhotoError or Cancelled.

        Only frames need full-size pixels. Without one a JPEG is decoded small, in a fraction of the time; its
        picture has the same size, and pixels that differ a little.
        """
        if self._order.layers != {Layer.SEGMENTATION}:
            return self._load()[0]
        loaded = load_unchanged(
            self._order.key, loader=self._loader, longest_side=EXPLAINED_SIDE, control=self._control
        )
        assert loaded.picture is not None
        return loaded.picture

    def _open_scorer(self) -> Scorer:
        if self._scorer is None:
            self._control.checkpoint()
            self._scorer = self._explainers.scorers.build(_log.info)
        return self._scorer

    def _identity(self) -> NetIdentity:
        if self._net is None:
            self._net = self._explainers.scorers.identity()
        return self._net

    def _segmenter_identity(self) -> SegmenterIdentity | None:
        """Return the order's segmenter; None if it asks for none. Raise SegmenterError if it is missing."""
        if self._order.segmenter is None:
            return None
        for identity in self._explainers.segmenters.installed():
            if identity.name == self._order.segmenter:
                return identity
        # The factory's error says best why it is not available.
        self._segmenter = self._explainers.segmenters.open(self._order.segmenter)
        return self._segmenter.identity

    def _map_maker(self) -> MapMaker:
        try:
            return self._explainers.map_makers[self._order.method]
        except KeyError:
            raise ExplanationError(
                tr(
                    'The method "{method}" does not work on this computer. Choose another method.',
                    method=self._order.method,
                )
            ) from None

    # Where it is kept

    def _find(self, layer: Layer, made_by: str) -> Segmentation | MemorabilityMap | Regions | None:
        return self._store.find(self._order.key, layer, made_by) if self._store else None

    def _keep(self, made_by: str, part: Segmentation | MemorabilityMap | Regions) -> None:
        if self._store:
            self._store.keep(self._order.key, made_by, part)

    def _segmentation_made_by(self, segmenter: SegmenterIdentity) -> str:
        # With fast precision the picture may be smaller.
        return made_by(segmenter.sha256, self._order.precision)

    def _map_made_by(self) -> str:
        return made_by(net_text(self._identity()), self._order.method, self._map_maker().version)

    def _regions_made_by(self) -> str:
        segmenter = self._segmenter_identity()
        return made_by(
            net_text(self._identity()),
            segmenter.sha256 if segmenter else "superpixels",
            self._explainers.region_maker.version,
        )

    def _area_made_by(self, area: AreaOfInterest) -> str:
        return made_by(
            net_text(self._identity()), self._explainers.region_maker.version, area.name, repr(area.outline)
        )

    def _failed(self, layer: Layer, problem: Exception) -> ExplainFailed:
        return ExplainFailed(self._order.key, layer, failure_words(layer, problem))
