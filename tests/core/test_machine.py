"""The garbage collector pauses while a net is built, and resumes afterwards."""

from __future__ import annotations

import gc

import pytest

from memapp.core.machine import garbage_collector_at_rest


def test_the_collector_pauses_and_excludes_what_was_built() -> None:
    frozen = gc.get_freeze_count()
    with garbage_collector_at_rest():
        assert not gc.isenabled()
        built: list[list[int]] = [[] for _ in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() - frozen >= len(built)
    gc.unfreeze()


def test_the_collector_resumes_when_building_fails() -> None:
    with pytest.raises(OSError, match="no net"), garbage_collector_at_rest():
        raise OSError("no net")
    assert gc.isenabled()
    gc.unfreeze()
