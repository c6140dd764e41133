"""What tests of the command line share: photos whose scores are known."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from memapp.core.frame import PREPROCESSING
from memapp.core.records import EngineInfo, ImageKey, NetIdentity, PhotoFacts, ScoredPhoto
from memapp.core.resources import resources_folder
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator
from memapp.store.scores import SqliteScoreStore
from tests.commands.command_line import KnowScores, make_photo

RESMEM = NetIdentity(name="ResMem", sha256=RESMEM_WEIGHTS.sha256, preprocessing=PREPROCESSING)
LAST_TIME = EngineInfo(engine="torch", device="cpu", device_name="the CPU of last time")


@pytest.fixture(scope="session")
def checked_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a home remembers of weights that were checked; checking half a gigabyte takes a second."""
    home = tmp_path_factory.mktemp("checked")
    WeightsLocator(resources=resources_folder(), home=home).find(RESMEM_WEIGHTS)
    [memory] = home.iterdir()
    return memory


@pytest.fixture
def know_scores(memapp_home: Path, checked_weights: Path) -> KnowScores:
    """Lets photos be known already, with these scores, so that no net is needed."""

    def know(scores: Mapping[Path, float]) -> None:
        shutil.copy(checked_weights, memapp_home)
        photos = []
        for file, score in scores.items():
            status = file.stat()
            key = ImageKey(path=str(file), size=status.st_size, mtime_ns=status.st_mtime_ns)
            facts = PhotoFacts(width=400, height=300, format="PNG", taken="2026-05-01T18:30:05")
            photos.append(ScoredPhoto(key=key, score=score, facts=facts, engine=LAST_TIME))
        with closing(SqliteScoreStore(home=memapp_home)) as store:
            store.put(photos, RESMEM)

    return know


@pytest.fixture
def folder(tmp_path: Path, know_scores: KnowScores) -> Path:
    """Three photos whose scores are known."""
    folder = tmp_path / "photos"
    know_scores(
        {
            make_photo(folder / "low.png"): 0.5,
            make_photo(folder / "high.png"): 0.9123456,
            make_photo(folder / "middle.png"): 0.75,
        }
    )
    return folder
