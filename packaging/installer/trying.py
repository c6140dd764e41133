"""What the trials share: what was found, and how memapp is asked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installer.clean_root import HOME, CleanRoot
from installer.steps import Build, BuildError


@dataclass(slots=True)
class Trial:
    """One time of trying out, in one root."""

    build: Build
    root: CleanRoot
    pictures: Path
    """Where screenshots go, to be looked at."""
    files: dict[str, Path] = field(default_factory=dict)
    """What was built, by the ending of its name."""
    program: str = "/usr/bin/memapp"
    """The program for the window, in the root; its sister for terminals has -cli behind it."""
    record_of: Path | None = None
    """The record in the app that is tried, to know the tolerance of its scores."""
    checks: list[dict[str, str]] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def passed(self, name: str, text: str = "") -> None:
        """Note what works."""
        self.checks.append({"name": name, "text": text})

    def require(self, right: bool, name: str, text: str) -> None:
        """Note that something works, or stop.

        Raises:
            BuildError: it does not.
        """
        if not right:
            raise BuildError(f"While trying it out: {name}: {text.strip()[-1500:]}")
        self.passed(name)

    def require_running(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Stop where a program has ended that should go on. Raises: BuildError."""
        if process.poll() is not None:
            output = log.read_text(encoding="utf-8", errors="replace")[-1500:]
            raise BuildError(
                f"While trying it out: the window's program ended with {process.returncode}: {output}"
            )

    def self_test(
        self, name: str, *, variables: Mapping[str, str], program: str | None = None
    ) -> dict[str, Any]:
        """Let the app test itself as the user, without a network, and compare its scores.

        Raises:
            BuildError: something is not well.
        """
        done = self.root.run([f"{program or self.program}-cli", "--self-test"], variables=variables)
        try:
            found: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            raise BuildError(
                f"While trying it out: {name}: the self-test gave no answer: {done.stderr[-1500:]}"
            ) from None
        bad = [f"{check['name']}: {check['text']}" for check in found["checks"] if not check["ok"]]
        self.require(done.returncode == 0 and not bad, name, "; ".join(bad) or done.stderr)
        self._compare(name, found["scores"])
        return found

    def _compare(self, name: str, scores: Mapping[str, float]) -> None:
        source_file = self.build.nets / "source.json"
        if not source_file.is_file():
            return
        source = json.loads(source_file.read_text(encoding="utf-8"))["scores"]
        off = max(abs(scores[photo] - source[photo]) for photo in source)
        tolerance = 1e-3 if self.build.options.weights == "fp16" else 1e-4
        self.figures["scores_off_by"] = max(off, self.figures.get("scores_off_by", 0.0))
        self.require(off <= tolerance, f"{name}: scores as in the source tree", f"off by {off:.2g}")

    def report(self) -> dict[str, Any]:
        """Everything that was found, ready for JSON."""
        return {
            **self.figures,
            "checks": self.checks,
            "screenshots": sorted(p.name for p in self.pictures.iterdir()),
        }


def user_variables(home: str = HOME, **more: str) -> dict[str, str]:
    """The few variables that a user's program can't do without."""
    return {"HOME": home, **more}
