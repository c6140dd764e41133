"""Checkpoints of trained nets: safetensors files with a descriptive header, treated as untrusted.

Everything in a file is validated: the header's size is limited, it is parsed and checked against the file's
size before any memory is allocated for it, and the tensors must be exactly those of the net that it names.
Reading a header does not import torch. The format, https://github.com/huggingface/safetensors: 8 bytes of
length, JSON, numbers.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memapp.core.errors import MemappError
from memapp.core.files import open_regular_file
from memapp.core.frame import PREPROCESSING
from memapp.core.number_text import number_text
from memapp.core.score_scale import Predicts
from memapp.core.text import tr
from memapp.scoring.nets.family import CATEGORIES, FAMILY

if TYPE_CHECKING:
    from torch import Tensor

    from memapp.scoring.nets.net import MemorabilityNet

SUFFIX = ".safetensors"
FORMAT = 1
"""Version of the header's content."""

MOST_HEADER_BYTES = 1_000_000
MOST_FILE_BYTES = 2_000_000_000
"""The family's largest net has 0.58 GB."""
MOST_TENSORS = 2_000
MOST_LETTERS = 120
"""Of a name in the header, which is shown to people."""

_BYTES_OF = {"F32": 4, "I64": 8}
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""How torch's own files start: a ZIP archive with a pickle inside, or a bare pickle."""


class CheckpointError(MemappError):
    """A file is not a usable checkpoint; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class SegmenterOfNet:
    """The segmenter that an M3M was trained with, and the map from its labels to the net's categories."""

    name: str
    sha256: str
    categories: tuple[str, ...]
    """The net's, 13 at most; the first is background and everything else."""
    table: tuple[int, ...]
    """For each of the segmenter's labels the index of its category."""


@dataclass(frozen=True, slots=True)
class CheckpointHeader:
    """The content of a checkpoint's header."""

    net: str
    """Of the family."""
    title: str
    """The title shown to people."""
    predicts: Predicts = Predicts.HITS
    """The meaning of its scores."""
    preprocessing: str = PREPROCESSING
    segmenter: SegmenterOfNet | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    """The training data: fingerprint, count, column, split."""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    """The results of the training."""
    format: int = FORMAT

    @property
    def name(self) -> str:
        """The name under which its scores are stored and shown."""
        return f"{FAMILY[self.net].title}: {self.title}"


def read_header(path: Path) -> CheckpointHeader:
    """Read and validate the header of a checkpoint, using no more memory than the header itself.

    Raises:
        CheckpointError: the file is not a checkpoint, is damaged, or can't be used by this memapp.
    """
    return _read(path)[0]


def load_checkpoint(path: Path) -> tuple[CheckpointHeader, MemorabilityNet]:
    """Return the header and the net with its weights, on the CPU, ready to score.

    Raises:
        CheckpointError: the file is not a checkpoint, or its tensors are not those of the net that it names.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from memapp.scoring.nets.net import MemorabilityNet

    header, tensors = _read(path)
    with torch.device("meta"):
        net = MemorabilityNet(FAMILY[header.net])
    kinds = {torch.float32: "F32", torch.int64: "I64"}
    expected = {name: (kinds[value.dtype], tuple(value.shape)) for name, value in net.state_dict().items()}
    if tensors != expected:
        wrong = sorted(
            name for name in tensors.keys() | expected.keys() if tensors.get(name) != expected.get(name)
        )
        raise _refusal(
            path,
            tr(
                "it claims to be {net}, but its {shown} does not match",
                net=header.net,
                shown=_shown(wrong[0]),
            ),
        )
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as problem:
        raise _refusal(path, tr("it is damaged")) from problem
    if not all(bool(value.isfinite().all()) for value in state.values()):
        raise _refusal(path, tr("some of its values are not numbers"))
    net.load_state_dict(state, assign=True)
    return header, net.requires_grad_(False).eval()


def write_checkpoint(path: Path, net: MemorabilityNet, header: CheckpointHeader) -> None:
    """Write a net atomically.

    Raises:
        OSError: it can't be written; the previous file is unchanged.
    """
    state = {name: value.detach().cpu().contiguous() for name, value in net.state_dict().items()}
    metadata = {"memapp": json.dumps(asdict(header), ensure_ascii=False)}
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}.", suffix=".part")
    os.close(handle)
    beside = Path(name)
    try:
        save_tensors(state, beside, metadata)
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def save_tensors(tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]) -> None:
    """Write a safetensors file and flush it to the disk. Raise OSError if that fails."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    try:
        save_file(tensors, path, metadata=metadata)
    except SafetensorError as problem:
        # The library reports a full disk with its own exception.
        raise OSError(
            errno.EIO, tr("the disk is full or failing ({problem})", problem=problem), str(path.parent)
        ) from problem
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _read(path: Path) -> tuple[CheckpointHeader, dict[str, tuple[str, tuple[int, ...]]]]:
    try:
        with open_regular_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(8)
            if start.startswith(_PICKLES):
                raise _refusal(
                    path,
                    tr(
                        "it is a file of torch (.pt or .pth), which can run any program "
                        "when it is opened; memapp opens .safetensors only",
                    ),
                )
            length = int.from_bytes(start, "little")
            if len(start) < 8 or not 2 <= length <= MOST_HEADER_BYTES or 8 + length > size:
                raise _refusal(path, tr("it is not a .safetensors file, or only the beginning of one"))
            if size > MOST_FILE_BYTES:
                raise _refusal(
                    path,
                    tr(
                        "it is larger than any scoring model of memapp ({size} GB)",
                        size=number_text(size / 1e9, ",.1f"),
                    ),
                )
            text = file.read(length)
    except OSError as problem:
        raise CheckpointError(
            tr("The scoring model {path} can't be read: {problem}.", path=path, problem=problem.strerror)
        ) from problem
    try:
        parsed = json.loads(text.decode("utf-8"), object_pairs_hook=_without_duplicates)
        metadata = parsed.pop("__metadata__", {})
        tensors = _checked_tensors(parsed, size - 8 - length)
    except (ValueError, TypeError, AttributeError, RecursionError, KeyError) as problem:
        raise _refusal(path, tr("its list of contents does not fit the file")) from problem
    try:
        fields = json.loads(metadata["memapp"], object_pairs_hook=_without_duplicates)
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise _refusal(
            path, tr("it does not name its scoring model; memapp lab train writes such files")
        ) from problem
    try:
        return _checked_header(path, fields), tensors
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise _refusal(path, tr("its header is incomplete")) from problem


def _checked_tensors(fields: dict[str, Any], data_bytes: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return names with types and shapes. Raise ValueError, TypeError or KeyError if they don't fill the
    file."""
    if not 1 <= len(fields) <= MOST_TENSORS:
        raise ValueError("number of tensors")
    found = {}
    spans = []
    for name, tensor in fields.items():
        kind, shape, (begin, end) = tensor["dtype"], tensor["shape"], tensor["data_offsets"]
        if not all(type(number) is int and 0 <= number <= data_bytes for number in (*shape, begin, end)):
            raise ValueError("a number that is not one")
        if len(shape) > 4 or end - begin != prod(shape) * _BYTES_OF[kind]:
            raise ValueError("size of a tensor")
        spans.append((begin, end))
        found[name] = (kind, tuple(shape))
    position = 0
    for begin, end in sorted(spans):
        if begin != position:
            raise ValueError("a gap, or an overlap")
        position = end
    if position != data_bytes:
        raise ValueError("size of the file")
    return found


def _checked_header(path: Path, fields: dict[str, Any]) -> CheckpointHeader:
    if fields["format"] != FORMAT:
        raise _refusal(path, tr("it was written by another version of memapp"))
    if fields["net"] not in FAMILY:
        raise _refusal(
            path, tr("this memapp does not know the scoring model {shown}", shown=_shown(fields["net"]))
        )
    version, _, number = str(fields["preprocessing"]).partition("-")
    ours = int(PREPROCESSING.partition("-")[2])
    # Older versions are fine: exact frames have not changed.
    if version != "memapp" or not number.isdigit() or int(number) > ours:
        raise _refusal(
            path, tr("it needs photos prepared differently ({shown})", shown=_shown(fields["preprocessing"]))
        )
    segmenter = None
    if FAMILY[fields["net"]].segmentation and fields["segmenter"] is not None:
        segmenter = _checked_segmenter(fields["segmenter"])
    if not (isinstance(fields["data"], dict) and isinstance(fields["metrics"], dict)):
        raise TypeError("data and metrics")
    return CheckpointHeader(
        net=fields["net"],
        title=_shown(fields["title"]),
        predicts=Predicts(fields["predicts"]),
        preprocessing=fields["preprocessing"],
        segmenter=segmenter,
        data=fields["data"],
        metrics=fields["metrics"],
    )


def _checked_segmenter(fields: dict[str, Any]) -> SegmenterOfNet:
    categories, table = fields["categories"], fields["table"]
    if not 1 <= len(categories) <= CATEGORIES or not 1 <= len(table) <= 256:
        raise ValueError("categories")
    if not all(type(index) is int and 0 <= index < len(categories) for index in table):
        raise ValueError("table")
    return SegmenterOfNet(
        name=_shown(fields["name"]),
        sha256=_shown(fields["sha256"]),
        categories=tuple(map(_shown, categories)),
        table=tuple(table),
    )


def _shown(value: object) -> str:
    """Return a text from a file for display: short, one line, visible characters."""
    if not isinstance(value, str):
        raise TypeError("a text that is not one")
    return "".join(letter if letter.isprintable() else " " for letter in value[:MOST_LETTERS]).strip()


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a duplicate name")
    return found


def _refusal(path: Path, why: str) -> CheckpointError:
    return CheckpointError(tr("The scoring model {name} can't be used: {why}.", name=path.name, why=why))
