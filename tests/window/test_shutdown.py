"""Shutdown: by a kill or a close, no score is lost and nothing is left running."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.window.conftest import PhotoMaker, Starter
from tests.window.screen import wait_until

pytestmark = [pytest.mark.window, pytest.mark.weights, pytest.mark.usefixtures("licence_accepted")]


def test_after_a_kill_during_a_run_nothing_known_is_scored_again(
    start: Starter, make_photos: PhotoMaker, tmp_path: Path, memapp_home: Path
) -> None:
    photos = make_photos(tmp_path / "photos", 30)
    window = start(tmp_path / "photos")
    window.wait_for_scores(4)
    window.kill()
    known = window.scores()
    assert 4 <= len(known) < len(photos)
    with closing(sqlite3.connect(memapp_home / "scores.sqlite")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        # A mark that a second scoring would wipe out.
        store.execute("UPDATE scores SET device = 'before the kill'")
        store.commit()

    window = start(tmp_path / "photos")
    scores = window.wait_for_scores(len(photos))
    assert {path: scores[path] for path in known} == known
    with closing(sqlite3.connect(memapp_home / "scores.sqlite")) as store:
        untouched = store.execute("SELECT count(*) FROM scores WHERE device = 'before the kill'").fetchone()
    assert untouched == (len(known),)
    window.wait_for_order(sorted(scores, key=lambda path: -scores[path]))
    assert window.troubles() == []


@pytest.mark.parametrize("scored", [0, 4], ids=["while the net is loaded", "in mid-run"])
def test_closing_the_window_ends_everything_within_three_seconds(
    start: Starter, make_photos: PhotoMaker, tmp_path: Path, memapp_home: Path, scored: int
) -> None:
    photos = make_photos(tmp_path / "photos", 40)
    window = start(tmp_path / "photos")
    wait_until((memapp_home / "scores.sqlite").exists, "the run", seconds=30)
    if scored:
        window.wait_for_scores(scored)
    window.close()
    assert window.wait_for_end() == 0
    assert not window.leaves_processes()
    assert scored <= len(window.scores()) < len(photos)
    assert "Traceback" not in window.log()
