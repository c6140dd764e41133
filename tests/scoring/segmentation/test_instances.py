"""Instances: masks are mapped to the photo's pixels exactly, and the more confident one is on top."""

from __future__ import annotations

import numpy as np
import pytest

from memapp.core.explanation import Instance
from memapp.scoring.segmentation.instances import paint, paste


def test_a_full_mask_fills_its_box_to_the_pixel() -> None:
    mask = paste(np.ones((28, 28), np.float32), (10, 5, 38, 33), 60, 50, 0.5)
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 32, 10, 37)
    # Corners are rounded, because the mask fades to 0 around the box.
    assert mask[5:33, 10:38].mean() > 0.99
    assert mask.sum() == mask[5:33, 10:38].sum()


def test_a_mask_of_its_boxs_size_is_unchanged() -> None:
    cells = np.random.default_rng(1).random((12, 9)).astype(np.float32)
    mask = paste(cells, (3, 4, 12, 16), 30, 20, 0.5)
    assert (mask[4:16, 3:12] == (cells >= 0.5)).all()


def test_enlarged_halves_meet_in_the_middle() -> None:
    halves = np.zeros((28, 28), np.float32)
    halves[:, 14:] = 1
    mask = paste(halves, (0, 0, 280, 280), 280, 280, 0.5)
    assert not mask[20:260, :140].any()
    assert mask[20:260, 140:].all()


@pytest.mark.parametrize("box", [(10.0, 5.0, 66.0, 61.0), (3.3, 8.9, 40.2, 93.7), (-20.5, 50.1, 30.5, 120.0)])
def test_masks_are_pasted_as_torchvision_pastes_them(box: tuple[float, float, float, float]) -> None:
    torch = pytest.importorskip("torch")
    roi_heads = pytest.importorskip("torchvision.models.detection.roi_heads")
    rows, columns = np.mgrid[0:28, 0:28]
    blob = np.clip(1.4 - np.hypot(rows - 12, (columns - 15) * 1.3) / 11, 0, 1).astype(np.float32)
    theirs = roi_heads.paste_masks_in_image(
        torch.from_numpy(blob)[None, None], torch.tensor([box]), (100, 80)
    )[0, 0].numpy()
    ours = paste(blob, box, 100, 80, 0.5)
    # torchvision rounds boxes to whole pixels first, which moves edges by up to one.
    different = ours != (theirs >= 0.5)
    height, width = min(box[3], 100) - max(box[1], 0), min(box[2], 80) - max(box[0], 0)
    assert different.sum() < 2 * (height + width)
    assert ours.sum() > 300


def test_boxes_beyond_the_photo_or_without_area_give_empty_masks() -> None:
    full = np.ones((4, 4), np.float32)
    assert paste(full, (-50, -50, 100, 100), 20, 30, 0.5).all()
    for box in [(40, 40, 60, 60), (5, 5, 5, 9), (9, 9, 3, 3), (-9, -9, -3, -3), (-1e9, 0, -1e8, 5)]:
        assert not paste(full, box, 20, 30, 0.5).any()


def test_the_more_confident_one_is_on_top() -> None:
    left, right = np.zeros((4, 6), bool), np.zeros((4, 6), bool)
    left[:, :4] = True
    right[:, 2:] = True
    labels = paint((Instance("cat", 2, 0.9, left), Instance("dog", 1, 0.6, right)), 4, 6)
    assert labels[0].tolist() == [2, 2, 2, 2, 1, 1]
