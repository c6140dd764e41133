"""Descriptions of packs: valid ones are read, invalid ones are refused with the field's name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memapp.core.errors import SegmenterError
from memapp.scoring.segmentation.colours import LEFT_OVER, distinct_colours, least_distance
from memapp.scoring.segmentation.description import LARGEST_DESCRIPTION, parse_description

Change = Callable[[dict[str, Any]], Any]

GOOD: dict[str, Any] = {
    "format": 1,
    "name": "two-things",
    "title": "Two things",
    "licence": "MIT",
    "source": "https://example.org",
    "sha256": "a" * 64,
    "input": {
        "fit": "pad",
        "width": 320,
        "height": 256,
        "layout": "NCHW",
        "channels": "BGR",
        "type": "float32",
        "mean": [123.675, 116.28, 103.53],
        "deviation": [58.395, 57.12, 57.375],
        "padding": "#727272",
        "place": "centre",
    },
    "output": {"kind": "scores", "layout": "NCHW"},
    "classes": [{"name": "rest", "category": "rest"}, None, {"name": "cat", "category": "animal"}],
    "categories": [{"name": "rest"}, {"name": "animal", "colour": "#Ff8000"}, {"name": "plant"}],
}
INSTANCES = {
    "kind": "instances",
    "boxes": "boxes",
    "classes": "labels",
    "confidences": "scores",
    "masks": "masks",
    "masks_cover": "box",
    "least_confidence": 0.5,
}


def parsed(description: object) -> Any:
    return parse_description(json.dumps(description).encode(), where="it")


def test_every_field_is_read() -> None:
    pack = parsed(GOOD)
    assert (pack.identity.name, pack.identity.title) == ("two-things", "Two things")
    assert pack.input.mean == (123.675, 116.28, 103.53)
    assert pack.input.padding == (0x72, 0x72, 0x72)
    assert [named and named.category for named in pack.classes] == [0, None, 1]
    rest, animal, plant = pack.identity.categories
    assert (rest.colour, animal.colour) == (LEFT_OVER, (255, 128, 0))
    assert least_distance([rest.colour, animal.colour, plant.colour]) > 0.1


def test_the_identity_depends_on_content_not_on_formatting() -> None:
    one = parsed(GOOD).identity.sha256
    assert parse_description(json.dumps(GOOD, indent=4).encode(), where="it").identity.sha256 == one
    assert parsed({**GOOD, "sha256": "b" * 64}).identity.sha256 != one
    assert parsed({**GOOD, "output": {"kind": "labels"}}).identity.sha256 != one


def put(path: str, value: object) -> Change:
    def change(description: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            description = description[parent]
        description[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("licence"), "licence is missing"),
        (put("surprise", 1), "'surprise' is not a field"),
        (put("input.surprise", 1), "'input.surprise' is not a field"),
        (put("format", 2), "knows format 1, not 2"),
        (put("format", True), "format must be a whole number"),
        (put("name", "../../etc"), "name must be lower-case"),
        (put("name", "a/b"), "name must be lower-case"),
        (put("name", "con"), "name must be lower-case"),
        (put("name", "-x"), "name must be lower-case"),
        (put("name", "x" * 41), "name must be lower-case"),
        (put("name", 7), "name must be a text"),
        (put("title", "two\nlines"), "title must be one line"),
        (put("title", "turned \u202e round"), "title must be one line"),
        (put("title", "\ud800"), "title must be one line"),
        (put("title", "  "), "title must be a text"),
        (put("sha256", "A" * 64), "sha256 must be 64"),
        (put("sha256", "a" * 63), "sha256 must be 64"),
        (put("input", []), "input must be an object"),
        (put("input.width", 10**9), "input.width must be a whole number from 16 to 4096"),
        (put("input.width", "320"), "input.width must be a whole number"),
        (put("input.height", 0), "input.height must be"),
        (put("input.fit", "stretch"), "input.fit must be one of squash, pad, free"),
        (put("input.layout", "NHCW"), "input.layout must be one of"),
        (put("input.channels", ["RGB"]), "input.channels must be one of"),
        (put("input.mean", [1, 2]), "input.mean must be a list of three"),
        (put("input.deviation", [1, 0, 1]), "input.deviation[1] must be a number from 0.0001"),
        (put("input.mean", [1, True, 1]), "input.mean[1] must be a number"),
        (put("input.mean", [1, 1, 10**400]), "input.mean[2] must be a number"),
        (put("input.padding", "grey"), "padding must be a colour"),
        (put("output.kind", "boxes"), "output.kind must be one of"),
        (put("output", {"kind": "scores"}), "output.layout is missing"),
        (
            put("output", {**INSTANCES, "least_confidence": 2}),
            "least_confidence must be a number from 0 to 1",
        ),
        (put("classes", []), "classes must be a list of 1 to 1000"),
        (put("classes", [None]), "classes must name at least one"),
        (put("classes", [{"name": "cat", "category": "unheard"}]), "classes[0].category must be the name"),
        (put("classes", ["cat"]), "classes[0] must be an object"),
        (put("categories", [{"name": "rest"}]), "categories must be a list of 2 to 255"),
        (put("categories", [{"name": "rest"}, {"name": "rest"}]), "different names"),
        (put("categories", [{"name": str(n)} for n in range(256)]), "categories must be a list of 2 to 255"),
    ],
)
def test_an_invalid_field_is_named(change: Change, words: str) -> None:
    description = copy.deepcopy(GOOD)
    change(description)
    with pytest.raises(SegmenterError, match="The object finder it can't be used") as refused:
        parsed(description)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"nonsense",
        b'{"format": 1, "format": 1}',
        b'{"format": NaN}',
        json.dumps(GOOD).replace("103.53", "1e999").encode(),
        b"[" * 100_000,
        b'{"format": ' + b"9" * 100_000 + b"}",
        b" " * (LARGEST_DESCRIPTION + 1),
    ],
    ids=range(10),
)
def test_invalid_json_is_refused(content: bytes) -> None:
    with pytest.raises(SegmenterError):
        parse_description(content, where="it")


def test_instances_are_described(tmp_path: Path) -> None:
    free = {key: GOOD["input"][key] for key in ("layout", "channels")}
    free = {**free, "fit": "free", "longest_side": 1024, "type": "uint8"}
    pack = parsed({**GOOD, "input": free, "output": INSTANCES})
    assert (pack.output.masks, pack.output.least_mask, pack.input.multiple) == ("masks", 0.5, 1)


def test_colours_are_distinct_for_all_kinds_of_vision_and_reproducible() -> None:
    assert least_distance([LEFT_OVER, *distinct_colours(12)]) > 0.07
    assert distinct_colours(12) == distinct_colours(12)
    assert len(set(distinct_colours(254))) == 254
