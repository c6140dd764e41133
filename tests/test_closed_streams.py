"""With standard output or error closed there are results or one sentence, never a traceback or silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its shell can't close a stream")

PHOTO = CHECKOUT / "resources" / "samples"


def run(arguments: str, closing: str, home: Path) -> tuple[int, str, str]:
    """Run memapp by a shell that closes streams; return status, standard output and error."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m memapp {arguments} {closing}', sys.executable],
        env={**os.environ, "MEMAPP_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        "doctor",
        "segmenters",
        "lab nets",
        "score .",
        "score . --output /dev/stdout",
        "--self-test",
        "--version",
        "score --help",
    ],
)
@pytest.mark.parametrize("closing", [">&- <&-"])
def test_results_that_would_be_lost_are_refused_in_one_sentence(
    tmp_path: Path, arguments: str, closing: str
) -> None:
    status, _, said = run(arguments, closing, tmp_path)
    assert status != 0
    assert said.count("\n") == 1, said
    assert "tandard output is closed" in said


@pytest.mark.parametrize(
    "arguments", ["segmenters", "--version", pytest.param("lab nets", marks=pytest.mark.breadth)]
)
@pytest.mark.parametrize("closing", ["2>&-"])
def test_without_standard_error_results_come(tmp_path: Path, arguments: str, closing: str) -> None:
    usual = run(arguments, "", tmp_path)
    assert usual[1]
    status, out, _ = run(arguments, closing, tmp_path)
    assert status == usual[0]
    assert out.count("\n") == usual[1].count("\n")


def test_without_any_stream_the_status_says_it(tmp_path: Path) -> None:
    assert run("score .", ">&- 2>&- <&-", tmp_path) == (1, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_scores_reach_their_file(tmp_path: Path, closing: str) -> None:
    shutil.copy(next(PHOTO.glob("*.jpg")), tmp_path / "photo.jpg")
    output = tmp_path / "scores.csv"
    home = Path(os.environ.get("MEMAPP_HOME", tmp_path))
    arguments = f"score {tmp_path / 'photo.jpg'} --no-cache --format csv --output {output}"
    status, out, said = run(arguments, closing, home)
    assert (status, out) == (0, ""), said
    assert "Traceback" not in said
    assert len(output.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has such a device")
@pytest.mark.parametrize("arguments", ["lab nets", "segmenters"])
def test_a_full_disk_behind_standard_output_is_a_sentence(tmp_path: Path, arguments: str) -> None:
    status, _, said = run(arguments, ">/dev/full", tmp_path)
    assert status == 1
    assert said.count("\n") == 1, said
    assert "No space left" in said


def test_no_file_gets_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    run("doctor", "2>&- >&- <&-", tmp_path)
    program = (
        "import os; from memapp.core.streams import replace_closed_streams\n"
        "replace_closed_streams()\n"
        f"handle = os.open({str(tmp_path / 'file')!r}, os.O_CREAT | os.O_WRONLY)\n"
        "os.write(2, b'a message of a C library'); os._exit(0 if handle > 2 else 1)"
    )
    command = ["sh", "-c", 'exec "$0" -c "$1" >&- 2>&- <&-', sys.executable, program]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0
    assert (tmp_path / "file").read_bytes() == b""
