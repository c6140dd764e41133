"""Features packed in 4 bits: small, as alike as before, and safe to read from anybody's file."""

from __future__ import annotations

import numpy as np
import pytest

from memapp.core.likeness import FEATURES, PACKED_BYTES, are_features, pack_features, unit_features


@pytest.fixture
def features() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Three kinds of photo, six of each, more or less alike."""
    draws = np.random.Generator(np.random.PCG64(7))
    kinds = draws.normal(0, 2, (3, 1, FEATURES))
    spread = np.linspace(0.1, 2, 6)[None, :, None]
    return (kinds + spread * draws.normal(0, 1, (3, 6, FEATURES))).reshape(18, FEATURES).astype(np.float32)


def test_cosines_stay(features: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    units = features / np.linalg.norm(features, axis=1, keepdims=True)
    packed = pack_features(features)
    assert {len(each) for each in packed} == {PACKED_BYTES}
    assert PACKED_BYTES <= 512
    assert all(map(are_features, packed))
    read = unit_features(packed)
    np.testing.assert_allclose(np.linalg.norm(read, axis=1), 1, atol=1e-5)
    # Two photos alike to 0.99 can't seem alike to 1: 4 bits blur a cosine by about 0.01 there.
    assert np.abs(read @ read.T - units @ units.T).max() < 0.02


def test_a_photo_without_features_is_like_no_other() -> None:
    packed = pack_features(np.zeros((1, FEATURES), np.float32))
    assert not unit_features(packed).any()


@pytest.mark.parametrize(
    "content",
    [
        None,
        "text",
        b"",
        b"\0" * (PACKED_BYTES - 1),
        b"\0" * PACKED_BYTES,  # a step of 0
        b"\xff\xff" + b"\0" * (PACKED_BYTES - 2),  # a step that is no number
        b"\0\xbc" + b"\0" * (PACKED_BYTES - 2),  # a step below 0
    ],
)
def test_nonsense_is_no_features(content: object) -> None:
    assert not are_features(content)
