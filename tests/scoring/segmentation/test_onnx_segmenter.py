"""Segmenters: at every photo size, what is found is in the right place, to the pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.core.explanation import Segmenter
from memapp.core.records import PixelArray
from memapp.scoring.segmentation.folders import SegmenterFolders
from tests.packs import ADE, MADE, VOC, made_pack


@pytest.fixture
def brightness(tmp_path: Path) -> Segmenter:
    return SegmenterFolders(resources=tmp_path / "none", home=made_pack(tmp_path)).open(MADE)


def picture_of(labels: np.ndarray) -> PixelArray:
    """Return pixels to which brightness-3 assigns these labels."""
    grey = np.array([40, 128, 220], np.uint8)[labels]
    return np.repeat(grey[..., np.newaxis], 3, axis=2)


def test_at_the_inputs_own_size_each_pixel_has_its_label(brightness: Segmenter) -> None:
    labels = np.random.default_rng(1).integers(0, 3, (64, 64))
    assert (brightness.segment(picture_of(labels)).labels == labels).all()


@pytest.mark.parametrize(("height", "width"), [(128, 192), (64, 640), (320, 64), (64 * 3, 64 * 5)])
def test_blocks_of_whole_cells_are_mapped_back_exactly(
    brightness: Segmenter, height: int, width: int
) -> None:
    # In the shrunk photo the inside of a block is unmixed, so labels agree if the next block is a cell away.
    blocks = np.random.default_rng(2).integers(0, 3, (4, 4))
    labels = np.kron(blocks, np.ones((height // 4, width // 4), int))
    found = brightness.segment(picture_of(labels)).labels
    assert found.shape == (height, width)
    changes = np.zeros(labels.shape, bool)
    for axis, cell in ((0, height / 64), (1, width / 64)):
        edges = np.diff(labels, axis=axis) != 0
        for shift in range(-int(2 * cell), int(2 * cell) + 1):
            shifted = np.roll(edges, shift, axis=axis)
            changes |= np.pad(shifted, [(0, 1) if a == axis else (0, 0) for a in (0, 1)])
    assert (found == labels)[~changes].all()
    assert (~changes).mean() > 0.4


@pytest.mark.parametrize("size", [(97, 61), (1, 1), (3, 500), (1000, 7), (333, 1024)])
def test_odd_sizes_and_panoramas_keep_their_size(brightness: Segmenter, size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 220, np.uint8)
    found = brightness.segment(picture)
    assert found.labels.shape == size
    assert found.labels.dtype == np.uint8
    assert (found.labels == 2).all()


def test_a_rotated_photo_has_a_rotated_map(brightness: Segmenter) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (50, 83, 3), np.uint8)
    upright = brightness.segment(picture).labels
    # Not exactly: resizing rounds to integers, one axis after the other.
    turned = brightness.segment(np.ascontiguousarray(np.rot90(picture))).labels
    assert (np.rot90(upright) == turned).mean() > 0.98
    mirrored = brightness.segment(np.ascontiguousarray(picture[:, ::-1])).labels
    assert (upright[:, ::-1] == mirrored).mean() > 0.98


def test_a_crops_map_is_the_maps_crop(brightness: Segmenter) -> None:
    rows, columns = np.mgrid[0:300, 0:400]
    grey = (127 + 120 * np.sin(rows / 31) * np.cos(columns / 43)).astype(np.uint8)
    picture = np.repeat(grey[..., np.newaxis], 3, axis=2)
    whole = brightness.segment(picture).labels
    crop = brightness.segment(np.ascontiguousarray(picture[50:250, 77:377])).labels
    same = crop == whole[50:250, 77:377]
    # Cells of 5 x 6 pixels in one and 3 x 5 in the other: only edges may differ.
    assert same.mean() > 0.9
    shifted = crop == whole[56:256, 83:383]
    assert shifted.mean() < same.mean() - 0.02


@pytest.mark.parametrize(("name", "kind", "least"), [(VOC, "mask_voc21", 0.9), (ADE, "mask_ade32", 0.3)])
def test_a_real_segmenter_agrees_with_hand_made_masks(
    real_segmenters: Path, shared_data: Path, name: str, kind: str, least: float
) -> None:
    segmenter = SegmenterFolders(resources=real_segmenters / "none", home=real_segmenters).open(name)
    right = counted = 0
    for path in sorted((shared_data / "masks" / "images").glob("*.jpg"))[:3]:
        mask = np.asarray(Image.open(shared_data / "masks" / kind / f"{path.stem}.png"))
        found = segmenter.segment(np.asarray(Image.open(path).convert("RGB"))).labels
        if name == VOC:
            # The pack groups VOC's classes; only the background compares directly.
            mask = np.where(mask == 255, 255, mask > 0)
            found = (found > 0).astype(np.uint8)
        right += int(((found == mask) & (mask != 255)).sum())
        counted += int((mask != 255).sum())
    assert right / counted > least
