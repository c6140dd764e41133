"""memapp explain: explain photos' scores, as files in a folder; the same run as the window's."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from memapp import log
from memapp.commands.common import (
    EXIT_ALL_SCORED,
    EXIT_CANNOT_WORK,
    EXIT_INTERRUPTED,
    EXIT_SOME_FAILED,
    EXIT_USAGE_OR_NOTHING,
    add_device,
    add_precision,
    cancel_on_interrupt,
    complain,
    file_path,
    given_paths,
    nets,
    weights,
)
from memapp.core.area_text import outside_warning
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError, PhotoError, SegmenterError
from memapp.core.explanation import (
    AreaOfInterest,
    Explained,
    ExplainFailed,
    ExplainOrder,
    ExplainProgress,
    Layer,
    MapMethod,
    MemorabilityMap,
    Regions,
    Segmentation,
)
from memapp.core.net_ids import RESMEM_ID
from memapp.core.plain_text import lines
from memapp.core.records import Failure, FoundFile, ImageKey, Precision
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.explain_run import Explainers, explain_run
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.pipeline.shared_segmenter import SharedSegmenters
from memapp.pipeline.unchanged_photo import load_unchanged
from memapp.scoring.explain.makers import map_makers, why_not
from memapp.scoring.explain.regions import FilledRegions
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.store.areas import read_areas
from memapp.store.explained_files import ExplainedFolder, ExplainedPhoto, is_written_here
from memapp.store.home import home_folder
from memapp.store.maps import DiskMapStore

NO_SEGMENTER = "none"


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    explain = commands.add_parser(
        "explain",
        help="write which parts of photos raise and lower their scores, as files",
        description="Write which parts of photos raise and lower their scores: pictures, numbers and JSON.",
        epilog="docs/explanations.md describes the files. Exit statuses are those of memapp score.",
    )
    explain.add_argument("photos", nargs="+", metavar="PHOTO", help="photos and folders")
    explain.add_argument(
        "--output", metavar="DIR", type=file_path, required=True, help="the folder to write to"
    )
    explain.add_argument(
        "--method",
        choices=[method.value for method in MapMethod],
        default=MapMethod.OCCLUSION.value,
        help="occlusion: thorough, scores the photo without each of its parts (default); gradient: a quick "
        "estimate in one step, needs torch",
    )
    explain.add_argument(
        "--segmenter",
        metavar="NAME",
        help="the object finder that names the parts; none: parts are patches of similar colour "
        "(default: the first one that is installed)",
    )
    explain.add_argument(
        "--aoi",
        metavar="FILE",
        type=file_path,
        help="a file of areas of interest, as the window exports them",
    )
    add_device(explain)
    add_precision(explain, fast="take fast scores for this, in less time")
    explain.add_argument(
        "--no-cache", action="store_true", help="compute again what is kept, and store nothing"
    )
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    home = home_folder()
    segmenters = SharedSegmenters(SegmenterFolders(resources=resources_folder(), home=home))
    try:
        paths = given_paths(options.photos)
        areas = read_areas(options.aoi) if options.aoi else ()
        segmenter = _segmenter(options.segmenter, segmenters)
        options.output.mkdir(parents=True, exist_ok=True)
    except MemappError as problem:
        return complain(str(problem), EXIT_USAGE_OR_NOTHING)
    except OSError as problem:
        return complain(f"--output {options.output}: {problem.strerror}.", EXIT_USAGE_OR_NOTHING)
    method = MapMethod(options.method)
    if (reason := why_not(method)) is not None:
        return complain(reason, EXIT_CANNOT_WORK)
    log.keep_libraries_quiet()
    control = RunControl()
    cancel_on_interrupt(control)
    found = list(find_photos(paths, control=control))
    files = [each.key for each in found if isinstance(each, FoundFile)]
    photos = [key for key in files if not is_written_here(Path(key.path))]
    failures = [each for each in found if isinstance(each, Failure)]
    if not photos and not failures and not control.cancelled:
        return complain("There is nothing to explain: no photos were found.", EXIT_USAGE_OR_NOTHING)
    precision = Precision(options.precision)
    try:
        scorers = SharedScorer(nets().factory(RESMEM_ID, device=options.device, precision=precision))
    except MemappError as problem:
        return complain(str(problem), EXIT_CANNOT_WORK)
    makers = map_makers(weights())
    work = _Work(
        explainers=Explainers(
            scorers=scorers, segmenters=segmenters, map_makers=makers, region_maker=FilledRegions()
        ),
        store=None if options.no_cache else DiskMapStore(home=home),
        folder=ExplainedFolder(options.output, photos=[key.path for key in photos]),
        method=method,
        segmenter=segmenter,
        areas=areas,
        precision=precision,
        control=control,
    )
    try:
        # Without the net nothing can be explained, whatever the photo.
        scorers.identity()
        failed = work.explain(photos)
    except Cancelled:
        return EXIT_INTERRUPTED
    except Exception as problem:
        if not isinstance(problem, MemappError | OSError):
            logging.getLogger(__name__).exception("explaining failed")
        return complain(_in_words(problem), EXIT_CANNOT_WORK)
    finally:
        scorers.release()
        segmenters.release()
        for maker in makers.values():
            maker.close()
    for failure in failures:
        complain(f"{failure.key.path}: {failure.reason}", EXIT_SOME_FAILED)
    return EXIT_SOME_FAILED if failed or failures else EXIT_ALL_SCORED


def _in_words(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return f"The files can't be written: {problem.strerror}."
    return str(problem) or type(problem).__name__


def _segmenter(wanted: str | None, segmenters: SharedSegmenters) -> str | None:
    """Return the name of the segmenter to use. Raise SegmenterError if the requested one is not installed."""
    names = [identity.name for identity in segmenters.installed()]
    if wanted is None:
        return names[0] if names else None
    if wanted == NO_SEGMENTER:
        return None
    if wanted not in names:
        have = f"Installed: {', '.join(names)}." if names else "None is installed."
        raise SegmenterError(f"The segmenter {wanted} is not installed. {have} See memapp segmenters.")
    return wanted


class _FailedError(Exception):
    """One photo can't be explained."""


class _Work:
    """Explains one photo after another. Used by one thread."""

    def __init__(
        self,
        *,
        explainers: Explainers,
        store: DiskMapStore | None,
        folder: ExplainedFolder,
        method: MapMethod,
        segmenter: str | None,
        areas: tuple[AreaOfInterest, ...],
        precision: Precision,
        control: RunControl,
    ) -> None:
        self._explainers = explainers
        self._store = store
        self._folder = folder
        self._method = method
        self._segmenter = segmenter
        self._areas = areas
        self._precision = precision
        self._control = control
        self._said: set[str] = set()

    def explain(self, photos: Iterable[ImageKey]) -> int:
        """Explain photos and write their files; return how many failed.

        Raises:
            Cancelled: the user cancelled; the written files stay.
            MemappError: nothing can be explained here.
            OSError: the folder can't be written.
        """
        failed = 0
        with tqdm(list(photos), unit="photo", disable=None, file=sys.stderr, leave=False) as bar:
            for key in bar:
                try:
                    explained = self._explained(key, bar)
                    self._warn(explained.regions, bar)
                    self._folder.write(explained)
                except _FailedError as problem:
                    failed += 1
                    bar.write(lines(f"{key.path}: {problem}"), file=sys.stderr)
        self._control.checkpoint()
        return failed

    def _warn(self, regions: Regions, bar: Any) -> None:
        # Areas and the frame are fractions of a photo, so a warning for one photo holds for all.
        warning = outside_warning(regions)
        if warning and warning not in self._said:
            self._said.add(warning)
            bar.write(lines(warning), file=sys.stderr)

    def _explained(self, key: ImageKey, bar: Any) -> ExplainedPhoto:
        layers = {Layer.REGIONS, Layer.MEMORABILITY} | ({Layer.SEGMENTATION} if self._segmenter else set())
        order = ExplainOrder(
            key=key,
            layers=frozenset(layers),
            method=self._method,
            segmenter=self._segmenter,
            areas=self._areas,
            precision=self._precision,
        )
        parts: dict[type, Any] = {}
        try:
            # Full size, for the picture under the map.
            loaded = load_unchanged(key, loader=load_photo, longest_side=0, control=self._control)
        except PhotoError as problem:
            raise _FailedError(problem.reason) from problem
        for event in explain_run(
            order, loader=load_photo, explainers=self._explainers, store=self._store, control=self._control
        ):
            match event:
                case Explained():
                    parts[type(event.part)] = event.part
                case ExplainProgress():
                    bar.set_postfix_str(f"{event.layer}: {event.done} of {event.total}")
                case ExplainFailed():
                    raise _FailedError(event.reason)
        self._control.checkpoint()
        assert loaded.picture is not None
        return ExplainedPhoto(
            path=key.path,
            picture=loaded.picture,
            height=loaded.facts.height,
            width=loaded.facts.width,
            map=parts[MemorabilityMap],
            regions=parts[Regions],
            segmentation=parts.get(Segmentation),
        )
