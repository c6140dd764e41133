"""Steps in order: their line on the screen, their time, and one sentence if one fails."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installer.options import Options

_LAST_LINES = 12


class BuildError(Exception):
    """The build can't continue; the text is one plain sentence on what to do."""


@dataclass(slots=True)
class Build:
    """What one step leaves for the next ones."""

    options: Options
    root: Path
    """The checkout."""
    version: str
    work: Path
    """Intermediate results, cached between builds: build/installer."""
    measured: dict[str, Any] = field(default_factory=dict)
    """Figures for the report."""
    made: list[Path] = field(default_factory=list)
    """The files to publish."""

    @property
    def templates(self) -> Path:
        """packaging/."""
        return self.root / "packaging"

    @property
    def python(self) -> Path:
        """Of the build's virtual environment."""
        folder = self.work / f"environment-{self.options.engine}"
        return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def nets(self) -> Path:
        """The nets and the source tree's record, ready to ship."""
        return self.work / "nets"

    @property
    def staging(self) -> Path:
        """The resources as they will be in the app."""
        return self.work / "staging"

    @property
    def frozen(self) -> Path:
        """The freezer's output: executables and _internal."""
        name = "memapp.app" if self.options.target == "macos" else "memapp"
        return self.work / "frozen" / name

    @property
    def resources(self) -> Path:
        """The resources in the frozen app."""
        if self.options.target == "macos":
            return self.frozen / "Contents" / "Resources" / "resources"
        return self.frozen / "_internal" / "resources"

    def run(
        self,
        command: Sequence[str | Path],
        *,
        what: str,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        accept: Sequence[int] = (0,),
    ) -> str:
        """Run a program; write its output to a log and return it.

        Raises:
            BuildError: it does not exist or ended with a status that is not accepted.
        """
        logs = self.work / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        log = logs / f"{what.replace(' ', '-').replace('/', '-')}.log"
        try:
            done = subprocess.run(
                [str(part) for part in command],
                cwd=folder or self.root,
                env={**os.environ, **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except FileNotFoundError as problem:
            raise BuildError(f"{command[0]} is not installed: install it and start again.") from problem
        log.write_text(done.stdout, encoding="utf-8")
        if done.returncode not in accept:
            last = "\n    ".join(done.stdout.strip().splitlines()[-_LAST_LINES:])
            raise BuildError(
                f"{what} failed (status {done.returncode}): see {log}, fix it and start again.\n    {last}"
            )
        return done.stdout


@dataclass(frozen=True, slots=True)
class Step:
    """One step; do() returns a remark for its line, plan() says what do() would do."""

    name: str
    do: Callable[[Build], str]
    plan: Callable[[Build], str]


def run_steps(build: Build, steps: Sequence[Step]) -> int:
    """Do the steps, or only plan them; gives the exit status."""
    for number, step in enumerate(steps, 1):
        print(f"[{number}/{len(steps)}] {step.name} ...", end=" ", flush=True)
        started = time.monotonic()
        try:
            remark = (step.plan if build.options.dry_run else step.do)(build)
        except (BuildError, OSError, subprocess.TimeoutExpired) as problem:
            print("failed", flush=True)
            print(_in_a_sentence(problem), file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            print("Start again: what was finished is kept in build/installer.", file=sys.stderr)
            return 130
        seconds = time.monotonic() - started
        build.measured.setdefault("seconds", {})[step.name] = round(seconds, 1)
        print(f"ok {seconds:.1f} s{f' ({remark})' if remark else ''}", flush=True)
    return 0


def _in_a_sentence(problem: BuildError | OSError | subprocess.TimeoutExpired) -> str:
    """What went wrong and what to do; the system's own complaints come without the second half."""
    match problem:
        case OSError(errno=errno.ENOSPC):
            return "The disk is full: make room, then start again; what was finished is kept."
        case OSError(filename=name, strerror=reason) if name and reason:
            return f"{name}: {reason}. Make sure that it is there and can be written, then start again."
        case subprocess.TimeoutExpired(cmd=command, timeout=seconds):
            program = " ".join(map(str, command[-3:]))
            return f"{program} did not end within {seconds:.0f} s: see what it waits for, then start again."
    return str(problem)
