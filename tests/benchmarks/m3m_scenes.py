"""Scenes whose score only their segmentation knows: mosaics in which each tile is of a hidden kind.

The kind is in the lowest two bits of green, far below the noise that every tile has: a net that looks at
colours and shapes has nothing to go by, and colours, tiles and noise have nothing to do with the kinds. The
segmenter "hidden-4" reads those bits. The score is the share of one kind in what the net sees.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from PIL import Image

from memapp.core.frame import FRAME_OFFSET, FRAME_SIDE, SQUASHED_SIDE
from tests.packs import _common, graph_of

PACK = "hidden-4"
KINDS = ("other", "apple", "pear", "plum")
TILES = 8
LOWEST, HIGHEST = 0.3, 0.9


def make_scenes(folder: Path, *, count: int, seed: int = 11) -> Path:
    """Write the pictures (PNG: no bit may get lost) and labels.csv, and return the folder of pictures."""
    images = folder / "images"
    images.mkdir(parents=True)
    generator = np.random.default_rng(seed)
    rows = []
    seen = slice(FRAME_OFFSET, FRAME_OFFSET + FRAME_SIDE)
    for number in range(count):
        colours = generator.integers(30, 220, (TILES, TILES, 3))
        # How much of it is apples is drawn first, so that it differs from scene to scene.
        apples = generator.uniform(0, 1)
        kinds = np.where(
            generator.random((TILES, TILES)) < apples, 1, generator.choice([0, 2, 3], (TILES, TILES))
        )
        places = np.arange(SQUASHED_SIDE) * TILES // SQUASHED_SIDE
        pixels = colours[places][:, places] + generator.integers(-16, 17, (SQUASHED_SIDE, SQUASHED_SIDE, 3))
        hidden = kinds[places][:, places]
        pixels[..., 1] = pixels[..., 1] // 4 * 4 + hidden
        Image.fromarray(pixels.astype(np.uint8)).save(images / f"{number:04}.png")
        share = float((hidden[seen, seen] == 1).mean())
        rows.append((f"{number:04}.png", round(LOWEST + (HIGHEST - LOWEST) * share, 6)))
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("file", "hit_rate"), *rows])
    return images


def install_pack(home: Path) -> Path:
    """Put "hidden-4" into home/segmenters, and return home."""
    folder = home / "segmenters" / PACK
    folder.mkdir(parents=True)
    graph = folder / "segmenter.onnx"
    onnx.save(_graph(), graph)
    description = {
        **_common(PACK, "Hidden kinds", graph, side=FRAME_SIDE),
        "classes": [{"name": name, "category": name} for name in KINDS],
        "categories": [{"name": name} for name in KINDS],
    }
    (folder / "segmenter.json").write_text(json.dumps(description, indent=1), encoding="utf-8")
    return home


def _graph() -> onnx.ModelProto:
    """(1, 227, 227, 3), uint8, to (1, 227, 227), int32: the lowest two bits of green."""
    side = [1, FRAME_SIDE, FRAME_SIDE]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, [*side, 3])
    labels = helper.make_tensor_value_info("labels", TensorProto.INT32, side)
    constants = {"one": np.array(1), "four": np.array([4], np.int32)}
    nodes = [
        helper.make_node("Gather", ["image", "one"], ["green"], axis=3),
        helper.make_node("Cast", ["green"], ["number"], to=TensorProto.INT32),
        helper.make_node("Mod", ["number", "four"], ["labels"]),
    ]
    return graph_of(nodes, [image], [labels], constants)
