"""Our ResMem equals the published one: on tensors, and on real files to the last digits."""

from __future__ import annotations

import csv
import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from memapp.core.contracts import FeatureScorer, Scorer
from memapp.core.errors import DeviceError, WeightsError
from memapp.core.likeness import FEATURES
from memapp.core.resources import resources_folder
from memapp.intake.load import load_photo
from memapp.scoring.engines.torch_engine import TorchEngine
from memapp.scoring.proof import proof_frames, prove
from memapp.scoring.resmem import ResMem, load_resmem
from memapp.scoring.resmem_net import resmem_factory
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator
from tests.intake.making import has_colours_that_the_package_ignores

PROOF_SCORES = (0.9167689, 0.8897776)
"""The published net's scores of the proof frames, computed by the `resmem` package 1.1.6 on a CPU."""


@pytest.fixture(scope="module")
def locator(tmp_path_factory: pytest.TempPathFactory) -> WeightsLocator:
    return WeightsLocator(resources=resources_folder(), home=tmp_path_factory.mktemp("weights_home"))


@pytest.fixture(scope="module")
def net(locator: WeightsLocator) -> ResMem:
    return load_resmem(locator.find(RESMEM_WEIGHTS))


@pytest.fixture(scope="module", params=["torch", "onnx"])
def scorer(request: pytest.FixtureRequest, locator: WeightsLocator, prepared_home: Path) -> Iterator[Scorer]:
    scorer = resmem_factory(weights=locator, home=prepared_home, device="cpu", engine=request.param).build(
        pytest.fail
    )
    yield scorer
    scorer.close()


def test_equal_to_the_package_on_the_same_tensor(net: ResMem) -> None:
    with warnings.catch_warnings():
        # The package's constructor uses a deprecated way to call torchvision.
        warnings.simplefilter("ignore")
        package = importlib.import_module("resmem").ResMem(pretrained=True).eval()
    batch = torch.rand(6, 3, 227, 227, generator=torch.Generator().manual_seed(4))
    with torch.inference_mode():
        difference = (package(batch)[:, 0] - net(batch)).abs().max().item()
    assert difference <= 1e-6


def test_a_score_does_not_depend_on_chance_or_on_its_batch(scorer: Scorer) -> None:
    frames = np.random.default_rng(1).integers(0, 256, (5, 227, 227, 3), dtype=np.uint8)
    together = scorer.score(frames)
    again = scorer.score(frames)
    alone = np.concatenate([scorer.score(frames[index : index + 1]) for index in range(5)])
    np.testing.assert_array_equal(together, again)
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_the_proof_frames_score_as_the_published_net_scores_them(scorer: Scorer) -> None:
    np.testing.assert_allclose(scorer.score(proof_frames()), PROOF_SCORES, atol=1e-5)


def test_the_features_come_from_the_pass_that_scores(net: ResMem, scorer: Scorer) -> None:
    assert isinstance(scorer, FeatureScorer)
    frames = proof_frames()
    scores, features = scorer.score_with_features(frames)
    np.testing.assert_array_equal(scores, scorer.score(frames))
    batch = torch.from_numpy(frames).permute(0, 3, 1, 2).float().div(255)
    with torch.inference_mode():
        alone = net.branches(batch)[1].numpy()
    assert features is not None
    assert features.shape == (2, FEATURES)
    np.testing.assert_allclose(features, alone, rtol=1e-4, atol=1e-3)


def without_profile(jpeg: bytes) -> bytes:
    """Return a JPEG without its APP2 segments, which contain the colour profile."""
    kept, position = bytearray(jpeg[:2]), 2
    while jpeg[position + 1] != 0xDA:  # start of scan
        length = 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
        if jpeg[position + 1] != 0xE2:
            kept += jpeg[position : position + length]
        position += length
    return bytes(kept) + jpeg[position:]


def reference_rows(shared_data: Path, *, with_profile: bool = False) -> list[tuple[Path, float]]:
    folder = shared_data / "photos"
    with (folder / "reference_scores.tsv").open(encoding="utf-8", newline="") as file:
        return [
            (folder / row["path"], float(row["score_upright"]))
            for row in csv.DictReader(file, delimiter="\t")
            if row["mode"] == "RGB"
            and (with_profile or row["has_icc"] == "0")
            and not has_colours_that_the_package_ignores(folder / row["path"])
        ]


def check_against_reference(rows: list[tuple[Path, float]], scorer: Scorer) -> None:
    worst = 0.0
    for start in range(0, len(rows), 16):
        part = rows[start : start + 16]
        frames = [load_photo(str(path), frame=True).frame for path, _ in part]
        scores = scorer.score(np.stack([frame for frame in frames if frame is not None]))
        for (path, expected), score in zip(part, scores, strict=True):
            assert score == pytest.approx(expected, abs=1e-5), path
            worst = max(worst, abs(float(score) - expected))
    print(f"{len(rows)} photos, largest difference {worst:.1e}")


def test_real_photos_score_as_the_package_scores_them_upright(shared_data: Path, scorer: Scorer) -> None:
    check_against_reference(reference_rows(shared_data)[::30], scorer)


def test_rotated_photos_score_as_the_package_scores_them_upright(
    shared_data: Path, tmp_path: Path, scorer: Scorer
) -> None:
    """All eight orientations, without their profile (Apple's Generic RGB), which the package ignores."""
    turned = []
    for path, expected in reference_rows(shared_data, with_profile=True):
        if path.parent.name == "exif_orientation":
            copy = tmp_path / path.name
            copy.write_bytes(without_profile(path.read_bytes()))
            turned.append((copy, expected))
    assert len(turned) == 17
    check_against_reference(turned, scorer)


@pytest.mark.breadth  # its short form is test_real_photos_score_as_the_package_scores_them_upright
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("scorer", ["onnx"], indirect=True)
def test_every_real_photo_scores_as_the_package_scores_it_upright(shared_data: Path, scorer: Scorer) -> None:
    rows = reference_rows(shared_data)
    assert len(rows) > 300
    check_against_reference(rows, scorer)


def test_a_file_with_other_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pt"
    torch.save({"weight": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="contains something else"):
        load_resmem(path)


def test_code_in_a_pickle_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "hostile.pt"
    torch.save({"weight": Path("/")}, path)
    with pytest.raises(WeightsError):
        load_resmem(path)


def test_a_device_with_wrong_scores_is_refused(net: ResMem) -> None:
    engine = TorchEngine(net=net, device="cpu")
    expected = engine.score(proof_frames())
    prove(engine, expected + 0.0005)
    with pytest.raises(DeviceError, match="computes wrong scores"):
        prove(engine, expected + 0.002)


def test_results_that_are_not_numbers_are_an_error(locator: WeightsLocator) -> None:
    broken = load_resmem(locator.find(RESMEM_WEIGHTS))
    last = broken.fc12
    assert isinstance(last, torch.nn.Linear)
    last.bias = torch.nn.Parameter(torch.tensor([float("nan")]), requires_grad=False)
    with pytest.raises(DeviceError, match="not scores"):
        TorchEngine(net=broken, device="cpu").score(proof_frames())


def test_on_the_cpu_it_uses_no_more_threads_than_it_may(net: ResMem) -> None:
    before = torch.get_num_threads()
    try:
        TorchEngine(net=net, device="cpu", threads=1)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
