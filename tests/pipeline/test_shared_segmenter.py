"""A segmenter that several photos share is opened again where another one of its name was installed."""

from __future__ import annotations

import dataclasses

import pytest

from memapp.core.errors import SegmenterError
from memapp.pipeline.shared_segmenter import SharedSegmenters
from tests.fakes import HALVES, HalvesFactory


def test_a_reinstalled_segmenter_is_opened_again() -> None:
    factory = HalvesFactory()
    keeper = SharedSegmenters(factory)
    keeper.open("halves").close()
    keeper.open("halves").close()
    assert factory.opened == 1
    factory.installed = lambda: (dataclasses.replace(HALVES, sha256="e" * 64),)  # type: ignore[method-assign]
    keeper.open("halves")
    assert factory.opened == 2
    assert factory.segmenter.closed
    with pytest.raises(SegmenterError):
        keeper.open("other")
