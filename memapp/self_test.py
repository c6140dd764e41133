"""memapp --self-test: tries every part of the app, and compares with what was recorded when it was built."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import multiprocessing
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from memapp import __version__
from memapp.core.errors import MemappError
from memapp.core.files import write_atomically
from memapp.core.resources import resources_folder
from memapp.frozen import is_frozen
from memapp.intake.load import load_photo
from memapp.scoring.engines.export_process import export_resmem
from memapp.scoring.engines.graphs import SHIPPED_FOLDER_NAME, GraphFolder
from memapp.scoring.hash_cache import HashCache
from memapp.scoring.resmem_net import RESMEM_IDENTITY, resmem_factory
from memapp.scoring.weights import WeightsLocator

FOLDER_NAME = "self-test"
"""In the resources: one picture in every format, and in the built app the record."""

RECORD_NAME = "expected.json"
"""What the source tree's own self-test gave when the app was built, with the tolerance of the scores."""

EXACT_TOLERANCE = 1e-4
COLOUR_TOLERANCE = 1.5
"""Of 255: how far a picture's mean colour may be from the recorded one."""

MODULES = (
    "numpy",
    "PIL.Image",
    "pi_heif",
    "psd_tools.compression",
    "pylibjxl",
    "rawpy",
    "simplejpeg",
    "onnxruntime",
    "sqlite3",
    "blake3",
    "send2trash",
    "platformdirs",
    "psutil",
    "tqdm",
    "PySide6.QtWidgets",
    "PySide6.QtSvg",
    "memapp.app",
)
LARGE_AND_OPTIONAL = ("torch", "torchvision", "onnx")
PHOTO_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
CHILD_SECONDS = 60.0


@dataclass(slots=True)
class Check:
    """One thing that was tried."""

    name: str
    ok: bool
    text: str
    seconds: float = 0.0


@dataclass(slots=True)
class SelfTest:
    """Tries one thing after another and keeps what came of it."""

    home: Path
    resources: Path
    checks: list[Check] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    formats: dict[str, dict[str, Any]] = field(default_factory=dict)

    def run(self) -> bool:
        """Try everything; whether all of it works."""
        record = self._read_record()
        for module in MODULES:
            self._try(f"import {module}", partial(_import, module))
        self._try("resources", self._resources)
        self._try("licences", self._licences)
        self._try("nets", self._nets)
        self._try("child process", _child_process)
        folder = self.resources / FOLDER_NAME
        pictures = sorted(path for path in folder.glob("picture.*"))
        for picture in pictures:
            self._try(f"read {picture.suffix[1:]}", partial(self._read, picture, record))
        self._try("scores", lambda: self._score(record))
        return all(check.ok for check in self.checks)

    def report(self) -> dict[str, Any]:
        """Everything that was found, ready for JSON."""
        return {
            "memapp": __version__,
            "ok": all(check.ok for check in self.checks),
            "built_app": is_frozen(),
            "python": platform.python_version(),
            "system": platform.platform(),
            "net": asdict(RESMEM_IDENTITY),
            "optional_parts": {
                name: importlib.util.find_spec(name) is not None for name in LARGE_AND_OPTIONAL
            },
            "checks": [asdict(check) for check in self.checks],
            "scores": self.scores,
            "formats": self.formats,
        }

    def _try(self, name: str, what: Callable[[], str]) -> None:
        started = time.monotonic()
        try:
            ok, text = True, what()
        except _WrongError as problem:
            ok, text = False, str(problem)
        except MemappError as problem:
            ok, text = False, str(problem)
        except Exception as problem:
            # Whatever is broken in a bundle is to be named, not to end the test.
            ok, text = False, f"{type(problem).__name__}: {problem}"
        self.checks.append(Check(name, ok, text, round(time.monotonic() - started, 3)))

    def _read_record(self) -> Mapping[str, Any]:
        path = self.resources / FOLDER_NAME / RECORD_NAME
        if not path.exists():
            return {}
        record: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return record

    def _resources(self) -> str:
        needed = ("human_memorability_quantiles.csv", "icons/memapp.svg", "samples", "licences/resmem.txt")
        if missing := [name for name in needed if not (self.resources / name).exists()]:
            raise _WrongError(f"missing: {', '.join(missing)}")
        return str(self.resources)

    def _licences(self) -> str:
        folder = self.resources / "licences" / "third-party"
        count = sum(1 for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
        if is_frozen() and not count:
            raise _WrongError("the licences of the libraries are missing")
        return f"{count} texts of third parties"

    def _nets(self) -> str:
        """Compare every shipped net with its record, the hash computed anew."""
        said = []
        for record in sorted((self.resources / SHIPPED_FOLDER_NAME).glob("*.json")):
            with tempfile.TemporaryDirectory() as nothing_remembered:
                checked = HashCache(home=Path(nothing_remembered))
                graph = record.with_suffix(".onnx")
                expected = json.loads(record.read_text(encoding="utf-8"))["sha256"]
                if checked.sha256_of(graph) != expected:
                    raise _WrongError(f"{graph.name} is not what its record says")
            said.append(graph.name)
        if is_frozen() and GraphFolder(home=self.home, export=export_resmem).shipped(RESMEM_IDENTITY) is None:
            raise _WrongError("the graph of ResMem is not there")
        return ", ".join(said) or "none shipped"

    def _read(self, path: Path, record: Mapping[str, Any]) -> str:
        photo = load_photo(str(path), longest_side=0)
        assert photo.picture is not None
        mean = [round(float(value), 2) for value in photo.picture.mean(axis=(0, 1))]
        size = [photo.facts.width, photo.facts.height]
        self.formats[path.suffix[1:]] = {"format": photo.facts.format, "size": size, "mean": mean}
        expected = record.get("formats", {}).get(path.suffix[1:])
        if expected is not None:
            off = max(abs(a - b) for a, b in zip(mean, expected["mean"], strict=True))
            if size != expected["size"] or off > COLOUR_TOLERANCE:
                raise _WrongError(f"{photo.facts.format}: {size}, {mean} instead of {expected}")
        return f"{photo.facts.format}, {size[0]} x {size[1]}"

    def _score(self, record: Mapping[str, Any]) -> str:
        """Score the samples, as the window would."""
        samples = sorted(
            path for path in (self.resources / "samples").iterdir() if path.suffix in PHOTO_ENDINGS
        )
        locator = WeightsLocator(resources=self.resources, home=self.home)
        notices: list[str] = []
        scorer = resmem_factory(weights=locator, home=self.home, device="cpu").build(notices.append)
        frames = [load_photo(str(path), frame=True).frame for path in samples]
        for path, frame in zip(samples, frames, strict=True):
            assert frame is not None
            self.scores[path.name] = float(scorer.score(frame[np.newaxis])[0])
        engine = scorer.engine
        scorer.close()
        expected = record.get("scores", {})
        if not expected:
            return f"{len(samples)} samples on {engine.engine}; nothing recorded to compare with"
        if set(expected) != set(self.scores):
            raise _WrongError("the samples are not those of the record")
        off = max(abs(self.scores[name] - expected[name]) for name in expected)
        tolerance = float(record.get("tolerance", EXACT_TOLERANCE))
        text = f"{len(samples)} samples on {engine.engine}, off by {off:.2g} at most (limit {tolerance:g})"
        # Written so that a difference that is no number fails, too.
        if not off <= tolerance:
            raise _WrongError(text)
        return text


class _WrongError(Exception):
    """Something is not as it should be; the text says what."""


def self_test(*, home: Path, out: Path | None) -> bool:
    """Try everything and write the findings as JSON to a file, or to standard output; whether all is well.

    Raises:
        OSError: the file can't be written.
    """
    test = SelfTest(home=home, resources=resources_folder())
    well = test.run()
    text = json.dumps(test.report(), indent=1) + "\n"
    if out is not None:
        write_atomically(out, text)
    elif sys.stdout is not None:
        sys.stdout.write(text)
        sys.stdout.flush()
    return well


def _import(module: str) -> str:
    imported = importlib.import_module(module)
    return str(getattr(imported, "__version__", "ok"))


def _child_process() -> str:
    """A process of its own, spawned as for an export: in a built app that must not open a second window."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs,), name="memapp self-test", daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(CHILD_SECONDS) or ours.recv() != "well":
            raise _WrongError("it does not answer")
    finally:
        ours.close()
        process.join(CHILD_SECONDS)
    return "answers"


def _answer(answers: Any) -> None:
    answers.send("well")
    answers.close()
