"""A FIFO or a device where memapp reads a file keeps nobody waiting, and is said in words or made again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from memapp.core.errors import FetchError, MemappError, SegmenterError, StoreError
from memapp.core.records import ImageKey, NetIdentity
from memapp.scoring.engines.export_process import export_resmem
from memapp.scoring.engines.graphs import GraphFolder
from memapp.scoring.engines.tuning import TuningFile
from memapp.scoring.hash_cache import FILE_NAME, HashCache
from memapp.scoring.nets.added import add_checkpoint
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.partial_download import Published, is_published
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.scoring.weights import WeightsLocator
from memapp.store.area_book import AreaBook
from memapp.store.areas import read_areas
from memapp.store.explained_files import is_written_here
from memapp.store.memory_games import GAMES, read_games
from memapp.store.preferences import SettingsFile
from memapp.store.thumbnails import ThumbnailStore

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither FIFOs nor such devices")

NET = NetIdentity(name="ResMem", sha256="a" * 64, preprocessing="memapp-1")
KEY = ImageKey("/a.jpg", 1, 2)


@pytest.fixture(autouse=True)
def not_for_ever() -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(params=["FIFO", "device", "folder"])
def put(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    def put_at(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        match request.param:
            case "FIFO":
                os.mkfifo(path)
            case "device":
                path.symlink_to("/dev/zero")
            case _:
                path.mkdir()
        return path

    return put_at


Put = Callable[[Path], Path]


def test_hash_cache(tmp_path: Path, put: Put) -> None:
    put(tmp_path / FILE_NAME)
    content = tmp_path / "content"
    content.write_bytes(b"")
    assert HashCache(home=tmp_path).sha256_of(content).startswith("e3b0c44")
    with pytest.raises(OSError, match=r"a folder or a device, not a file|directory"):
        HashCache(home=tmp_path).sha256_of(put(tmp_path / "graph.onnx"))


def test_nets(tmp_path: Path, put: Put) -> None:
    checkpoint = put(tmp_path / "nets" / "mine.safetensors")
    registry = NetRegistry(weights=WeightsLocator(resources=tmp_path, home=tmp_path), home=tmp_path)
    assert "mine" not in [net.id for net in registry.known()]
    assert "mine.safetensors" in registry.broken()[0]
    with pytest.raises(MemappError):
        add_checkpoint(checkpoint, home=tmp_path)


def test_prepared_nets(tmp_path: Path, put: Put) -> None:
    folder = GraphFolder(home=tmp_path, export=export_resmem)
    put(folder._path(NET).with_suffix(".json"))
    assert folder.find(NET) is None


def test_tuning(tmp_path: Path, put: Put) -> None:
    put(tmp_path / "tuning.json")
    assert TuningFile(folder=tmp_path, engine="e", graph="g").read() is None


@pytest.mark.parametrize("name", ["segmenter.json", "segmenter.onnx"])
def test_segmenters(tmp_path: Path, put: Put, name: str) -> None:
    put(tmp_path / "segmenters" / "mine" / name)
    folders = SegmenterFolders(resources=tmp_path / "none", home=tmp_path)
    [pack] = folders.packs()
    assert pack.description is None
    with pytest.raises(SegmenterError):
        folders.open("mine")
    with pytest.raises(SegmenterError):
        folders.install(tmp_path / "segmenters" / "mine")
    with pytest.raises(SegmenterError):
        folders.install(put(tmp_path / "pack.zip"))


def test_fetched_files(tmp_path: Path, put: Put) -> None:
    published = Published("It", "https://example.org/it", "it", "0" * 64, 1)
    with pytest.raises((OSError, FetchError)):
        is_published(put(tmp_path / "it"), published)


def test_thumbnails(tmp_path: Path, put: Put) -> None:
    store = ThumbnailStore(home=tmp_path)
    put(store._path(KEY, "512-1"))
    assert not store.has(KEY, "512-1")
    assert store.read(KEY, "512-1") is None


def test_settings(tmp_path: Path, put: Put) -> None:
    put(tmp_path / "settings.json")
    assert "can't be read" in SettingsFile(home=tmp_path).read().problem


def test_areas(tmp_path: Path, put: Put) -> None:
    book = AreaBook(home=tmp_path)
    put(book._path("/photos"))
    with pytest.raises(StoreError, match="can't be read"):
        book.load("/photos")
    with pytest.raises(StoreError, match="can't be read"):
        read_areas(put(tmp_path / "areas.json"))


def test_explanations(tmp_path: Path, put: Put) -> None:
    put(tmp_path / "a.json")
    assert not is_written_here(tmp_path / "a.map.png")


def test_games(tmp_path: Path, put: Put) -> None:
    put(tmp_path / GAMES)
    with pytest.raises(OSError, match=r"a folder or a device, not a file|directory"):
        read_games(tmp_path)


def test_log(tmp_path: Path, put: Put) -> None:
    put(tmp_path / "logs" / "memapp.log")
    program = "from memapp import log; log.start(); print('started')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "MEMAPP_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    assert done.stdout == b"started\n"
