"""What the built app puts right before anything else."""

from __future__ import annotations

import os
import sys

import pytest

from memapp.frozen import is_frozen, restore_library_path


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/lib/memapp/_internal")


def test_a_source_tree_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/cuda/lib64")
    restore_library_path()
    assert not is_frozen()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/cuda/lib64"


@pytest.mark.usefixtures("frozen")
def test_programs_that_are_started_find_the_systems_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    restore_library_path()
    assert "LD_LIBRARY_PATH" not in os.environ


@pytest.mark.usefixtures("frozen")
def test_what_the_user_had_set_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/cuda/lib64")
    restore_library_path()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/cuda/lib64"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
