"""The self-extracting .run with a small program inside, in places with odd names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer import linux, options
from installer.main import version_of
from installer.steps import Build

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason=".run files are for Linux")


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    """A .run whose memapp is a script that says where it is."""
    given = options.parse(["--out", str(tmp_path / "out"), "--fast", "--target", "linux"], root=ROOT)
    build = Build(options=given, root=ROOT, version=version_of(ROOT), work=tmp_path / "work")
    icons = build.resources / "icons"
    icons.mkdir(parents=True)
    shutil.copy2(ROOT / "resources" / "icons" / "memapp.svg", icons)
    for name in ("memapp", "memapp-cli"):
        program = build.frozen / name
        program.write_text('#!/bin/sh\necho "I am $0"\n', encoding="utf-8")
        program.chmod(0o755)
    build.options.out.mkdir()
    linux.add_shared_files(build, build.frozen)
    return linux.make_run(build)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "Zu Hause 'é' 100% $HOME"
    folder.mkdir()
    return folder


def sh(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script with nothing but a home and the system's programs."""
    return subprocess.run(
        ["/bin/sh", *map(str, arguments)],
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def program_of(entry: Path) -> str:
    """The program that a desktop entry starts, unquoted as the specification says."""
    line = next(line for line in entry.read_text(encoding="utf-8").splitlines() if line.startswith("Exec="))
    value = line.removeprefix("Exec=").replace("\\\\", "\\")
    assert value.endswith('" %F')
    quoted = value.removeprefix('"').removesuffix('" %F')
    for character in '\\"`$':
        quoted = quoted.replace("\\" + character, character)
    return quoted.replace("%%", "%")


@pytest.mark.parametrize("prefix", ["", 'Programme "é" 50% $PATH `x`', "plain"])
def test_install_upgrade_remove(run_file: Path, home: Path, tmp_path: Path, prefix: str) -> None:
    place = tmp_path / prefix if prefix else home / ".local" / "opt" / "memapp"
    options: list[str | Path] = ["--prefix", place] if prefix else []
    scores = home / ".local" / "share" / "memapp" / "scores.sqlite"
    scores.parent.mkdir(parents=True)
    scores.write_text("scores", encoding="utf-8")
    before = files(home)

    for _ in range(2):
        done = sh(home, run_file, *options)
        assert done.returncode == 0, done.stderr
        stale = place / "_internal" / "stale.txt"
        assert not stale.exists()
        stale.write_text("of an older version", encoding="utf-8")
    started = sh(home, "-c", '"$HOME/.local/bin/memapp"')
    assert started.stdout.startswith("I am ")
    entry = home / ".local" / "share" / "applications" / "memapp.desktop"
    assert program_of(entry) == f"{place}/memapp"
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", entry], check=True)

    done = sh(home, place / "uninstall.sh")
    assert done.returncode == 0, done.stderr
    assert not place.exists()
    assert files(home) == before


def test_a_damaged_file_says_so_and_installs_nothing(run_file: Path, home: Path) -> None:
    content = run_file.read_bytes()
    run_file.write_bytes(content[:-10])
    done = sh(home, run_file)
    assert done.returncode == 1
    assert done.stderr == "This file is incomplete or damaged: download it again.\n"
    assert files(home) == []


def test_nothing_that_is_not_memapps_is_replaced_or_removed(
    run_file: Path, home: Path, tmp_path: Path
) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"a photo")
    assert "not memapp's" in sh(home, run_file, "--prefix", other).stderr
    assert "not installed" in sh(home, run_file, "--uninstall", "--prefix", other).stderr
    assert "where your scores are kept" in sh(home, run_file, "--prefix", home / ".local/share/memapp").stderr
    assert files(other) == ["a.jpg"]


def test_a_full_disk_is_noticed_before_anything_is_written(run_file: Path, home: Path) -> None:
    content = run_file.read_bytes()
    line = next(line for line in content.splitlines() if line.startswith(b"NEEDED_KILOBYTES="))
    run_file.write_bytes(content.replace(line, b"NEEDED_KILOBYTES=9999999999999", 1))
    done = sh(home, run_file)
    assert "too full" in done.stderr
    assert not (home / ".local" / "opt" / "memapp").exists()
