"""The folders where segmenter packs lie: what is installed there, opened, put in and taken out."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.core.explanation import Segmenter, SegmenterIdentity
from memapp.scoring.hash_cache import HashCache
from memapp.scoring.segmentation.description import GRAPH_NAME, PackDescription, read_description
from memapp.scoring.segmentation.installing import BytesProgress, install_pack, remove_folder

FOLDER_NAME = "segmenters"
"""In the built app's resources, and in MEMAPP_HOME."""
DEFAULT_SEGMENTER = "coco-13"
"""Its name; first of all where it is installed."""


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """One folder among the packs."""

    folder: Path
    built_in: bool
    """Came with memapp; can't be removed."""
    size: int
    """Bytes of the graph; 0 where it is missing."""
    description: PackDescription | None
    """None for a pack that is refused."""
    problem: str | None = None
    """Why it is refused, in words."""

    @property
    def name(self) -> str:
        """The pack's; of one that is refused, its folder's."""
        return self.description.identity.name if self.description else self.folder.name


class SegmenterFolders:
    """The packs that came with memapp and those in MEMAPP_HOME. May be handed to any thread."""

    def __init__(self, *, resources: Path, home: Path, threads: int | None = None) -> None:
        """Look in resources/segmenters and home/segmenters.

        Args:
            resources: the folder of what came with memapp.
            home: MEMAPP_HOME.
            threads: that a segmenter computes with; None for as many as there are cores.
        """
        self._built_in = resources / FOLDER_NAME
        self._own = home / FOLDER_NAME
        self._checked = HashCache(home=home)
        self._threads = threads

    def packs(self) -> tuple[InstalledPack, ...]:
        """All packs, those that are refused too, the default first. Reads no graphs."""
        found: dict[str, InstalledPack] = {}
        for pack in self._looked_at():
            found.setdefault(pack.name, pack)
        return tuple(sorted(found.values(), key=lambda pack: (pack.name != DEFAULT_SEGMENTER, pack.name)))

    def installed(self) -> tuple[SegmenterIdentity, ...]:
        """Those that may be opened, the default first. Reads no graphs."""
        return tuple(pack.description.identity for pack in self.packs() if pack.description)

    def open(self, name: str) -> Segmenter:
        """Load one by its name.

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
        """Install a pack for this user, from a folder or a zip file; one of the same name is replaced.

        The pack is copied beside its place, checked, loaded and tried on a picture before it is put there.

        Args:
            source: the folder or the file.
            control: cancels it.
            progress: told bytes that are copied, and all.

        Raises:
            SegmenterError: it is refused, or can't be written; nothing was changed.
            Cancelled: nothing was changed.
        """
        description = install_pack(
            source,
            self._own,
            refuse=self._why_not,
            # A hash that was computed for a file in passing is not worth remembering.
            open_pack=lambda folder, found: open_graph(folder, found, threads=self._threads),
            control=control or RunControl(),
            progress=progress or _in_silence,
        )
        return description.identity

    def remove(self, name: str) -> None:
        """Remove a pack that was installed for this user, a refused one too.

        Raises:
            SegmenterError: there is none, it came with memapp, or it can't be removed.
        """
        pack = self._find(name)
        if pack.built_in:
            raise SegmenterError(f"The segmenter {name} came with memapp and stays.")
        try:
            remove_folder(pack.folder)
        except OSError as problem:
            raise SegmenterError(
                f"The segmenter {name} can't be removed ({problem.strerror}). "
                "If it is in use, close it and try again."
            ) from problem

    def _why_not(self, name: str) -> str | None:
        if any(pack.built_in and pack.description and pack.name == name for pack in self.packs()):
            return f"The segmenter {name} came with memapp already, and can't be replaced."
        return None

    def _find(self, name: str) -> InstalledPack:
        for pack in self.packs():
            if pack.name == name:
                return pack
        raise SegmenterError(f"The segmenter {name} is not installed. See memapp segmenters.")

    def _looked_at(self) -> Iterator[InstalledPack]:
        for root, built_in in ((self._built_in, True), (self._own, False)):
            try:
                folders = sorted(root.iterdir())
            except OSError:
                continue
            for folder in folders:
                # What starts with a dot is being put in or taken out.
                if folder.is_dir() and not folder.name.startswith("."):
                    yield look_at(folder, built_in=built_in)


def look_at(folder: Path, *, built_in: bool = False) -> InstalledPack:
    """What a folder holds, as far as can be told without its graph's content."""
    try:
        size = (folder / GRAPH_NAME).stat().st_size
    except OSError:
        size = 0
    try:
        description = read_description(folder)
        if not size:
            raise SegmenterError(f"The segmenter pack {folder.name} can't be used: {GRAPH_NAME} is missing.")
    except SegmenterError as problem:
        return InstalledPack(folder, built_in, size, None, str(problem))
    return InstalledPack(folder, built_in, size, description)


def open_pack(
    folder: Path, description: PackDescription, *, checked: HashCache, threads: int | None = None
) -> Segmenter:
    """Load the pack in a folder, its graph's hash checked.

    Raises:
        SegmenterError: it is broken.
    """
    graph = folder / GRAPH_NAME
    name = description.identity.name
    try:
        found = checked.sha256_of(graph)
    except OSError as problem:
        raise SegmenterError(
            f"The segmenter pack {name} can't be used: {graph} can't be read ({problem.strerror})."
        ) from problem
    if found != description.graph_sha256:
        raise SegmenterError(
            f"The segmenter pack {name} can't be used: its graph was altered or damaged. Install it again."
        )
    return open_graph(folder, description, threads=threads)


def open_graph(folder: Path, description: PackDescription, *, threads: int | None = None) -> Segmenter:
    """Load the pack in a folder; its graph's hash was checked.

    Raises:
        SegmenterError: it is broken, or onnxruntime is not there.
    """
    if importlib.util.find_spec("onnxruntime") is None:
        raise SegmenterError("Segmenters need onnxruntime, which is not installed. Install memapp again.")
    from memapp.scoring.segmentation.onnx_segmenter import OnnxSegmenter

    return OnnxSegmenter(graph=folder / GRAPH_NAME, description=description, threads=threads)


def _in_silence(_done: int, _total: int) -> None:
    pass
