"""Nets added by the user: checkpoints verified and copied into MEMAPP_HOME/nets, and removed again."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memapp.core.errors import MemappError
from memapp.core.files import make_private_folder, open_regular_file
from memapp.core.nets import PUBLISHED
from memapp.core.text import tr
from memapp.scoring.engines.graphs import GraphError
from memapp.scoring.nets.checkpoint import MOST_FILE_BYTES, SUFFIX, CheckpointError, read_header
from memapp.scoring.nets.registry import FOLDER_NAME
from memapp.scoring.nets.sources import TrainedNet, graph_beside, record_beside
from memapp.scoring.torch_libraries import load_torch_libraries

_MOST_LETTERS = 60
"""Of a net's name."""
_BLOCK = 1 << 20


def add_checkpoint(path: Path, *, home: Path) -> str:
    """Verify a checkpoint and copy it, with its graph if that is beside it.

    The copy is verified, because no other program writes to it. Without torch, the graph is required.

    Returns:
        The net's name; the existing name if the same net was added before.

    Raises:
        CheckpointError: the file is not a usable checkpoint; the text says why.
        MemappError: the copy can't be made, or can't score here.
    """
    read_header(path)
    folder = home / FOLDER_NAME
    with _converting_errors(
        tr("The scoring model {name} can't be copied into {folder}", name=path.name, folder=folder)
    ):
        make_private_folder(folder)
        with tempfile.TemporaryDirectory(
            dir=folder, prefix=".adding-", ignore_cleanup_errors=True
        ) as scratch:
            copy = Path(scratch) / f"net{SUFFIX}"
            _copy(path, copy)
            files = [copy, *_graph_of(path, copy, home=home)]
            source = _checked(copy, home=home, has_graph=len(files) > 1)
            sha256 = source.identity().sha256
            for there in sorted(folder.glob(f"*{SUFFIX}")):
                if there.stat().st_size == copy.stat().st_size and _sha256(there, home=home) == sha256:
                    return there.name.removesuffix(SUFFIX)
            name = _free_name(path.name.removesuffix(SUFFIX), folder)
            # The checkpoint last: a net exists only when all of it exists.
            for file in reversed(files):
                file.replace(folder / f"{name}{file.name.removeprefix('net')}")
            return name


def remove_checkpoint(name: str, *, home: Path) -> None:
    """Delete the copy of a net that was added, and its graph.

    Raises:
        MemappError: it does not exist, or can't be deleted.
    """
    checkpoint = home / FOLDER_NAME / f"{name}{SUFFIX}"
    if Path(name).name != name or not checkpoint.is_file():
        raise MemappError(tr("No scoring model with the name {name} was added here.", name=name))
    with _converting_errors(tr("The scoring model {name} can't be removed", name=name)):
        checkpoint.unlink()
        for file in (record_beside(checkpoint), graph_beside(checkpoint)):
            file.unlink(missing_ok=True)


@contextmanager
def _converting_errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise MemappError(
            tr("{what}: {problem}.", what=what, problem=problem.strerror or problem)
        ) from problem


def _copy(source: Path, target: Path, most: int = MOST_FILE_BYTES) -> None:
    """Copy a file to the disk, up to this many bytes."""
    with open_regular_file(source) as given, target.open("wb") as copy:
        taken = 0
        while block := given.read(_BLOCK):
            taken += len(block)
            if taken > most:
                raise CheckpointError(
                    tr("{name} is larger than any scoring model of memapp.", name=source.name)
                )
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())


def _graph_of(path: Path, copy: Path, *, home: Path) -> list[Path]:
    """Return the copies of the graph beside the checkpoint and of its record; none if they belong to another
    net."""
    copies = [graph_beside(copy), record_beside(copy)]
    try:
        for given, wanted in zip((graph_beside(path), record_beside(path)), copies, strict=True):
            _copy(given, wanted)
        TrainedNet(copy, home=home, segmenters=None).graph(lambda _text: None)
    except (OSError, CheckpointError, GraphError):
        for file in copies:
            file.unlink(missing_ok=True)
        return []
    return copies


def _checked(copy: Path, *, home: Path, has_graph: bool) -> TrainedNet:
    source = TrainedNet(copy, home=home, segmenters=None)
    if importlib.util.find_spec("torch") is not None:
        load_torch_libraries()
        # Its tensors are verified one by one and released at once.
        source.load()
    elif not has_graph:
        raise MemappError(
            tr(
                "{name} can't score here: this memapp has no torch, and needs the .onnx and "
                ".onnx.json files that memapp lab train wrote. Put them beside the "
                ".safetensors file, then add it again.",
                name=source.header.name,
            )
        )
    return source


def _sha256(path: Path, *, home: Path) -> str:
    try:
        return TrainedNet(path, home=home, segmenters=None).identity().sha256
    except MemappError:
        return ""


def _free_name(wanted: str, folder: Path) -> str:
    """Return the file's name in visible characters, with a number added if it is taken."""
    seen = "".join(letter if letter.isprintable() else "_" for letter in wanted[:_MOST_LETTERS]).strip(" .")
    base = seen or "net"
    name, number = base, 1
    while name.lower() in PUBLISHED or (folder / f"{name}{SUFFIX}").exists():
        number += 1
        name = f"{base} {number}"
    return name
