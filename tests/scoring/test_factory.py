"""The choice of the engine: what is requested, what is available, and what imports torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memapp.core.contracts import Notify
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import NetIdentity
from memapp.core.resources import resource_path, resources_folder
from memapp.doctor import examine
from memapp.intake.load import load_photo
from memapp.scoring import factory
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.export_process import export_resmem
from memapp.scoring.engines.graphs import GraphFolder
from memapp.scoring.examination import prove_engines
from memapp.scoring.factory import Choice, NetFactory
from memapp.scoring.hardware import gpus_that_may_be_here
from memapp.scoring.resmem_net import RESMEM_IDENTITY, resmem_factory
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator
from tests.fakes import BrightnessScorer
from tests.scoring.standing_in import SMALL_NET, SmallExport

no_gpu = pytest.mark.skipif(bool(gpus_that_may_be_here()), reason="this computer may have a GPU")


@pytest.fixture(scope="module")
def locator(prepared_home: Path) -> WeightsLocator:
    return WeightsLocator(resources=resources_folder(), home=prepared_home)


def sample_frames() -> np.ndarray:
    paths = sorted(
        path for path in resource_path("samples").iterdir() if path.suffix in {".jpg", ".webp", ".png"}
    )
    assert len(paths) > 8
    frames = [load_photo(str(path), frame=True).frame for path in paths]
    return np.stack([frame for frame in frames if frame is not None])


def test_both_engines_give_the_same_scores_for_real_photos(
    locator: WeightsLocator, prepared_home: Path
) -> None:
    frames = sample_frames()
    scores = {}
    for engine in ("torch", "onnx"):
        scorer = resmem_factory(weights=locator, home=prepared_home, device="cpu", engine=engine).build(
            pytest.fail
        )
        assert scorer.engine.engine == {"torch": "torch", "onnx": "onnxruntime"}[engine]
        scores[engine] = scorer.score(frames)
        scorer.close()
    np.testing.assert_allclose(scores["onnx"], scores["torch"], rtol=0, atol=1e-6)
    assert np.ptp(scores["onnx"]) > 0.1


def test_scoring_on_the_cpu_imports_no_torch(prepared_home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from memapp.core.resources import resources_folder\n"
        "from memapp.scoring.resmem_net import resmem_factory\n"
        "from memapp.scoring.weights import WeightsLocator\n"
        f"home = Path({str(prepared_home)!r})\n"
        "weights = WeightsLocator(resources=resources_folder(), home=home)\n"
        "scorer = resmem_factory(weights=weights, home=home, device='cpu').build(sys.exit)\n"
        "print(scorer.engine.engine, len(scorer.score(np.zeros((1, 227, 227, 3), np.uint8))))\n"
        "print(sorted({'torch', 'torchvision', 'onnx', 'resmem', 'PySide6'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["onnxruntime 1", "[]"]
    assert done.stderr == ""


@no_gpu
def test_without_a_gpu_auto_is_onnxruntime(locator: WeightsLocator, prepared_home: Path) -> None:
    scorer = resmem_factory(weights=locator, home=prepared_home, batch_size=3).build(pytest.fail)
    assert (scorer.engine.engine, scorer.engine.device, scorer.engine.note) == ("onnxruntime", "cpu", None)
    assert scorer.batch_size == 3
    scorer.close()


@no_gpu
def test_a_missing_device_is_replaced_by_the_cpu_with_a_note(
    locator: WeightsLocator, prepared_home: Path
) -> None:
    said: list[str] = []
    scorer = resmem_factory(weights=locator, home=prepared_home, device="cuda").build(said.append)
    assert (scorer.engine.engine, scorer.engine.device) == ("onnxruntime", "cpu")
    assert [scorer.engine.note] == said
    assert "No NVIDIA GPU was found" in said[0]
    scorer.close()


def test_a_gpu_for_onnxruntime_is_refused_with_a_note(locator: WeightsLocator, prepared_home: Path) -> None:
    said: list[str] = []
    factory = resmem_factory(weights=locator, home=prepared_home, device="cuda", engine="onnx")
    scorer = factory.build(said.append)
    assert scorer.engine.engine == "onnxruntime"
    assert said == [scorer.engine.note]
    assert "on the processor only" in said[0]
    scorer.close()


def test_the_examination_proves_the_engines_of_the_cpu_first(
    locator: WeightsLocator, prepared_home: Path
) -> None:
    proofs = list(prove_engines(locator, prepared_home))
    assert [(proof.engine, proof.device) for proof in proofs] == [
        ("onnx", "cpu"),
        ("torch", "cpu"),
        ("torch", "cuda"),
        ("torch", "mps"),
    ]
    assert [proof.works for proof in proofs[:2]] == [True, True]
    assert "works" in proofs[0].text


def test_the_doctor_says_when_the_net_is_not_prepared_yet(locator: WeightsLocator, tmp_path: Path) -> None:
    findings = list(examine(weights=locator, home=tmp_path))
    texts = {finding.subject: finding.text for finding in findings}
    assert texts["onnxruntime"][0].isdigit()
    assert texts["onnx on cpu"] == "the net will be prepared at the first run"
    assert not any(finding.stops_scoring for finding in findings)
    assert not (tmp_path / "engines").exists()


@pytest.mark.slow
def test_a_net_is_exported_identically_each_time(tmp_path: Path) -> None:
    """What two programs prepare at the same time may replace each other."""
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"weights")
    graphs = [
        GraphFolder(home=tmp_path / home, export=SmallExport()).prepare(SMALL_NET, weights, print)
        for home in ("one", "other")
    ]
    assert graphs[0].path.read_bytes() == graphs[1].path.read_bytes()


@pytest.mark.breadth  # its short form is test_a_net_is_exported_identically_each_time
def test_resmem_is_exported_identically_each_time(
    locator: WeightsLocator, prepared_home: Path, tmp_path: Path
) -> None:
    prepared = GraphFolder(home=prepared_home, export=export_resmem).find(RESMEM_IDENTITY)
    assert prepared is not None
    again = GraphFolder(home=tmp_path, export=export_resmem).prepare(
        RESMEM_IDENTITY, locator.find(RESMEM_WEIGHTS), print
    )
    assert again.path.read_bytes() == prepared.path.read_bytes()


class FakeNet:
    """A net on engines that cost nothing. Implements factory.ScorableNet."""

    labelled = False

    def __init__(self, *, on_gpu: bool = True) -> None:
        self.on_gpu = on_gpu
        self.finished: list[Engine] = []

    def identity(self) -> NetIdentity:
        return RESMEM_IDENTITY

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        return ()

    def runs_on_gpu(self) -> bool:
        return self.on_gpu

    def load(self) -> Any:
        raise AssertionError("open_gpu loads it")

    def open_cpu(self, choice: Choice, notify: Notify) -> tuple[Engine, str | None]:
        return BrightnessScorer(), "It is slow today."

    def finish(self, engine: Engine) -> Engine:
        self.finished.append(engine)
        return engine


@no_gpu
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        # As cuInit's 999 reaches torch.
        (
            "Unexpected error from cudaGetDeviceCount(). Error 999: unknown error\nmore",
            "Error 999: unknown error.",
        ),
        (None, "driver"),
    ],
)
def test_the_drivers_own_words_are_passed_on(
    monkeypatch: pytest.MonkeyPatch, fault: str | None, words: str
) -> None:
    """Of half a GPU: its traces are there, and it can't be used."""
    if fault is not None:

        def init() -> None:
            raise RuntimeError(fault)

        monkeypatch.setattr(torch.cuda, "init", init)
    elif not torch.backends.cuda.is_built():  # type: ignore[no-untyped-call]
        pytest.skip("this build of torch knows no driver")
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
    monkeypatch.setattr(factory, "gpus_that_may_be_here", lambda: ("cuda",))
    said: list[str] = []
    NetFactory(FakeNet(), Choice(device="cuda")).build(said.append)
    assert "The driver says: " in said[0]
    assert words in said[0]
    assert "more" not in said[0]
    assert said[0].endswith("Scoring continues on the processor (CPU).")


@pytest.fixture
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> list[BrightnessScorer | Exception]:
    """Make a computer with an NVIDIA GPU; the list holds the engine that it gives, or its fault."""
    gives: list[BrightnessScorer | Exception] = []

    def open_gpu(_net: object, device: str) -> BrightnessScorer:
        assert device == "cuda"
        if isinstance(gives[0], Exception):
            raise gives[0]
        return gives[0]

    monkeypatch.setattr(factory, "gpus_that_may_be_here", lambda: ("cuda",))
    monkeypatch.setattr(factory, "open_gpu", open_gpu)
    return gives


def test_any_net_uses_the_gpu_and_the_cpu_after_it(one_gpu: list[BrightnessScorer | Exception]) -> None:
    gpu, net = BrightnessScorer(fail_after=1), FakeNet()
    one_gpu.append(gpu)
    scorer = NetFactory(net, Choice(batch_size=3)).build(pytest.fail)
    assert net.finished == [gpu]
    assert scorer.batch_size == gpu.batch_size == 3


@pytest.mark.parametrize(
    "problem", [DeviceError("It computes nonsense."), OutOfDeviceMemoryError("It is full.")]
)
def test_any_net_whose_gpu_fails_is_scored_by_the_cpu_with_a_note(
    one_gpu: list[BrightnessScorer | Exception], problem: Exception
) -> None:
    one_gpu.append(problem)
    said: list[str] = []
    net = FakeNet()
    scorer = NetFactory(net, Choice()).build(said.append)
    assert said == [f"{problem} Scoring continues on the processor (CPU)."]
    assert scorer.engine.note == f"{said[0]} It is slow today."
    assert len(net.finished) == 1


def test_a_net_for_the_cpu_never_asks_for_a_gpu(one_gpu: list[BrightnessScorer | Exception]) -> None:
    scorer = NetFactory(FakeNet(on_gpu=False), Choice(device="cuda")).build(pytest.fail)
    assert scorer.engine.note == "It is slow today."
    assert one_gpu == []
