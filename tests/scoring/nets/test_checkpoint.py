"""Checkpoints: written ones are read back; hostile, damaged or foreign ones are refused with a message."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError

from memapp.scoring.nets.checkpoint import (
    MOST_LETTERS,
    CheckpointError,
    CheckpointHeader,
    SegmenterOfNet,
    load_checkpoint,
    read_header,
    write_checkpoint,
)
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from tests.scoring.nets.small_family import make_small

SEGMENTER = SegmenterOfNet("scenes", "a" * 64, ("background", "person"), (0, 1, 1))
HEADER = CheckpointHeader(
    net="m3m", title="my team", segmenter=SEGMENTER, data={"count": 3}, metrics={"spearman": 0.5}
)


@pytest.fixture(autouse=True)
def small_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "good.safetensors"
    torch.manual_seed(1)
    write_checkpoint(path, MemorabilityNet(FAMILY["m3m"]), HEADER)
    return path


def split(path: Path) -> tuple[dict[str, Any], bytes]:
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def joined(header: object, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_a_written_checkpoint_is_read_back(checkpoint: Path) -> None:
    torch.manual_seed(1)
    written = MemorabilityNet(FAMILY["m3m"]).eval()
    header, net = load_checkpoint(checkpoint)
    assert header == HEADER == read_header(checkpoint)
    assert header.name == "M3M: my team"
    for name, value in written.state_dict().items():
        assert torch.equal(net.state_dict()[name], value)
    assert not any(parameter.requires_grad for parameter in net.parameters())
    assert [path.name for path in checkpoint.parent.iterdir()] == ["good.safetensors"]


def test_a_header_is_read_without_torch(checkpoint: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from memapp.scoring.nets.checkpoint import read_header\n"
        f"print(read_header(Path({str(checkpoint)!r})).title)\n"
        "print(sorted({'torch', 'safetensors'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["my team", "[]"]


class RunsWhenOpened:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("exit 3",)


@pytest.mark.parametrize("old_format", [False, True])
def test_a_pickle_is_refused_with_the_reason_and_not_run(
    tmp_path: Path, old_format: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hostile.safetensors"
    torch.save({"fc6.weight": RunsWhenOpened()}, path, _use_new_zipfile_serialization=not old_format)
    monkeypatch.setattr(os, "system", lambda _: pytest.fail("it was run"))
    for read in (read_header, load_checkpoint):
        with pytest.raises(CheckpointError, match=r"it is a file of torch .* can run any program"):
            read(path)


def metadata_with(**changes: object) -> Callable[[dict[str, Any], bytes], bytes]:
    def spoil(header: dict[str, Any], data: bytes) -> bytes:
        said = json.loads(header["__metadata__"]["memapp"])
        said.update(changes)
        return joined({**header, "__metadata__": {"memapp": json.dumps(said)}}, data)

    return spoil


def tensor_with(**changes: object) -> Callable[[dict[str, Any], bytes], bytes]:
    def spoil(header: dict[str, Any], data: bytes) -> bytes:
        header["conv1.bias"].update(changes)
        return joined(header, data)

    return spoil


SPOILT: dict[str, tuple[Callable[[dict[str, Any], bytes], bytes], str]] = {
    "empty": (lambda header, data: b"", "not a .safetensors file"),
    "a text": (lambda header, data: b"file,score\n" * 30, "not a .safetensors file"),
    "header longer than the file": (lambda header, data: struct.pack("<Q", 900_000) + b"{}", "beginning"),
    "header of exabytes": (lambda header, data: b"\xff" * 8 + data, "not a .safetensors file"),
    "header of 10 MB": (lambda header, data: joined(b" " * 10_000_000, data), "not a .safetensors file"),
    "header that is not JSON": (lambda header, data: joined(b"{" * 500, data), "does not fit"),
    "header nested deeply": (lambda header, data: joined(b"[" * 200_000, data), "does not fit"),
    "header that is a list": (lambda header, data: joined([header], data), "does not fit"),
    "half of the data": (lambda header, data: joined(header, data[: len(data) // 2]), "does not fit"),
    "more data at the end": (lambda header, data: joined(header, data + b"more"), "does not fit"),
    "a tensor of terabytes": (tensor_with(shape=[1 << 40]), "does not fit"),
    "a size that overflows": (tensor_with(shape=[1 << 62, 4]), "does not fit"),
    "a negative size": (tensor_with(shape=[-48]), "does not fit"),
    "a size that is not a number": (tensor_with(shape=["48"]), "does not fit"),
    "a size that is true": (tensor_with(shape=[True]), "does not fit"),
    "numbers of another type": (tensor_with(dtype="F64"), "does not fit"),
    "offsets beyond the file": (tensor_with(data_offsets=[10**12, 10**12 + 192]), "does not fit"),
    "a tensor over another": (tensor_with(data_offsets=[192, 384]), "does not fit"),
    "a name twice": (
        lambda header, data: joined(b'{"a": 1, "a": 2, ' + json.dumps(header).encode()[1:], data),
        "does not fit",
    ),
    "of another program": (
        lambda header, data: joined({**header, "__metadata__": {}}, data),
        "does not name its scoring model",
    ),
    "of another shape": (
        lambda header, data: joined(
            {**header, "conv1.bias": {**header["conv1.bias"], "shape": [6, 8]}}, data
        ),
        "it claims to be m3m, but its conv1.bias does not match",
    ),
    "of another net": (metadata_with(net="alexnet"), "it claims to be alexnet"),
    "of an unknown net": (metadata_with(net="gpt"), "does not know the scoring model gpt"),
    "of a later memapp": (metadata_with(format=2), "another version"),
    "for photos prepared differently": (metadata_with(preprocessing="memapp-99"), "prepared differently"),
    "a title that is a number": (metadata_with(title=5), "incomplete"),
    "a segmenter without table": (metadata_with(segmenter={"name": "x"}), "incomplete"),
    "a table beyond the categories": (
        metadata_with(segmenter={"name": "x", "sha256": "y", "categories": ["a"], "table": [0, 7]}),
        "incomplete",
    ),
    "values that are not numbers": (
        lambda header, data: joined(header, b"\xff" * len(data)),
        "some of its values are not numbers",
    ),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_damaged_file_is_refused(checkpoint: Path, kind: str) -> None:
    spoil, words = SPOILT[kind]
    checkpoint.write_bytes(spoil(*split(checkpoint)))
    with pytest.raises(CheckpointError, match=words) as refusal:
        load_checkpoint(checkpoint)
    assert "good.safetensors" in str(refusal.value)


def test_every_truncated_file_is_refused(checkpoint: Path) -> None:
    content = checkpoint.read_bytes()
    for length in (0, 1, 7, 8, 9, 100, 1_000, len(content) // 3, len(content) - 1):
        checkpoint.write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            read_header(checkpoint)


def test_stated_sizes_allocate_no_memory(checkpoint: Path) -> None:
    resource = pytest.importorskip("resource")
    header, data = split(checkpoint)
    header["conv1.bias"]["shape"] = [1 << 45]
    checkpoint.write_bytes(joined(header, data))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CheckpointError):
        load_checkpoint(checkpoint)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000, "kilobytes"


def test_a_title_is_shortened_to_one_line(checkpoint: Path) -> None:
    header, data = split(checkpoint)
    checkpoint.write_bytes(metadata_with(title="\x1b[2J\n" + "x" * 999)(header, data))
    title = read_header(checkpoint).title
    assert title.isprintable()
    assert len(title) <= MOST_LETTERS


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"The scoring model .*none.safetensors can't be read"):
        read_header(tmp_path / "none.safetensors")


def test_a_full_disk_keeps_the_older_checkpoint(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = checkpoint.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(checkpoint, MemorabilityNet(FAMILY["alexnet"]), CheckpointHeader("alexnet", "x"))
    assert checkpoint.read_bytes() == content
    assert [path.name for path in checkpoint.parent.iterdir()] == ["good.safetensors"]


def test_the_librarys_own_full_disk_error_becomes_an_oserror(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(OSError, match="the disk is full or failing"):
        write_checkpoint(
            tmp_path / "x.safetensors", MemorabilityNet(FAMILY["alexnet"]), CheckpointHeader("alexnet", "x")
        )
    assert not list(tmp_path.glob("*.part"))
