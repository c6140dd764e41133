"""The composition root of the memory game: photos of a folder, one game, the saved answers."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from tqdm import tqdm

from memapp.core.control import RunControl
from memapp.core.errors import MemappError, PhotoError
from memapp.core.machine import usable_cores
from memapp.core.memory_game import LEAST_PHOTOS, Answer, Role, choose_photos, plan_game
from memapp.core.records import FoundFile
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr, trn
from memapp.gui.widgets.theme import ThemeManager
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.lab.memory_game.game_window import GameWindow, result_text
from memapp.store.home import home_folder
from memapp.store.memory_games import keep_game, read_games
from memapp.store.preferences import SettingsFile
from memapp.workers.preview_pool import to_image

PICTURE_SIDE = 800


def play(
    images: Path, *, output: Path, observer: str, seed: int | None = None, most: int | None = None
) -> int:
    """Play one game in a window; return the program's exit status.

    Args:
        images: the folder of photos.
        output: the folder for games and labels.
        observer: the player.
        seed: of photos and order; None for a different game each time.
        most: photos in the game; None for a game of five minutes.

    Raises:
        MemappError: there are too few photos.
        OSError: earlier games can't be read.
    """
    games = read_games(output)
    seed = secrets.randbelow(1 << 31) if seed is None else seed
    observers: dict[str, int] = {}
    for answers in games:
        for answer in answers:
            if answer.role is Role.TARGET and answer.repeat:
                observers[answer.photo] = observers.get(answer.photo, 0) + 1
    pictures = _pictures(images, observers, seed=seed, most=most)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("memapp")
    window = GameWindow(
        stream=plan_game(list(pictures), seed=seed),
        picture=pictures.__getitem__,
        theme_manager=_theme_manager(application),
    )
    window.finished.connect(partial(_keep, window, output, observer))
    window.show()
    window.activateWindow()
    return int(application.exec())


def _theme_manager(application: QCoreApplication) -> ThemeManager:
    """Return the look that was chosen for the main window; the usual one where no settings can be read."""
    try:
        settings = Settings(SettingsFile(home=home_folder()).values())
    except MemappError:
        # A game needs nothing else of that folder.
        settings = Settings()
    return ThemeManager(
        choice=settings.get(SETTINGS.theme), surround=settings.get(SETTINGS.surround), parent=application
    )


def _keep(window: GameWindow, output: Path, observer: str, answers: Sequence[Answer]) -> None:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    try:
        table, tallies = keep_game(output, answers, observer=observer, when=now)
    except OSError as problem:
        window.show_result(
            result_text(answers, tr("The answers can't be saved: {reason}.", reason=problem.strerror))
        )
        return
    window.show_result(
        result_text(
            answers,
            trn(
                "{count:,} photo has answers now, in {path}.",
                "{count:,} photos have answers now, in {path}.",
                len(tallies),
                path=table,
            ),
        )
    )


def _pictures(images: Path, observers: dict[str, int], *, seed: int, most: int | None) -> dict[str, QImage]:
    """Return the game's readable photos, by name relative to the folder."""
    names = {
        Path(found.key.path).relative_to(images).as_posix(): found.key.path
        for found in find_photos([str(images)], control=RunControl())
        if isinstance(found, FoundFile)
    }
    limits = {} if most is None else {"most": most}
    chosen = choose_photos(list(names), observers, seed=seed, **limits)
    with ThreadPoolExecutor(usable_cores()) as pool:
        loaded = pool.map(_picture, [names[name] for name in chosen])
        shown = tqdm(loaded, total=len(chosen), unit="photo", desc="preparing", disable=None, leave=False)
        pictures = {name: image for name, image in zip(chosen, shown, strict=True) if image is not None}
    if len(pictures) < LEAST_PHOTOS:
        raise MemappError(
            f"The memory game needs at least {LEAST_PHOTOS} photos; {images} has {len(pictures)} that can "
            "be read."
        )
    return pictures


def _picture(path: str) -> QImage | None:
    try:
        picture = load_photo(path, longest_side=PICTURE_SIDE).picture
    except PhotoError:
        return None
    return None if picture is None else to_image(picture)
