"""A segmenter without cost, behind the real protocol: light pixels are "sky", others are not."""

from __future__ import annotations

import numpy as np

from memapp.core.explanation import Category, Segmentation, SegmenterIdentity
from memapp.core.records import PixelArray
from memapp.scoring.nets.checkpoint import SegmenterOfNet

LIGHT = SegmenterIdentity(
    name="light",
    sha256="1" * 64,
    title="Light and dark",
    categories=(Category("other", (0, 0, 0)), Category("sky", (90, 90, 255))),
)
LIGHT_OF_NET = SegmenterOfNet(LIGHT.name, LIGHT.sha256, ("other", "sky"), (0, 1))


class LightSegmenter:
    """Return label 1 for light pixels."""

    identity = LIGHT

    def __init__(self) -> None:
        self.closed = False

    def segment(self, picture: PixelArray) -> Segmentation:
        return Segmentation(LIGHT, (picture.mean(axis=2) >= 128).astype(np.uint8))

    def close(self) -> None:
        self.closed = True


class LightFactory:
    """Has that one segmenter, or another version of it."""

    def __init__(self, identity: SegmenterIdentity = LIGHT) -> None:
        self.segmenter = LightSegmenter()
        self._identity = identity

    def installed(self) -> tuple[SegmenterIdentity, ...]:
        return (self._identity,)

    def open(self, name: str) -> LightSegmenter:
        assert name == LIGHT.name
        return self.segmenter
