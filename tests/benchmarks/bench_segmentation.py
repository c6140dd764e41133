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
from PIL import Image

from memapp.core.explanation import Segmenter
from memapp.intake.load import load_photo
from memapp.scoring.segmentation.folders import SegmenterFolders
from tests.benchmarks.measurement import Measurement
from tests.packs import ADE, VOC, Description, ade_description, voc_description, write_pack

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
IGNORED = 255


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
    return found


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
