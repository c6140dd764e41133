"""Photos split into training, validation and test: reproducible, with groups kept together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from memapp.core.errors import MemappError

SHARES = (0.8, 0.1, 0.1)
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Indices of photos, each in one part."""

    train: Indices
    validation: Indices
    test: Indices


def split(groups: Sequence[Hashable], *, seed: int, shares: tuple[float, float, float] = SHARES) -> Split:
    """Split photos at random, in whole groups.

    Args:
        groups: each photo's group (its own index if there are none).
        seed: of the random numbers.
        shares: of training, validation and test.

    Raises:
        MemappError: there are too few photos or groups for three parts.
    """
    members: dict[Hashable, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    order = np.random.default_rng(seed).permutation(len(members))
    lists = list(members.values())
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for place in order:
        # To the part that lacks the largest share of its size.
        lacks = [share * len(groups) - len(part) for share, part in zip(shares, parts, strict=True)]
        parts[int(np.argmax(lacks))].extend(lists[place])
    if min(map(len, parts)) < 2:
        raise MemappError(
            f"{len(groups)} photos in {len(members)} groups are too few to split into training, "
            "validation and test: label more photos."
        )
    train, validation, test = (np.array(sorted(part), dtype=np.int64) for part in parts)
    return Split(train, validation, test)
