"""How well and how fast everyday-13 and two real packs segment the photos with hand-made masks."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import psutil
import torch
from PIL import Image
from torchvision.models.detection import maskrcnn_resnet50_fpn_v2

from memapp.core.control import RunControl
from memapp.core.explanation import Explained, ExplainOrder, Layer, Segmentation, Segmenter
from memapp.core.records import ImageKey
from memapp.gui.overlay.overlay_drawing import draw_segmentation
from memapp.intake.load import load_photo
from memapp.pipeline.explain_run import Explainers, explain_run
from memapp.pipeline.shared_segmenter import SharedSegmenters
from memapp.scoring.explain.regions import FilledRegions
from memapp.scoring.hash_cache import HashCache
from memapp.scoring.segmentation.coco import write_coco_pack
from memapp.scoring.segmentation.description import GRAPH_NAME, read_description
from memapp.scoring.segmentation.everyday import find_networks, write_everyday_pack
from memapp.scoring.segmentation.everyday_graph import CATEGORIES
from memapp.scoring.segmentation.folders import EVERYDAY, SegmenterFolders, open_pack
from memapp.workers.supervisor import EXPLAIN_QUIET_SECONDS
from tests.benchmarks.made_photos import CAMERA_SIZE, make_photos
from tests.benchmarks.measurement import Measurement
from tests.fakes import BrightnessFactory
from tests.packs import ADE, VOC, Description, ade_description, voc_description, write_pack

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
IGNORED = 255
COCO_PHOTOS = 5
CAMERA_PHOTOS = 6

_UNKNOWABLE = frozenset({"other", "animal", "object"})
"""Left out of the mean of the named categories: the networks can't know most of them."""
_LEAST = {
    "person": 0.83,
    "vehicle": 0.77,
    "sky": 0.89,
    "plants": 0.67,
    "ground": 0.70,
    "indoor": 0.50,
    "furniture": 0.12,
    "building": 0.0,
    "water": 0.0,
    "mountain": 0.0,
    "object": 0.01,
    "animal": 0.0,
}
"""IoU, at most 0.02 below that of the objects simply laid over the scenes; 0 where too few photos have it."""


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
        found += _everyday(Path(folder))
        found += _first_overlay(Path(folder))
        found.append(_coco(Path(folder)))
    return found


def _everyday(folder: Path) -> list[Measurement]:
    """everyday-13, on the masks in its categories; its time and memory."""
    pack = folder / "segmenters" / EVERYDAY
    write_everyday_pack(find_networks(SHARED / "segmenters"), pack, control=RunControl())
    mapping = json.loads((SHARED / "segmenters" / "everyday13.json").read_text(encoding="utf-8"))
    table = np.full(256, IGNORED, np.uint8)
    for label, category in mapping["from_mask_coco130"].items():
        if category is not None:
            table[int(label)] = category
    segmenter = open_pack(pack, read_description(pack), checked=HashCache(home=folder))
    before = psutil.Process().memory_info().rss
    confusion, seconds = _compared(segmenter, "mask_coco130", table)
    more = psutil.Process().memory_info().rss - before
    segmenter.close()
    named = [index for index, name in enumerate(CATEGORIES) if name not in _UNKNOWABLE]
    each = iou_of(confusion)
    return [
        Measurement(
            "everyday-13: mean IoU of the named", float(np.mean(each[named])), "", 0.65, at_least=True
        ),
        Measurement("everyday-13: mean IoU", mean_iou(confusion), "", None),
        Measurement(
            "everyday-13: pixels right", float(np.trace(confusion) / confusion.sum()), "", 0.72, at_least=True
        ),
        *(
            Measurement(f"everyday-13: {CATEGORIES[index]}", float(each[index]), "IoU", least, at_least=True)
            for index, least in ((CATEGORIES.index(name), least) for name, least in _LEAST.items())
        ),
        Measurement("everyday-13: a photo, median", seconds, "s", 0.6),
        Measurement("everyday-13: more memory", more / 1e6, "MB", 400),
        Measurement("everyday-13: the pack", (pack / GRAPH_NAME).stat().st_size / 1e6, "MB", 12),
    ]


def _first_overlay(folder: Path) -> list[Measurement]:
    """What a person waits for after Alt+1 on photos of a camera: all but the window's own work."""
    photos = make_photos(folder / "camera", count=CAMERA_PHOTOS, size=CAMERA_SIZE)
    segmenters = SharedSegmenters(SegmenterFolders(resources=folder / "none", home=folder))
    explainers = Explainers(
        scorers=BrightnessFactory(), segmenters=segmenters, map_makers={}, region_maker=FilledRegions()
    )
    seconds = []
    for path in photos:
        status = path.stat()
        key = ImageKey(str(path), status.st_size, status.st_mtime_ns)
        order = ExplainOrder(key, frozenset({Layer.SEGMENTATION}), segmenter=EVERYDAY)
        started = time.perf_counter()
        events = list(
            explain_run(order, loader=load_photo, explainers=explainers, store=None, control=RunControl())
        )
        [part] = [each.part for each in events if isinstance(each, Explained)]
        assert isinstance(part, Segmentation)
        draw_segmentation(part, hidden=frozenset())
        seconds.append(EXPLAIN_QUIET_SECONDS + time.perf_counter() - started)
    segmenters.release()
    return [
        Measurement(
            "everyday-13: first overlay, 24 megapixels, segmenter not open yet", seconds[0], "s", 1.5
        ),
        Measurement(
            "everyday-13: overlay of the next photo, 24 megapixels, median",
            statistics.median(seconds[1:]),
            "s",
            1.5,
        ),
    ]


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
    confusion, seconds = _compared(segmenter, pack.masks, np.arange(256, dtype=np.uint8))
    return [
        Measurement(f"{pack.name}: mean IoU", mean_iou(confusion), "", pack.least_iou, at_least=True),
        Measurement(f"{pack.name}: pixels right", float(np.trace(confusion) / confusion.sum()), "", None),
        Measurement(f"{pack.name}: a photo, median", seconds, "s", 1.5),
    ]


def _compared(
    segmenter: Segmenter, masks: str, table: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.int64], float]:
    """Segment all photos with masks; return the counts of pixels and the median of the seconds.

    Args:
        segmenter: whose categories are compared.
        masks: the folder.
        table: the category of each value of a mask.
    """
    count = len(segmenter.identity.categories)
    confusion = np.zeros((count, count), np.int64)
    seconds = []
    for path in sorted((SHARED / "masks" / "images").glob("*.jpg")):
        picture = load_photo(str(path), longest_side=1024).picture
        assert picture is not None
        started = time.perf_counter()
        found = segmenter.segment(picture).labels
        seconds.append(time.perf_counter() - started)
        mask = table[np.asarray(Image.open(SHARED / "masks" / masks / f"{path.stem}.png"))]
        confusion += _confusion(mask, found, count)
    return confusion, statistics.median(seconds)


def _confusion(
    mask: npt.NDArray[np.uint8], found: npt.NDArray[np.uint8], count: int
) -> npt.NDArray[np.int64]:
    """(true, found) counts of pixels, those that the mask leaves open left out."""
    counted = mask != IGNORED
    pairs = mask[counted].astype(np.int64) * count + found[counted]
    return np.bincount(pairs, minlength=count * count).reshape(count, count)


def iou_of(confusion: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Intersection over union of each class."""
    both = np.diag(confusion)
    either = confusion.sum(axis=0) + confusion.sum(axis=1) - both
    shares: npt.NDArray[np.float64] = both / np.maximum(either, 1)
    return shares


def mean_iou(confusion: npt.NDArray[np.int64]) -> float:
    """Intersection over union, averaged over the classes that the masks hold."""
    both = np.diag(confusion)
    either = confusion.sum(axis=0) + confusion.sum(axis=1) - both
    present = confusion.sum(axis=1) > 0
    return float((both[present] / either[present]).mean())
