"""Work on memapp: set up its environment, open the window, run the checks, run the benchmarks.

    python3 dev.py run [PATH...]                 set up, then open the window on PATH or the sample photos
    python3 dev.py test [--quick] [ARGUMENT...]  set up, then run every check, or pytest with ARGUMENTs
    python3 dev.py bench [NAME...]               set up, then measure
    python3 dev.py setup                         set up only
    python3 dev.py texts                         collect the texts that can be translated

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "packaging"))

from dev_environment import SetUpError, environment_python, set_up  # noqa: E402
from dev_system import provide_needs  # noqa: E402
from dev_texts import TextError, write_catalogue  # noqa: E402

SAMPLES = ROOT / "resources" / "samples"
BENCHMARKS = ROOT / "tests" / "benchmarks"
OLDEST_PYTHON = (3, 11)
LINUX = sys.platform.startswith("linux")

WIDGET_TESTS = ("gui", "workers", "test_self_test.py")
WINDOW_TESTS = ("window",)
NOT_TESTS = ("benchmarks",)
QUICK = ("-m", "not slow and not window")


class Check(NamedTuple):
    """One step of the tests: a command of the environment's Python, and what it adds to the environment."""

    name: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str] = {}


def run_window(paths: Sequence[str]) -> int:
    """Open the window on the paths, or on the sample photos."""
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    provide_needs(programs=False, wayland=wayland)
    set_up()
    if LINUX and not (wayland or os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM")):
        raise SetUpError(
            "There is no screen to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set."
        )
    targets = [str(Path(path).absolute()) for path in paths] or [str(SAMPLES)]
    return subprocess.run([environment_python(), "-m", "memapp", *targets], check=False).returncode


def pure_tests() -> list[str]:
    """Every folder and file of tests that needs no Qt: all but those named otherwise."""
    others = {*WIDGET_TESTS, *WINDOW_TESTS, *NOT_TESTS}
    entries = sorted(entry for entry in (ROOT / "tests").iterdir() if entry.name not in others)
    folders = [entry for entry in entries if any(entry.glob("**/test_*.py"))]
    files = [entry for entry in entries if entry.match("test_*.py")]
    return [path.relative_to(ROOT).as_posix() for path in (*folders, *files)]


def checks(*, quick: bool) -> Iterator[Check]:
    """Every check, in the order in which it is run: the cheap ones first."""
    yield Check("ruff check", ("-m", "ruff", "check", "."))
    yield Check("ruff format", ("-m", "ruff", "format", "--check", "."))
    yield Check("mypy", ("-m", "mypy"))
    lint_imports = (
        "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    )
    yield Check("import contracts", ("-c", lint_imports))
    pytest = ("-m", "pytest", *(QUICK if quick else ()))
    yield Check("tests without Qt", (*pytest, "-p", "tests.no_qt", "-p", "no:pytest-qt", *pure_tests()))
    widgets = tuple(f"tests/{entry}" for entry in WIDGET_TESTS)
    yield Check("tests of widgets", (*pytest, *widgets), {"QT_QPA_PLATFORM": "offscreen"})
    if LINUX and not quick:
        yield Check("tests of the window", (*pytest, *(f"tests/{entry}" for entry in WINDOW_TESTS)))


def run_tests(pytest_arguments: Sequence[str], *, quick: bool, fail_fast: bool) -> int:
    """Run every check, or pytest alone when it is given arguments of its own."""
    provide_needs(programs=not quick)
    set_up()
    wanted: Iterable[Check] = checks(quick=quick)
    if pytest_arguments:
        arguments = ("-m", "pytest", *(QUICK if quick else ()), *pytest_arguments)
        wanted = [Check("pytest", arguments, {"QT_QPA_PLATFORM": "offscreen"})]
    results: list[tuple[str, bool, float]] = []
    with tempfile.TemporaryDirectory(prefix="memapp-home-", ignore_cleanup_errors=True) as home:
        for check in wanted:
            print(f"\n== {check.name}: {shlex.join(check.arguments)}", flush=True)
            started = time.monotonic()
            variables = {**os.environ, "MEMAPP_HOME": home, **check.variables}
            done = subprocess.run(
                [environment_python(), *check.arguments], cwd=ROOT, env=variables, check=False
            )
            results.append((check.name, done.returncode == 0, time.monotonic() - started))
            if fail_fast and done.returncode != 0:
                break
    print(f"\n{summary(results)}", flush=True)
    return 0 if all(passed for _, passed, _ in results) else 1


def summary(results: Sequence[tuple[str, bool, float]]) -> str:
    """One line for each check (name, passed, seconds), and a last one for all."""
    lines = [
        f"{'passed' if passed else 'FAILED'}  {name:<22} {seconds:6.1f} s"
        for name, passed, seconds in results
    ]
    failed = [name for name, passed, _ in results if not passed]
    verdict = (
        f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}"
        if failed
        else "All checks passed"
    )
    return "\n".join([*lines, f"{verdict}, in {sum(seconds for _, _, seconds in results):.0f} s."])


def run_benchmarks(names: Sequence[str], *, json_file: Path | None, photos: int | None) -> int:
    """Measure, each benchmark in a process of its own, and print one table."""
    known = sorted(file.stem.removeprefix("bench_") for file in BENCHMARKS.glob("bench_*.py"))
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise SetUpError(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.")
    provide_needs(programs=True)
    set_up()
    code = (
        "import importlib, json, pathlib, sys; measured = importlib.import_module(sys.argv[1]).run(); "
        "pathlib.Path(sys.argv[2]).write_text(json.dumps([each._asdict() for each in measured]))"
    )
    measurements: list[dict[str, Any]] = []
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="memapp-bench-", ignore_cleanup_errors=True) as folder:
        for name in names or known:
            print(f"== {name}", flush=True)
            answer = Path(folder) / f"{name}.json"
            variables = {**os.environ, "MEMAPP_HOME": str(Path(folder) / f"home-{name}")}
            if photos:
                variables["MEMAPP_BENCH_PHOTOS"] = str(photos)
            module = f"tests.benchmarks.bench_{name}"
            command = [str(environment_python()), "-c", code, module, str(answer)]
            if subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode != 0:
                broken.append(name)
                continue
            measurements += [
                {"benchmark": name, **each} for each in json.loads(answer.read_text(encoding="utf-8"))
            ]
    print(f"\n{table(measurements)}", flush=True)
    if broken:
        print(f"Did not finish: {', '.join(broken)}.", flush=True)
    if json_file:
        json_file.write_text(json.dumps(measurements, indent=2) + "\n", encoding="utf-8")
    return 1 if broken or not all(is_within(each) for each in measurements) else 0


def is_within(measurement: Mapping[str, Any]) -> bool:
    """Whether a measured value keeps its limit: no more than it, or no less where it says at_least."""
    value, limit = measurement["value"], measurement["limit"]
    if limit is None:
        return True
    return bool(value >= limit if measurement.get("at_least") else value <= limit)


def figure(value: float) -> str:
    """A measured number, to be read at a glance: whole from a thousand on, else four digits that matter."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def table(measurements: Sequence[Mapping[str, Any]]) -> str:
    """One line for each measurement: name, measured, limit, ok."""
    rows = [("name", "measured", "limit", "ok")]
    for each in measurements:
        sign = ">=" if each.get("at_least") else "<="
        limit = "-" if each["limit"] is None else f"{sign} {figure(each['limit'])} {each['unit']}"
        verdict = "yes" if is_within(each) else "NO"
        rows.append((each["name"], f"{figure(each['value'])} {each['unit']}", limit, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}" for row in rows
    )


def command_line() -> argparse.ArgumentParser:
    """What dev.py understands."""
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__.split("\n")[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="set up the environment, nothing else")
    commands.add_parser("texts", help="collect the texts that can be translated")
    run = commands.add_parser("run", help="set up, then open the window on PATH or on the sample photos")
    run.add_argument("paths", nargs="*", metavar="PATH")
    test = commands.add_parser(
        "test",
        help="set up, then run every check, or pytest with ARGUMENTs",
        usage="dev.py test [--quick] [--fail-fast] [ARGUMENT...]",
        allow_abbrev=False,
    )
    test.add_argument("--quick", action="store_true", help="leave out slow tests and those of the window")
    test.add_argument("--fail-fast", action="store_true", help="stop at the first check that fails")
    bench = commands.add_parser("bench", help="set up, then measure")
    bench.add_argument("names", nargs="*", metavar="NAME", help="a file tests/benchmarks/bench_NAME.py")
    bench.add_argument(
        "--photos", type=int, metavar="N", help="measure with N photos, where a benchmark takes a folder"
    )
    bench.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; gives the exit status."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        print(
            f"memapp needs Python {'.'.join(map(str, OLDEST_PYTHON))} or newer, and this is "
            f"{platform.python_version()}: start dev.py with a newer one."
        )
        return 2
    parser = command_line()
    given, rest = parser.parse_known_args(arguments)
    if rest and given.command != "test":
        parser.error(f"unknown: {' '.join(rest)}")
    try:
        if given.command == "run":
            return run_window(given.paths)
        if given.command == "test":
            return run_tests(rest, quick=given.quick, fail_fast=given.fail_fast)
        if given.command == "bench":
            return run_benchmarks(given.names, json_file=given.json, photos=given.photos)
        if given.command == "texts":
            print(write_catalogue(ROOT).relative_to(ROOT))
            return 0
        set_up()
        print(f"Ready: {environment_python()}", flush=True)
        provide_needs(programs=False, wayland=bool(os.environ.get("WAYLAND_DISPLAY")))
    except (SetUpError, TextError) as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
