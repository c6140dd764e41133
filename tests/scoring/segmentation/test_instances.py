"""Instances: masks come to the photo's pixels exactly, and the more confident one lies on top."""

from __future__ import annotations

import numpy as np

from memapp.core.explanation import Instance
from memapp.scoring.segmentation.instances import paint, paste


def test_a_full_mask_fills_its_box_to_the_pixel() -> None:
    mask = paste(np.ones((28, 28), np.float32), (10, 5, 38, 33), 60, 50, 0.5)
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 32, 10, 37)
    # Corners are rounded, since the mask fades to nothing around the box.
    assert mask[5:33, 10:38].mean() > 0.99
    assert mask.sum() == mask[5:33, 10:38].sum()


def test_a_mask_of_its_boxs_size_comes_back_as_it_is() -> None:
    cells = np.random.default_rng(1).random((12, 9)).astype(np.float32)
    mask = paste(cells, (3, 4, 12, 16), 30, 20, 0.5)
    assert (mask[4:16, 3:12] == (cells >= 0.5)).all()


def test_enlarged_halves_meet_in_the_middle() -> None:
    halves = np.zeros((28, 28), np.float32)
    halves[:, 14:] = 1
    mask = paste(halves, (0, 0, 280, 280), 280, 280, 0.5)
    assert not mask[20:260, :140].any()
    assert mask[20:260, 140:].all()


def test_boxes_beyond_the_photo_or_without_area_do_no_harm() -> None:
    full = np.ones((4, 4), np.float32)
    assert paste(full, (-50, -50, 100, 100), 20, 30, 0.5).all()
    for box in [(40, 40, 60, 60), (5, 5, 5, 9), (9, 9, 3, 3), (-9, -9, -3, -3), (-1e9, 0, -1e8, 5)]:
        assert not paste(full, box, 20, 30, 0.5).any()


def test_the_more_confident_one_lies_on_top() -> None:
    left, right = np.zeros((4, 6), bool), np.zeros((4, 6), bool)
    left[:, :4] = True
    right[:, 2:] = True
    labels = paint((Instance("cat", 2, 0.9, left), Instance("dog", 1, 0.6, right)), 4, 6)
    assert labels[0].tolist() == [2, 2, 2, 2, 1, 1]
