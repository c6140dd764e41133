"""Step 9: the built folder, then the installed .deb and .run, tried on a minimal machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

from installer import clean_root, desktop_smoke, installed_smoke, report
from installer.steps import Build, BuildError
from installer.trying import Trial

_KINDS = frozenset({".deb", ".run", ".xz"})

AWKWARD = "/srv/Schöne Fotos & Größe/mem app"
"""The bundle's place, read-only."""


def try_out(build: Build) -> str:
    """Try out everything that was made, or the one named file.

    Raises:
        BuildError: something does not work; the text says what.
    """
    if build.options.skip_smoke:
        return "skipped: --skip-smoke"
    if build.options.target != "linux":
        if build.options.smoke_only is not None:
            raise BuildError("--smoke-only is for Linux: elsewhere use the recipe in packaging/ci.")
        return _try_here(build)
    return _try_in_clean_root(build)


def _try_here(build: Build) -> str:
    """Run the app's own tests on the build machine, on Windows and macOS."""
    where = build.frozen / "Contents" / "MacOS" if build.options.target == "macos" else build.frozen
    suffix = ".exe" if build.options.target == "windows" else ""
    out = build.work / "self-test.json"
    variables = {"MEMAPP_HOME": str(build.work / "smoke-home")}
    build.run(
        [where / f"memapp-cli{suffix}", "--self-test", "--out", out], what="self-test", environment=variables
    )
    screenshot = build.work / "smoke.png"
    samples = build.resources / "samples"
    build.run(
        [
            where / f"memapp{suffix}",
            "--gui-smoke",
            samples,
            "--screenshot",
            screenshot,
            "--quit-after",
            "180",
        ],
        what="window",
        environment=variables,
    )
    return f"self-test and window; look at {screenshot}"


def _try_in_clean_root(build: Build) -> str:
    only = build.options.smoke_only
    if only is not None and not only.exists():
        raise BuildError(
            f"{only} does not exist: name a .deb, .run or .tar.xz that was built, or their folder."
        )
    pictures = build.work / "screenshots"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    trial = Trial(build=build, root=clean_root.make(build), pictures=pictures)
    try:
        for part in _parts(build, trial):
            part(trial)
    finally:
        build.measured["smoke"] = trial.report()
        (build.work / "smoke.json").write_text(json.dumps(trial.report(), indent=1), encoding="utf-8")
    if only is not None and only.is_dir():
        report.add_smoke(only, trial.report())
    if build.options.clean_root is None:
        clean_root.remove(trial.root.folder)
    remarks = [f"{len(trial.checks)} checks"]
    if "start_seconds" in trial.figures:
        remarks.append(f"window after {trial.figures['start_seconds']:.1f} s")
        remarks.append(f"first score {trial.figures['first_score_seconds']:.1f} s after a drop")
        remarks.append(f"look at {pictures}")
    return ", ".join(remarks)


def _parts(build: Build, trial: Trial) -> list[Callable[[Trial], None]]:
    """Return what to try, in order: the .deb brings the libraries that the others need from the system."""
    only = build.options.smoke_only
    made = build.made
    if only is not None:
        made = sorted(path for path in only.iterdir() if path.suffix in _KINDS) if only.is_dir() else [only]
    by_kind = {path.suffix: path for path in made}
    trial.files = by_kind
    parts: list[Callable[[Trial], None]] = []
    if ".deb" in by_kind:
        parts.append(installed_smoke.try_deb)
    else:
        parts.append(installed_smoke.install_libraries)
    if only is None or ".xz" in by_kind:
        parts += [_bind_bundle, desktop_smoke.try_bundle, desktop_smoke.try_drop]
    if ".run" in by_kind:
        parts.append(installed_smoke.try_run)
    if ".deb" in by_kind and ".xz" not in by_kind and only is not None:
        parts.append(desktop_smoke.try_drop)
    if ".deb" in by_kind:
        parts.append(installed_smoke.remove_deb)
    return parts


def _bind_bundle(trial: Trial) -> None:
    """Mount the frozen folder in the root, read-only, at a difficult path."""
    only = trial.build.options.smoke_only
    folder = trial.build.frozen
    if only is not None:
        unpacked = trial.build.work / "unpacked"
        shutil.rmtree(unpacked, ignore_errors=True)
        unpacked.mkdir(parents=True)
        trial.build.run(["tar", "-xf", trial.files[".xz"], "-C", unpacked], what="unpacking")
        folder = unpacked / "memapp"
    trial.root.read_only.append((folder, AWKWARD))
    trial.program = f"{AWKWARD}/memapp"
    trial.record_of = folder / "_internal" / "resources" / "self-test" / "expected.json"


def plan(build: Build) -> str:
    """Return what would be tried."""
    if build.options.skip_smoke:
        return "skipped: --skip-smoke"
    where = build.options.clean_root or "a fresh Debian root"
    return (
        f"self-test, window, drop, upgrade and uninstall in {where}"
        if build.options.target == "linux"
        else "here"
    )
