"""The fast net: how it is built, its accuracy, and the messages if it is not available."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from memapp.core.control import RunControl
from memapp.core.errors import DeviceError, MemappError, WeightsError
from memapp.core.records import FoundFile, Precision
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.scoring.fast import fast_net
from memapp.scoring.fast.fast_net import FastNet, fast_factory
from memapp.scoring.fast.layers import WEIGHT_LEVELS, Block, Layer, blocks, equalised, folded, integer_weights
from memapp.scoring.fast.recipe import Recipe, fast_resmem, recipe_path, shipped_recipe
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.resmem_net import RESMEM_IDENTITY, resmem_factory
from memapp.scoring.weights import WeightsLocator


def weights(home: Path) -> WeightsLocator:
    return WeightsLocator(resources=resources_folder(), home=home)


@pytest.mark.slow
@pytest.mark.weights
def test_fast_scores_are_close_to_exact_ones_and_repeatable(prepared_home: Path, shared_data: Path) -> None:
    folders = [str(shared_data / "labelled" / "images"), str(shared_data / "photos" / "scenes_azure")]
    frames = []
    for photo in find_photos(folders, control=RunControl()):
        assert isinstance(photo, FoundFile)
        digest = hashlib.sha256(Path(photo.key.path).read_bytes()).hexdigest()[:16]
        if digest not in shipped_recipe().quantised_on:
            frames.append(load_photo(photo.key.path, frame=True).frame)
    assert len(frames) >= 25
    batch = np.stack([frame for frame in frames[:25] if frame is not None])
    exact = resmem_factory(weights=weights(prepared_home), home=prepared_home, device="cpu").build(print)
    fast = fast_factory(weights=weights(prepared_home), home=prepared_home).build(print)
    true, found = exact.score(batch), fast.score(batch)
    off = np.abs(true - found)
    assert 0 < off.mean() <= 0.01
    assert off.max() <= 0.06
    ranks = [np.argsort(np.argsort(scores)).astype(np.float64) for scores in (true, found)]
    assert np.corrcoef(ranks[0], ranks[1])[0, 1] >= 0.98
    # The batch size changes nothing.
    assert fast.score(batch[:1])[0] == pytest.approx(found[0], abs=2e-3)
    assert fast.engine.engine == "onnxruntime"
    exact.close()
    fast.close()


@pytest.mark.slow
@pytest.mark.weights
def test_scoring_fast_imports_no_torch(prepared_home: Path) -> None:
    # Built in a separate process, and only once.
    fast_factory(weights=weights(prepared_home), home=prepared_home).build(print).close()
    code = (
        "import sys, pathlib; from memapp.scoring.fast.fast_net import fast_factory; "
        "from memapp.scoring.weights import WeightsLocator; home = pathlib.Path(sys.argv[1]); "
        "from memapp.core.resources import resources_folder; "
        "locator = WeightsLocator(resources=resources_folder(), home=home); "
        "fast_factory(weights=locator, home=home).build(print).close(); "
        "print({'torch', 'onnx'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(prepared_home)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_fast_net_is_another_net_than_the_exact_one() -> None:
    fast = fast_resmem()
    assert fast.precision is Precision.FAST
    assert (fast.name, fast.preprocessing) == (RESMEM_IDENTITY.name, RESMEM_IDENTITY.preprocessing)
    assert fast.sha256 != RESMEM_IDENTITY.sha256
    assert len(fast.sha256) == 64


def test_known_exact_scores_are_reused(tmp_path: Path) -> None:
    assert fast_factory(weights=weights(tmp_path), home=tmp_path).equivalent_identities() == (
        RESMEM_IDENTITY,
    )


def test_the_shipped_recipe_lists_the_photos_it_was_quantised_on() -> None:
    recipe = shipped_recipe()
    assert len(recipe.quantised_on) >= 100
    assert all(len(digest) == 16 for digest in recipe.quantised_on)
    for block in blocks():
        assert recipe.input_step(block).size > 0
        for layer in block.layers:
            assert np.all(recipe.gain(block, layer) > 0)
    assert recipe_path().stat().st_size < 1_000_000


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no more", b"\x93NUMPY"])
def test_a_damaged_recipe_is_reported(damage: bytes) -> None:
    with pytest.raises(WeightsError, match="Install memapp again"):
        Recipe(damage)


def test_folding_and_equalising_do_not_change_the_result() -> None:
    chance = np.random.default_rng(1968)
    block = Block(2, 0)
    tensors = {
        "layer2.0.conv1.weight": chance.normal(size=(5, 3, 1, 1)).astype(np.float32),
        "layer2.0.bn1.weight": chance.uniform(0.5, 2, 5).astype(np.float32),
        "layer2.0.bn1.bias": chance.normal(size=5).astype(np.float32),
        "layer2.0.bn1.running_mean": chance.normal(size=5).astype(np.float32),
        "layer2.0.bn1.running_var": chance.uniform(0.5, 2, 5).astype(np.float32),
    }
    given = chance.uniform(0, 1, 3).astype(np.float32)
    plain = tensors["layer2.0.conv1.weight"][:, :, 0, 0] @ given
    scale = tensors["layer2.0.bn1.weight"] / np.sqrt(tensors["layer2.0.bn1.running_var"] + 1e-5)
    expected = (plain - tensors["layer2.0.bn1.running_mean"]) * scale + tensors["layer2.0.bn1.bias"]
    layer = folded(tensors, block, "conv1")
    assert layer.weight[:, :, 0, 0] @ given + layer.bias == pytest.approx(expected, abs=1e-5)
    before, after = (chance.uniform(0.5, 2, count).astype(np.float32) for count in (3, 5))
    even = equalised(layer, before=before, after=after)
    found = even.weight[:, :, 0, 0] @ (given / before) + even.bias
    assert found * after == pytest.approx(expected, abs=1e-5)


def test_integer_weights_are_within_half_a_step_and_dead_channels_are_harmless() -> None:
    weight = np.random.default_rng(1968).normal(size=(6, 4, 3, 3)).astype(np.float32)
    weight[2] = 0
    weight[3] *= 1e-12
    numbers, steps = integer_weights(weight)
    assert np.abs(numbers).max() == WEIGHT_LEVELS
    assert np.all(np.abs(numbers * steps[:, None, None, None] - weight) <= steps.max() / 2 + 1e-7)
    assert steps.min() > 1e-6
    assert not numbers[2].any()
    assert isinstance(Layer(weight, steps).bias, np.ndarray)


def test_without_onnx_and_a_graph_fast_scores_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_net, "missing_package", lambda *packages: packages[0])
    registry = NetRegistry(weights=weights(tmp_path), home=tmp_path)
    assert registry.why_not_fast() == "Fast scores are not available: this memapp came without them."
    with pytest.raises(MemappError, match="came without"):
        registry.factory("resmem", precision=Precision.FAST)


def test_without_a_recipe_fast_scores_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_net, "recipe_path", lambda: tmp_path / "none")
    assert "came without them" in (FastNet(weights=weights(tmp_path), home=tmp_path).why_not() or "")


def test_other_nets_do_not_score_fast(tmp_path: Path) -> None:
    registry = NetRegistry(weights=weights(tmp_path), home=tmp_path)
    with pytest.raises(MemappError, match="Only ResMem"):
        registry.factory("m3m", precision=Precision.FAST)


def test_a_graph_of_something_else_is_refused(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    from memapp.scoring.fast.graph import write_fast_graph

    value = helper.make_tensor_value_info("frames", TensorProto.FLOAT, [1])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Relu", ["frames"], ["scores"])], "other", [value], [scores])
    onnx.save(helper.make_model(graph), str(tmp_path / "other.onnx"))
    with pytest.raises(DeviceError, match="not the file"):
        write_fast_graph(tmp_path / "other.onnx", tmp_path / "fast.onnx", shipped_recipe())
    assert not (tmp_path / "fast.onnx").exists()
