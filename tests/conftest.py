"""What all tests share: real data where it lies, and an own MEMAPP_HOME for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def memapp_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh MEMAPP_HOME, so that no test reads or writes the user's own scores and settings."""
    home = tmp_path_factory.mktemp("memapp_home")
    monkeypatch.setenv("MEMAPP_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real photos and nasty files; a bare clone has none."""
    folder = CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real test data is not there: {folder}")
    return folder
