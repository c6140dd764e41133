"""What errors say is shown in the window, wherever they are raised, and is therefore translated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMAPP = Path(__file__).parents[2] / "memapp"
LAYERS = ("core", "intake", "store", "pipeline", "scoring", "library", "report", "workers")
MODULES = sorted(file for layer in LAYERS for file in (MEMAPP / layer).rglob("*.py"))

NOT_SHOWN = {
    # Mistakes in the program, and what the caller turns into words.
    *(
        "ValueError",
        "KeyError",
        "RuntimeError",
        "TypeError",
        "OSError",
        "AssertionError",
        "NotImplementedError",
    ),
    *("Cancelled", "error"),
    # Details for authors of packs, in the words of their file.
    "FieldError",
}
FOR_BUILDERS = {"tflite_graph.py", "everyday_graph.py", "coco_export.py"}
"""Modules that only the makers of object finders run."""


def untranslated(source: str) -> Iterator[tuple[int, str]]:
    """Return line and text of each error whose reason is a literal that translators can't find."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call) or not node.exc.args:
            continue
        function, reason = node.exc.func, node.exc.args[0]
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if not name.endswith("Error") or name in NOT_SHOWN:
            continue
        if isinstance(reason, ast.JoinedStr) or (isinstance(reason, ast.Constant) and reason.value):
            yield node.lineno, ast.unparse(reason)


@pytest.mark.parametrize("module", MODULES, ids=lambda file: file.relative_to(MEMAPP).as_posix())
def test_reasons_are_translated(module: Path) -> None:
    if module.name not in FOR_BUILDERS:
        assert list(untranslated(module.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('raise StoreError("it is gone")', 1),
        ('raise StoreError(f"{path} is gone") from problem', 1),
        ('raise errors.StoreError("it is gone")', 1),
        ('raise StoreError(tr("it is gone"))', 0),
        ("raise StoreError(str(problem))", 0),
        ('raise ValueError("there is nothing to list")', 0),
    ],
)
def test_what_is_not_translated_is_found(line: str, found: int) -> None:
    assert len(list(untranslated(line))) == found
