"""dev.py: when it sets up anew, what it says of a system that lacks something, what it runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dev
import dev_checks
import dev_environment
import dev_system
import layer_coverage
from dev_checks import Check

ROOT = Path(__file__).resolve().parents[1]
PYTHON = Path(sys.executable)

BACKEND = """
import pathlib, zipfile

def get_requires_for_build_editable(config_settings=None):
    return []

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    if pathlib.Path("refuse").exists():
        raise SystemExit("refused")
    name = "tiny-1.0-py3-none-any.whl"
    folder = "tiny-1.0.dist-info"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w") as wheel:
        metadata = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\nProvides-Extra: dev\\n"
        wheel.writestr(f"{folder}/METADATA", metadata)
        wheel.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{folder}/RECORD", "")
    return name
"""
"""The build of a project that needs nothing, so that set-up can be run for real and without a network."""


@pytest.fixture
def tiny_project(tmp_path: Path) -> Path:
    """A project with our set-up and nothing to download."""
    (tmp_path / "packaging").mkdir()
    shutil.copy(ROOT / "packaging" / "dev_environment.py", tmp_path / "packaging")
    (tmp_path / "packaging" / "constraints.txt").write_text("", encoding="utf-8")
    (tmp_path / "backend.py").write_text(BACKEND, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n', encoding="utf-8"
    )
    return tmp_path


def set_up(project: Path) -> subprocess.CompletedProcess[str]:
    """Set it up in a process of its own."""
    code = "import dev_environment; dev_environment.set_up()"
    variables = {**os.environ, "PYTHONPATH": "packaging"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_set_up_is_done_once_and_again_only_when_something_changed(tiny_project: Path) -> None:
    first = set_up(tiny_project)
    assert first.returncode == 0, first.stderr
    assert "Making the environment" in first.stdout
    assert "downloads" in first.stdout

    second = set_up(tiny_project)
    assert second.returncode == 0
    assert second.stdout == ""

    (tiny_project / "packaging" / "constraints.txt").write_text("# changed\n", encoding="utf-8")
    third = set_up(tiny_project)
    assert "Installing" in third.stdout
    assert "Making the environment" not in third.stdout


@pytest.mark.slow
def test_a_set_up_that_did_not_finish_is_made_anew(tiny_project: Path) -> None:
    (tiny_project / "refuse").touch()
    refused = set_up(tiny_project)
    assert refused.returncode == 1
    assert "trying whatever versions fit" in refused.stdout
    assert "pip failed" in refused.stderr
    stamp = tiny_project / ".venv" / dev_environment.STAMP
    assert stamp.read_text(encoding="utf-8") == dev_environment.UNFINISHED

    (tiny_project / "refuse").unlink()
    again = set_up(tiny_project)
    assert again.returncode == 0, again.stderr
    assert "Making the environment" in again.stdout
    assert stamp.read_text(encoding="utf-8") == dev_environment.wanted_stamp(tiny_project)


def test_the_stamp_follows_the_requirements_and_the_place(
    tiny_project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stamp = dev_environment.wanted_stamp(tiny_project)
    assert dev_environment.wanted_stamp(tiny_project) == stamp

    (tiny_project / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    changed = dev_environment.wanted_stamp(tiny_project)
    assert changed != stamp
    assert dev_environment.can_be_kept(stamp, changed)

    moved = tiny_project.rename(tmp_path_factory.mktemp("elsewhere") / "project")
    assert not dev_environment.can_be_kept(changed, dev_environment.wanted_stamp(moved))


@pytest.mark.parametrize(
    ("stamp", "kept"),
    [
        (None, True),
        ("/here\n3.12 x86_64\nold\n", True),
        ("/here\n3.11 x86_64\nnew\n", False),
        ("/there\n3.12 x86_64\nnew\n", False),
        ("", False),
        (dev_environment.UNFINISHED, False),
    ],
)
def test_which_environments_are_kept(stamp: str | None, kept: bool) -> None:
    assert dev_environment.can_be_kept(stamp, "/here\n3.12 x86_64\nnew\n") is kept


def test_a_python_that_is_not_there_or_broken_does_not_run(tmp_path: Path) -> None:
    assert dev_environment.runs(Path(sys.executable))
    assert not dev_environment.runs(tmp_path / "python")
    broken = tmp_path / "broken"
    broken.symlink_to(tmp_path / "gone")
    assert not dev_environment.runs(broken)


def test_the_loader_is_asked_for_libraries() -> None:
    assert not dev_system.loads("libnosuchthing.so.42")
    if sys.platform.startswith("linux"):
        assert dev_system.loads("libc.so.6")


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux leaves Qt's libraries to the system"
)
def test_what_is_missing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dev_system.WINDOW_LIBRARIES, "libxcb-nosuch.so.1", "libxcb-nosuch1")
    monkeypatch.setitem(dev_system.WINDOW_LIBRARIES, "libnosuch.so.1", "libnosuch1")
    monkeypatch.setitem(dev_system.TEST_PROGRAMS, "nosuchprogram", "nosuch-package")
    needs = dev_system.missing_needs(programs=True)
    assert needs["libxcb-nosuch.so.1"] == "libxcb-nosuch1"
    assert needs["libnosuch.so.1"] == "libnosuch1"
    assert needs["nosuchprogram"] == "nosuch-package"
    assert "nosuchprogram" not in dev_system.missing_needs(programs=False)
    under_wayland = dev_system.missing_needs(programs=False, wayland=True)
    assert "libxcb-nosuch.so.1" not in under_wayland
    assert "libnosuch.so.1" in under_wayland


def test_one_line_mends_what_is_missing() -> None:
    needs = {"libgthread-2.0.so.0": "libglib2.0-0", "Xvfb": "xvfb", "libglib-2.0.so.0": "libglib2.0-0"}
    message = dev_system.needs_message(needs)
    assert "    sudo apt-get install -y libglib2.0-0 xvfb\n" in message
    assert all(name in message for name in needs)


def test_nothing_is_installed_without_being_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert dev_system.may_install() is None
    monkeypatch.setenv("CI", "false")
    assert dev_system.may_install() is None


def read_requirements() -> dict[str, Requirement]:
    """What pyproject.toml asks for, with every extra, by canonical name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    asked = [Requirement(line) for line in (*project["dependencies"], *extras)]
    return {canonicalize_name(each.name): each for each in asked}


def test_the_tested_versions_lie_within_the_open_ranges() -> None:
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    tested = [Requirement(line) for line in lines if not line.startswith("#")]
    asked = read_requirements()
    assert {canonicalize_name(each.name) for each in tested} == set(asked)
    for each in tested:
        (version,) = each.specifier
        assert version.operator == "=="
        assert asked[canonicalize_name(each.name)].specifier.contains(version.version), each


def test_no_range_ends_above() -> None:
    for each in read_requirements().values():
        assert all(part.operator in {">=", "!="} for part in each.specifier), each


@pytest.mark.parametrize("full", [False, True])
def test_every_folder_of_tests_is_run_by_one_check(full: bool) -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    given = [argument for check in dev_checks.all_checks(full=full) for argument in check.arguments]
    run = [ROOT / argument for argument in given if argument.startswith("tests/")]
    for test in (ROOT / "tests").rglob("test_*.py"):
        assert sum(test.is_relative_to(each) for each in run) == 1, test
    assert len(folders) > 10


def test_only_checks_that_are_run_are_waited_for() -> None:
    checks = list(dev_checks.all_checks())
    names = [check.name for check in checks]
    assert len(set(names)) == len(names)
    for check in checks:
        assert set(check.after) <= set(names) - {check.name}
    alert = {check.name for check in checks if check.alert}
    assert alert == {"tests of widgets", "tests of the window", "the screens"}


def test_the_summary_names_what_failed() -> None:
    passed, failed = dev_checks.Result("ruff check", True, 0.4), dev_checks.Result("mypy", False, 12.0)
    text = dev_checks.summary([passed, failed], 12.1)
    assert re.search(r"^passed  ruff check +0\.4 s$", text, re.MULTILINE)
    assert re.search(r"^FAILED  mypy +12\.0 s$", text, re.MULTILINE)
    assert text.splitlines()[-1] == "1 of 2 checks failed: mypy, in 12 s."
    assert dev_checks.summary([passed], 2.0).splitlines()[-1] == "All checks passed, in 2 s."


def python_check(name: str, code: str, *, after: tuple[str, ...] = (), alert: bool = False) -> Check:
    return Check(name, ("-c", code), after=after, alert=alert)


def test_checks_run_side_by_side_and_what_each_said_stays_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Each waits for the other: one after the other they would fail.
    code = """
import pathlib, time
folder = pathlib.Path({folder!r})
print("{own} begins", flush=True)
(folder / "{own}").touch()
end = time.monotonic() + 60
while not (folder / "{other}").exists():
    assert time.monotonic() < end
    time.sleep(0.01)
print("{own} ends")
"""
    checks = [
        python_check(own, code.format(folder=str(tmp_path), own=own, other=other))
        for own, other in (("one", "two"), ("two", "one"))
    ]
    results = dev_checks.Runner(checks, lanes=2, python=PYTHON).run()
    assert sorted((result.name, result.passed) for result in results) == [("one", True), ("two", True)]
    said = capsys.readouterr().out
    assert "one begins\none ends" in said
    assert "two begins\ntwo ends" in said


def test_a_check_waits_for_those_it_comes_after_and_for_the_alert_one_that_runs(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = f"""
import pathlib, sys, time
with open({str(log)!r}, "a") as log: log.write("+NAME\\n")
time.sleep(0.2)
with open({str(log)!r}, "a") as log: log.write("-NAME\\n")
"""
    checks = [
        python_check("last", code.replace("NAME", "last"), after=("window", "widgets")),
        python_check("window", code.replace("NAME", "window"), alert=True),
        python_check("widgets", code.replace("NAME", "widgets"), alert=True),
    ]
    results = dev_checks.Runner(checks, lanes=3, python=PYTHON).run()
    assert [result.name for result in results] == ["window", "widgets", "last"]
    steps = log.read_text(encoding="utf-8").split()
    assert steps == ["+window", "-window", "+widgets", "-widgets", "+last", "-last"]


def test_a_check_that_fails_is_said_and_can_end_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    fails = python_check("fails", "print('said before'); raise SystemExit(3)")
    sleeps = python_check("sleeps", "import time; time.sleep(600)")
    never = python_check("never", "", after=("sleeps",))
    results = dev_checks.Runner([fails, sleeps, never], lanes=2, fail_fast=True, python=PYTHON).run()
    assert [(result.name, result.passed) for result in results] == [("fails", False), ("sleeps", False)]
    assert "said before" in capsys.readouterr().out


def test_a_check_that_can_not_start_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = dev_checks.Runner([python_check("one", "")], lanes=1, python=tmp_path / "no python").run()
    assert [(result.name, result.passed) for result in results] == [("one", False)]
    assert "It could not be started" in capsys.readouterr().out


def test_a_layer_under_the_minimum_is_named_and_fails(tmp_path: Path) -> None:
    enough, short = layer_coverage.table({"core": (90, 100), "store": (899, 1000)}).splitlines()
    assert enough.split() == ["core", "90.0", "%", "90", "of", "100", "lines", "yes"]
    assert short.endswith("NO, the minimum is 90 %")
    done = subprocess.run(
        [sys.executable, ROOT / "packaging" / "layer_coverage.py"],
        env={**os.environ, "COVERAGE_FILE": str(tmp_path / "lines")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("Nothing was measured")


def test_the_layers_with_a_minimum_are_measured() -> None:
    measured = [check for check in dev_checks.all_checks() if "coverage" in check.arguments]
    assert {f"--source=memapp.{layer}" for layer in layer_coverage.LAYERS} == {
        argument for check in measured for argument in check.arguments if argument.startswith("--source=")
    }
    (judged,) = [check for check in dev_checks.all_checks() if check.name == "coverage by layer"]
    assert set(judged.after) == {check.name for check in measured}


def test_what_is_checked_before_a_commit_can_be_chosen() -> None:
    names = [check.name for check in dev_checks.quick_checks()]
    assert sorted(names) == ["contracts", "format", "lint", "tests", "tests of intake", "types", "unused"]
    assert [check.name for check in dev_checks.quick_checks(["format"])] == ["format"]
    with pytest.raises(dev_environment.SetUpError, match="No check is called fast"):
        dev_checks.quick_checks(["fast"])


def test_measurements_are_held_against_their_limits() -> None:
    slow = {"name": "start", "value": 1.6, "unit": "s", "limit": 1.5}
    fast = {**slow, "value": 1.5}
    rate = {"name": "rate", "value": 2.0, "unit": "x", "limit": 1.9, "at_least": True}
    plain = {"name": "rows", "value": 100_000, "unit": "", "limit": None}
    assert [dev.is_within(each) for each in (slow, fast, rate, plain)] == [False, True, True, True]
    assert not dev.is_within({**rate, "value": 1.8})
    lines = dev.table([slow, rate]).splitlines()
    assert lines[0].split() == ["name", "measured", "limit", "ok"]
    assert lines[1].split() == ["start", "1.6", "s", "<=", "1.5", "s", "NO"]
    assert lines[2].split() == ["rate", "2", "x", ">=", "1.9", "x", "yes"]
    assert dev.table([plain]).splitlines()[1].split() == ["rows", "100,000", "-", "yes"]


def test_an_unheard_of_command_or_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        dev.main(["setup", "--fast"])
    assert refused.value.code == 2
    assert dev.main(["bench", "nosuch"]) == 1
    assert "nosuch" in capsys.readouterr().err


def test_the_window_has_something_to_show_and_it_may_be_passed_on() -> None:
    from PIL import Image

    folder = ROOT / "resources" / "samples"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    pictures = [file for file in folder.iterdir() if file.name != "README.md"]
    assert len(pictures) >= 12
    assert sum(file.stat().st_size for file in pictures) < 4_000_000
    for file in pictures:
        assert f"| {file.name} |" in readme
        with Image.open(file) as picture:
            picture.load()
            assert max(picture.size) <= 1600
    assert readme.count("| CC0 |") + readme.count("| public domain") == len(pictures)
