"""The folders of segmenter packs: list, open, install and remove them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.core.explanation import Segmenter, SegmenterIdentity
from memapp.core.text import tr
from memapp.scoring.hash_cache import HashCache
from memapp.scoring.segmentation.description import GRAPH_NAME, PackDescription, read_description
from memapp.scoring.segmentation.installing import BytesProgress, install_pack, remove_folder
from memapp.scoring.segmentation.trial import try_out

FOLDER_NAME = "segmenters"
"""In the built app's resources, and in MEMAPP_HOME."""
EVERYDAY = "everyday-13"
COCO = "coco-13"
DEFAULT_SEGMENTER = EVERYDAY
_FIRST = (EVERYDAY, COCO)
"""Names of packs; these are listed first if installed."""


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """One folder among the packs."""

    folder: Path
    built_in: bool
    """Included with memapp; can't be removed."""
    size: int
    """Bytes of the graph; 0 if it is missing."""
    description: PackDescription | None
    """None if the pack is refused."""
    problem: str | None = None
    """Why it is refused, as a sentence."""

    @property
    def name(self) -> str:
        """The pack's name, or its folder's if the pack is refused."""
        return self.description.identity.name if self.description else self.folder.name


def _place(pack: InstalledPack) -> tuple[int, str]:
    return (_FIRST.index(pack.name) if pack.name in _FIRST else len(_FIRST), pack.name)


class SegmenterFolders:
    """The packs included with memapp and those in MEMAPP_HOME. Safe to use on any thread."""

    def __init__(self, *, resources: Path, home: Path, threads: int | None = None) -> None:
        """Use resources/segmenters and home/segmenters.

        Args:
            resources: memapp's resource folder.
            home: MEMAPP_HOME.
            threads: for a segmenter's computation; None for one per core.
        """
        self._built_in = resources / FOLDER_NAME
        self._own = home / FOLDER_NAME
        self._checked = HashCache(home=home)
        self._threads = threads

    def packs(self) -> tuple[InstalledPack, ...]:
        """Return all packs, refused ones too, the default first, without reading graphs."""
        found: dict[str, InstalledPack] = {}
        for pack in self._folders():
            found.setdefault(pack.name, pack)
        return tuple(sorted(found.values(), key=_place))

    def installed(self) -> tuple[SegmenterIdentity, ...]:
        """Return the usable ones, the default first, without reading graphs."""
        return tuple(pack.description.identity for pack in self.packs() if pack.description)

    def open(self, name: str) -> Segmenter:
        """Load a segmenter by name.

        Raises:
            SegmenterError: it is not installed, or broken.
        """
        pack = self._find(name)
        if pack.description is None:
            raise SegmenterError(pack.problem or "")
        return open_pack(pack.folder, pack.description, checked=self._checked, threads=self._threads)

    def install(
        self, source: Path, *, control: RunControl | None = None, progress: BytesProgress | None = None
    ) -> SegmenterIdentity:
        """Install a pack for this user, from a folder or a zip file; a pack of the same name is replaced.

        The pack is copied to a temporary folder, checked, loaded and tried on a picture before it is moved
        into place.

        Args:
            source: the folder or the file.
            control: cancels it.
            progress: called with the copied bytes and the total.

        Raises:
            SegmenterError: it is refused, or can't be written; nothing was changed.
            Cancelled: nothing was changed.
        """
        control = control or RunControl()
        description = install_pack(
            source,
            self._own,
            refuse=self._why_not,
            try_out=partial(try_out, threads=self._threads, control=control),
            control=control,
            progress=progress or _ignore,
        )
        return description.identity

    def remove(self, name: str) -> None:
        """Remove a pack that was installed for this user, also a refused one.

        Raises:
            SegmenterError: it does not exist, is included with memapp, or can't be removed.
        """
        pack = self._find(name)
        if pack.built_in:
            raise SegmenterError(
                tr("The object finder {name} is included with memapp and can't be removed.", name=name)
            )
        try:
            remove_folder(pack.folder)
        except OSError as problem:
            raise SegmenterError(
                tr(
                    "The object finder {name} can't be removed ({problem}). If another "
                    "program uses its files, close that, then try again.",
                    name=name,
                    problem=problem.strerror,
                )
            ) from problem

    def _why_not(self, name: str) -> str | None:
        if any(pack.built_in and pack.description and pack.name == name for pack in self.packs()):
            return tr("The object finder {name} is included with memapp and can't be replaced.", name=name)
        return None

    def _find(self, name: str) -> InstalledPack:
        for pack in self.packs():
            if pack.name == name:
                return pack
        raise SegmenterError(tr("The object finder {name} is not installed.", name=name))

    def _folders(self) -> Iterator[InstalledPack]:
        for root, built_in in ((self._built_in, True), (self._own, False)):
            try:
                folders = sorted(root.iterdir())
            except OSError:
                continue
            for folder in folders:
                # Names with a leading dot are being installed or removed.
                if folder.is_dir() and not folder.name.startswith("."):
                    yield look_at(folder, built_in=built_in)


def look_at(folder: Path, *, built_in: bool = False) -> InstalledPack:
    """Return what a folder contains, without reading its graph."""
    try:
        size = (folder / GRAPH_NAME).stat().st_size
    except OSError:
        size = 0
    try:
        description = read_description(folder)
        if not size:
            raise SegmenterError(
                tr(
                    "The object finder {name} can't be used: {graph_name} is missing. Install it again.",
                    name=folder.name,
                    graph_name=GRAPH_NAME,
                )
            )
    except SegmenterError as problem:
        return InstalledPack(folder, built_in, size, None, str(problem))
    return InstalledPack(folder, built_in, size, description)


def open_pack(
    folder: Path, description: PackDescription, *, checked: HashCache, threads: int | None = None
) -> Segmenter:
    """Load the pack in a folder, after checking its graph's hash.

    Raises:
        SegmenterError: it is broken.
    """
    graph = folder / GRAPH_NAME
    name = description.identity.name
    try:
        found = checked.sha256_of(graph)
    except OSError as problem:
        raise SegmenterError(
            tr(
                "The object finder {name} can't be used: {graph} can't be read ({problem}). "
                "Install it again.",
                name=name,
                graph=graph,
                problem=problem.strerror,
            )
        ) from problem
    if found != description.graph_sha256:
        raise SegmenterError(
            tr(
                "The object finder {name} can't be used: its files were changed or damaged. "
                "Install it again.",
                name=name,
            )
        )
    return open_graph(folder, description, threads=threads)


def open_graph(folder: Path, description: PackDescription, *, threads: int | None = None) -> Segmenter:
    """Load the pack in a folder whose graph's hash was already checked.

    Raises:
        SegmenterError: it is broken, or onnxruntime is not installed.
    """
    if importlib.util.find_spec("onnxruntime") is None:
        raise SegmenterError(
            tr(
                "Object finders need onnxruntime, which is not installed. Install memapp again.",
            )
        )
    from memapp.scoring.segmentation.onnx_segmenter import OnnxSegmenter

    return OnnxSegmenter(graph=folder / GRAPH_NAME, description=description, threads=threads)


def _ignore(_done: int, _total: int) -> None:
    pass
