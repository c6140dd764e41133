"""Finds references to other files in an ONNX graph, before anything loads it. Needs no onnx package.

ONNX is a protobuf message (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). A tensor can be stored in
another file or, for onnxruntime, at an address in memory: a pack may use neither. The search covers every
place of tensors in the format: initialisers, attributes, subgraphs, functions, training information.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Final

from memapp.core.files import open_regular_file

_TENSOR: Final = "tensor"
_MESSAGES: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: _TENSOR, 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: _TENSOR, 6: "graph", 10: _TENSOR, 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: _TENSOR, 2: _TENSOR},
    _TENSOR: {},
}
"""For each kind of message the fields that contain others."""
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
"""Fields of a tensor."""
_VARINT, _BYTES = 0, 2
"""Wire types of protobuf."""
_DEEPEST = 60
"""Messages inside each other; onnx itself stops at 100 levels."""


def refers_outside(graph: Path) -> bool:
    """Return whether a graph uses data outside of its file.

    Raises:
        ValueError: it is not an ONNX graph.
        OSError: it can't be read.
    """
    with open_regular_file(graph) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _refers(content, 0, len(content), "model", 0)


def _refers(content: mmap.mmap, position: int, end: int, kind: str, depth: int) -> bool:
    if depth > _DEEPEST:
        raise ValueError("it is nested too deep")
    inner = _MESSAGES[kind]
    while position < end:
        key, position = _varint(content, position, end)
        field, wire = key >> 3, key & 7
        start = position
        match wire:
            case 0:
                value, position = _varint(content, position, end)
                if kind == _TENSOR and field == _DATA_LOCATION and value:
                    return True
            case 1:
                position += 8
            case 2:
                length, start = _varint(content, position, end)
                position = start + length
            case 5:
                position += 4
            case _:
                raise ValueError("an unknown kind of field")
        if position > end:
            raise ValueError("it ends too early")
        if kind == _TENSOR and field in (_EXTERNAL_DATA, _DATA_LOCATION) and wire != _VARINT:
            return True
        if wire == _BYTES and field in inner and _refers(content, start, position, inner[field], depth + 1):
            return True
    return False


def _varint(content: mmap.mmap, position: int, end: int) -> tuple[int, int]:
    """Return a number and the position after it."""
    value = shift = 0
    while True:
        if position >= end or shift > 63:
            raise ValueError("it ends too early")
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
