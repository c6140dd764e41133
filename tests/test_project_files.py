"""The files around the code: licence, index of decisions, glossary, CI recipes and hooks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import dev
import dev_checks

ROOT = dev.ROOT
DECISIONS = ROOT / "docs" / "decisions"
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/decisions/README.md")
MOST_LINES = 400
"""In one module: a longer one has more than one role."""
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def read(*names: str) -> str:
    return ROOT.joinpath(*names).read_text(encoding="utf-8")


def test_the_licence_is_said_alike_everywhere() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert project["license"] == "MIT"
    assert project["license-files"] == ["LICENSE"]
    licence = read("LICENSE")
    assert licence.startswith("MIT License\n\nCopyright (c) 2026 The memapp authors\n")
    assert "non-commercial use only" in licence
    assert "[LICENSE](LICENSE)" in read("README.md")
    permission = licence.partition("\n\n")[2].partition("\n\n")[2].partition("\n---")[0].split()
    of_debian = read("packaging", "linux", "copyright.in").partition("License: Expat\n")[2]
    assert of_debian.partition("\n\n")[0].replace("\n .\n", "\n").split() == permission


def test_every_decision_is_listed_with_its_title() -> None:
    listed = dict(
        re.findall(r"^- \[([^]]+\.md)\]\(\1\): (.+)$", read("docs", "decisions", "README.md"), re.MULTILINE)
    )
    notes = {path.name: path.read_text(encoding="utf-8") for path in DECISIONS.glob("*.md")}
    del notes["README.md"]
    assert listed == {name: text.splitlines()[0].removeprefix("# ") for name, text in notes.items()}
    assert list(listed) == sorted(listed)


def test_the_glossary_has_each_term_once() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in read("docs", "glossary.md").splitlines()
        if line.startswith("|")
    ]
    head, _, *terms = rows
    assert head == ["term", "meaning", "in code", "on screen", "avoid"]
    assert all(len(row) == len(head) and all(row) for row in terms)
    names = [row[0] for row in terms]
    assert len(set(names)) == len(names)


def load_yaml(path: Path) -> dict[Any, Any]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_ci_runs_the_same_checks_on_three_systems_and_every_python() -> None:
    recipe = load_yaml(WORKFLOW)
    # YAML 1.1 reads the key "on" as true.
    assert set(recipe) == {"name", True, "permissions", "concurrency", "jobs"}
    assert set(recipe[True]) == {"push", "pull_request"}
    assert recipe["permissions"] == {"contents": "read"}
    (job,) = recipe["jobs"].values()
    matrix = job["strategy"]["matrix"]
    assert sorted(name.partition("-")[0] for name in matrix["system"]) == ["macos", "ubuntu", "windows"]
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
    assert job["runs-on"] == "${{ matrix.system }}"
    for step in job["steps"]:
        assert set(step) <= {"uses", "with", "run"}
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/none@v0"))
    assert job["steps"][-1] == {"run": "python dev.py test"}
    used = re.findall(r"\$\{\{\s*(.+?)\s*\}\}", WORKFLOW.read_text(encoding="utf-8"))
    assert set(used) <= {"github.workflow", "github.ref", "matrix.system", "matrix.python"}


def test_the_recipe_for_installers_is_valid_yaml() -> None:
    assert "jobs" in load_yaml(ROOT / "packaging" / "ci" / "github.yml")


def test_the_hooks_call_checks_that_there_are() -> None:
    (repository,) = load_yaml(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    checks = [hook["entry"].removeprefix("python3 dev.py check ") for hook in repository["hooks"]]
    assert checks == [hook["id"] for hook in repository["hooks"]]
    assert len(dev_checks.quick_checks(checks)) == len(checks) == 4


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_the_documents_lead_somewhere(name: str) -> None:
    document = ROOT / name
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("memapp", "tests", "packaging")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {"memapp/cli.py", "tests/conftest.py", "packaging/dev_checks.py"} <= set(lengths)
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
