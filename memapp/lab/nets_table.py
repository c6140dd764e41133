"""The table of `memapp lab nets`: the parts and costs of each net of the family."""

from __future__ import annotations

import psutil

from memapp.scoring.nets.accounting import NetAccount, account, batch_that_fits
from memapp.scoring.nets.family import FAMILY, PARTS

SHOWN_BATCH = 16


def nets_table() -> str:
    """Return each net's parameters by branch, bytes, operations, estimated memory, and batch that fits."""
    accounts = [account(spec) for spec in FAMILY.values()]
    free = psutil.virtual_memory().available
    heading = [
        "net",
        *(f"{part}, M" for part in PARTS),
        "all, M",
        "MB",
        "GFLOP",
        f"score {SHOWN_BATCH}, GB",
        f"train {SHOWN_BATCH}, GB",
        "batch here",
    ]
    rows = [heading, *(_row(each, free) for each in accounts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heading))]
    lines = ["  ".join(map(_aligned, row, widths, range(len(row)))).rstrip() for row in rows]
    return "\n".join(
        [
            *lines,
            "",
            *(f"{spec.name:<{widths[0]}}  {spec.about}" for spec in FAMILY.values()),
            "",
            "Millions of parameters by branch; bytes of all weights; operations for one frame; memory,",
            f"estimated, for batches of {SHOWN_BATCH} frames: to score, and to train the parts that are "
            "trained by default",
            f"(AdamW). The last column: the training batch size that fits the {free / 1e9:.1f} GB that are",
            "free here.",
        ]
    )


def _row(each: NetAccount, free: int) -> list[str]:
    parts = [f"{each.parameters[part] / 1e6:.1f}" if part in each.parameters else "-" for part in PARTS]
    return [
        each.spec.name,
        *parts,
        f"{each.total_parameters / 1e6:.1f}",
        f"{each.bytes / 1e6:.0f}",
        f"{each.flop / 1e9:.1f}",
        f"{each.scoring_bytes(SHOWN_BATCH) / 1e9:.2f}",
        f"{each.training_bytes(SHOWN_BATCH) / 1e9:.2f}",
        str(batch_that_fits(each.training_bytes(0), each.kept_bytes, free)),
    ]


def _aligned(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column == 0 else text.rjust(width)
