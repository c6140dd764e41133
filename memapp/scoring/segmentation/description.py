"""The description of a segmenter pack, segmenter.json, validated. Format: docs/segmenter-packs.md."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from memapp.core.errors import SegmenterError
from memapp.core.explanation import Category, Colour, SegmenterIdentity
from memapp.core.files import open_regular_file
from memapp.core.text import tr
from memapp.scoring.segmentation.colours import LEFT_OVER, distinct_colours
from memapp.scoring.segmentation.fields import FieldError, Fields, read_json

FORMAT = 1
DESCRIPTION_NAME = "segmenter.json"
GRAPH_NAME = "segmenter.onnx"

LARGEST_DESCRIPTION = 1_000_000
"""Bytes."""
LARGEST_GRAPH = 2_000_000_000
"""Bytes; the limit of protobuf, the format of graphs."""
_SIDES = (16, 4096)
_MOST_CLASSES = 1000
_MOST_CATEGORIES = 255

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 40
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# Device names on Windows, in every folder.
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


class Fit(StrEnum):
    """How a photo is resized to the input's size."""

    SQUASH = "squash"
    """The whole photo, without keeping its aspect ratio."""
    PAD = "pad"
    """The whole photo, with its aspect ratio, and bars in one colour."""
    FREE = "free"
    """The net accepts any size: the aspect ratio is kept, and a photo that is too large is shrunk."""


class OutputKind(StrEnum):
    """What a graph returns."""

    LABELS = "labels"
    SCORES = "scores"
    INSTANCES = "instances"


@dataclass(frozen=True, slots=True)
class InputDescription:
    """The graph's input."""

    fit: Fit
    width: int
    """Pixels; with Fit.FREE the longest side, like height."""
    height: int
    layout: str
    """Of N (1), H, W and C: "NHWC", "NCHW", "HWC" or "CHW"."""
    channels: str
    """ "RGB" or "BGR"."""
    type: str
    """ "uint8" or "float32"."""
    mean: tuple[float, float, float]
    """Subtracted from pixels, 0..255, in the order of channels."""
    deviation: tuple[float, float, float]
    """Divides that difference."""
    padding: Colour
    """With Fit.PAD."""
    centred: bool
    """With Fit.PAD: bars on both sides; else on the right or below."""
    multiple: int
    """With Fit.FREE: both sides are rounded to multiples of this."""


@dataclass(frozen=True, slots=True)
class OutputDescription:
    """The graph's output. An output without a name is the graph's only one."""

    kind: OutputKind
    name: str | None = None
    """Of the output with labels or scores."""
    layout: str = ""
    """Of scores: "NCHW", "NHWC", "CHW" or "HWC"."""
    boxes: str = ""
    """Of instances: (n, 4), left, top, right, bottom in the input's pixels."""
    classes: str = ""
    """(n,), indices of classes."""
    confidences: str = ""
    """(n,), 0..1."""
    masks: str = ""
    """(n, height, width) or (n, 1, height, width), 0..1."""
    masks_cover: str = ""
    """ "box" or "input"."""
    least_confidence: float = 0.0
    """Instances below it are dropped."""
    least_mask: float = 0.5
    """From this value on, a pixel belongs to the instance."""


@dataclass(frozen=True, slots=True)
class ClassDescription:
    """One of the net's own classes."""

    name: str
    category: int
    """Index of its category."""


@dataclass(frozen=True, slots=True)
class PackDescription:
    """The contents of segmenter.json."""

    identity: SegmenterIdentity
    licence: str
    source: str
    graph_sha256: str
    input: InputDescription
    output: OutputDescription
    classes: tuple[ClassDescription | None, ...]
    """By the net's own index; None for indices that it never uses."""


def read_description(folder: Path, *, where: str | None = None) -> PackDescription:
    """Read and validate the description of the pack in a folder.

    Args:
        folder: of the pack.
        where: the pack's name in error messages; None for the folder's name.

    Raises:
        SegmenterError: it is missing or refused; the text says why.
    """
    path = folder / DESCRIPTION_NAME
    where = where or folder.name
    try:
        with open_regular_file(path) as file:
            content = file.read(LARGEST_DESCRIPTION + 1)
    except OSError as problem:
        raise SegmenterError(
            tr(
                "{where} is not an object finder: {description_name} can't be read ({problem}).",
                where=where,
                description_name=DESCRIPTION_NAME,
                problem=problem.strerror,
            )
        ) from problem
    return parse_description(content, where=where)


def parse_description(content: bytes, *, where: str) -> PackDescription:
    """Validate the content of segmenter.json.

    Args:
        content: of the file.
        where: the pack's name in error messages.

    Raises:
        SegmenterError: it is refused; the text says why.
    """
    try:
        if len(content) > LARGEST_DESCRIPTION:
            raise FieldError(f"it is larger than {LARGEST_DESCRIPTION / 1e6:.0f} MB")
        value = read_json(content)
        return _pack(Fields(value), _sha256_of(value))
    except FieldError as problem:
        raise SegmenterError(
            tr(
                "The object finder {where} can't be used: {description_name}: {problem}. "
                "Ask its author for a correct one.",
                where=where,
                description_name=DESCRIPTION_NAME,
                problem=problem,
            )
        ) from problem


def _sha256_of(value: object) -> str:
    # The description contains the graph's hash, so its own hash covers both. Formatting does not matter.
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _pack(fields: Fields, sha256: str) -> PackDescription:
    if (written := fields.whole("format", 1, 1_000_000)) != FORMAT:
        raise FieldError(f"this version of memapp knows format {FORMAT}, not {written}")
    name = pack_name(fields.text("name"))
    title = fields.text("title", longest=60)
    licence, source = fields.text("licence"), fields.text("source")
    graph_sha256 = fields.text("sha256")
    if not _SHA256.fullmatch(graph_sha256):
        raise FieldError("sha256 must be 64 hexadecimal digits in lower case")
    input_ = _input(fields.inner("input"))
    output = _output(fields.inner("output"))
    categories = _categories(fields.items("categories", 2, _MOST_CATEGORIES))
    classes = _classes(fields.items("classes", 1, _MOST_CLASSES), categories)
    fields.finish()
    return PackDescription(
        identity=SegmenterIdentity(name=name, sha256=sha256, title=title, categories=categories),
        licence=licence,
        source=source,
        graph_sha256=graph_sha256,
        input=input_,
        output=output,
        classes=classes,
    )


def pack_name(name: str) -> str:
    """Return a pack's name unchanged if it is valid: it becomes a folder's name, on any system.

    Raises:
        FieldError: it is not valid.
    """
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or name in _RESERVED:
        raise FieldError(
            "name must be lower-case letters and digits with single hyphens between, at most "
            f"{_LONGEST_NAME}, and not a name that Windows reserves"
        )
    return name


def _input(fields: Fields) -> InputDescription:
    fit = Fit(fields.choice("fit", list(Fit)))
    if fit is Fit.FREE:
        width = height = fields.whole("longest_side", *_SIDES)
    else:
        width, height = fields.whole("width", *_SIDES), fields.whole("height", *_SIDES)
    type_ = fields.choice("type", ("uint8", "float32"))
    scaled = type_ == "float32"
    found = InputDescription(
        fit=fit,
        width=width,
        height=height,
        layout=fields.choice("layout", ("NHWC", "NCHW", "HWC", "CHW")),
        channels=fields.choice("channels", ("RGB", "BGR")),
        type=type_,
        mean=fields.three_numbers("mean", -1e4, 1e4) if scaled else (0, 0, 0),
        deviation=fields.three_numbers("deviation", 1e-4, 1e4) if scaled else (1, 1, 1),
        padding=_colour(fields, "padding") if fit is Fit.PAD else (0, 0, 0),
        centred=fit is Fit.PAD and fields.choice("place", ("centre", "corner")) == "centre",
        multiple=fields.whole("multiple", 1, 256) if fit is Fit.FREE and fields.has("multiple") else 1,
    )
    fields.finish()
    return found


def _output(fields: Fields) -> OutputDescription:
    kind = OutputKind(fields.choice("kind", list(OutputKind)))
    if kind is OutputKind.INSTANCES:
        found = OutputDescription(
            kind=kind,
            boxes=fields.text("boxes"),
            classes=fields.text("classes"),
            confidences=fields.text("confidences"),
            masks=fields.text("masks"),
            masks_cover=fields.choice("masks_cover", ("box", "input")),
            least_confidence=fields.number("least_confidence", 0, 1),
            least_mask=fields.number("least_mask", 0, 1) if fields.has("least_mask") else 0.5,
        )
    else:
        found = OutputDescription(
            kind=kind,
            name=fields.text("name") if fields.has("name") else None,
            layout=fields.choice("layout", ("NCHW", "NHWC", "CHW", "HWC"))
            if kind is OutputKind.SCORES
            else "",
        )
    fields.finish()
    return found


def _categories(items: list[object]) -> tuple[Category, ...]:
    names: list[str] = []
    given: list[Colour | None] = []
    countable: list[bool] = []
    for index, item in enumerate(items):
        fields = Fields(item, f"categories[{index}]")
        names.append(fields.text("name", longest=40))
        given.append(_colour(fields, "colour") if fields.has("colour") else None)
        countable.append(fields.has("countable") and fields.truth("countable"))
        fields.finish()
    if len(set(names)) != len(names):
        raise FieldError("categories must have different names")
    if given[0] is None:
        given[0] = LEFT_OVER
    taken = [colour for colour in given if colour is not None]
    more = iter(distinct_colours(len(given) - len(taken), beside=taken))
    return tuple(
        Category(name, colour if colour is not None else next(more), counted)
        for name, colour, counted in zip(names, given, countable, strict=True)
    )


def _classes(items: list[object], categories: tuple[Category, ...]) -> tuple[ClassDescription | None, ...]:
    by_name = {category.name: index for index, category in enumerate(categories)}
    found: list[ClassDescription | None] = []
    for index, item in enumerate(items):
        if item is None:
            found.append(None)
            continue
        fields = Fields(item, f"classes[{index}]")
        name, category = fields.text("name", longest=80), fields.text("category")
        if category not in by_name:
            raise FieldError(f"classes[{index}].category must be the name of one of the categories")
        fields.finish()
        found.append(ClassDescription(name, by_name[category]))
    if not any(found):
        raise FieldError("classes must name at least one class")
    return tuple(found)


def _colour(fields: Fields, name: str) -> Colour:
    text = fields.text(name)
    if not _COLOUR.fullmatch(text):
        raise FieldError(f'{name} must be a colour such as "#4a9eff"')
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
