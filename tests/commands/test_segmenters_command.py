"""memapp segmenters, in a process of its own: what it prints, how it ends, what it does not load."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from memapp.doctor import examine
from memapp.scoring.segmentation.folders import EVERYDAY, SegmenterFolders
from memapp.scoring.weights import WeightsLocator
from tests.conftest import CHECKOUT
from tests.packs import MADE, made_pack
from tests.scoring.segmentation.test_trial import endless, pack_of

_TELLTALE = """
import sys
from memapp import cli
status = cli.main(sys.argv[1:])
assert not {"torch", "torchvision", "PySide6"} & set(sys.modules)
sys.exit(status)
"""


def segmenters(home: Path, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _TELLTALE, "segmenters", *map(str, arguments)],
        cwd=CHECKOUT,
        env={**os.environ, "MEMAPP_HOME": str(home), **variables},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_a_pack_is_installed_listed_and_removed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    nothing = segmenters(home)
    assert nothing.returncode == 0
    source = made_pack(tmp_path) / "segmenters" / MADE
    done = segmenters(home, "install", source)
    assert (done.returncode, done.stdout) == (0, f"{MADE} is installed: Brightness, 3 steps.\n")
    listed = segmenters(home, "list")
    assert MADE in listed.stdout
    assert "dark, grey, bright" in listed.stdout
    assert MADE not in nothing.stdout
    removed = segmenters(home, "remove", MADE)
    assert removed.returncode == 0
    assert SegmenterFolders(resources=tmp_path / "none", home=home).packs() == ()


def test_what_goes_wrong_is_a_sentence_and_a_status(tmp_path: Path) -> None:
    source = made_pack(tmp_path) / "segmenters" / MADE
    (source / "segmenter.onnx").write_bytes(b"another one")
    for arguments, words in (
        (("install", source), "can't be used: what"),
        (("install", tmp_path / "nowhere"), "There is no object finder at"),
        (("remove", "unheard-of"), "unheard-of is not installed"),
    ):
        done = segmenters(tmp_path / "home", *arguments)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_fetch_says_the_size_first_and_offline_is_one_sentence(tmp_path: Path) -> None:
    # A proxy at a closed door stands for a network that is not there, wherever this test runs.
    closed = "http://127.0.0.1:9"
    done = segmenters(
        tmp_path / "home", "fetch", "coco-13", https_proxy="http://nowhere.invalid:9", http_proxy=closed
    )
    assert done.returncode == 1
    assert " MB from " in done.stdout
    assert done.stderr.startswith("This computer can't reach ")
    assert done.stderr.count("\n") == 1


def test_the_doctor_loads_each_pack(tmp_path: Path) -> None:
    home = made_pack(tmp_path)
    altered = made_pack(tmp_path / "other") / "segmenters" / MADE
    altered.rename(home / "segmenters" / "altered")
    description = home / "segmenters" / "altered" / "segmenter.json"
    description.write_text(description.read_text().replace(f'"{MADE}"', '"altered"'))
    with (home / "segmenters" / "altered" / "segmenter.onnx").open("ab") as graph:
        graph.write(b"\0")
    # Without weights the doctor is quick, and says of everything else how it is.
    no_weights = WeightsLocator(resources=tmp_path, home=tmp_path, distribution_file=lambda _: None)
    texts = [
        finding.text
        for finding in examine(weights=no_weights, home=home)
        if finding.subject == "segmenter" and not finding.text.startswith(EVERYDAY)
    ]
    assert len(texts) == 2
    assert "changed or damaged" in texts[0]
    assert texts[1] == f"{MADE}: works"


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise there")
def test_ctrl_c_ends_the_trial_of_a_graph_that_never_ends(tmp_path: Path) -> None:
    pack = pack_of(tmp_path, endless())
    process = subprocess.Popen(
        [sys.executable, "-m", "memapp", "segmenters", "install", str(pack)],
        cwd=CHECKOUT,
        env={**os.environ, "MEMAPP_HOME": str(tmp_path / "home")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ours = psutil.Process(process.pid)
        give_up = time.monotonic() + 60
        # The trial runs in a child process; interrupted before, nothing would be tried.
        while not any(child.cpu_times().user > 1 for child in ours.children(recursive=True)):
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert said.splitlines()[-1] == "Cancelled."
    assert not list((tmp_path / "home" / "segmenters").glob("*"))
