"""The seams: what the layers ask of each other, as protocols, so that each can be tested alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.control import RunControl
from memapp.core.file_state import FingerprintReader
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
"""Takes one sentence for the user."""


class Scorer(Protocol):
    """A net that is loaded and ready. Used by one thread at a time."""

    @property
    def engine(self) -> EngineInfo:
        """What executes the net now; it may change when a device runs out of memory."""

    @property
    def batch_size(self) -> int:
        """How many frames score() is best given at once."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score frames of shape (n, 227, 227, 3), uint8, sRGB; gives n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: the batch did not fit.
        """

    def close(self) -> None:
        """Give back the net's memory. The scorer is not used afterwards."""


class ScorerFactory(Protocol):
    """Knows a net without loading it, and loads it on the thread that is going to use it."""

    def identity(self) -> NetIdentity:
        """Which net this is; cheap after the first call. Imports no torch.

        Raises:
            WeightsError: the weights are missing, truncated or altered.
        """

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """Nets whose known scores need not be computed again by this one: the exact net, for a fast one."""

    def build(self, notify: Notify) -> Scorer:
        """Load the net and prove its device; takes seconds.

        Args:
            notify: told in a sentence when the device that was asked for can't be used.

        Raises:
            WeightsError: the weights are missing, truncated or altered.
            DeviceError: a device was demanded by name and can't be used.
        """


class PhotoRegister(Protocol):
    """Knows each photo by an id, and where its file was last seen in which state. Used by one thread.

    The same path edited keeps its id. A path that is gone and a new one with its content is a move: the photo
    keeps its id. A copy has an id of its own.
    """

    def find(self, files: Sequence[FoundFile]) -> list[KnownPhoto | None]:
        """Give the photos at these paths, None where a path is new; reads only.

        Raises:
            StoreError: the register can't be read.
        """

    def add(self, files: Sequence[FoundFile]) -> list[PhotoId]:
        """Give new photos their ids. They are not identified yet.

        Raises:
            StoreError: nothing was added.
        """

    def known_sizes(self, sizes: Iterable[int]) -> set[int]:
        """Give those of these sizes, in bytes, that a photo with a fingerprint has; reads only.

        Raises:
            StoreError: the register can't be read.
        """

    def identify(
        self,
        files: Sequence[tuple[FoundFile, PhotoId, Fingerprint | None]],
        *,
        read_fingerprint: FingerprintReader,
    ) -> list[PhotoId]:
        """Say which photos these files are, now that their content is known, and remember their state.

        Args:
            files: each with the id of its path, and its fingerprint; None where it is known by path alone.
            read_fingerprint: reads what lies now where a photo with the same content lay.

        Returns:
            The ids, in the same order: that of the path, or of the photo that moved there.

        Raises:
            StoreError: the rest of them was not remembered.
        """

    def without_fingerprint(self, *, after: PhotoId, most: int) -> list[FoundPhoto]:
        """Give photos whose fingerprint was never taken, by rising id, beginning after this one.

        Raises:
            StoreError: the register can't be read.
        """

    def keep_fingerprint(self, photo: FoundPhoto, fingerprint: Fingerprint) -> None:
        """Add the fingerprint of a photo whose file is in the state of its key, and of its known scores.

        Raises:
            StoreError: it was not kept.
        """


class ScoreStore(Protocol):
    """Scores that are known already. Used by the thread that opened it."""

    notice: str | None
    """A sentence for the user when opening it was not plain sailing (a damaged file was set aside)."""

    @property
    def photos(self) -> PhotoRegister:
        """The photos that are known in the same place."""

    def lookup(self, keys: Sequence[ImageKey], net: NetIdentity) -> Mapping[ImageKey, ScoredPhoto]:
        """Give the known ones of these keys. Raises: StoreError."""

    def lookup_content(
        self, fingerprints: Iterable[Fingerprint], net: NetIdentity
    ) -> Mapping[Fingerprint, ScoredPhoto]:
        """Give the known scores of this content, each with a key that it had. Raises: StoreError."""

    def put(self, photos: Iterable[ScoredPhoto], net: NetIdentity) -> None:
        """Keep a batch, all or nothing.

        Raises:
            StoreError: nothing can be kept now.
            Exception: one of the photos can't be kept.
        """

    def close(self) -> None:
        """Let go of the file."""


StoreOpener: TypeAlias = Callable[[], ScoreStore]
"""Opens the store on the thread that is going to use it. Raises: StoreError."""


class PhotoLoader(Protocol):
    """The one way from a path to pixels, whoever asks. Thread-safe."""

    def __call__(
        self,
        path: str,
        *,
        frame: bool = False,
        longest_side: int | None = None,
        precision: Precision = Precision.EXACT,
        control: RunControl | None = None,
    ) -> LoadedPhoto:
        """Load one photo: always its facts, and what else is asked for.

        Args:
            path: the file.
            frame: give the net's frame, and the file's fingerprint, too.
            longest_side: give the picture, too, no larger than this many pixels; 0 for full size;
                None for no picture.
            precision: of the frame; EXACT is made of full-size pixels, FAST of fewer where that is quicker,
                and a picture that is asked for with it may be smaller, too.
            control: leave as soon as it is cancelled.

        Raises:
            PhotoError: with the reason.
            Cancelled: control was cancelled meanwhile.
        """


class PhotoFinder(Protocol):
    """Turns what was dropped into photos."""

    def __call__(
        self, paths: Iterable[str], *, control: RunControl
    ) -> Iterator[FoundFile | Failure | SkippedFile]:
        """Give every photo below the paths, once, in the order of the names. Never raises for a bad file."""
