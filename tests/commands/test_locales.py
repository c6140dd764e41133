"""Names of files in JSON and CSV, whatever the language settings of the terminal are."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from memapp.core.resources import resources_folder
from tests.conftest import CHECKOUT

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems keep names as text"
)


@pytest.fixture(scope="module")
def latin_1(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a terminal in Latin-1, made here: few systems still have one."""
    if shutil.which("localedef") is None:
        pytest.skip("localedef is not installed")
    folder = tmp_path_factory.mktemp("locales")
    target = folder / "en_US.ISO-8859-1"
    subprocess.run(["localedef", "-i", "en_US", "-f", "ISO-8859-1", target], capture_output=True, check=False)
    if not target.is_dir():
        pytest.skip("the source of a locale in Latin-1 is not installed")
    return {"LOCPATH": str(folder), "LC_ALL": target.name, "PYTHONUTF8": "0"}


def outputs(folder: Path, home: Path, variables: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return the paths in JSON and in CSV of the photos in a folder."""
    told = []
    for form in ("json", "csv"):
        done = subprocess.run(
            [sys.executable, "-m", "memapp", "score", "--format", form, os.fsencode(folder)],
            cwd=CHECKOUT,
            env={**os.environ, "MEMAPP_HOME": str(home), **variables},
            capture_output=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        told.append(done.stdout)
    in_json = [each["path"] for each in json.loads(told[0].decode("utf-8"))["results"]]
    in_csv = [row["path"] for row in csv.DictReader(io.StringIO(told[1].decode("utf-8")))]
    return in_json, in_csv


def photo(folder: Path, name: bytes) -> None:
    shutil.copyfile(
        resources_folder() / "samples" / "Coffee.jpg",
        os.path.join(os.fsencode(folder), name),  # noqa: PTH118
    )


def test_names_in_a_latin_1_locale_are_right(
    tmp_path: Path, prepared_home: Path, latin_1: dict[str, str]
) -> None:
    photo(tmp_path, b"caf\xe9.jpg")
    in_json, in_csv = outputs(tmp_path, prepared_home, latin_1)
    assert in_json == in_csv == [f"{tmp_path}/café.jpg"]


@pytest.mark.parametrize("variables", [{"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}])
def test_names_that_are_no_text_are_escaped(
    tmp_path: Path, prepared_home: Path, variables: dict[str, str]
) -> None:
    photo(tmp_path, b"caf\xe9.jpg")
    photo(tmp_path, "żółw €.jpg".encode())
    in_json, in_csv = outputs(tmp_path, prepared_home, variables)
    assert {Path(path).name for path in in_json} == {"caf\udce9.jpg", "żółw €.jpg"}
    assert {Path(path).name for path in in_csv} == {r"caf\udce9.jpg", "żółw €.jpg"}


@pytest.mark.skipif(os.name == "nt", reason="terminals are another thing there")
def test_a_terminal_that_can_not_show_a_name_shows_it_escaped(tmp_path: Path, prepared_home: Path) -> None:
    import pty

    photo(tmp_path, "żółw.jpg".encode())
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "memapp", "score", str(tmp_path)],
        cwd=CHECKOUT,
        env={**os.environ, "MEMAPP_HOME": str(prepared_home), "PYTHONIOENCODING": "latin-1"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # as Linux says that the other end is closed
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    assert process.wait(timeout=180) == 0
    assert b"\\u017c\xf3\\u0142w.jpg" in shown
