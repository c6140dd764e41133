"""memapp --self-test: what it tries, and that it notices what is not as it was recorded."""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import sys
from pathlib import Path

import pytest

from memapp import cli
from memapp.core.resources import resources_folder
from memapp.self_test import FOLDER_NAME, RECORD_NAME, SelfTest


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    """The resources, to be spoiled."""
    copied = tmp_path / "resources"
    shutil.copytree(resources_folder(), copied)
    return copied


@pytest.mark.slow
@pytest.mark.weights
def test_everything_works_and_is_compared_with_the_record(prepared_home: Path, resources: Path) -> None:
    first = SelfTest(home=prepared_home, resources=resources)
    assert first.run(), first.report()
    assert len(first.scores) > 8
    assert set(first.formats) >= {"jpg", "png", "webp", "tif", "heic", "avif", "dng", "psd"}

    record = resources / FOLDER_NAME / RECORD_NAME
    record.write_text(json.dumps(first.report()), encoding="utf-8")
    again = SelfTest(home=prepared_home, resources=resources)
    assert again.run(), again.report()

    changed = first.report()
    changed["scores"]["Moose.webp"] += 0.002
    changed["formats"]["heic"]["mean"][0] += 9
    record.write_text(json.dumps(changed), encoding="utf-8")
    spoiled = SelfTest(home=prepared_home, resources=resources)
    assert not spoiled.run()
    assert {check.name for check in spoiled.checks if not check.ok} == {"scores", "read heic"}


def test_what_can_not_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The folder of --out is looked for before anything is tried.
    assert cli.main(["--self-test", "--out", str(tmp_path / "none" / "out.json")]) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_gui_smoke_needs_a_screenshot(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--gui-smoke", "."])
    assert "go together" in capsys.readouterr().err


def test_a_command_whose_library_was_left_out_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # As in the built app, in which there is no torch.
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in [name for name in sys.modules if name.startswith("memapp.lab")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr("memapp.commands.lab._nets", needs_torch, raising=True)
    assert cli.main(["lab", "nets"]) == 1
    assert "came without torch" in capsys.readouterr().err


def needs_torch(_: argparse.Namespace) -> int:
    importlib.import_module("torch")
    return 0
