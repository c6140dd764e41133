"""The interfaces between the layers, as protocols, so that each layer can be tested alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from memapp.core.contents import Contents
from memapp.core.control import RunControl
from memapp.core.file_state import FingerprintReader
from memapp.core.marks import Marks
from memapp.core.records import (
    EngineInfo,
    Failure,
    Fingerprint,
    FoundFile,
    FoundPhoto,
    ImageKey,
    KnownPhoto,
    LoadedPhoto,
    NetIdentity,
    PhotoId,
    PixelArray,
    Precision,
    ScoredPhoto,
    SkippedFile,
)

Notify: TypeAlias = Callable[[str], None]
"""Called with one sentence for the user."""


class Scorer(Protocol):
    """A net that is loaded and ready. Used by one thread at a time."""

    @property
    def engine(self) -> EngineInfo:
        """What executes the net now; it may change when a device runs out of memory."""

    @property
    def batch_size(self) -> int:
        """The best number of frames per call of score()."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score frames of shape (n, 227, 227, 3), uint8, sRGB; return n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: the batch did not fit.
        """

    def close(self) -> None:
        """Release the net's memory. The scorer must not be used afterwards."""


@runtime_checkable
class FeatureScorer(Protocol):
    """A scorer whose net's features can be had from the pass that scores. Published ResMem's can."""

    def score_with_features(
        self, frames: PixelArray
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        """Return score(frames), and the features of these frames, (n, 1000); None if the net gives none.

        Raises what score() raises.
        """


def score_with_features(
    scorer: Scorer, frames: PixelArray
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
    """Score frames with any scorer, in one pass; see FeatureScorer. Raise what its score() raises."""
    if isinstance(scorer, FeatureScorer):
        return scorer.score_with_features(frames)
    return scorer.score(frames), None


class ScorerFactory(Protocol):
    """Identifies a net without loading it, and loads it on the thread that uses it."""

    def identity(self) -> NetIdentity:
        """Return the net's identity; fast after the first call. Does not import torch.

        Raises:
            WeightsError: the weights are missing, truncated or changed.
        """

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """Return nets whose known scores this one need not compute again: the exact net, for a fast one."""

    def build(self, notify: Notify) -> Scorer:
        """Load the net and verify its device; takes seconds.

        Args:
            notify: called with a sentence if the requested device can't be used.

        Raises:
            WeightsError: the weights are missing, truncated or changed.
            DeviceError: no device can be used.
        """


class PhotoRegister(Protocol):
    """The ids of photos, and the last known place and state of their files. Used by one thread.

    A path keeps its id when its file is edited. A missing path and a new one with the same content are a
    move: the photo keeps its id. A copy gets its own id.
    """

    def find(self, files: Sequence[FoundFile]) -> list[KnownPhoto | None]:
        """Return the photos at these paths, None for a new path; reads only.

        Raises:
            StoreError: the register can't be read.
        """

    def add(self, files: Sequence[FoundFile]) -> list[PhotoId]:
        """Return ids for new photos. They are not identified yet.

        Raises:
            StoreError: nothing was added.
        """

    def known_sizes(self, sizes: Iterable[int]) -> set[int]:
        """Return those of these sizes, in bytes, that a photo with a fingerprint has; reads only.

        Raises:
            StoreError: the register can't be read.
        """

    def identify(
        self,
        files: Sequence[tuple[FoundFile, PhotoId, Fingerprint | None]],
        *,
        read_fingerprint: FingerprintReader,
    ) -> list[PhotoId]:
        """Determine which photos these files are, now that their content is known, and store their state.

        Args:
            files: each with the id of its path and its fingerprint; None if it is known by path only.
            read_fingerprint: returns the fingerprint of the file now at the place of a photo with the same
                content.

        Returns:
            The ids, in the same order: that of the path, or of the photo that moved there.

        Raises:
            StoreError: the remaining files were not stored.
        """

    def marks(self, photos: Iterable[PhotoId]) -> dict[PhotoId, Marks]:
        """Return the marks of those of these photos that have some; reads only.

        Raises:
            StoreError: the register can't be read.
        """

    def contents(self, keys: Iterable[ImageKey]) -> dict[ImageKey, Contents]:
        """Return what those of these photos consist of that were looked at; reads only.

        Raises:
            StoreError: the register can't be read.
        """

    def without_fingerprint(self, *, after: PhotoId, most: int) -> list[FoundPhoto]:
        """Return photos without a fingerprint, by rising id, after this one.

        Raises:
            StoreError: the register can't be read.
        """

    def keep_fingerprint(self, photo: FoundPhoto, fingerprint: Fingerprint) -> None:
        """Store the fingerprint of a photo whose file is in its key's state, also for its known scores.

        Raises:
            StoreError: it was not stored.
        """


class ScoreStore(Protocol):
    """Known scores. Used by the thread that opened it."""

    notice: str | None
    """A sentence for the user if there was a problem when opening it (a damaged file was set aside)."""

    @property
    def photos(self) -> PhotoRegister:
        """The photos known in the same store."""

    def lookup(self, keys: Sequence[ImageKey], net: NetIdentity) -> Mapping[ImageKey, ScoredPhoto]:
        """Return the known scores of these keys. Raise StoreError if they can't be read."""

    def lookup_content(
        self, fingerprints: Iterable[Fingerprint], net: NetIdentity
    ) -> Mapping[Fingerprint, ScoredPhoto]:
        """Return the known scores of this content, each with its former key. Raise StoreError on failure."""

    def put(self, photos: Iterable[ScoredPhoto], net: NetIdentity) -> None:
        """Store a batch, all or nothing.

        Raises:
            StoreError: nothing can be stored now.
            Exception: one of the photos can't be stored.
        """

    def close(self) -> None:
        """Close the file."""


StoreOpener: TypeAlias = Callable[[], ScoreStore]
"""Opens the store on the thread that uses it. Raises StoreError."""


class PhotoLoader(Protocol):
    """The only way from a path to pixels, for all callers. Thread-safe."""

    def __call__(
        self,
        path: str,
        *,
        frame: bool = False,
        longest_side: int | None = None,
        precision: Precision = Precision.EXACT,
        control: RunControl | None = None,
    ) -> LoadedPhoto:
        """Load one photo: always its facts, and what else is requested.

        Args:
            path: the file.
            frame: also return the net's frame and the file's fingerprint.
            longest_side: also return the picture, no larger than this many pixels; 0 for full size; None for
                no picture.
            precision: of the frame. EXACT uses full-size pixels, FAST a reduced decode if that is faster; a
                picture requested with it may be smaller, too.
            control: cancels the loading.

        Raises:
            PhotoError: with the reason.
            Cancelled: control was cancelled.
        """


class PhotoFinder(Protocol):
    """Finds the photos in dropped paths."""

    def __call__(
        self, paths: Iterable[str], *, control: RunControl
    ) -> Iterator[FoundFile | Failure | SkippedFile]:
        """Yield every photo below the paths, once, in the order of the names. Never raise for a bad file."""
