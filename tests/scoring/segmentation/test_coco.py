"""coco-13, made from random weights of the right shapes: the graph finds what torch finds, at any size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, SegmenterError
from memapp.core.explanation import Segmenter, SegmenterIdentity
from memapp.scoring.hash_cache import HashCache
from memapp.scoring.partial_download import Published
from memapp.scoring.segmentation import coco
from memapp.scoring.segmentation.coco import (
    CLASS_SLOTS,
    SUPER_CATEGORIES,
    WEIGHTS_BYTES,
    coco_description,
    fetch_coco,
    make_coco,
    published_weights,
    write_coco_pack,
)
from memapp.scoring.segmentation.colours import least_distance
from memapp.scoring.segmentation.description import read_description
from memapp.scoring.segmentation.folders import SegmenterFolders, open_pack
from memapp.scoring.segmentation.instances import paste
from tests.scoring.loopback_server import Way, serving

QUICK: dict[str, Any] = {
    "min_size": 160,
    "max_size": 320,
    "box_score_thresh": 0.0,
    "box_detections_per_img": 12,
    "rpn_pre_nms_top_n_test": 100,
    "rpn_post_nms_top_n_test": 50,
}
"""The same net with less work."""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file like the published one, with random weights."""
    from torchvision.models.detection import maskrcnn_resnet50_fpn_v2

    torch.manual_seed(3)
    path = tmp_path_factory.mktemp("weights") / "weights.pth"
    torch.save(maskrcnn_resnet50_fpn_v2(weights=None, weights_backbone=None).state_dict(), path)
    return path


class Fetched(NamedTuple):
    """A pack that was fetched, and what the download said."""

    home: Path
    folders: SegmenterFolders
    identity: SegmenterIdentity
    said: list[str]
    requests: int


@pytest.fixture(scope="module")
def fetched(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Fetched:
    """Return the pack of the quick net, downloaded over a connection that breaks once."""
    home = tmp_path_factory.mktemp("home")
    folders = SegmenterFolders(resources=home / "none", home=home)
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch, serving(weights.read_bytes()) as server:
        patch.setenv("no_proxy", "*")
        patch.setattr(coco, "NET_OPTIONS", QUICK)
        # Random weights are never sure.
        patch.setattr(coco, "LEAST_CONFIDENCE", 0.0)
        server.ways = [Way(stop_after=1_000_000)]
        identity = fetch_coco(
            folders,
            published=published(weights, server.address),
            home=home,
            control=RunControl(),
            progress=lambda _done, _total: None,
            say=said.append,
        )
        return Fetched(home, folders, identity, said, len(server.requests))


@pytest.fixture
def segmenter(fetched: Fetched, tmp_path: Path) -> Iterator[Segmenter]:
    pack = fetched.folders.packs()[0].folder
    segmenter = open_pack(pack, read_description(pack), checked=HashCache(home=tmp_path))
    yield segmenter
    segmenter.close()


def published(weights: Path, address: str) -> Published:
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return Published("The COCO segmenter", address, "net.pth", digest, weights.stat().st_size)


def test_the_categories_are_cocos() -> None:
    assert len(SUPER_CATEGORIES) == 12
    assert sum(map(len, SUPER_CATEGORIES.values())) == 80
    assert [CLASS_SLOTS[index] for index in (1, 11, 13, 90)] == [
        *("person", "fire hydrant", "stop sign", "toothbrush"),
    ]
    description = coco_description("0" * 64, source="")
    colours = [category["colour"] for category in description["categories"]]
    rgb = [(int(c[1:3], 16), int(c[3:5], 16), int(c[5:7], 16)) for c in colours]
    assert len(rgb) == 13
    assert least_distance(rgb) > 0.07


@pytest.mark.slow
def test_torchvision_describes_the_download() -> None:
    weights = published_weights(RunControl())
    assert weights.address.startswith("https://")
    assert weights.file_name.endswith(f"-{weights.sha256[:8]}.pth")
    assert weights.likely_size == pytest.approx(WEIGHTS_BYTES, rel=0.001)


@pytest.mark.slow
@pytest.mark.parametrize(("height", "width"), [(300, 400), (397, 211), (150, 700)])
def test_the_pack_finds_what_torch_finds(
    segmenter: Segmenter, weights: Path, height: int, width: int
) -> None:
    from torchvision.models.detection import maskrcnn_resnet50_fpn_v2
    from torchvision.models.detection.transform import resize_boxes

    picture = np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)
    net = maskrcnn_resnet50_fpn_v2(weights=None, weights_backbone=None, **QUICK).eval()
    net.load_state_dict(torch.load(weights, weights_only=True))
    # Random masks are close to 0.5 everywhere, so they can only be compared before they are enlarged.
    net.transform.postprocess = lambda found, inner, _outer: [
        {**found[0], "boxes": resize_boxes(found[0]["boxes"], inner[0], (height, width))}
    ]
    with torch.inference_mode():
        [expected] = net([torch.from_numpy(picture).permute(2, 0, 1).float().div(255)])
    found = segmenter.segment(picture)
    assert found.labels.shape == (height, width)
    # Instances with an unused index, and masks without a pixel, are left out.
    things = []
    for box, index, confidence, mask in zip(
        *(expected[name].numpy() for name in ("boxes", "labels", "scores", "masks")), strict=True
    ):
        pasted = paste(mask[0], tuple(box.tolist()), height, width, 0.5)
        if CLASS_SLOTS[index] and pasted.any():
            things.append((CLASS_SLOTS[index], confidence, pasted))
    assert things
    assert [thing.name for thing in found.instances] == [name for name, _, _ in things]
    for thing, (_, confidence, mask) in zip(found.instances, things, strict=True):
        assert thing.confidence == pytest.approx(float(confidence), abs=1e-4)
        assert (mask == thing.mask).mean() > 0.999
    first = found.instances[0]
    assert (found.labels[first.mask] == first.category).all()


@pytest.mark.slow
def test_weights_are_downloaded_made_into_a_pack_and_installed(fetched: Fetched) -> None:
    assert fetched.requests == 2
    assert fetched.folders.installed() == (fetched.identity,)
    assert fetched.identity.name == "coco-13"
    assert len(fetched.identity.categories) == 13
    assert fetched.said
    # The download itself is not kept.
    assert list((fetched.home / "weights").iterdir()) == []


@pytest.mark.slow
def test_weights_of_another_net_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(3)}, other)
    with pytest.raises(SegmenterError, match=r"other\.pth does not contain the weights of this net"):
        write_coco_pack(other, tmp_path / "pack", source="", control=RunControl())
    assert not (tmp_path / "pack").exists()


def test_another_file_is_refused_by_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "holiday.pth"
    file.write_bytes(b"no weights")
    folders = SegmenterFolders(resources=tmp_path / "none", home=tmp_path)
    wanted = Published("The COCO segmenter", "https://example.org/net.pth", "net.pth", "0" * 64, 1)
    with pytest.raises(SegmenterError, match="is not the published file"):
        make_coco(folders, file, published=wanted, control=RunControl(), say=print)
    assert folders.packs() == ()


def test_making_it_can_be_cancelled(tmp_path: Path) -> None:
    control = RunControl()
    control.cancel()
    with pytest.raises(Cancelled):
        write_coco_pack(tmp_path / "none.pth", tmp_path / "pack", source="", control=control)
    assert not (tmp_path / "pack").exists()
