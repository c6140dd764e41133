"""The checks of dev.py: what each one runs, and how they run in parallel. Standard library only."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from dev_environment import ROOT, SetUpError, environment_python, tool_variables

LINUX = sys.platform.startswith("linux")

WIDGET_TESTS = ("gui", "workers")
SELF_TEST = ("test_self_test.py",)
WINDOW_TESTS = ("window",)
SCREEN_TESTS = ("screens",)
NOT_TESTS = ("benchmarks",)
COVERED = ("core", "library", "intake", "store", "pipeline", "report")
"""The layers whose own tests must cover a share of their lines: packaging/layer_coverage.py."""

LONG = ("lab", "scoring")
"""Folders whose tests take minutes: each of their parts is a check, so that they can run in parallel."""

QUICK = ("-m", "not slow and not breadth and not window")
USUAL = ("-m", "not breadth")

PREPARE = "the net, prepared"
"""The check before all those that score with the real net: prepared once, it is shared by all of them."""

SHORT = {
    "ruff check": "lint",
    "ruff format": "format",
    "import contracts": "contracts",
    "mypy": "types",
    "unused code": "unused",
}
"""The names in dev.py check of the checks that run no code of memapp."""

BEHIND = 5
"""The niceness of checks without time limits, so that windows and widgets beside them stay responsive."""


class Check(NamedTuple):
    """One step of the checks: a command of the environment's Python, and when it may run."""

    name: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str] = {}
    after: tuple[str, ...] = ()
    """The names of checks that must have ended before it starts."""
    alert: bool = False
    """It waits for results with a time limit: no other such check runs beside it."""


class Result(NamedTuple):
    """How a check ended."""

    name: str
    passed: bool
    seconds: float


# What is checked


def code_checks() -> Iterator[Check]:
    """Return the checks that run no code of memapp."""
    yield Check("ruff check", ("-m", "ruff", "check", "."))
    yield Check("ruff format", ("-m", "ruff", "format", "--check", "."))
    lint_imports = (
        "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    )
    yield Check("import contracts", ("-c", lint_imports))
    yield Check("unused code", ("-m", "vulture"))
    yield Check("mypy", ("-m", "mypy"))


def pure_tests() -> list[str]:
    """Return every folder and file of tests that needs no Qt: all except those named elsewhere."""
    others = {*WIDGET_TESTS, *SELF_TEST, *WINDOW_TESTS, *SCREEN_TESTS, *NOT_TESTS}
    entries = sorted(entry for entry in (ROOT / "tests").iterdir() if entry.name not in others)
    folders = [entry for entry in entries if any(entry.glob("**/test_*.py"))]
    files = [entry for entry in entries if entry.match("test_*.py")]
    return [path.relative_to(ROOT).as_posix() for path in (*folders, *files)]


def test_groups() -> dict[str, list[str]]:
    """Return the pure tests by the name of their check, the longest first.

    Each folder is a check; each part of a folder in LONG is one; the files beside the folders are one
    together.
    """
    groups: dict[str, list[str]] = {}
    for path in pure_tests():
        name = path.removeprefix("tests/")
        if name in LONG:
            for part in sorted((ROOT / path).iterdir()):
                if part.match("test_*.py") or (part.is_dir() and any(part.glob("**/test_*.py"))):
                    key = f"{name}/{part.name}" if part.is_dir() else name
                    groups.setdefault(key, []).append(part.relative_to(ROOT).as_posix())
        else:
            groups.setdefault("commands" if path.endswith(".py") else name, []).append(path)
    return dict(
        sorted(groups.items(), key=lambda group: group[0].partition("/")[0] not in (*LONG, "commands"))
    )


def all_checks(*, full: bool = False) -> Iterator[Check]:
    """Return what must pass before a change is accepted; `full` adds breadth: soaks, fuzzing, slow trials."""
    pytest = ("-m", "pytest", *(() if full else USUAL))
    *quick_ones, mypy = code_checks()
    yield from quick_ones
    yield Check(PREPARE, ("-m", "tests.prepare"))
    offscreen = {"QT_QPA_PLATFORM": "offscreen"}
    widgets = tuple(f"tests/{entry}" for entry in WIDGET_TESTS)
    yield Check("tests of widgets", (*pytest, *widgets), offscreen, alert=True)
    if LINUX:
        tests = tuple(f"tests/{entry}" for entry in WINDOW_TESTS)
        yield Check("tests of the window", (*pytest, *tests), after=(PREPARE,), alert=True)
    screens = tuple(f"tests/{entry}" for entry in SCREEN_TESTS)
    yield Check("the screens", (*pytest, *screens), offscreen, alert=True)
    self_test = tuple(f"tests/{entry}" for entry in SELF_TEST)
    yield Check("tests of the self-test", (*pytest, *self_test), offscreen, after=(PREPARE,))
    without_qt = (*pytest, "-p", "tests.no_qt", "-p", "no:pytest-qt")
    covered = []
    for name, paths in test_groups().items():
        check = Check(f"tests of {name}", (*without_qt, *paths), after=(PREPARE,))
        if name in COVERED:
            covered.append(check.name)
            check = measured(check, name)._replace(after=())
        yield check
    yield mypy
    yield Check("coverage by layer", ("packaging/layer_coverage.py",), after=tuple(covered))


def measured(check: Check, layer: str) -> Check:
    """Return the same tests, measuring their coverage of their layer."""
    source = f"memapp.{layer}"
    counted = ("-m", "coverage", "run", "--parallel-mode", f"--source={source}", *check.arguments)
    # Python's own monitoring costs almost nothing where it exists; otherwise coverage's C tracer is used.
    core = "sysmon" if sys.version_info >= (3, 12) else "ctrace"
    return check._replace(arguments=counted, variables={**check.variables, "COVERAGE_CORE": core})


def quick_checks(names: Sequence[str] = ()) -> list[Check]:
    """Return what is looked at before every commit, or the checks of these names alone.

    Raises:
        SetUpError: no check has such a name.
    """
    pytest = ("-m", "pytest", *QUICK, "-p", "tests.no_qt", "-p", "no:pytest-qt")
    layers = [
        f"tests/{layer}" for layer in COVERED if (ROOT / "tests" / layer).is_dir() and layer != "intake"
    ]
    checks = [check._replace(name=SHORT[check.name]) for check in code_checks()]
    files = (path for path in pure_tests() if path.endswith(("test_dev.py", "test_project_files.py")))
    # Half of the time is intake's: in two parts they run side by side.
    checks.append(Check("tests", (*pytest, *layers, *files)))
    checks.append(Check("tests of intake", (*pytest, "tests/intake")))
    if unknown := sorted(set(names) - {check.name for check in checks}):
        known = ", ".join(check.name for check in checks)
        raise SetUpError(f"No check is called {', '.join(unknown)}. There are: {known}.")
    # The longest first: the others fit beside it.
    return [check for check in reversed(checks) if not names or check.name in names]


# Running them


class Runner:
    """Runs checks in parallel, each in a separate process; prints each one's output when it has ended."""

    def __init__(
        self, checks: Sequence[Check], *, lanes: int, fail_fast: bool = False, python: Path | None = None
    ) -> None:
        self._waiting = list(checks)
        self._python = python or environment_python()
        self._running: dict[str, subprocess.Popen[bytes] | None] = {}
        self._alert = False
        self._results: list[Result] = []
        self._fail_fast = fail_fast
        self._lanes = max(1, lanes)
        self._changed = threading.Condition()

    def run(self) -> list[Result]:
        """Run all; return how each ended, in that order."""
        with tempfile.TemporaryDirectory(prefix="memapp-home-", ignore_cleanup_errors=True) as home:
            shared = {"MEMAPP_HOME": home, "COVERAGE_FILE": str(Path(home) / "coverage" / "lines")}
            (Path(home) / "coverage").mkdir()
            lanes = [
                threading.Thread(target=self._lane, args=({**tool_variables(), **shared},), daemon=True)
                for _ in range(self._lanes)
            ]
            for lane in lanes:
                lane.start()
            try:
                for lane in lanes:
                    lane.join()
            except KeyboardInterrupt:
                self._stop()
                raise
        return self._results

    def _lane(self, variables: Mapping[str, str]) -> None:
        while (check := self._next()) is not None:
            started = time.monotonic()
            with tempfile.TemporaryFile() as output:
                try:
                    passed = self._run_one(check, variables, output) == 0
                except OSError as problem:
                    passed = False
                    output.write(f"It could not be started: {problem}".encode())
                self._end(Result(check.name, passed, time.monotonic() - started), check, output)

    def _next(self) -> Check | None:
        """Return the first check that may run now, waiting for it; None when there are no more."""
        with self._changed:
            while self._waiting:
                unfinished = {check.name for check in self._waiting} | self._running.keys()
                for check in self._waiting:
                    if not unfinished & set(check.after) and not (check.alert and self._alert):
                        self._waiting.remove(check)
                        self._running[check.name] = None
                        self._alert = self._alert or check.alert
                        return check
                self._changed.wait()
        return None

    def _run_one(self, check: Check, variables: Mapping[str, str], output: IO[bytes]) -> int:
        print(f"== {check.name} begins", flush=True)
        beside_others = self._lanes > 1 and not check.alert
        process = subprocess.Popen(
            [self._python, *check.arguments],
            cwd=ROOT,
            env={**variables, **(self._share_of_cores() if beside_others else {}), **check.variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with self._changed:
            self._running[check.name] = process
        if beside_others and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, process.pid, BEHIND)
        return process.wait()

    def _share_of_cores(self) -> dict[str, str]:
        """Return what keeps torch's threads from waiting busily for cores that other checks have."""
        return {"OMP_NUM_THREADS": str(max(1, cores_here() // self._lanes)), "OMP_WAIT_POLICY": "PASSIVE"}

    def _end(self, result: Result, check: Check, output: IO[bytes]) -> None:
        output.seek(0)
        text = output.read().decode(errors="replace").rstrip()
        with self._changed:
            del self._running[result.name]
            self._alert = self._alert and not check.alert
            self._results.append(result)
            print(f"\n== {result.name}: {shlex.join(check.arguments)}\n{text}", flush=True)
            print(f"== {line_of(result)}\n", flush=True)
            if self._fail_fast and not result.passed:
                self._stop()
            self._changed.notify_all()

    def _stop(self) -> None:
        """Start no more checks, and stop the running ones."""
        with self._changed:
            self._waiting.clear()
            for process in self._running.values():
                if process is not None:
                    process.terminate()
            self._changed.notify_all()


def cores_here() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def lanes_here() -> int:
    """Return how many checks run at once: one per core, four at most (each takes 2 GB), and one that waits.

    The checks of windows wait for them half of the time; a third lane on two cores uses that time.
    """
    cores = min(cores_here(), 4)
    return cores if cores == 1 else cores + 1


def line_of(result: Result) -> str:
    """Return one line: passed or not, the name, how long."""
    return f"{'passed' if result.passed else 'FAILED'}  {result.name:<28} {result.seconds:6.1f} s"


def summary(results: Sequence[Result], seconds: float) -> str:
    """Return one line for each check, and a last one with the result and the total time in seconds."""
    failed = [result.name for result in results if not result.passed]
    verdict = (
        f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}"
        if failed
        else "All checks passed"
    )
    return "\n".join([*map(line_of, results), f"{verdict}, in {seconds:.0f} s."])
