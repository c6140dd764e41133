"""The folders of packs: listing, installing and refusing; no pack is ever half installed."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import namedtuple
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, SegmenterError
from memapp.scoring.segmentation.folders import SegmenterFolders
from tests.packs import MADE, graph_of, made_pack

GREY = np.full((20, 30, 3), 128, np.uint8)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a pack's folder, as a user may have received it."""
    return made_pack(tmp_path / "source") / "segmenters" / MADE


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def folders(tmp_path: Path, home: Path) -> SegmenterFolders:
    return SegmenterFolders(resources=tmp_path / "resources", home=home)


def left(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "segmenters").iterdir())


def change(source: Path, **fields: object) -> None:
    path = source / "segmenter.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def replace_graph(source: Path, graph: onnx.ModelProto, **fields: object) -> None:
    onnx.save(graph, source / "segmenter.onnx")
    change(source, sha256=hashlib.sha256((source / "segmenter.onnx").read_bytes()).hexdigest(), **fields)


def test_missing_folders_list_nothing(folders: SegmenterFolders) -> None:
    assert folders.packs() == ()
    with pytest.raises(SegmenterError, match="coco-13 is not installed"):
        folders.open("coco-13")


def test_a_folder_is_installed_listed_opened_and_removed(
    folders: SegmenterFolders, source: Path, home: Path
) -> None:
    (source / "LICENSE.txt").write_text("free")
    (source / "virus.exe").write_text("no")
    told: list[tuple[int, int]] = []
    identity = folders.install(source, progress=lambda done, total: told.append((done, total)))
    assert folders.installed() == (identity,)
    assert told[-1][0] == told[-1][1] > 0
    assert left(home) == [MADE]
    files = sorted(path.name for path in (home / "segmenters" / MADE).iterdir())
    assert files == ["LICENSE.txt", "segmenter.json", "segmenter.onnx"]
    assert (folders.open(MADE).segment(GREY).labels == 1).all()
    folders.remove(MADE)
    assert folders.installed() == ()
    assert left(home) == []


@pytest.mark.parametrize("within", ["", "some folder/"])
def test_a_zip_is_installed(folders: SegmenterFolders, source: Path, tmp_path: Path, within: str) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in source.iterdir():
            archive.write(path, within + path.name)
    assert folders.install(tmp_path / "pack.zip").name == MADE
    assert (folders.open(MADE).segment(GREY).labels == 1).all()


def test_no_path_in_a_zip_leads_out(
    folders: SegmenterFolders, source: Path, tmp_path: Path, home: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        for path in source.iterdir():
            archive.write(path, path.name)
        archive.writestr("../../escaped.txt", "x")
        archive.writestr("..\\..\\escaped.txt", "x")
        archive.writestr("/tmp/escaped.txt", "x")
        archive.writestr("../segmenter.json", "{}")
    folders.install(tmp_path / "pack.zip")
    assert [path.name for path in tmp_path.rglob("*escaped*")] == []
    assert len(list((home / "segmenters" / MADE).iterdir())) == 2


def test_an_oversized_zip_is_refused(folders: SegmenterFolders, tmp_path: Path, home: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("segmenter.json", b" " * 50_000_000)
        archive.writestr("segmenter.onnx", b"")
    with pytest.raises(SegmenterError, match=r"its segmenter\.json has 50 MB"):
        folders.install(tmp_path / "pack.zip")
    assert left(home) == []


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_damaged_zip_is_refused_with_a_sentence(
    folders: SegmenterFolders, source: Path, tmp_path: Path, home: Path, packed: int
) -> None:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w", packed) as archive:
        archive.write(source / "segmenter.json", "segmenter.json")
        archive.write(source / "segmenter.onnx", "segmenter.onnx")
        member = archive.getinfo("segmenter.onnx")
    content = bytearray(path.read_bytes())
    begin = member.header_offset + 30 + len(member.filename)
    content[begin : begin + 60] = bytes(byte ^ 0xA5 for byte in content[begin : begin + 60])
    path.write_bytes(content)
    with pytest.raises(SegmenterError, match=r"pack\.zip is not an object finder"):
        folders.install(path)
    assert left(home) == []


def test_a_refused_pack_is_named_after_its_file(folders: SegmenterFolders, source: Path) -> None:
    change(source, format=2)
    with pytest.raises(SegmenterError, match=f"The object finder {source.name} can't be used"):
        folders.install(source)


def test_other_files_are_refused(folders: SegmenterFolders, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8 no zip")
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a/b/segmenter.json", "{}")
    for name, words in {
        "photo.jpg": "neither a folder nor a readable zip",
        "empty": r"no segmenter\.json",
        "other.zip": r"no segmenter\.json",
        "nowhere": "There is no object finder",
    }.items():
        with pytest.raises(SegmenterError, match=words):
            folders.install(tmp_path / name)


def test_a_graph_of_another_hash_is_refused(folders: SegmenterFolders, source: Path, home: Path) -> None:
    with (source / "segmenter.onnx").open("ab") as graph:
        graph.write(b"\0")
    with pytest.raises(SegmenterError, match="another sha256"):
        folders.install(source)
    assert left(home) == []


def value(name: str, kind: int, shape: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def passing(
    kind: int,
    shape: list[int | str],
    given: int = TensorProto.INT32,
    *,
    more_inputs: bool = False,
    plane: bool = False,
) -> onnx.ModelProto:
    """Return a graph that outputs its input, as another type, or a plane of it, the channels' maximum."""
    inputs = [value("image", kind, shape)]
    if more_inputs:
        inputs.append(value("other", kind, shape))
    nodes = [helper.make_node("Cast", ["image"], ["labels"], to=given)]
    if plane:
        nodes[0].output[0] = "cast"
        nodes.append(helper.make_node("ReduceMax", ["cast"], ["labels"], axes=[3], keepdims=0))
        return graph_of(nodes, inputs, [value("labels", given, shape[:3])], {})
    return graph_of(nodes, inputs, [value("labels", given, shape)], {})


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (passing(TensorProto.UINT8, [1, 32, 32, 3]), "takes 1 x 32 x 32 x 3, not 1 x 64 x 64 x 3"),
        (passing(TensorProto.UINT8, [64, 64, 3]), "takes 64 x 64 x 3, not 1 x 64 x 64 x 3"),
        (passing(TensorProto.FLOAT, [1, 64, 64, 3]), r"takes tensor\(float\), not the uint8"),
        (passing(TensorProto.UINT8, [1, 64, 64, 3]), "returns 1 x 64 x 64 x 3, which is not a plane"),
        (
            passing(TensorProto.UINT8, [1, 64, 64, 3], TensorProto.FLOAT, plane=True),
            "which is not what it describes",
        ),
        (passing(TensorProto.UINT8, [1, 64, 64, 3], more_inputs=True), "has 2 inputs instead of one"),
        # Shapes that the graph leaves open are found when it is tried out.
        (passing(TensorProto.UINT8, ["n", "h", "w", "c"]), r"its labels have the shape \(1, 64, 64, 3\)"),
    ],
)
def test_a_graph_that_does_not_match_is_refused(
    folders: SegmenterFolders, source: Path, home: Path, graph: onnx.ModelProto, words: str
) -> None:
    replace_graph(source, graph)
    with pytest.raises(SegmenterError, match=words):
        folders.install(source)
    assert left(home) == []


def test_a_file_that_is_not_a_graph_is_refused(folders: SegmenterFolders, source: Path) -> None:
    (source / "segmenter.onnx").write_bytes(b"no graph at all")
    change(source, sha256=hashlib.sha256(b"no graph at all").hexdigest())
    with pytest.raises(SegmenterError, match="its graph can't be loaded"):
        folders.install(source)


def test_labels_beyond_the_classes_are_refused(folders: SegmenterFolders, source: Path) -> None:
    change(source, classes=[{"name": "dark", "category": "dark"}])
    with pytest.raises(SegmenterError, match="returns the label 2, but describes 1 classes"):
        folders.install(source)


def test_a_graph_changed_after_installation_is_not_opened(
    folders: SegmenterFolders, source: Path, home: Path
) -> None:
    folders.install(source)
    with (home / "segmenters" / MADE / "segmenter.onnx").open("ab") as graph:
        graph.write(b"\0")
    with pytest.raises(SegmenterError, match="changed or damaged"):
        folders.open(MADE)


def test_a_refused_pack_is_listed_with_the_reason_and_can_be_removed(
    folders: SegmenterFolders, home: Path
) -> None:
    broken = home / "segmenters" / "broken"
    broken.mkdir(parents=True)
    (broken / "segmenter.json").write_text("{}")
    [pack] = folders.packs()
    assert (pack.name, pack.description) == ("broken", None)
    assert "format is missing" in str(pack.problem)
    assert folders.installed() == ()
    with pytest.raises(SegmenterError, match="format is missing"):
        folders.open("broken")
    folders.remove("broken")
    assert folders.packs() == ()


def test_included_packs_can_not_be_removed_or_replaced(tmp_path: Path, source: Path, home: Path) -> None:
    made_pack(tmp_path / "resources")
    folders = SegmenterFolders(resources=tmp_path / "resources", home=home)
    with pytest.raises(SegmenterError, match="is included with memapp and can't be removed"):
        folders.remove(MADE)
    with pytest.raises(SegmenterError, match="is included with memapp and can't be replaced"):
        folders.install(source)
    assert folders.packs()[0].built_in


def test_the_default_comes_first(folders: SegmenterFolders, source: Path) -> None:
    folders.install(source)
    for name in ("zebra", "coco-13"):
        change(source, name=name)
        folders.install(source)
    assert [identity.name for identity in folders.installed()] == ["coco-13", MADE, "zebra"]


def test_a_new_version_replaces_the_old_one(folders: SegmenterFolders, source: Path, home: Path) -> None:
    folders.install(source)
    change(source, title="A newer one")
    folders.install(source)
    assert folders.installed()[0].title == "A newer one"
    assert left(home) == [MADE]


def test_a_cancelled_installation_changes_nothing(
    folders: SegmenterFolders, source: Path, home: Path
) -> None:
    control = RunControl()
    with pytest.raises(Cancelled):
        folders.install(source, control=control, progress=lambda _done, _total: control.cancel())
    assert left(home) == []


def test_a_full_disk_is_reported_with_a_sentence(
    folders: SegmenterFolders, source: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage(10, 9, 1_000_000))
    with pytest.raises(SegmenterError, match=r"too full: 50 MB are needed, 1 MB are free\."):
        folders.install(source)
    assert left(home) == []
