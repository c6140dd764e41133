"""How well and how fast the two real packs segment the photos with hand-made masks."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torchvision.models.detection import maskrcnn_resnet50_fpn_v2

from memapp.core.control import RunControl
from memapp.core.explanation import Segmenter
from memapp.intake.load import load_photo
from memapp.scoring.hash_cache import HashCache
from memapp.scoring.segmentation.coco import write_coco_pack
from memapp.scoring.segmentation.description import read_description
from memapp.scoring.segmentation.folders import SegmenterFolders, open_pack
from tests.benchmarks.measurement import Measurement
from tests.packs import ADE, VOC, Description, ade_description, voc_description, write_pack

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
IGNORED = 255
COCO_PHOTOS = 5


class _Pack(NamedTuple):
    name: str
    masks: str
    describe: Callable[[Path], Description]
    least_iou: float


_PACKS = (
    _Pack(VOC, "mask_voc21", lambda graph: voc_description(graph, grouped=False), 0.4),
    _Pack(ADE, "mask_ade32", ade_description, 0.15),
)


def run() -> list[Measurement]:
    """Measure on all photos with masks; limits leave room for so few photos."""
    found: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="memapp-segmentation-") as folder:
        for pack in _PACKS:
            graph = SHARED / "segmenters" / f"{pack.name}.onnx"
            write_pack(Path(folder) / "segmenters" / pack.name, graph, pack.describe(graph))
            packs = SegmenterFolders(resources=Path(folder) / "none", home=Path(folder))
            segmenter = packs.open(pack.name)
            found += _measure(pack, segmenter)
            segmenter.close()
        found.append(_coco(Path(folder)))
    return found


def _coco(folder: Path) -> Measurement:
    """The seconds of coco-13, without its published weights: random ones find a hundred things, the most."""
    weights, pack = folder / "weights.pth", folder / "coco-13"
    torch.manual_seed(3)
    torch.save(maskrcnn_resnet50_fpn_v2(weights=None, weights_backbone=None).state_dict(), weights)
    write_coco_pack(weights, pack, source="random", control=RunControl())
    segmenter = open_pack(pack, read_description(pack), checked=HashCache(home=folder))
    seconds = []
    things = 0
    for path in sorted((SHARED / "masks" / "images").glob("*.jpg"))[:COCO_PHOTOS]:
        picture = load_photo(str(path), longest_side=1024).picture
        assert picture is not None
        started = time.perf_counter()
        things = max(things, len(segmenter.segment(picture).instances))
        seconds.append(time.perf_counter() - started)
    segmenter.close()
    return Measurement(
        f"coco-13: a photo, {things} things at most, median", statistics.median(seconds), "s", 8.0
    )


def _measure(pack: _Pack, segmenter: Segmenter) -> list[Measurement]:
    count = len(segmenter.identity.categories)
    confusion = np.zeros((count, count), np.int64)
    seconds = []
    for path in sorted((SHARED / "masks" / "images").glob("*.jpg")):
        picture = load_photo(str(path), longest_side=1024).picture
        assert picture is not None
        started = time.perf_counter()
        found = segmenter.segment(picture).labels
        seconds.append(time.perf_counter() - started)
        mask = np.asarray(Image.open(SHARED / "masks" / pack.masks / f"{path.stem}.png"))
        confusion += _confusion(mask, found, count)
    return [
        Measurement(f"{pack.name}: mean IoU", mean_iou(confusion), "", pack.least_iou, at_least=True),
        Measurement(f"{pack.name}: pixels right", float(np.trace(confusion) / confusion.sum()), "", None),
        Measurement(f"{pack.name}: a photo, median", statistics.median(seconds), "s", 1.5),
    ]


def _confusion(
    mask: npt.NDArray[np.uint8], found: npt.NDArray[np.uint8], count: int
) -> npt.NDArray[np.int64]:
    """(true, found) counts of pixels, those that the mask leaves open left out."""
    counted = mask != IGNORED
    pairs = mask[counted].astype(np.int64) * count + found[counted]
    return np.bincount(pairs, minlength=count * count).reshape(count, count)


def mean_iou(confusion: npt.NDArray[np.int64]) -> float:
    """Intersection over union, averaged over the classes that the masks hold."""
    both = np.diag(confusion)
    either = confusion.sum(axis=0) + confusion.sum(axis=1) - both
    present = confusion.sum(axis=1) > 0
    return float((both[present] / either[present]).mean())
