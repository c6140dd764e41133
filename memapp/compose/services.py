"""The work of lower layers for the window: on files, areas of interest and segmenters."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from PySide6.QtGui import QImage

from memapp.compose.exports import EXPORT_KINDS, write_export
from memapp.compose.loading import load_photo
from memapp.compose.net_pool import NetPool
from memapp.core.control import RunControl
from memapp.core.errors import StoreError
from memapp.core.explanation import AreaOfInterest
from memapp.core.files import write_bytes_atomically
from memapp.core.likeness import Likeness
from memapp.core.machine import usable_cores
from memapp.core.net_ids import RESMEM_ID
from memapp.core.records import ImageKey, Precision
from memapp.core.text import tr
from memapp.gui.overlay.area_commands import AreaWork
from memapp.gui.overlay.segmenter_commands import BytesProgress, SegmenterOffer, SegmenterRow, SegmenterWork
from memapp.gui.window.best_set_commands import LikenessReader
from memapp.gui.window.file_commands import FileWork
from memapp.pipeline.unchanged_photo import load_unchanged
from memapp.scoring.segmentation import coco, everyday
from memapp.scoring.segmentation.folders import COCO, EVERYDAY, SegmenterFolders
from memapp.store.area_book import AreaBook
from memapp.store.areas import read_areas, write_areas
from memapp.store.likenesses import LikenessStore
from memapp.store.trash_restore import Restorer
from memapp.workers.preview_pool import to_image

Trash: TypeAlias = Callable[[Sequence[ImageKey]], tuple[list[ImageKey], list[tuple[ImageKey, str]]]]
"""Moves files to the trash; returns those moved, and those not moved with the reason."""

_log = logging.getLogger(__name__)


def file_work(move_to_trash: Trash, restore_from_trash: Restorer | None) -> FileWork:
    """Return the work on files, with this trash."""
    return FileWork(
        export_kinds=EXPORT_KINDS,
        export=write_export,
        move_to_trash=move_to_trash,
        restore_from_trash=restore_from_trash,
        picture=_picture,
        write=write_bytes_atomically,
    )


def area_work(home: Path) -> AreaWork:
    """Return the work on areas of interest, which are stored in MEMAPP_HOME."""
    book = AreaBook(home=home)
    return AreaWork(load=book.load, save=book.save, read=read_areas, write=_write_areas)


def segmenter_work(folders: SegmenterFolders, *, home: Path) -> SegmenterWork:
    """Return the work on the segmenters in these folders; files that are fetched rest in MEMAPP_HOME."""

    def rows() -> tuple[SegmenterRow, ...]:
        return tuple(
            SegmenterRow(
                name=pack.name,
                title=pack.description.identity.title if pack.description else pack.name,
                size=pack.size,
                built_in=pack.built_in,
                problem=pack.problem or "",
            )
            for pack in folders.packs()
        )

    def install(source: Path, control: RunControl, progress: BytesProgress) -> str:
        return coco.install_file(folders, source, control=control, progress=progress, say=_log.info).name

    def fetch_everyday(control: RunControl, progress: BytesProgress) -> str:
        return everyday.fetch_everyday(
            folders, home=home, control=control, progress=progress, say=_log.info
        ).name

    def fetch_coco(control: RunControl, progress: BytesProgress) -> str:
        return coco.fetch_published(
            folders, home=home, control=control, progress=progress, say=_log.info
        ).name

    offers = []
    if everyday.can_be_made():
        offers.append(SegmenterOffer(EVERYDAY, everyday.DOWNLOAD_BYTES, fetch_everyday))
    if coco.can_be_made():
        offers.append(SegmenterOffer(COCO, coco.WEIGHTS_BYTES, fetch_coco))
    return SegmenterWork(
        rows=rows,
        installed=folders.installed,
        install=install,
        remove=folders.remove,
        offers=tuple(offers),
    )


def likeness_reader(pool: NetPool, *, fast: bool, home: Path) -> LikenessReader:
    """Return what reads how alike photos are; `fast` says whether there are fast scores here."""

    def read(keys: Sequence[ImageKey]) -> Mapping[ImageKey, Likeness]:
        precisions = (Precision.EXACT, Precision.FAST) if fast else (Precision.EXACT,)
        factories = [pool.scorers(RESMEM_ID, precision) for precision in precisions]
        nets = [net for made in factories for net in (made.identity(), *made.equivalent_identities())]
        with closing(LikenessStore(home=home)) as store:
            return store.load(keys, nets)

    return read


def details(home: Path) -> str:
    """Return details of this computer for a report of a fault, a line each.

    They are in English: developers read them.
    """
    lines = [
        f"Python {sys.version.split()[0]} on {sys.platform}, {usable_cores()} cores",
        f"scores and settings: {home}",
    ]
    return "\n".join(lines)


def _picture(key: ImageKey, longest_side: int) -> QImage:
    picture = load_unchanged(key, loader=load_photo, longest_side=longest_side).picture
    assert picture is not None
    return to_image(picture)


def _write_areas(path: Path, areas: Sequence[AreaOfInterest]) -> None:
    try:
        write_areas(path, areas)
    except OSError as problem:
        raise StoreError(
            tr(
                "The areas can't be written to {path}: {reason}. Choose another place.",
                path=path,
                reason=problem.strerror,
            )
        ) from problem
