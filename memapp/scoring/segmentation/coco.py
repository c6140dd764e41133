"""coco-13: torchvision's Mask R-CNN with its published weights, made into a pack on the user's computer.

Does not import torch: code that needs it runs in a separate process.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.core.explanation import SegmenterIdentity
from memapp.core.text import tr
from memapp.scoring.child_process import ChildError, missing_package, run_in_child
from memapp.scoring.partial_download import Published, is_published
from memapp.scoring.segmentation.colours import LEFT_OVER, distinct_colours
from memapp.scoring.segmentation.description import DESCRIPTION_NAME, FORMAT, GRAPH_NAME
from memapp.scoring.segmentation.folders import COCO, SegmenterFolders

if TYPE_CHECKING:
    from memapp.scoring.fetching import BytesProgress

WEIGHTS_FOLDER = "weights"
"""In MEMAPP_HOME, for the download; deleted once the pack is installed."""

SUPER_CATEGORIES: dict[str, tuple[str, ...]] = {
    "person": ("person",),
    "vehicle": ("bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"),
    "outdoor": ("traffic light", "fire hydrant", "stop sign", "parking meter", "bench"),
    "animal": (*("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),),
    "accessory": ("backpack", "umbrella", "handbag", "tie", "suitcase"),
    "sports": (
        *("frisbee", "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove"),
        *("skateboard", "surfboard", "tennis racket"),
    ),
    "kitchen": ("bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl"),
    "food": (
        *("banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut"),
        "cake",
    ),
    "furniture": ("chair", "couch", "potted plant", "bed", "dining table", "toilet"),
    "electronic": ("tv", "laptop", "mouse", "remote", "keyboard", "cell phone"),
    "appliance": ("microwave", "oven", "toaster", "sink", "refrigerator"),
    "indoor": ("book", "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush"),
}
"""COCO's own, with their 80 classes (Lin et al. 2014, "Microsoft COCO", and its annotations' categories)."""

BACKGROUND = "background"
LONGEST_SIDE = 1024
LEAST_CONFIDENCE = 0.5
"""Less confident instances are of no use to people; dropping them in the graph saves their masks' time."""

NET_OPTIONS: dict[str, Any] = {"box_score_thresh": LEAST_CONFIDENCE}
"""For torchvision's net, where they differ from its defaults."""

WEIGHTS_BYTES = 185_827_590
"""Approximate size of the download, to show it before torchvision is asked (its metadata: 177.219 MiB)."""

WEIGHTS_SHA256 = "73cbd0190fcbe3ba339921fbce2c3a0b6bb9126c9a133c85e43a2a8e060a109e"
"""Of maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth; its publisher states the first eight digits, in its name."""

_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.pth")

Say = Callable[[str], None]


def published_weights(control: RunControl) -> Published:
    """Return torchvision's facts about the weights; takes some seconds, because it imports torch.

    Raises:
        SegmenterError: torch or torchvision is not installed.
        Cancelled: control was cancelled.
    """
    address, size, classes = _with_torch("published_weights", control=control)
    file_name = urlsplit(address).path.rpartition("/")[2]
    hash_start = _HASH_IN_NAME.search(file_name)
    sha256 = WEIGHTS_SHA256 if hash_start and WEIGHTS_SHA256.startswith(hash_start[1]) else None
    if sha256 is None or not address.startswith("https://") or not _known(classes):
        raise SegmenterError(
            tr(
                "The file that torchvision offers is not the one that memapp knows. A newer "
                "memapp may know it.",
            )
        )
    return Published(
        title="The COCO segmenter",
        address=address,
        file_name=file_name,
        sha256=sha256,
        likely_size=round(size),
    )


def can_be_made() -> bool:
    """Return whether this installation can make the pack, without importing anything."""
    return missing_package(*_MADE_WITH) is None


def fetch_published(
    folders: SegmenterFolders, *, home: Path, control: RunControl, progress: BytesProgress, say: Say
) -> SegmenterIdentity:
    """Download coco-13 and install it, after the user was told its size. See fetch_coco()."""
    published = published_weights(control)
    return fetch_coco(folders, published=published, home=home, control=control, progress=progress, say=say)


def install_file(
    folders: SegmenterFolders, source: Path, *, control: RunControl, progress: BytesProgress, say: Say
) -> SegmenterIdentity:
    """Install from a file or folder of the user: a pack's folder, a zip of one, or coco-13's weights (.pth).

    Raises:
        SegmenterError: it is refused, or the pack can't be made or installed.
        Cancelled: nothing was changed.
    """
    if source.suffix.lower() == ".pth" and source.is_file():
        return make_coco(folders, source, published=published_weights(control), control=control, say=say)
    return folders.install(source, control=control, progress=progress)


def fetch_coco(
    folders: SegmenterFolders,
    *,
    published: Published,
    home: Path,
    control: RunControl,
    progress: BytesProgress,
    say: Say,
) -> SegmenterIdentity:
    """Download the weights and make the pack from them. Only on a user's request, after showing the size.

    Args:
        folders: where it is installed.
        published: the weights, from published_weights().
        home: MEMAPP_HOME.
        control: cancels it; the downloaded part is kept for the next time.
        progress: called with the downloaded bytes.
        say: called with a sentence about the slow step that begins.

    Raises:
        FetchError: the weights can't be downloaded.
        SegmenterError: the pack can't be made or installed.
        Cancelled: control was cancelled.
    """
    # The window needs no network before its first paint.
    from memapp.scoring.fetching import fetch

    weights = fetch(published, home / WEIGHTS_FOLDER, control=control, progress=progress)
    identity = make_coco(folders, weights, published=published, control=control, say=say)
    # The pack contains everything that they contain.
    weights.unlink(missing_ok=True)
    return identity


def make_coco(
    folders: SegmenterFolders, weights: Path, *, published: Published, control: RunControl, say: Say
) -> SegmenterIdentity:
    """Make the pack from a file of the published weights and install it; works without a network.

    Raises:
        SegmenterError: the file is not the published one, or the pack can't be made or installed.
        Cancelled: control was cancelled.
    """
    try:
        if not is_published(weights, published):
            raise SegmenterError(
                tr(
                    "{name} is not the published file, or it is incomplete: its sha256 is "
                    "not {sha256}. Download it again from {address}",
                    name=weights.name,
                    sha256=published.sha256,
                    address=published.address,
                )
            )
        with tempfile.TemporaryDirectory(prefix="memapp-coco-") as made:
            pack = Path(made) / COCO
            say(tr("Making the object finder coco-13. This takes about a minute."))
            write_coco_pack(weights, pack, source=published.address, control=control)
            return folders.install(pack, control=control)
    except OSError as problem:
        raise SegmenterError(
            tr(
                "The object finder coco-13 can't be made: {file} ({problem}).",
                file=problem.filename or weights,
                problem=problem.strerror or problem,
            )
        ) from problem


def write_coco_pack(weights: Path, pack: Path, *, source: str, control: RunControl) -> None:
    """Write the pack's folder; also used by the installer's build.

    Args:
        weights: a state dict of torchvision's maskrcnn_resnet50_fpn_v2.
        pack: the folder, which must not exist.
        source: where the weights came from.
        control: cancels it; nothing is left then.

    Raises:
        SegmenterError: torch is not installed, or the export failed.
        OSError: a file can't be written.
        Cancelled: control was cancelled.
    """
    pack.mkdir(parents=True)
    try:
        graph = pack / GRAPH_NAME
        _with_torch("export_coco", weights, graph, NET_OPTIONS, control=control)
        with graph.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        description = coco_description(sha256, source=source)
        (pack / DESCRIPTION_NAME).write_text(json.dumps(description, indent=1), encoding="utf-8")
    except BaseException:
        shutil.rmtree(pack, ignore_errors=True)
        raise


def coco_description(sha256: str, *, source: str) -> dict[str, Any]:
    """Return coco-13's segmenter.json for a graph with this hash."""
    category_of = {name: category for category, names in SUPER_CATEGORIES.items() for name in names}
    colours = (LEFT_OVER, *distinct_colours(len(SUPER_CATEGORIES)))
    categories = (BACKGROUND, *SUPER_CATEGORIES)
    return {
        "format": FORMAT,
        "name": COCO,
        "title": "COCO, 12 kinds of things",
        "licence": "BSD-3-Clause (torchvision and its weights)",
        "source": source,
        "sha256": sha256,
        "input": {
            "fit": "free",
            "longest_side": LONGEST_SIDE,
            "layout": "HWC",
            "channels": "RGB",
            "type": "uint8",
        },
        "output": {
            "kind": "instances",
            "boxes": "boxes",
            "classes": "classes",
            "confidences": "confidences",
            "masks": "masks",
            "masks_cover": "box",
            "least_confidence": LEAST_CONFIDENCE,
        },
        "classes": [
            {"name": name, "category": category_of[name]} if name in category_of else None
            for name in CLASS_SLOTS
        ],
        "categories": [
            {"name": name, "colour": "#{:02x}{:02x}{:02x}".format(*colour)}
            for name, colour in zip(categories, colours, strict=True)
        ],
    }


CLASS_SLOTS: tuple[str | None, ...]
"""The net's 91 indices: COCO's own numbers; eleven are unused."""

_MADE_WITH = ("torch", "torchvision", "onnx")

_UNUSED = {0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83}


def _slots() -> tuple[str | None, ...]:
    names = iter(name for names in SUPER_CATEGORIES.values() for name in names)
    return tuple(None if index in _UNUSED else next(names) for index in range(91))


CLASS_SLOTS = _slots()


def _known(classes: tuple[str, ...]) -> bool:
    """Return whether torchvision numbers the classes as memapp does."""
    return len(classes) == len(CLASS_SLOTS) and all(
        ours is None or ours == theirs for ours, theirs in zip(CLASS_SLOTS, classes, strict=True)
    )


def _with_torch(function: str, *arguments: object, control: RunControl) -> Any:
    missing = missing_package(*_MADE_WITH)
    if missing:
        raise SegmenterError(
            tr(
                "The object finder coco-13 is made with {missing}, which this installation "
                "does not have. Make it on a computer that has that, then install it here "
                "from its folder or a zip of it.",
                missing=missing,
            )
        )
    try:
        return run_in_child(_call_export, function, arguments, control=control)
    except ChildError as problem:
        raise SegmenterError(
            tr("The object finder coco-13 can't be made: {problem}.", problem=problem)
        ) from problem


def _call_export(function: str, arguments: tuple[object, ...]) -> Any:
    """Run in the child process."""
    from memapp.scoring.segmentation import coco_export

    return getattr(coco_export, function)(*arguments)
