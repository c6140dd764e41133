"""The graphs of nets: shipped or exported once, verified at each use. Does not import torch."""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify
from memapp.core.errors import MemappError
from memapp.core.files import make_private_folder, read_json, write_atomically
from memapp.core.nets import PREPARING
from memapp.core.number_text import number_text
from memapp.core.records import NetIdentity
from memapp.core.resources import resource_path
from memapp.core.text import tr
from memapp.scoring.hash_cache import HashCache
from memapp.scoring.proof import proof_scores_of

EXPORTER = 2
"""Version of the export; raise it when the export writes a different graph for the same net."""

FOLDER_NAME = "engines"
"""In MEMAPP_HOME."""

SHIPPED_FOLDER_NAME = "nets"
"""In the resources of the built app: graphs exported at build time."""

Exporter: TypeAlias = Callable[[Path, Path], npt.NDArray[np.float32]]
"""Takes the file of the weights and the file to write; returns torch's scores of the proof frames.

Raises: MemappError, OSError.
"""


_BESIDE_THE_WEIGHTS = 64_000_000
"""Bytes that a graph may need beyond its weights, and that must stay free on the disk."""
_DAY = 86_400
MOST_RECORD_BYTES = 100_000

_log = logging.getLogger(__name__)


class GraphError(MemappError):
    """A graph can't be prepared; the text is one sentence that says why."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedGraph:
    """A graph that is installed and intact."""

    path: Path
    proof_scores: npt.NDArray[np.float32]
    """Of the proof frames, from when the graph was made: torch's, or a shipped graph's own."""


class GraphFolder:
    """The folders of graphs: for each net a graph, and beside it a record that verifies it.

    The built app ships some, which are read-only; the others are exported to MEMAPP_HOME/engines.
    """

    def __init__(self, *, home: Path, export: Exporter, shipped: Path | None = None) -> None:
        """Look among the shipped graphs, then in home/engines; export missing ones there on request.

        Args:
            home: MEMAPP_HOME.
            export: exports a graph from weights.
            shipped: the folder of shipped graphs; None for the one in the resources.
        """
        self.folder = home / FOLDER_NAME
        self._shipped = shipped or resource_path(SHIPPED_FOLDER_NAME)
        self._checked = HashCache(home=home)
        self._export = export

    def find(self, net: NetIdentity) -> PreparedGraph | None:
        """Return the graph of a net, or None if it is missing, broken, or of another version or net."""
        return self.shipped(net) or self._find(self._path(net), net)

    def shipped(self, net: NetIdentity) -> PreparedGraph | None:
        """Return the graph of a net that is shipped with the built app, or None."""
        return self._find(self._shipped / self._path(net).name, net)

    def is_there(self, net: NetIdentity) -> bool:
        """Return whether a net's graph file exists, without reading it: it may be broken."""
        name = self._path(net).name
        return any((folder / name).is_file() for folder in (self._shipped, self.folder))

    def is_damaged(self, net: NetIdentity) -> bool:
        """Return whether a graph of this net is shipped with the built app but unusable."""
        return (self._shipped / self._path(net).name).exists() and self.shipped(net) is None

    def _find(self, path: Path, net: NetIdentity) -> PreparedGraph | None:
        try:
            match read_json(_record_of(path), most_bytes=MOST_RECORD_BYTES):
                case {
                    "net": dict(exported),
                    "exporter": exporter,
                    "size": int(size),
                    "sha256": str(sha256),
                    "proof_scores": recorded,
                } if (exported, exporter) == (asdict(net), EXPORTER):
                    scores = proof_scores_of(recorded, net)
                    # Checking the size is instant, the hash takes a second.
                    if path.stat().st_size == size and self._checked.sha256_of(path) == sha256:
                        return PreparedGraph(path, scores)
        except (OSError, ValueError, TypeError):
            pass
        return None

    def prepare(self, net: NetIdentity, weights: Path, notify: Notify) -> PreparedGraph:
        """Export a net's graph and move it into place; remove graphs of its older versions.

        Args:
            net: which net, with its hash.
            weights: its file, verified.
            notify: called with a sentence, because this takes a while.

        Raises:
            GraphError: no disk space, no permission, no torch, or the export failed.
        """
        path = self._path(net)
        try:
            make_private_folder(self.folder)
            self._check_disk_space(weights.stat().st_size + _BESIDE_THE_WEIGHTS)
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=f".{path.stem}.", suffix=".part")
        except OSError as problem:
            raise GraphError(
                tr("{folder} can't be written ({problem}).", folder=self.folder, problem=problem.strerror)
            ) from problem
        os.close(handle)
        beside = Path(name)
        notify(str(PREPARING))
        try:
            scores = proof_scores_of(self._export(weights, beside).tolist(), net)
            self._put_in_place(beside, path, net, scores)
        except OSError as problem:
            raise GraphError(
                tr("{folder} can't be written ({problem}).", folder=self.folder, problem=problem.strerror)
            ) from problem
        except ValueError as problem:
            raise GraphError(
                tr("The scoring model could not be prepared: {problem}.", problem=problem)
            ) from problem
        except MemappError as problem:
            _log.warning("the export failed: %s", problem)
            raise GraphError(
                tr("The scoring model could not be prepared: {problem}.", problem=str(problem).rstrip("."))
            ) from problem
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        for old in self._obsolete_files(path, net):
            with suppress(OSError):
                old.unlink()
        return PreparedGraph(path, scores)

    def _path(self, net: NetIdentity) -> Path:
        return self.folder / f"{graph_key(net)}.onnx"

    def _check_disk_space(self, needed: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise GraphError(
                tr(
                    "The disk of {folder} is too full: {needed} MB are needed, {free} MB are free.",
                    folder=self.folder,
                    needed=number_text(needed / 1e6, ",.0f"),
                    free=number_text(free / 1e6, ",.0f"),
                )
            )

    def _put_in_place(
        self, beside: Path, path: Path, net: NetIdentity, scores: npt.NDArray[np.float32]
    ) -> None:
        beside.replace(path)
        record = {
            "net": asdict(net),
            "exporter": EXPORTER,
            "size": path.stat().st_size,
            "sha256": self._checked.sha256_of(path),
            "proof_scores": scores.tolist(),
        }
        write_atomically(_record_of(path), json.dumps(record, indent=1), private=True)

    def _obsolete_files(self, path: Path, net: NetIdentity) -> Iterator[Path]:
        """Yield graphs of the same net in another version, and leftovers of interrupted exports."""
        keep = {path, _record_of(path)}
        for other in self.folder.glob(f"{net.name}-*-{net.precision}.*"):
            if other not in keep:
                yield other
        for part in self.folder.glob(".*.part"):
            with suppress(OSError):
                if part.stat().st_mtime < time.time() - _DAY:
                    yield part


def graph_key(net: NetIdentity) -> str:
    """Return a graph's file name, from everything that determines what it computes."""
    return f"{net.name}-{net.sha256[:16]}-{net.preprocessing}-{EXPORTER}-{net.precision}"


def _record_of(graph: Path) -> Path:
    return graph.with_name(f"{graph.stem}.json")
