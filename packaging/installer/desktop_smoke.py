"""Trial of the bundle: with an incomplete home, and in a window with dropped photos."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

from installer.clean_root import HOME, USER_NUMBER
from installer.screen import Screen, wait_for
from installer.trying import Trial, user_variables

PHOTOS = f"{HOME}/Fotos für Oma & Opa"
DATA = f"{HOME}/.local/share/memapp"
LOCKED = "/srv/locked"
_TROUBLE = re.compile(r"^\d{4}-\d\d-\d\d \S+ (WARNING|ERROR|CRITICAL) ")

START_LIMIT = 2.5
FIRST_SCORE_LIMIT = 10.0
PATIENCE = 120.0


def try_bundle(trial: Trial) -> None:
    """Run the self-test with everything that a home may lack. Raise BuildError if it fails."""
    locked = trial.root.inside(LOCKED)
    locked.mkdir(parents=True, exist_ok=True)
    locked.chmod(0o555)
    trial.self_test("an ordinary home", variables=user_variables())
    trial.self_test("an empty environment", variables={})
    later = f"{HOME}/not yet/there"
    trial.self_test("a home that does not exist yet", variables=user_variables(later))
    trial.require(
        trial.root.inside(f"{later}/.local/share/memapp").is_dir(),
        "a home that does not exist yet is made",
        "",
    )
    trial.self_test("a home that can't be written", variables=user_variables(f"{LOCKED}/home"))
    result = trial.root.run([f"{trial.program}-cli", "doctor"], variables=user_variables(f"{LOCKED}/home"))
    trial.require(
        "can't be written" in result.stdout, "the doctor says that the home can't be written", result.stdout
    )
    trial.require(
        result.returncode == 0, "the doctor finds that scoring works", result.stdout + result.stderr
    )
    result = trial.root.run([f"{trial.program}-cli", "segmenters"], variables=user_variables())
    trial.require(result.returncode == 0, "memapp segmenters", result.stdout + result.stderr)
    result = trial.root.run([f"{trial.program}-cli", "lab", "nets"], variables=user_variables())
    trial.require("came without torch" in result.stderr, "a command that needs torch says so", result.stderr)
    closed = trial.root.run(
        ["/bin/sh", "-c", f'"{trial.program}-cli" --self-test --out "$HOME/closed.json" <&- >&- 2>&-'],
        variables=user_variables(),
    )
    trial.require(closed.returncode == 0, "no standard input, output and error", closed.stderr)


def try_drop(trial: Trial) -> None:
    """Try the window: found on the screen, photos dropped from another program's window, scored, closed.

    Raises:
        BuildError: something does not work or takes too long.
    """
    photos = trial.root.inside(PHOTOS)
    shutil.rmtree(photos, ignore_errors=True)
    shutil.copytree(trial.build.root / "resources" / "samples", photos)
    for path in (photos, *photos.rglob("*")):
        os.chown(path, USER_NUMBER, USER_NUMBER)
    shutil.rmtree(trial.root.inside(DATA), ignore_errors=True)
    screen = Screen(folder=trial.build.work / "screen")
    try:
        _start_and_close(trial, screen, "cold_start_seconds")
        _start_and_close(trial, screen, "start_seconds")
        _drop(trial, screen)
        _gui_smoke(trial, screen)
        _look_at_log(trial)
    finally:
        screen.stop()
    start, first = trial.figures["start_seconds"], trial.figures["first_score_seconds"]
    trial.require(start < START_LIMIT, "the window is there in time", f"{start:.1f} s, limit {START_LIMIT} s")
    trial.require(first < FIRST_SCORE_LIMIT, "the first score is there in time", f"{first:.1f} s")


def _start(trial: Trial, screen: Screen) -> tuple[subprocess.Popen[bytes], str, float]:
    log = trial.build.work / "logs" / "window-of-the-app.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    process = trial.root.start(
        [trial.program], variables=user_variables(DISPLAY=screen.display, XDG_SESSION_TYPE="x11"), log=log
    )

    def look() -> str | None:
        trial.require_running(process, log)
        return screen.window("memapp")

    window = wait_for(look, "the window", seconds=PATIENCE)
    assert window is not None
    return process, window, time.monotonic() - started


def _start_and_close(trial: Trial, screen: Screen, figure: str) -> None:
    process, window, seconds = _start(trial, screen)
    trial.figures[figure] = round(seconds, 2)
    time.sleep(1.0)
    _close(trial, screen, process, window)


def _close(trial: Trial, screen: Screen, process: subprocess.Popen[bytes], window: str) -> None:
    screen.xdotool("windowactivate", "--sync", window, "key", "alt+F4")
    wait_for(
        lambda: process.poll() is not None, "the end of the program after its window was closed", seconds=20
    )
    trial.require(
        process.returncode == 0, "closing the window ends the program", f"status {process.returncode}"
    )


def _drop(trial: Trial, screen: Screen) -> None:
    process, window, _ = _start(trial, screen)
    time.sleep(1.0)
    screen.save(trial.pictures / "1-empty-window.png")
    source = subprocess.Popen(
        [trial.build.python, trial.build.root / "tests" / "window" / "drag_source.py", "1310", "20", PHOTOS],
        env=screen.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert source.stdout is not None
        source.stdout.readline()
        x, y, width, height = screen.frame(window)
        screen.drag((1350, 60), (x + width // 2, y + height // 2))
        dropped = time.monotonic()
        wait_for(lambda: scores_kept(trial) > 0, "the first score", seconds=PATIENCE)
        trial.figures["first_score_seconds"] = round(time.monotonic() - dropped, 2)
    finally:
        source.terminate()
        source.wait(10)
    total = sum(1 for path in trial.root.inside(PHOTOS).iterdir() if path.suffix in {".jpg", ".webp"})
    wait_for(lambda: scores_kept(trial) >= total, f"all {total} scores", seconds=PATIENCE)
    time.sleep(2.0)
    screen.save(trial.pictures / "2-after-the-drop.png")
    trial.passed("a folder dropped from another window is scored", f"{total} photos")
    _look_what_is_in_it(trial, screen, window)
    _close(trial, screen, process, window)


def _look_what_is_in_it(trial: Trial, screen: Screen, window: str) -> None:
    """Open the first photo and press Alt+1: the segmenter that came with memapp names what is in it."""
    maps = trial.root.inside(f"{DATA}/maps")
    screen.xdotool("windowactivate", "--sync", window, "key", "ctrl+f", "key", "Return")
    screen.xdotool("sleep", 0.3, "key", "Home", "key", "Return", "sleep", 1.0, "key", "alt+1")
    wait_for(lambda: any(path.is_file() for path in maps.rglob("*")), "what is in a photo", seconds=PATIENCE)
    time.sleep(2.0)
    screen.save(trial.pictures / "4-what-is-in-it.png")
    trial.passed("Alt+1 shows what is in a photo, without a download")


def _gui_smoke(trial: Trial, screen: Screen) -> None:
    """Run the app's own smoke test, without a writable home."""
    picture = f"{HOME}/smoke.png"
    done = trial.root.run(
        [trial.program, "--gui-smoke", PHOTOS, "--screenshot", picture, "--quit-after", "120"],
        variables=user_variables(f"{LOCKED}/home", DISPLAY=screen.display),
    )
    trial.require(
        done.returncode == 0, "a window without a home that can be written", done.stderr + done.stdout
    )
    shutil.copyfile(trial.root.inside(picture), trial.pictures / "3-home-not-writable.png")


def _look_at_log(trial: Trial) -> None:
    """Check that the log has no warnings: an unreadable stylesheet, a missing part."""
    log = trial.root.inside(f"{DATA}/logs/memapp.log").read_text(encoding="utf-8")
    bad = [line for line in log.splitlines() if _TROUBLE.match(line) and "Detected locale" not in line]
    trial.require(not bad, "the window's log has no warnings", " | ".join(bad[:3]))


def scores_kept(trial: Trial) -> int:
    """Return the number of stored scores of the app in the root."""
    file: Path = trial.root.inside(f"{DATA}/scores.sqlite")
    if not file.exists():
        return 0
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
    with closing(connection), suppress(sqlite3.OperationalError):  # the table does not exist yet
        count: int = connection.execute("SELECT count(*) FROM scores").fetchone()[0]
        return count
    return 0
