"""What tests of identity share: runs over real files with one home, and what they find."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from memapp.core.contracts import PhotoRegister
from memapp.core.control import RunControl
from memapp.core.events import Event, Found, Identified, Notice, Scored
from memapp.core.records import ImageKey, LoadedPhoto, PhotoId
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.store.photos import photos_in_memory
from memapp.store.scores import SqliteScoreStore
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory


@dataclass
class Outcome:
    """The result of one run."""

    events: list[Event]
    decoded: list[str]
    """Names of the photos opened for the net."""

    @property
    def ids(self) -> dict[str, PhotoId]:
        """By path: the photo there, as the window would finally show it."""
        ids: dict[ImageKey, PhotoId] = {}
        for event in self.events:
            if isinstance(event, Found):
                ids |= {photo.key: photo.id for photo in event.photos}
            elif isinstance(event, Identified):
                for photo in event.photos:
                    assert ids[photo.key] == photo.found_as
                    ids[photo.key] = photo.id
        return {key.path: photo for key, photo in ids.items()}

    @property
    def scores(self) -> dict[str, float]:
        """By path."""
        return {
            photo.key.path: photo.score
            for event in self.events
            if isinstance(event, Scored)
            for photo in event.photos
        }


@dataclass
class Desk:
    """Runs over some paths, one after another, with one home; None stores nothing on disk."""

    home: Path | None
    spare: PhotoRegister = field(default_factory=photos_in_memory)

    def run(self, *paths: Path, net: Any = BRIGHTNESS_NET) -> Outcome:
        decoded: list[str] = []

        def loader(path: str, **options: Any) -> LoadedPhoto:
            decoded.append(Path(path).name)
            return load_photo(path, **options)

        home = self.home
        events = list(
            score_run(
                [str(path) for path in paths],
                finder=find_photos,
                loader=loader,
                scorers=BrightnessFactory(identity=net),
                open_store=None if home is None else lambda: SqliteScoreStore(home=home),
                control=RunControl(),
                spare_photos=self.spare,
            )
        )
        assert not [event for event in events if isinstance(event, Notice)]
        found: set[ImageKey] = set()
        for event in events:
            if isinstance(event, Found):
                assert not found & set(event.keys)
                found |= set(event.keys)
            elif isinstance(event, Scored):
                assert {photo.key for photo in event.photos} <= found
        return Outcome(events, decoded)


def grey(path: Path, level: int, width: int = 40) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, 30), (level,) * 3).save(path, compress_level=0)
    return path


def at(outcome: Outcome, path: Path) -> tuple[PhotoId, float]:
    return outcome.ids[str(path)], outcome.scores[str(path)]
