"""Weights are found in the right order and verified; every error says what is wrong and what to do."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from memapp.core.errors import WeightsError
from memapp.scoring.hash_cache import FILE_NAME
from memapp.scoring.weights import RESMEM_WEIGHTS, PublishedWeights, WeightsLocator

CONTENT = b"weights" * 1000
SMALL = PublishedWeights(
    net="ResMem",
    file_name="small.pt",
    distribution="no-such-distribution",
    distribution_file="small/model.pt",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    return tmp_path / "resources"


def place(folder: Path, content: bytes = CONTENT) -> Path:
    path = folder / "weights" / SMALL.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_built_apps_weights_come_first_then_the_users_then_the_distributions(
    home: Path, resources: Path, tmp_path: Path
) -> None:
    installed = tmp_path / "installed.pt"
    installed.write_bytes(CONTENT)
    locator = WeightsLocator(resources=resources, home=home, distribution_file=lambda _: installed)
    assert locator.find(SMALL) == installed
    users = place(home)
    assert locator.find(SMALL) == users
    built = place(resources)
    assert locator.find(SMALL) == built


def test_missing_weights_say_where_to_put_them(home: Path, resources: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        WeightsLocator(resources=resources, home=home).find(SMALL)
    assert "not on this computer" in str(caught.value)
    assert str(home / "weights") in str(caught.value)
    assert SMALL.file_name in str(caught.value)


def test_truncated_weights_say_how_much_is_missing(home: Path, resources: Path) -> None:
    path = place(home, CONTENT[:-1])
    with pytest.raises(WeightsError, match="incomplete") as caught:
        WeightsLocator(resources=resources, home=home).find(SMALL)
    assert str(path) in str(caught.value)


def test_changed_weights_are_refused(home: Path, resources: Path) -> None:
    path = place(home, b"x" + CONTENT[1:])
    with pytest.raises(WeightsError, match="changed or damaged") as caught:
        WeightsLocator(resources=resources, home=home).find(SMALL)
    assert str(path) in str(caught.value)


def test_the_hash_is_cached_until_the_file_changes(
    home: Path, resources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place(home)
    locator = WeightsLocator(resources=resources, home=home)
    locator.find(SMALL)
    computed: list[str] = []
    real = hashlib.file_digest

    def counting(file: object, name: str) -> object:
        computed.append(name)
        return real(file, name)  # type: ignore[arg-type]

    monkeypatch.setattr(hashlib, "file_digest", counting)
    locator.find(SMALL)
    assert computed == []
    path.write_bytes(b"x" + CONTENT[1:])
    with pytest.raises(WeightsError):
        locator.find(SMALL)
    assert computed == ["sha256"]


def test_a_cached_wrong_hash_is_refused(home: Path, resources: Path) -> None:
    place(home)
    locator = WeightsLocator(resources=resources, home=home)
    locator.find(SMALL)
    with pytest.raises(WeightsError, match="changed"):
        locator.find(replace(SMALL, sha256="0" * 64))


@pytest.mark.parametrize("memory", ["", "[]", "{", json.dumps({"x": 1})])
def test_a_broken_cache_is_ignored(home: Path, resources: Path, memory: str) -> None:
    path = place(home)
    (home / FILE_NAME).write_text(memory, encoding="utf-8")
    assert WeightsLocator(resources=resources, home=home).find(SMALL) == path


def test_a_read_only_home_is_no_problem(resources: Path, tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("a file where the folder should be", encoding="utf-8")
    path = place(resources)
    assert WeightsLocator(resources=resources, home=home).find(SMALL) == path


def test_the_installed_package_contains_the_published_weights(home: Path, resources: Path) -> None:
    path = WeightsLocator(resources=resources, home=home).find(RESMEM_WEIGHTS)
    assert path.name == "model.pt"


def test_finding_the_weights_imports_neither_torch_nor_the_package(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from memapp.scoring.resmem_net import resmem_factory\n"
        "from memapp.scoring.weights import WeightsLocator\n"
        f"home = Path({str(tmp_path)!r})\n"
        "weights = WeightsLocator(resources=home, home=home)\n"
        "print(resmem_factory(weights=weights, home=home).identity().name)\n"
        "print(sorted({'torch', 'torchvision', 'resmem', 'PySide6'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["ResMem", "[]"]
