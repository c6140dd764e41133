"""A net of the family that is small enough for tests: all branches' code, a narrow fully connected block."""

from __future__ import annotations

import dataclasses

import pytest

from memapp.scoring.nets import family

SMALL_HEAD = (32, 32, 16)


def make_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every net of the family a narrow block, and none but FalseResMem a residual network."""
    for name in ("alexnet", "resmem", "m3m"):
        spec = dataclasses.replace(
            family.FAMILY[name],
            residual=None,
            head_widths=SMALL_HEAD,
            trained=tuple(part for part in family.FAMILY[name].trained if part != "resnet"),
        )
        monkeypatch.setitem(family.FAMILY, name, spec)
