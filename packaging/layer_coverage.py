"""Coverage by layer: the share of each layer's lines that its tests reach, compared with a minimum."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from coverage import Coverage
from coverage.exceptions import CoverageException

ROOT = Path(__file__).resolve().parents[1]
FLOOR = 90.0
"""Minimum percentage of executable lines, for every measured layer."""

LAYERS = ("core", "library", "intake", "store", "pipeline", "report")


def shares(lines: Coverage) -> dict[str, tuple[int, int]]:
    """Return (reached lines, executable lines) of each measured layer."""
    reached: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for layer in LAYERS:
        for file in sorted((ROOT / "memapp" / layer).rglob("*.py")):
            _, runnable, _, missed, _ = lines.analysis2(str(file))
            there[layer] += len(runnable)
            reached[layer] += len(runnable) - len(missed)
    return {layer: (reached[layer], there[layer]) for layer in LAYERS if there[layer]}


def table(measured: dict[str, tuple[int, int]]) -> str:
    """Return one line for each layer: its name, the share, the counts, whether it reaches the minimum."""
    rows = []
    for layer, (reached, there) in measured.items():
        share = 100 * reached / there
        verdict = "yes" if share >= FLOOR else f"NO, the minimum is {FLOOR:.0f} %"
        rows.append(f"{layer:<10} {share:6.1f} %  {reached:6,} of {there:6,} lines  {verdict}")
    return "\n".join(rows)


def main() -> int:
    """Combine the measurements, print the table; return 1 if a layer is below the minimum."""
    lines = Coverage()
    try:
        lines.combine(keep=True, strict=True)
    except CoverageException as problem:
        print(f"Nothing was measured: {problem}")
        return 1
    measured = shares(lines)
    print(table(measured))
    return 0 if all(100 * reached >= FLOOR * there for reached, there in measured.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
