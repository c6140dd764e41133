"""The known scores of one run: found by path or content, stored, with notices for problems."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from memapp.core.contracts import PhotoRegister, ScoreStore, StoreOpener
from memapp.core.errors import StoreError
from memapp.core.events import Notice, NoticeKind
from memapp.core.records import ImageKey, NetIdentity, ScoredPhoto
from memapp.core.text import tr, trn
from memapp.pipeline.photo_ids import ResolvedFile

_log = logging.getLogger(__name__)


class KnownScores:
    """A run's access to the store, as long as that works. Used by one thread."""

    def __init__(self, open_store: StoreOpener | None) -> None:
        """Use this opener; None to know and store nothing."""
        self._open_store = open_store
        self._store: ScoreStore | None = None
        self._reads = self._keeps = False

    @property
    def photos(self) -> PhotoRegister | None:
        """The register of photos in the store; None if the store is not open."""
        return None if self._store is None else self._store.photos

    def open(self) -> Notice | None:
        """Open the store; return a notice if there is a problem."""
        if self._open_store is None:
            return None
        try:
            self._store = self._open_store()
        except StoreError as problem:
            return Notice(
                NoticeKind.WARNING, tr("{problem} Scores are lost when memapp is closed.", problem=problem)
            )
        self._reads = self._keeps = True
        return Notice(NoticeKind.WARNING, self._store.notice) if self._store.notice else None

    def find(
        self, files: Sequence[ResolvedFile], nets: Sequence[NetIdentity]
    ) -> tuple[dict[ImageKey, ScoredPhoto], Notice | None]:
        """Return the known scores of these files, from the first of these nets that has one.

        A score found by another path or by content is also stored under the file's own key.
        """
        known: dict[ImageKey, ScoredPhoto] = {}
        notice: Notice | None = None
        for net in nets:
            if self._store is None or not self._reads:
                break
            try:
                unknown = [file for file in files if file.key not in known] if known else files
                known |= self._store.lookup([file.key for file in unknown], net)
                elsewhere = self._elsewhere([file for file in unknown if file.key not in known], net)
            except Exception as problem:
                notice = self._give_up(problem)
                self._reads = False
                break
            known |= elsewhere
            notice = self.keep(tuple(elsewhere.values()), net) or notice
        return known, notice

    def keep(self, photos: Sequence[ScoredPhoto], net: NetIdentity) -> Notice | None:
        """Store these scores; return a notice if some can't be stored."""
        if self._store is None or not self._keeps or not photos:
            return None
        try:
            self._store.put(photos, net)
        except StoreError as problem:
            return self._give_up(problem)
        except Exception:
            _log.exception("a batch of scores can't be kept")
            return self._keep_singly(self._store, photos, net)
        return None

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()

    def _elsewhere(self, files: Sequence[ResolvedFile], net: NetIdentity) -> dict[ImageKey, ScoredPhoto]:
        """Return the known scores of these files by their resolved paths, or by their content."""
        assert self._store is not None
        linked = {
            replace(file.key, path=file.file.real_path): file.key
            for file in files
            if file.file.real_path != file.key.path
        }
        contents = {file.key: file.fingerprint for file in files if file.fingerprint is not None}
        known: dict[ImageKey, ScoredPhoto] = {}
        if linked:
            found = self._store.lookup(list(linked), net)
            known = {linked[key]: replace(photo, key=linked[key]) for key, photo in found.items()}
        if contents:
            by_content = self._store.lookup_content(contents.values(), net)
            known |= {
                key: replace(by_content[fingerprint], key=key)
                for key, fingerprint in contents.items()
                if fingerprint in by_content
            }
        return known

    def _keep_singly(
        self, store: ScoreStore, photos: Sequence[ScoredPhoto], net: NetIdentity
    ) -> Notice | None:
        """Store a batch one by one after one photo's record failed."""
        lost: list[tuple[ScoredPhoto, Exception]] = []
        for photo in photos:
            try:
                store.put((photo,), net)
            except StoreError as problem:
                return self._give_up(problem)
            except Exception as problem:
                lost.append((photo, problem))
        if not lost:
            return None
        first, reason = lost[0]
        return Notice(
            NoticeKind.WARNING,
            tr(
                "The score of {name} can't be kept and is lost when memapp is closed: {reason}.",
                name=first.key.name,
                reason=reason,
            )
            if len(lost) == 1
            else trn(
                "The scores of {name} and {count} more photo can't be kept and are lost when memapp is "
                "closed: {reason}.",
                "The scores of {name} and {count} more photos can't be kept and are lost when memapp is "
                "closed: {reason}.",
                len(lost) - 1,
                name=first.key.name,
                reason=reason,
            ),
        )

    def _give_up(self, problem: Exception) -> Notice:
        _log.error("scores are no longer kept", exc_info=problem)
        self._keeps = False
        text = (
            str(problem)
            if isinstance(problem, StoreError)
            else tr("The kept scores can't be read: {problem}.", problem=problem)
        )
        return Notice(
            NoticeKind.WARNING, tr("{problem} New scores are lost when memapp is closed.", problem=text)
        )
