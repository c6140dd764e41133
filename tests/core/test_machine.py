"""Being a good neighbour: the garbage collector rests while a net is built, and works on afterwards."""

from __future__ import annotations

import gc

import pytest

from memapp.core.machine import garbage_collector_at_rest


def test_the_collector_rests_and_passes_over_what_was_built() -> None:
    frozen = gc.get_freeze_count()
    with garbage_collector_at_rest():
        assert not gc.isenabled()
        built: list[list[int]] = [[] for _ in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() - frozen >= len(built)
    gc.unfreeze()


def test_the_collector_works_on_when_building_fails() -> None:
    with pytest.raises(OSError, match="no net"), garbage_collector_at_rest():
        raise OSError("no net")
    assert gc.isenabled()
    gc.unfreeze()
