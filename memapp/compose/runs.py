"""Builds the runs of the window from parts of the lower layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from memapp.compose.loading import load_photo
from memapp.compose.net_pool import NetPool
from memapp.core.control import RunControl
from memapp.core.events import Event
from memapp.core.explanation import ExplainEvent, ExplainOrder
from memapp.core.net_ids import RESMEM_ID
from memapp.core.records import ImageKey, Precision, RunOrder
from memapp.intake.discover import find_photos
from memapp.pipeline.explain_run import Explainers, explain_run
from memapp.pipeline.fingerprint_run import FingerprintProgress, fingerprint_run
from memapp.pipeline.likeness import LikenessNoted, likeness_run
from memapp.pipeline.measured_scores import MeasuredScores
from memapp.pipeline.score_run import score_run
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.pipeline.triage_run import triage_run
from memapp.scoring.explain.regions import FilledRegions
from memapp.store.maps import DiskMapStore
from memapp.store.photos import photos_in_memory
from memapp.store.scores import SqliteScoreStore


class Runs:
    """Makes the generators that the supervisor's threads drive. May be used by several threads."""

    def __init__(self, *, pool: NetPool, home: Path, thumbnails: ThumbnailCache) -> None:
        """Take the pool of loaded nets, MEMAPP_HOME and the thumbnails."""
        self._pool = pool
        self._home = home
        self._thumbnails = thumbnails
        self._maps = DiskMapStore(home=home)
        self._measured = MeasuredScores()
        self._spare_photos = photos_in_memory()

    def score(self, order: RunOrder, control: RunControl) -> Iterator[Event]:
        """Return the run that was ordered: one net over photos, or fast and exact ResMem in turn."""

        def run(paths: Sequence[str], precision: Precision) -> Iterator[Event]:
            if precision is Precision.EXACT:
                self._pool.release_fast()
            return score_run(
                paths,
                finder=find_photos,
                loader=load_photo,
                scorers=self._pool.scorers(order.net, precision),
                open_store=lambda: SqliteScoreStore(home=self._home),
                control=control,
                thumbnails=self._thumbnails,
                spare_photos=self._spare_photos,
            )

        if order.triage:
            return triage_run(order.paths, count=order.triage, make_run=run)
        return run(order.paths, order.precision)

    def fingerprints(self, control: RunControl) -> Iterator[FingerprintProgress]:
        """Return the pass that takes the fingerprints that known photos lack, for when memapp is idle."""
        return fingerprint_run(open_store=lambda: SqliteScoreStore(home=self._home), control=control)

    def note_likeness(
        self, keys: Sequence[ImageKey], is_busy: Callable[[], bool], control: RunControl
    ) -> Iterator[LikenessNoted]:
        """Return the pass that notes how alike photos are that were scored before that was noted."""
        return likeness_run(
            keys,
            loader=load_photo,
            scorers=self._pool.scorers(RESMEM_ID, Precision.EXACT),
            open_store=lambda: SqliteScoreStore(home=self._home),
            is_busy=is_busy,
            control=control,
        )

    def explain(self, order: ExplainOrder, control: RunControl) -> Iterator[ExplainEvent]:
        """Return the run that explains a photo, with ResMem's scores of the order's precision."""
        return explain_run(
            order,
            loader=load_photo,
            explainers=Explainers(
                scorers=self._measured.remembered_by(self._pool.scorers(RESMEM_ID, order.precision)),
                segmenters=self._pool.segmenters,
                map_makers=self._pool.map_makers,
                region_maker=FilledRegions(),
            ),
            store=self._maps,
            control=control,
        )
