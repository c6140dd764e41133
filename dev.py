"""Work on memapp: set up its environment, open the window, run the checks, run the benchmarks.

    python3 dev.py run [PATH...]         set up, then open the window on PATH or the sample photos
    python3 dev.py check [NAME...]       set up, then format, lint, types, contracts and the quick tests
    python3 dev.py test [ARGUMENT...]    set up, then run every check, or pytest with ARGUMENTs
    python3 dev.py test --full           set up, then run every check in its long form
    python3 dev.py bench [NAME...]       set up, then measure
    python3 dev.py setup                 set up only
    python3 dev.py texts                 collect the texts that can be translated
    python3 dev.py screens [--check]     write the pictures of docs/screens anew, or only compare them

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "packaging"))

from dev_checks import LINUX, QUICK, Check, Runner, all_checks, lanes_here, quick_checks, summary  # noqa: E402
from dev_environment import SetUpError, environment_python, set_up, tool_variables  # noqa: E402
from dev_segmenter import provide_segmenter  # noqa: E402
from dev_system import provide_needs  # noqa: E402
from dev_texts import TextError, write_catalogue  # noqa: E402

SAMPLES = ROOT / "resources" / "samples"
BENCHMARKS = ROOT / "tests" / "benchmarks"
OLDEST_PYTHON = (3, 11)


def run_window(paths: Sequence[str]) -> int:
    """Open the window with the paths, or with the sample photos."""
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    provide_needs(programs=False, wayland=wayland)
    set_up()
    provide_segmenter()
    if LINUX and not (wayland or os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM")):
        raise SetUpError(
            "There is no screen to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set."
        )
    targets = [str(Path(path).absolute()) for path in paths] or [str(SAMPLES)]
    return subprocess.run([environment_python(), "-m", "memapp", *targets], check=False).returncode


def run_checks(checks: Sequence[Check], *, lanes: int, fail_fast: bool = False) -> int:
    """Run the checks in parallel and print how each ended; return the exit status."""
    started = time.monotonic()
    results = Runner(checks, lanes=lanes, fail_fast=fail_fast).run()
    print(f"\n{summary(results, time.monotonic() - started)}", flush=True)
    return 0 if len(results) == len(checks) and all(result.passed for result in results) else 1


def run_tests(*, full: bool, fail_fast: bool, lanes: int | None) -> int:
    """Set up, then run every check."""
    provide_needs(programs=True)
    set_up()
    provide_segmenter()
    return run_checks(list(all_checks(full=full)), lanes=lanes or lanes_here(), fail_fast=fail_fast)


def run_quick_checks(names: Sequence[str]) -> int:
    """Set up, then run the checks for every commit, or only those with these names."""
    set_up()
    return run_checks(quick_checks(names), lanes=lanes_here())


def run_pytest(arguments: Sequence[str], *, quick: bool) -> int:
    """Set up, then run pytest with these arguments; its output is shown at once."""
    provide_needs(programs=not quick)
    set_up()
    provide_segmenter()
    with tempfile.TemporaryDirectory(prefix="memapp-home-", ignore_cleanup_errors=True) as home:
        variables = {**tool_variables(), "MEMAPP_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        command = [environment_python(), "-m", "pytest", *(QUICK if quick else ()), *arguments]
        return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def run_screens(*, check: bool) -> int:
    """Set up, then write the pictures of docs/screens, or compare them; return the exit status."""
    set_up()
    with tempfile.TemporaryDirectory(prefix="memapp-home-", ignore_cleanup_errors=True) as home:
        variables = {**tool_variables(), "MEMAPP_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        if not check:
            variables["MEMAPP_WRITE_SCREENS"] = "1"
        command = [str(environment_python()), "-m", "pytest", "-q", "tests/screens"]
        return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def run_benchmarks(names: Sequence[str], *, json_file: Path | None, photos: int | None) -> int:
    """Run each benchmark in a separate process, and print one table."""
    known = sorted(file.stem.removeprefix("bench_") for file in BENCHMARKS.glob("bench_*.py"))
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise SetUpError(f"No benchmark is called {', '.join(unknown)}. Known: {', '.join(known)}.")
    provide_needs(programs=True)
    set_up()
    provide_segmenter()
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
            variables = {**tool_variables(), "MEMAPP_HOME": str(Path(folder) / f"home-{name}")}
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
    """Return whether a measured value keeps its limit: at most, or at least with at_least."""
    value, limit = measurement["value"], measurement["limit"]
    if limit is None:
        return True
    return bool(value >= limit if measurement.get("at_least") else value <= limit)


def figure(value: float) -> str:
    """Return a measured number in short form: an integer from a thousand on, else four significant digits."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def table(measurements: Sequence[Mapping[str, Any]]) -> str:
    """Return one line for each measurement: name, measured, limit, ok."""
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
    """Return the parser of dev.py's arguments."""
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__.split("\n")[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="only set up the environment")
    commands.add_parser("texts", help="collect the texts that can be translated")
    screens = commands.add_parser(
        "screens", help="set up, then write the pictures of the window in docs/screens"
    )
    screens.add_argument("--check", action="store_true", help="only compare them with the window")
    check = commands.add_parser("check", help="set up, then format, lint, types, contracts, the quick tests")
    check.add_argument("names", nargs="*", metavar="NAME", help="format, lint, types, contracts, unused ...")
    run = commands.add_parser("run", help="set up, then open the window with PATH or with the sample photos")
    run.add_argument("paths", nargs="*", metavar="PATH")
    test = commands.add_parser(
        "test",
        help="set up, then run every check, or pytest with ARGUMENTs",
        usage="dev.py test [--full] [--fail-fast] [--lanes N] | test [--quick] ARGUMENT...",
        allow_abbrev=False,
    )
    test.add_argument("--full", action="store_true", help="with soaks, broad fuzzing and slow trials")
    test.add_argument("--quick", action="store_true", help="with ARGUMENTs: skip slow tests")
    test.add_argument("--fail-fast", action="store_true", help="stop at the first check that fails")
    test.add_argument(
        "--lanes", type=int, metavar="N", help="number of checks in parallel (default: as many as cores)"
    )
    bench = commands.add_parser("bench", help="set up, then measure")
    bench.add_argument(
        "names", nargs="*", metavar="NAME", help="the name of a file tests/benchmarks/bench_NAME.py"
    )
    bench.add_argument(
        "--photos", type=int, metavar="N", help="measure with N photos, for benchmarks with a folder"
    )
    bench.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run the command; return the exit status."""
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
            if rest:
                return run_pytest(rest, quick=given.quick)
            return run_tests(full=given.full, fail_fast=given.fail_fast, lanes=given.lanes)
        if given.command == "check":
            return run_quick_checks(given.names)
        if given.command == "bench":
            return run_benchmarks(given.names, json_file=given.json, photos=given.photos)
        if given.command == "screens":
            return run_screens(check=given.check)
        if given.command == "texts":
            print(write_catalogue(ROOT).relative_to(ROOT))
            return 0
        set_up()
        provide_segmenter()
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
