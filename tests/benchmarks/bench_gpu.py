"""An NVIDIA GPU: what its scores differ by, and photos a second. Measures nothing where there is none."""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt
import torch

from memapp.core.contracts import Notify, Scorer
from memapp.core.control import RunControl
from memapp.core.events import Scored
from memapp.core.machine import usable_cores
from memapp.core.records import NetIdentity, PixelArray
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.scoring.engines.torch_engine import TorchEngine
from memapp.scoring.factory import Choice, NetFactory, ScorableNet, open_gpu, open_torch_cpu
from memapp.scoring.proof import DEVICE_TOLERANCE
from memapp.scoring.resmem_net import ResMemNet
from memapp.scoring.weights import WeightsLocator
from memapp.store.home import home_folder
from memapp.store.scores import SqliteScoreStore
from memapp.store.thumbnails import ThumbnailStore
from tests.benchmarks.made_photos import CAMERA_SIZE, SCREEN_SIZE, make_photos
from tests.benchmarks.measurement import Measurement, photos_wanted, seconds_of

PHOTOS = 1024
ROUNDS = 5
_ONE_BY_ONE = 64
_BATCHES = (16, 64, 256)
_CAMERA_PHOTOS = 12
"""Per core."""
_SIZES = {"1600 x 1067": SCREEN_SIZE, "24 megapixels": CAMERA_SIZE}


def run(net: ScorableNet | None = None) -> list[Measurement]:
    """Measure a net, published ResMem by default, in turns; medians of rounds."""
    if not torch.cuda.is_available():
        print("No NVIDIA GPU that torch can use is here: nothing is measured.")
        return []
    if net is None:
        weights = WeightsLocator(resources=resources_folder(), home=home_folder())
        net = ResMemNet(weights=weights, home=home_folder())
    print(f"  {torch.cuda.get_device_name()}, torch {torch.__version__}, {usable_cores()} cores", flush=True)
    measured: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="memapp-gpu-") as name:
        folder = Path(name)
        photos = make_photos(folder / "1600 x 1067", count=photos_wanted(PHOTOS))
        frames = np.stack([_frame(path) for path in photos])
        measured += _differences(net, frames[:320])
        measured += _rates(net, frames)
        make_photos(
            folder / "24 megapixels",
            count=min(len(photos), _CAMERA_PHOTOS * usable_cores()),
            size=CAMERA_SIZE,
        )
        for size in _SIZES:
            measured += _files(net, folder, size)
    return measured


def _differences(net: ScorableNet, frames: PixelArray) -> list[Measurement]:
    cpu = open_torch_cpu(net)
    expected = _scores(cpu, frames)
    cpu.close()
    started = time.perf_counter()
    gpu = open_gpu(net, "cuda")
    seconds = time.perf_counter() - started
    assert isinstance(gpu, TorchEngine)
    measured = [
        Measurement("load the net and prove the GPU", seconds, "s", None),
        Measurement("16 bits verified", float(gpu.half), "yes=1", None),
        Measurement("spread of the CPU's scores (standard deviation)", float(expected.std()), "", None),
    ]
    for half, bits in ((True, "16 bits"), (False, "32 bits")):
        gpu.half = half
        off = np.abs(_scores(gpu, frames) - expected)
        measured += [
            Measurement(f"GPU and CPU, {bits}: mean difference", float(off.mean()), "", None),
            Measurement(f"GPU and CPU, {bits}: largest", float(off.max()), "", DEVICE_TOLERANCE),
        ]
    gpu.close()
    return measured


def _rates(net: ScorableNet, frames: PixelArray) -> list[Measurement]:
    engine = TorchEngine(net=net.load(), device="cuda", half=True)
    loop = net.load().to("cuda")

    def one_by_one() -> None:
        # As the package's README does it.
        with torch.inference_mode():
            for frame in frames[:_ONE_BY_ONE]:
                batch = torch.from_numpy(frame).permute(2, 0, 1)[None].float().div(255).to("cuda")
                float(loop(batch))

    rates: dict[str, list[float]] = {"16 bits": [], "32 bits": [], "one by one": []}
    for number in range(ROUNDS + 1):
        for name, half in (("16 bits", True), ("32 bits", False)):
            engine.half = half
            seconds = seconds_of(lambda: _scores(engine, frames))
            # The first round is a warm-up.
            rates[name] += [len(frames) / seconds] if number else []
        seconds = seconds_of(one_by_one)
        rates["one by one"] += [_ONE_BY_ONE / seconds] if number else []
    measured = [Measurement(f"frames, {name}", median(each), "1/s", None) for name, each in rates.items()]
    ratios = np.array(rates["16 bits"]) / np.array(rates["one by one"])
    measured.append(Measurement("16 bits over the package's README loop", median(ratios), "x", None))
    loop.to("cpu")
    torch.cuda.empty_cache()
    engine.half = True
    for size in _BATCHES:
        engine.batch_size = size
        torch.cuda.reset_peak_memory_stats()
        _scores(engine, frames)
        seconds = median(seconds_of(lambda: _scores(engine, frames)) for _ in range(3))
        peak = torch.cuda.max_memory_allocated() / 1e6
        measured += [
            Measurement(f"frames, 16 bits, batch {size}", len(frames) / seconds, "1/s", None),
            Measurement(f"GPU memory, batch {size}", peak, "MB", None),
        ]
    engine.close()
    return measured


def _files(net: ScorableNet, folder: Path, size: str) -> list[Measurement]:
    photos = sorted((folder / size).iterdir())
    work = photos[:64]
    one_core = len(work[:8]) / seconds_of(lambda: [_frame(path) for path in work[:8]])
    with ThreadPoolExecutor(usable_cores()) as pool:
        all_cores = len(work) / seconds_of(lambda: list(pool.map(_frame, work)))
    measured = [
        Measurement(f"{size}: decode, one core", one_core, "1/s", None),
        Measurement(f"{size}: decode, all cores", all_cores, "1/s", None),
    ]
    for device in ("cuda", "cpu"):
        home = folder / f"{size} {device}"
        scorers = _Loaded(NetFactory(net, Choice(device=device, engine="torch")))
        # The CPU has time for a part of them only.
        some = photos if device == "cuda" else photos[: len(photos) // 4]
        started = time.perf_counter()
        scored = 0
        for event in score_run(
            [str(path) for path in some],
            finder=find_photos,
            loader=load_photo,
            scorers=scorers,
            open_store=lambda home=home: SqliteScoreStore(home=home),  # type: ignore[misc]
            control=RunControl(),
            thumbnails=ThumbnailCache(ThumbnailStore(home=home)),
        ):
            if isinstance(event, Scored):
                scored += len(event.photos)
        rate = scored / (time.perf_counter() - started)
        assert scored == len(some)
        assert scorers.device == device
        measured.append(Measurement(f"{size}: files to scores, {device}", rate, "1/s", None))
    return measured


class _Loaded:
    """A net that is loaded already, so that no photo is decoded before the clock runs. A ScorerFactory."""

    def __init__(self, factory: NetFactory) -> None:
        self._factory = factory
        self._scorer = factory.build(print)
        self.device = self._scorer.engine.device

    def identity(self) -> NetIdentity:
        return self._factory.identity()

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        return self._factory.equivalent_identities()

    def build(self, notify: Notify) -> Scorer:
        return self._scorer


def _frame(path: Path) -> PixelArray:
    frame = load_photo(str(path), frame=True).frame
    assert frame is not None
    return frame


def _scores(engine: object, frames: PixelArray) -> npt.NDArray[np.float32]:
    assert isinstance(engine, TorchEngine)
    size = engine.batch_size
    return np.concatenate(
        [engine.score(frames[first : first + size]) for first in range(0, len(frames), size)]
    )
