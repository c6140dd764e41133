"""What lies in MEMAPP_HOME may be anybody's: it is checked, bounded in memory, and kept from other users."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from memapp.core.errors import StoreError
from memapp.core.explanation import AreaOfInterest, FolderAreas, Layer
from memapp.core.memory_game import Answer, Role
from memapp.core.records import ImageKey
from memapp.scoring.hash_cache import FILE_NAME, HashCache
from memapp.store import maps
from memapp.store.area_book import AreaBook
from memapp.store.home import home_folder
from memapp.store.maps import DiskMapStore
from memapp.store.memory_games import GAMES, keep_game, read_games
from memapp.store.preferences import SettingsFile
from memapp.store.thumbnails import ThumbnailStore

KEY = ImageKey("/a.jpg", 1, 2)
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
NET = {"name": "ResMem", "sha256": "0", "preprocessing": "1", "precision": "exact"}
MAP = {"net": NET, "method": "occlusion", "score": 0.5, "forward_passes": 5, "shape": [10, 10]}
REGION = {
    "kind": "area",
    "name": "a",
    "category": "",
    "colour": [1, 2, 3],
    "area_share": 0.5,
    "frame_share": 0.5,
    "seen_share": 0.5,
    "contribution": 0.1,
    "confidence": None,
}
REGIONS = {"net": NET, "score": 0.5, "regions": [REGION], "shape": [8, 8]}
SEGMENTER = {"name": "a", "sha256": "0", "title": "a", "categories": [{"name": "a", "colour": [1, 2, 3]}] * 2}
FRAME = np.zeros((227, 227), np.float32)
MASKS = np.zeros((1, 8), np.uint8)


def kept(store: DiskMapStore, layer: Layer, head: object, **arrays: np.ndarray) -> object:
    content = io.BytesIO()
    text = np.frombuffer(json.dumps(head).encode(), np.uint8)
    np.savez_compressed(content, head=text, **arrays)  # type: ignore[arg-type]
    return found_again(store, layer, content.getvalue())


def found_again(store: DiskMapStore, layer: Layer, content: bytes) -> object:
    store._files.write(KEY, maps._variant(layer, "x"), content)
    return store.find(KEY, layer, "x")


def test_the_sound_ones_are_read(tmp_path: Path) -> None:
    store = DiskMapStore(home=tmp_path)
    assert kept(store, Layer.MEMORABILITY, MAP, in_frame=FRAME) is not None
    assert kept(store, Layer.REGIONS, REGIONS, masks=MASKS) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [10**6, 10**6]},
        {"shape": [-1, 10]},
        {"shape": [1.5, 10]},
        {"score": "abc"},
        {"score": 7.5},
        {"score": float("nan")},
        {"forward_passes": "many"},
        {"net": 5},
    ],
    ids=str,
)
def test_a_map_of_odd_shape_is_made_again(tmp_path: Path, change: dict[str, object]) -> None:
    store = DiskMapStore(home=tmp_path)
    assert kept(store, Layer.MEMORABILITY, MAP | change, in_frame=FRAME) is None


@pytest.mark.parametrize("values", [FRAME[:5], FRAME.astype(np.float64), FRAME.astype("U3")])
def test_a_map_of_other_values_is_made_again(tmp_path: Path, values: np.ndarray) -> None:
    assert kept(DiskMapStore(home=tmp_path), Layer.MEMORABILITY, MAP, in_frame=values) is None


@pytest.mark.parametrize(
    "change",
    [
        {"area_share": "abc"},
        {"area_share": float("inf")},
        {"contribution": float("nan")},
        {"colour": [1, 2]},
        {"colour": [1, 2, 300]},
        {"name": 5},
    ],
    ids=str,
)
def test_regions_of_odd_shape_are_made_again(tmp_path: Path, change: dict[str, object]) -> None:
    regions = REGIONS | {"regions": [REGION | change]}
    assert kept(DiskMapStore(home=tmp_path), Layer.REGIONS, regions, masks=MASKS) is None


def test_labels_beyond_the_categories_are_made_again(tmp_path: Path) -> None:
    labels = np.full((8, 8), 200, np.uint8)
    head = {"segmenter": SEGMENTER, "instances": []}
    store = DiskMapStore(home=tmp_path)
    assert kept(store, Layer.SEGMENTATION, head, labels=labels, masks=MASKS[:0]) is None
    assert kept(store, Layer.SEGMENTATION, head, labels=labels * 0, masks=MASKS[:0]) is not None


def bomb(declared: tuple[int, int], written: int) -> bytes:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": declared})
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("head.npy", b"")
        with archive.open("labels.npy", "w") as file:
            file.write(header.getvalue())
            for _ in range(written):
                file.write(bytes(1_000_000))
    return content.getvalue()


@pytest.mark.parametrize(
    ("declared", "written"), [((1000, 10**6), 1000), ((10**6, 10**6), 1), ((10, 10), 300)]
)
def test_a_small_file_takes_little_memory(tmp_path: Path, declared: tuple[int, int], written: int) -> None:
    content = bomb(declared, written)
    assert len(content) < 3_000_000
    store = DiskMapStore(home=tmp_path)
    tracemalloc.start()
    try:
        assert found_again(store, Layer.SEGMENTATION, content) is None
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"\xff\xfe", b"5", b"[]", b'{"x": 5}', b"NaN", b'{"x": [1, 2, "3"]}', b""]
)
def test_a_hash_cache_of_odd_shape_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    (tmp_path / "empty").write_bytes(b"")
    for _ in range(2):
        assert HashCache(home=tmp_path).sha256_of(tmp_path / "empty").startswith("e3b0c44")
    assert str(tmp_path / "empty") in json.loads((tmp_path / FILE_NAME).read_text())


def test_a_hash_that_is_none_is_computed_again(tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_bytes(b"")
    state = [0, file.stat().st_mtime_ns, "not a hash"]
    (tmp_path / FILE_NAME).write_text(json.dumps({str(file): state}))
    assert HashCache(home=tmp_path).sha256_of(file).startswith("e3b0c44")


ANSWER = Answer("a.jpg", Role.TARGET, repeat=True, pressed=True)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b"\xff\xfe",
        b"5",
        b'{"answers": 5}',
        b'{"answers": "abc"}',
        b'{"answers": [{"photo": 5, "role": "target", "repeat": true, "pressed": true}]}',
        b'{"answers": [{"photo": "a", "role": "target", "repeat": "false", "pressed": true}]}',
        b'{"answers": [{"photo": "a", "role": "winner", "repeat": true, "pressed": true}]}',
    ],
    ids=lambda line: line[:70],
)
def test_games_of_odd_shape_are_passed_over_and_kept(tmp_path: Path, line: bytes) -> None:
    (tmp_path / GAMES).write_bytes(line)
    assert read_games(tmp_path) == []
    keep_game(tmp_path, [ANSWER], observer="me", when="2026-01-01")
    assert read_games(tmp_path) == [[ANSWER]]
    assert (tmp_path / GAMES).read_bytes().startswith(line + b"\n")


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"\xff", b"5", b'{"areas": 5}', b'{"areas": [], "photos": 5}']
)
def test_damaged_areas_are_set_aside_each_time(tmp_path: Path, content: bytes) -> None:
    book = AreaBook(home=tmp_path)
    path = book._path("/photos")
    path.parent.mkdir()
    for _ in range(2):
        path.write_bytes(content)
        with pytest.raises(StoreError, match="was renamed"):
            book.load("/photos")
    assert [each.read_bytes() for each in path.parent.glob("*.damaged")] == [content] * 2
    assert book.load("/photos") == FolderAreas()


@posix_only
def test_only_the_owner_can_read_what_says_something_of_photos(tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        settings = SettingsFile(home=home)
        settings.note("folder", "/private")
        settings.save()
        kept(DiskMapStore(home=home), Layer.MEMORABILITY, MAP, in_frame=FRAME)
        ThumbnailStore(home=home).write(KEY, "512-1", b"abc")
        area = AreaOfInterest("logo", ((0, 0), (1, 0), (1, 1)))
        AreaBook(home=home).save("/photos", FolderAreas((area,)))
        (tmp_path / "empty").write_bytes(b"")
        HashCache(home=home).sha256_of(tmp_path / "empty")
        program = "from memapp import log; log.start()"
        environment = {**os.environ, "MEMAPP_HOME": str(home)}
        (home / "logs").mkdir()
        (home / "logs" / "memapp.log").touch(0o644)
        subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    finally:
        os.umask(before)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) >= 6
    assert {
        str(file): oct(stat.S_IMODE(file.stat().st_mode)) for file in files if file.stat().st_mode & 0o077
    } == {}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@posix_only
@pytest.mark.parametrize("value", ["~nobody-of-this-name/memapp", "~nobody-of-this-name"])
@pytest.mark.parametrize(
    "arguments", [["doctor"], ["score", "a.jpg"], ["segmenters"], ["--self-test"], ["a.jpg"]]
)
def test_a_home_that_can_not_be_resolved_is_a_sentence(value: str, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "memapp", *arguments],
        env={**os.environ, "MEMAPP_HOME": value},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "MEMAPP_HOME" in done.stderr


@posix_only
def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEMAPP_HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    expand: Callable[[str], str] = lambda path: path  # noqa: E731
    monkeypatch.setattr(os.path, "expanduser", expand)
    with pytest.raises(StoreError, match="MEMAPP_HOME"):
        home_folder()


def test_settings_that_are_damaged_twice_are_both_kept(tmp_path: Path) -> None:
    for content in (b"[" * 100_000, b"\xff"):
        (tmp_path / "settings.json").write_bytes(content)
        settings = SettingsFile(home=tmp_path)
        settings.note("folder", "/photos")
        settings.save()
        assert SettingsFile(home=tmp_path).values() == {"folder": "/photos"}
    kept_aside = [path.read_bytes() for path in sorted(tmp_path.glob("settings.damaged*"))]
    assert sorted(kept_aside) == [b"[" * 100_000, b"\xff"]


@posix_only
def test_without_a_log_nothing_is_written_to_the_terminal_instead(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    program = "import logging; from memapp import log; log.start(); logging.error('\x1b]0;a name\x07')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "MEMAPP_HOME": str(tmp_path / "loop")},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize("compression", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_compression_whose_memory_the_file_decides_is_refused(tmp_path: Path, compression: int) -> None:
    labels, masks = np.zeros((8, 8), np.uint8), MASKS[:0]
    head = {"segmenter": SEGMENTER, "instances": []}
    arrays = {"head": np.frombuffer(json.dumps(head).encode(), np.uint8), "labels": labels, "masks": masks}
    for kind, expected in ((zipfile.ZIP_DEFLATED, True), (compression, False)):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", kind) as archive:
            for name, array in arrays.items():
                one = io.BytesIO()
                np.save(one, array)
                archive.writestr(f"{name}.npy", one.getvalue())
        found = found_again(DiskMapStore(home=tmp_path), Layer.SEGMENTATION, content.getvalue())
        assert (found is not None) == expected


@posix_only
@pytest.mark.parametrize("inside", ["", "memapp"])
def test_a_home_that_no_folder_can_be_at_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("loop", "x" * 300):
        monkeypatch.setenv("MEMAPP_HOME", str(tmp_path / name / inside))
        with pytest.raises(StoreError, match=r"MEMAPP_HOME=.* can't be used"):
            home_folder()
    monkeypatch.setattr(os, "environ", {"MEMAPP_HOME": "a\0b"})
    with pytest.raises(StoreError, match="can't be used"):
        home_folder()
