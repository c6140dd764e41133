"""The features of frozen branches, computed once, at the engine's full rate, and cached on disk.

One folder contains the features for one list of photos and one set of frozen weights; several trainings share
it. It is written in pieces, so that an interrupted computation resumes where it was.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from memapp.core.control import RunControl
from memapp.core.errors import DeviceError, MemappError, PhotoError
from memapp.core.explanation import Segmenter
from memapp.core.files import keep_from_others, make_private_folder, read_json, write_atomically
from memapp.core.frame import FRAME_SIDE, PREPROCESSING
from memapp.core.machine import usable_cores
from memapp.core.records import PixelArray
from memapp.intake.load import load_photo
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.onnx_engine import OnnxEngine
from memapp.scoring.engines.torch_engine import TorchEngine
from memapp.scoring.engines.tuning import likely_tuning
from memapp.scoring.nets.family import ALEXNET_FEATURES, RESIDUAL_FEATURES
from memapp.scoring.nets.net import MemorabilityNet

PIECE = 64
_MOST_PROGRESS_BYTES = 100_000_000
"""Photos between two notes of the progress."""
FEATURE_TOLERANCE = 1e-3
"""Largest allowed difference between features of two engines; their values go up to some hundreds."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Arrays on disk, one row per photo; mirror images, if any, come after all photos."""

    count: int
    """Number of photos."""
    mirrored: bool
    cached: dict[str, npt.NDArray[np.float32]]
    """By branch, "alexnet" and "resnet": (count or twice, width)."""
    frames: PixelArray | None
    """(count, 227, 227, 3), if a branch that sees frames is trained."""
    labels: npt.NDArray[np.uint8] | None
    """(count, 227, 227): the segmenter's, for nets that use them."""
    failed: dict[int, str] = field(default_factory=dict)
    """Photos that can't be read, with the reason."""


class FrozenBranches(nn.Module):
    """The frozen branches of a net side by side, for an engine: frames to (n, width)."""

    def __init__(self, net: MemorabilityNet, parts: Sequence[str]) -> None:
        super().__init__()
        self.net = net
        self.parts = tuple(parts)

    def forward(self, frames: Tensor) -> Tensor:
        """Map (n, 3, 227, 227) floats in 0..1 to (n, width)."""
        found = []
        if "alexnet" in self.parts:
            found.append(self.net.alexnet_branch(frames))
        if "resnet" in self.parts and self.net.features is not None:
            found.append(self.net.features(frames).flatten(1))
        return torch.cat(found, dim=1)


def widths(net: MemorabilityNet) -> dict[str, int]:
    """Return the widths of the branches that see the frame."""
    found = {"alexnet": ALEXNET_FEATURES}
    if net.spec.residual:
        found["resnet"] = RESIDUAL_FEATURES[net.spec.residual]
    return found


def prepare_features(
    paths: Sequence[Path],
    *,
    net: MemorabilityNet,
    cached: Sequence[str],
    wants_frames: bool,
    segmenter: Segmenter | None,
    mirrored: bool,
    folder: Path,
    device: str,
    control: RunControl,
    progress: Callable[[int], object],
) -> Features:
    """Compute what is not on disk yet.

    Args:
        paths: the photos.
        net: with the weights of the frozen branches; in evaluation mode.
        cached: the frozen branches, of "alexnet" and "resnet".
        wants_frames: store the frames, too.
        segmenter: store its labels of the frames, too.
        mirrored: compute the mirror images, too.
        folder: the cache folder; each set gets its own folder in it.
        device: "cpu", or a GPU as torch names it.
        control: checked between batches.
        progress: called with the number of newly finished photos.

    Raises:
        DeviceError: the branches can't be computed.
        MemappError: there is not enough disk space.
        Cancelled: control was cancelled; the results so far are kept.
        OSError: the disk is full or read-only.
    """
    cached = [part for part in ("alexnet", "resnet") if part in cached]
    key = _key(paths, net, cached, wants_frames, segmenter, mirrored)
    place = folder / key
    make_private_folder(place)
    rows = len(paths) * (2 if mirrored else 1)
    shapes: dict[str, tuple[tuple[int, ...], Any]] = {
        part: ((rows, widths(net)[part]), np.float32) for part in cached
    }
    if wants_frames:
        shapes["frames"] = ((len(paths), FRAME_SIDE, FRAME_SIDE, 3), np.uint8)
    if segmenter is not None:
        shapes["labels"] = ((len(paths), FRAME_SIDE, FRAME_SIDE), np.uint8)
    done, failed = _progress_of(place)
    if any(not (place / f"{name}.npy").exists() for name in shapes):
        done, failed = 0, {}
    if not done:
        _check_disk_space(place, shapes.values())
    arrays = {
        name: np.lib.format.open_memmap(
            place / f"{name}.npy", mode="r+" if done else "w+", dtype=kind, shape=shape
        )
        for name, (shape, kind) in shapes.items()
    }
    for name in arrays:
        keep_from_others(place / f"{name}.npy")
    progress(done)
    if done < len(paths):
        engine = _open_engine(net, cached, place, device) if cached else None
        try:
            for start, frames, reasons in _pieces(paths, done, control):
                failed |= reasons
                stop = start + len(frames)
                if engine is not None:
                    _write_features(engine, frames, start, len(paths), arrays, cached, mirrored, control)
                if wants_frames:
                    arrays["frames"][start:stop] = frames
                if segmenter is not None:
                    for number, frame in enumerate(frames, start=start):
                        control.checkpoint()
                        arrays["labels"][number] = segmenter.segment(frame).labels
                for array in arrays.values():
                    array.flush()
                _note_progress(place, stop, failed)
                progress(len(frames))
        finally:
            if engine is not None:
                engine.close()
    return Features(
        count=len(paths),
        mirrored=mirrored,
        cached={part: arrays[part] for part in cached},
        frames=arrays.get("frames"),
        labels=arrays.get("labels"),
        failed=failed,
    )


def _check_disk_space(place: Path, shapes: Iterable[tuple[tuple[int, ...], Any]]) -> None:
    """Check the disk space for these arrays: a mapped file on a full disk would crash the program."""
    wanted = sum(prod(shape) * np.dtype(kind).itemsize for shape, kind in shapes)
    free = shutil.disk_usage(place).free
    if wanted > free:
        raise MemappError(
            f"The prepared photos take {_gigabytes(wanted)} GB, and {place.parent} has {_gigabytes(free)} "
            "GB free: make room, or name a folder on another disk with --cache."
        )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.3g}"


def _write_features(
    engine: Engine,
    frames: PixelArray,
    start: int,
    count: int,
    arrays: dict[str, Any],
    cached: Sequence[str],
    mirrored: bool,
    control: RunControl,
) -> None:
    views = (frames, np.ascontiguousarray(frames[:, :, ::-1])) if mirrored else (frames,)
    for view, pixels in enumerate(views):
        for first in range(0, len(pixels), engine.batch_size):
            control.checkpoint()
            found = engine.score(pixels[first : first + engine.batch_size])
            row, column = view * count + start + first, 0
            for part in cached:
                width = arrays[part].shape[1]
                arrays[part][row : row + len(found)] = found[:, column : column + width]
                column += width


def _pieces(
    paths: Sequence[Path], done: int, control: RunControl
) -> Iterator[tuple[int, PixelArray, dict[int, str]]]:
    """Yield frames in order, loaded ahead."""
    with ThreadPoolExecutor(max(2, usable_cores()), thread_name_prefix="memapp lab decoder") as pool:

        def ordered(start: int) -> list[Future[PixelArray | str]]:
            return [pool.submit(_frame, path, control) for path in paths[start : start + PIECE]]

        ahead = ordered(done)
        for start in range(done, len(paths), PIECE):
            piece, ahead = ahead, ordered(start + PIECE)
            frames = np.zeros((len(piece), FRAME_SIDE, FRAME_SIDE, 3), dtype=np.uint8)
            reasons = {}
            for number, future in enumerate(piece):
                found = future.result()
                if isinstance(found, str):
                    reasons[start + number] = found
                else:
                    frames[number] = found
            yield start, frames, reasons


def _frame(path: Path, control: RunControl) -> PixelArray | str:
    try:
        frame = load_photo(str(path), frame=True, control=control).frame
    except PhotoError as problem:
        return problem.reason
    assert frame is not None
    return frame


def _open_engine(net: MemorabilityNet, cached: Sequence[str], place: Path, device: str) -> Engine:
    branches = FrozenBranches(net, cached).eval()
    if device != "cpu":
        return TorchEngine(net=branches, device=device, features=True)
    from memapp.scoring.engines.export import export

    graph = place / "branches.onnx"
    likely = likely_tuning()
    try:
        export(branches, graph, features=True, tolerance=FEATURE_TOLERANCE)
        return OnnxEngine(graph=graph, threads=likely.threads, batch_size=likely.batch_size, features=True)
    except (DeviceError, ImportError):
        return TorchEngine(net=branches, device="cpu", features=True)
    finally:
        graph.unlink(missing_ok=True)


def _progress_of(place: Path) -> tuple[int, dict[int, str]]:
    try:
        content = read_json(place / "progress.json", most_bytes=_MOST_PROGRESS_BYTES)
        return int(content["done"]), {int(index): str(why) for index, why in content["failed"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0, {}


def _note_progress(place: Path, done: int, failed: dict[int, str]) -> None:
    write_atomically(place / "progress.json", json.dumps({"done": done, "failed": failed}), private=True)


def _key(
    paths: Sequence[Path],
    net: MemorabilityNet,
    cached: Sequence[str],
    wants_frames: bool,
    segmenter: Segmenter | None,
    mirrored: bool,
) -> str:
    """Return the hash of everything that determines the arrays' content."""
    digest = hashlib.sha256(PREPROCESSING.encode())
    for path in paths:
        try:
            status = path.stat()
            state = (status.st_size, status.st_mtime_ns)
        except OSError:
            state = (0, 0)
        digest.update(f"{path}\0{state}\0".encode(errors="surrogateescape"))
    for part in cached:
        for module in net.part(part):
            for name, value in module.state_dict().items():
                digest.update(name.encode())
                digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    name = segmenter.identity.sha256 if segmenter else ""
    digest.update(f"{list(cached)} {wants_frames} {name} {mirrored}".encode())
    return digest.hexdigest()[:32]
