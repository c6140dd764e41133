"""Trial of the .deb and the .run: installed, upgraded, removed, with the user's data kept."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from installer import clean_root, debian, desktop_smoke
from installer.clean_root import HOME, USER_NUMBER
from installer.steps import BuildError
from installer.trying import Trial, user_variables

OLDER = "0.0.1"
STALE = "stale-file-of-an-older-version.txt"
AWKWARD_HOME = f"{HOME}/Œuvres $HOME 100% 'é'"


def _apt(trial: Trial, *arguments: str) -> str:
    """Run apt-get in the root, as root, with the network unless the build is offline. Raise BuildError on
    failure."""
    done = trial.root.run(
        ["apt-get", "-y", "-q", "--no-install-recommends", *arguments],
        as_user=False,
        network=not trial.build.options.offline,
        variables={
            "DEBIAN_FRONTEND": "noninteractive",
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
        },
    )
    if done.returncode != 0:
        raise BuildError(
            f"While trying it out: apt-get {' '.join(arguments)}: {(done.stdout + done.stderr)[-1500:]}"
        )
    return done.stdout


def _update(trial: Trial) -> None:
    """Update the root's package lists if allowed. Raise BuildError on failure."""
    clean_root.lend_packages(trial.build, trial.root)
    if not trial.build.options.offline:
        _apt(trial, "update")


def install_libraries(trial: Trial) -> None:
    """What a desktop has and the app needs, if no .deb is tried."""
    needs = trial.build.measured.get("needs") or sorted(debian.PACKAGES)
    _update(trial)
    wanted = debian.depends_of(needs, glibc="2.34").split(", ")
    _apt(trial, "install", *[each.split(" ")[0] for each in wanted if not each.startswith("libc6")])
    _apt(trial, "install", "fonts-dejavu-core")
    clean_root.keep_packages(trial.build, trial.root)


def try_deb(trial: Trial) -> None:
    """Install an older version, score, upgrade: the scores are still known. Raise BuildError on failure."""
    _update(trial)
    package = trial.files[".deb"]
    newer, older = trial.root.inside("/root/memapp.deb"), trial.root.inside("/root/memapp-older.deb")
    shutil.copyfile(package, newer)
    _make_older_deb(trial, package, older)
    _apt(trial, "install", "/root/memapp-older.deb", "fonts-dejavu-core")
    older.unlink()
    clean_root.keep_packages(trial.build, trial.root)
    trial.passed("the .deb installs with its Depends alone", OLDER)
    trial.program = "/usr/bin/memapp"
    count = _score_samples(trial)
    _apt(trial, "install", "/root/memapp.deb")
    newer.unlink()
    inside = trial.root.inside("/usr/lib/memapp/_internal")
    trial.require(not (inside / STALE).exists(), "an upgraded .deb leaves no stale files", STALE)
    trial.require(
        desktop_smoke.scores_kept(trial) == count, "an upgraded .deb keeps the scores", f"{count} before"
    )
    trial.self_test("the installed .deb", variables=user_variables())


def _make_older_deb(trial: Trial, package: Path, target: Path) -> None:
    """Return the same package as an older version with one more file."""
    tree = trial.build.work / "older-deb"
    shutil.rmtree(tree, ignore_errors=True)
    trial.build.run(["dpkg-deb", "-R", package, tree], what="unpacking the package")
    control = tree / "DEBIAN" / "control"
    text = re.sub(r"(?m)^Version: .*$", f"Version: {OLDER}", control.read_text(encoding="utf-8"))
    control.write_text(text, encoding="utf-8")
    (tree / "usr" / "lib" / "memapp" / "_internal" / STALE).write_text("stale", encoding="utf-8")
    debian.pack(trial.build, tree, target, compression="-Znone")
    shutil.rmtree(tree)


def remove_deb(trial: Trial) -> None:
    """Remove it: only the scores are left. Raise BuildError otherwise."""
    count = desktop_smoke.scores_kept(trial)
    _apt(trial, "purge", "memapp")
    left = [name for name in trial.root.files() if "memapp" in name and not name.startswith("home/")]
    left = [name for name in left if not name.startswith("srv/")]
    trial.require(not left, "a removed .deb leaves nothing behind", ", ".join(left[:5]))
    kept = desktop_smoke.scores_kept(trial)
    trial.require(kept == count, "a removed .deb leaves the scores", f"{kept} of {count}")


def _score_samples(trial: Trial) -> int:
    """Score photos with the installed program; return the number of stored scores."""
    photos = trial.root.inside(f"{HOME}/samples")
    shutil.rmtree(photos, ignore_errors=True)
    shutil.copytree(trial.build.root / "resources" / "samples", photos)
    done = trial.root.run(
        [f"{trial.program}-cli", "score", "--format", "csv", f"{HOME}/samples"], variables=user_variables()
    )
    trial.require(done.returncode == 0, "memapp-cli score", done.stderr)
    count = desktop_smoke.scores_kept(trial)
    trial.require(count > 0, "scores are kept", "none")
    return count


def try_run(trial: Trial) -> None:
    """Install for the user, upgrade, remove; from and to places with difficult names. Raise BuildError on
    failure."""
    run = trial.files[".run"]
    folder = f"{HOME}/Télé chargements"
    inside = trial.root.inside(folder)
    inside.mkdir(parents=True, exist_ok=True)
    newer, older, broken = (f"{folder}/{name}" for name in ("me mapp.run", "older.run", "broken.run"))
    shutil.copyfile(run, trial.root.inside(newer))
    _make_older(run, trial.root.inside(older))
    _make_broken(run, trial.root.inside(broken))
    for path in (inside, *inside.iterdir()):
        os.chown(path, USER_NUMBER, USER_NUMBER)

    output = _sh(trial, broken)
    trial.require(output[0] != 0 and "damaged" in output[1], "a damaged .run says so", output[1])
    before = _files_of_user(trial)
    for prefix in ("", AWKWARD_HOME):
        _install_upgrade_remove(trial, older=older, newer=newer, prefix=prefix)
        left = _files_of_user(trial) - before
        left = {name for name in left if ".cache" not in name}
        trial.require(
            not left,
            f"a removed .run leaves nothing behind ({prefix or 'usual place'})",
            str(sorted(left)[:8]),
        )
    shutil.rmtree(inside)


def _install_upgrade_remove(trial: Trial, *, older: str, newer: str, prefix: str) -> None:
    options = ["--prefix", prefix] if prefix else []
    place = prefix or f"{HOME}/.local/opt/memapp"
    status, output = _sh(trial, older, *options)
    trial.require(status == 0, f"the .run installs into {place}", output)
    stale = trial.root.inside(f"{place}/_internal/{STALE}")
    stale.write_text("stale", encoding="utf-8")
    scores = desktop_smoke.scores_kept(trial)
    status, output = _sh(trial, newer, *options)
    trial.require(status == 0, f"the .run upgrades {place}", output)
    version = trial.root.inside(f"{place}/_internal/memapp-installed.txt").read_text(encoding="utf-8").strip()
    trial.require(version == trial.build.version, "the upgraded version is the new one", version)
    trial.require(not stale.exists(), "an upgrading .run leaves no stale files", STALE)
    trial.require(
        desktop_smoke.scores_kept(trial) == scores, "an upgrading .run keeps the scores", str(scores)
    )
    trial.self_test(
        f"the installed .run in {place}", variables=user_variables(), program=f"{HOME}/.local/bin/memapp"
    )
    entry = trial.root.inside(f"{HOME}/.local/share/applications/memapp.desktop")
    trial.build.run(["desktop-file-validate", entry], what="check of the installed entry")
    trial.passed(
        "the desktop entry of the .run is valid", entry.read_text(encoding="utf-8").split("Exec=")[1][:120]
    )
    status, output = _run_sh(trial, f"{place}/uninstall.sh")
    trial.require(status == 0, f"the .run is removed from {place}", output)
    trial.require(not trial.root.inside(place).exists(), f"{place} is gone", "")
    trial.require(desktop_smoke.scores_kept(trial) == scores, "a removed .run leaves the scores", str(scores))


def _sh(trial: Trial, file: str, *arguments: str) -> tuple[int, str]:
    return _run_sh(trial, file, *arguments)


def _run_sh(trial: Trial, *arguments: str) -> tuple[int, str]:
    done = trial.root.run(["/bin/sh", *arguments], variables=user_variables())
    return done.returncode, done.stdout + done.stderr


def _make_older(run: Path, target: Path) -> None:
    """Return the same file as an older version."""
    shutil.copyfile(run, target)
    with target.open("r+b") as file:
        head = file.read(20_000)
        found = re.search(rb"VERSION='([^']*)'", head)
        assert found is not None
        older = OLDER.encode().ljust(len(found[1]), b"0")[: len(found[1])]
        file.seek(found.start(1))
        file.write(older)


def _make_broken(run: Path, target: Path) -> None:
    """Return the first half of the file, as after an interrupted download."""
    with run.open("rb") as file, target.open("wb") as half:
        half.write(file.read(run.stat().st_size // 2))


def _files_of_user(trial: Trial) -> set[str]:
    """Return every file in the user's home except the app's own data."""
    data = desktop_smoke.DATA.lstrip("/")
    return {name for name in trial.root.files() if name.startswith("home/") and not name.startswith(data)}
