"""Which nets stay loaded, what they are opened with, and when their memory is given back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from memapp.compose.net_pool import NetPool
from memapp.core.contracts import ScorerFactory
from memapp.core.errors import WeightsError
from memapp.core.explanation import MapMethod
from memapp.core.net_ids import RESMEM_ID, NetId
from memapp.core.records import Precision
from memapp.core.settings import SETTINGS, Settings
from tests.fakes import BrightnessFactory, HalvesFactory, HalvesMapMaker

EXACT, FAST = Precision.EXACT, Precision.FAST


class Opened(BrightnessFactory):
    """A net that remembers what it was opened with."""

    def __init__(self, name: str, **chosen: object) -> None:
        super().__init__()
        self.name = name
        self.chosen = chosen


class FakeNets:
    """Any name is a net, but "gone". Implements compose.net_pool.Nets."""

    def __init__(self) -> None:
        self.opened: list[Opened] = []

    def factory(self, name_or_file: str, **chosen: object) -> ScorerFactory:
        if name_or_file == "gone":
            raise WeightsError("It is gone.")
        self.opened.append(Opened(name_or_file, **chosen))
        return self.opened[-1]

    def why_not_fast(self) -> str | None:
        return None


@pytest.fixture
def nets() -> FakeNets:
    return FakeNets()


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def make_pool(nets: FakeNets, settings: Settings) -> Callable[..., NetPool]:
    def make(segmenters: HalvesFactory | None = None, map_maker: HalvesMapMaker | None = None) -> NetPool:
        return NetPool(
            nets=nets,
            settings=settings,
            segmenters=segmenters or HalvesFactory(),
            map_makers={MapMethod.OCCLUSION: map_maker or HalvesMapMaker()},
            count_cores=lambda: 8,
        )

    return make


@pytest.fixture
def pool(make_pool: Callable[..., NetPool]) -> NetPool:
    return make_pool()


def use(pool: NetPool, net: str = RESMEM_ID, precision: Precision = EXACT) -> None:
    """Build a net's scorer as a run does, and end the run."""
    pool.scorers(NetId(net), precision).build(pytest.fail).close()


def test_resmem_stays_loaded_exact_and_fast_beside_one_other_net(pool: NetPool, nets: FakeNets) -> None:
    for _ in range(2):
        use(pool)
        use(pool, precision=FAST)
        use(pool, "one")
    assert [(net.name, net.chosen["precision"], net.built) for net in nets.opened] == [
        (RESMEM_ID, EXACT, 1),
        (RESMEM_ID, FAST, 1),
        ("one", EXACT, 1),
    ]
    assert not any(net.scorer.closed for net in nets.opened)


def test_another_net_closes_the_one_before_it_when_its_run_has_ended(pool: NetPool, nets: FakeNets) -> None:
    running = pool.scorers(NetId("one"), EXACT).build(pytest.fail)
    use(pool, "two")
    one, two = nets.opened
    assert (one.scorer.closed, two.scorer.closed) == (False, False)
    running.close()
    assert (one.scorer.closed, two.scorer.closed) == (True, False)


def test_a_net_that_cannot_be_opened_says_so_when_its_run_asks(pool: NetPool) -> None:
    factory = pool.scorers(NetId("gone"), EXACT)
    for ask in (factory.identity, lambda: factory.build(pytest.fail)):
        with pytest.raises(WeightsError, match="It is gone"):
            ask()


def test_released_memory_comes_back_with_the_same_nets(
    make_pool: Callable[..., NetPool], nets: FakeNets
) -> None:
    map_maker, segmenters = HalvesMapMaker(), HalvesFactory()
    pool = make_pool(segmenters, map_maker)
    for precision in (EXACT, FAST):
        use(pool, precision=precision)
    use(pool, "one")
    pool.segmenters.open("halves").close()
    pool.release()
    assert all(net.scorer.closed for net in nets.opened)
    assert segmenters.segmenter.closed
    assert map_maker.closed == 1
    use(pool)
    assert [net.built for net in nets.opened] == [2, 1, 1]


def test_only_the_fast_net_makes_room_for_an_exact_run(pool: NetPool, nets: FakeNets) -> None:
    use(pool, precision=FAST)
    use(pool)
    pool.release_fast()
    fast, exact = nets.opened
    assert (fast.scorer.closed, exact.scorer.closed) == (True, False)


def test_renewed_nets_follow_the_settings(pool: NetPool, nets: FakeNets, settings: Settings) -> None:
    use(pool)
    use(pool, "one")
    settings.set(SETTINGS.device, "cpu")
    settings.set(SETTINGS.engine, "torch")
    use(pool)
    assert [net.chosen["device"] for net in nets.opened] == ["auto", "auto"]
    pool.renew()
    assert all(net.scorer.closed for net in nets.opened)
    use(pool)
    use(pool, "one")
    assert [(net.chosen["device"], net.chosen["engine"]) for net in nets.opened[2:]] == [("cpu", "torch")] * 2
    assert all(net.chosen["at_once"] for net in nets.opened)


@pytest.mark.parametrize("wanted", [True, False])
def test_on_battery_half_of_the_cores_serve_where_that_is_wanted(
    pool: NetPool, nets: FakeNets, settings: Settings, wanted: bool
) -> None:
    settings.set(SETTINGS.battery_threads, wanted)
    use(pool)
    pool.set_on_battery(True)
    use(pool)
    pool.set_on_battery(False)
    use(pool)
    threads = [net.chosen["most_threads"] for net in nets.opened]
    assert threads == ([None, 4, None] if wanted else [None])


def test_the_segmenter_stays_open_between_photos_until_it_is_replaced(
    make_pool: Callable[..., NetPool], tmp_path: Path
) -> None:
    segmenters = HalvesFactory()
    pool = make_pool(segmenters)
    for _ in range(3):
        pool.segmenters.open("halves").close()
    assert segmenters.opened == 1
    assert not segmenters.segmenter.closed


def test_the_choice_of_fewer_cores_counts_at_once_on_battery(
    make_pool: Callable[..., NetPool], nets: FakeNets, settings: Settings
) -> None:
    pool = make_pool()
    settings.set(SETTINGS.battery_threads, False)
    pool.scorers(RESMEM_ID, EXACT)
    pool.set_on_battery(True)
    pool.scorers(RESMEM_ID, EXACT)
    settings.set(SETTINGS.battery_threads, True)
    pool.scorers(RESMEM_ID, EXACT)
    assert [opened.chosen["most_threads"] for opened in nets.opened] == [None, 4]
