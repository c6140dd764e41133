"""What tells how alike photos are: noted when they are scored, and made up for those scored before."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import PhotoLoader, Scorer, ScorerFactory, StoreOpener, score_with_features
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.core.file_state import check_file
from memapp.core.likeness import FEATURES, Likeness, pack_features
from memapp.core.machine import lower_this_thread
from memapp.core.records import FileCheck, ImageKey, LoadedPhoto, ScoredPhoto
from memapp.intake.greys import encode_grey

FloatArray: TypeAlias = npt.NDArray[np.float32]

_TICK_SECONDS = 0.1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LikenessNoted:
    """What tells how alike a photo is to others was noted, or the photo can't be read."""

    key: ImageKey
    noted: bool
    done: int
    total: int


def likenesses(loaded: Sequence[LoadedPhoto], features: FloatArray | None) -> list[Likeness | None]:
    """Return the likeness of each photo; all None if the net gives no features, or not ResMem's.

    Args:
        loaded: photos with their frames.
        features: (n, 1000), of the same photos.
    """
    if features is None or features.shape[1:] != (FEATURES,):
        return [None] * len(loaded)
    return [
        None if photo.frame is None else Likeness(packed, encode_grey(photo.frame), photo.sharpness)
        for photo, packed in zip(loaded, pack_features(features), strict=True)
    ]


def likeness_run(
    keys: Sequence[ImageKey],
    *,
    loader: PhotoLoader,
    scorers: ScorerFactory,
    open_store: StoreOpener,
    is_busy: Callable[[], bool],
    control: RunControl,
) -> Iterator[LikenessNoted]:
    """Note the likeness of photos that were scored before it was noted; wait while other work is going on.

    Args:
        keys: the photos.
        loader: turns a photo into the net's frame.
        scorers: the net whose features are noted.
        open_store: opens the store of known scores.
        is_busy: whether scoring or an explanation that a person waits for is going on; called on this thread.
        control: pause and cancel; what is noted so far counts.

    Yields:
        LikenessNoted for each photo; one that can't be read costs only itself.

    Raises:
        MemappError: the net or the store can't be used.
    """
    lower_this_thread()
    net = scorers.identity()
    scorer: Scorer | None = None
    store = open_store()
    try:
        for done, key in enumerate(keys, start=1):
            while is_busy():
                control.checkpoint()
                time.sleep(_TICK_SECONDS)
            control.checkpoint()
            loaded = _loaded(key, loader, control)
            if loaded is None or loaded.frame is None or loaded.fingerprint is None:
                yield LikenessNoted(key, False, done, len(keys))
                continue
            if scorer is None:
                scorer = scorers.build(_log.info)
            scores, features = score_with_features(scorer, loaded.frame[np.newaxis])
            (like,) = likenesses([loaded], features)
            photo = ScoredPhoto(
                key, float(scores[0]), loaded.facts, scorer.engine, net.precision, loaded.fingerprint, like
            )
            store.put((photo,), net)
            yield LikenessNoted(key, like is not None, done, len(keys))
    except Cancelled:
        return
    finally:
        store.close()
        if scorer is not None:
            scorer.close()


def _loaded(key: ImageKey, loader: PhotoLoader, control: RunControl) -> LoadedPhoto | None:
    """Return the photo with its frame; None if it can't be read, or is not the one that was scored."""
    try:
        loaded = loader(key.path, frame=True, control=control)
        return loaded if check_file(key) is FileCheck.SAME else None
    except Cancelled:
        raise
    except MemappError as problem:
        _log.info("nothing can be noted of %r: %s", key.path, problem)
    except Exception:
        _log.exception("nothing can be noted of %r", key.path)
    return None
