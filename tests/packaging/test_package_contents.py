"""What the installer builder puts into a package, and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from installer import (
    contents,
    environment,
    freezing,
    nets,
)
from tests.packaging.builds import make_build


def test_the_laptop_build_installs_no_torch_and_all_else(tmp_path: Path) -> None:
    build = make_build(tmp_path)
    laptop = {environment.name_of(line) for line in environment.requirements(build, engine="onnx")}
    everything = {environment.name_of(line) for line in environment.requirements(build, engine="torch")}
    assert {"onnxruntime", "pyside6-essentials", "pi-heif", "rawpy", "numpy"} <= laptop
    assert {"torch", "resmem"} <= everything - laptop
    assert not laptop & {"torch", "torchvision", "resmem", "onnx"}


@pytest.mark.parametrize(
    ("destination", "wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/plugins/platforms/qwindows.dll", True),
        (r"PySide6\plugins\platforms\qwindows.dll", True),
        ("PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("PySide6/Qt/plugins/imageformats/libqpdf.so", False),
        ("PySide6/Qt/qml/QtQuick/qmldir", False),
        ("PySide6/Qt/lib/libQt6Core.so.6", True),
        ("PySide6/Qt6Gui.dll", True),
        ("libQt6Qml.so.6", False),
        ("PySide6/QtWidgets.abi3.so", True),
        ("PySide6/QtQml.abi3.so", False),
        ("PySide6/QtNetwork.pyd", False),
        ("PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore", True),
        ("PySide6/Qt/lib/QtCore.framework/Resources/Info.plist", True),
        ("PySide6/Qt/lib/QtQml.framework/Resources/Info.plist", False),
        ("PySide6/Qt/translations/qtbase_de.qm", True),
        ("PySide6/Qt/translations/qtdeclarative_de.qm", False),
        ("libstdc++.so.6", False),
        ("libgcc_s.so.1", False),
        ("numpy.libs/libscipy_openblas64_-32a4b2a6.so", True),
        ("resources/samples/Moose.webp", True),
    ],
)
def test_what_of_qt_and_the_system_goes_in(destination: str, wanted: bool) -> None:
    assert contents.is_wanted(destination) is wanted


def test_of_torch_only_what_it_needs_to_start_goes_in() -> None:
    assert contents.is_wanted("torch/bin/torch_shm_manager", torch=True)
    assert contents.is_wanted("torch/lib/libtorch_cpu.so", torch=True)
    assert not contents.is_wanted("torch/bin/protoc", torch=True)
    assert not contents.is_wanted("torch/include/ATen/ATen.h", torch=True)


def test_what_must_not_be_in_is_found() -> None:
    good = [
        "_internal/onnxruntime/capi/onnxruntime_pybind11_state.so",
        "_internal/resources/licences/resmem.txt",
    ]
    bad = [
        "_internal/torch/__init__.py",
        "_internal/libtorch_cpu.so",
        "_internal/PySide6/Qt/qml/QtQml/qmldir",
        "_internal/PySide6/Qt/lib/libQt6Quick.so.6",
        "_internal/nvidia/cublas/lib/libcublas.so.12",
        "_internal/pillow_heif.libs/libx265-1.so",
    ]
    assert contents.forbidden([*good, *bad]) == sorted(bad)


def test_openmp_runtimes_are_counted_by_file() -> None:
    one = "_internal/rawpy.libs/libgomp-962b742a.so.1.0.0"
    assert contents.openmp_runtimes([one, "_internal/libgomp-962b742a.so.1.0.0", "a/b.so"]) == [
        "_internal/libgomp-962b742a.so.1.0.0"
    ]
    assert len(contents.openmp_runtimes([one, "_internal/torch/lib/libgomp.so.1"])) == 2


def test_libraries_that_nobody_links_to_are_left_out() -> None:
    binaries = {
        "PySide6/Qt/plugins/platforms/libqxcb.so": "qxcb",
        "libxcb-cursor.so.0": "cursor",
        "libxcb.so.1": "xcb",
        "libgtk-3.so.0": "gtk",
        "libpango.so.0": "pango",
        "libpython3.11.so.1.0": "python",
    }
    links = {"qxcb": ["/usr/lib/libxcb-cursor.so.0"], "cursor": ["libxcb.so.1"], "gtk": ["libpango.so.0"]}
    used = contents.used_libraries(binaries, imports=lambda source: links.get(source, []))
    assert set(binaries) - used == {"libgtk-3.so.0", "libpango.so.0"}


def test_the_staged_resources_are_memapps_own_the_nets_the_packs_and_the_record(tmp_path: Path) -> None:
    build = make_build(tmp_path, "--segmenter", str(tmp_path / "objects"))
    pack = nets.packs_home(build) / "segmenters" / "objects"
    pack.mkdir(parents=True)
    for name in ("segmenter.json", "segmenter.onnx", "LICENSE.txt"):
        (pack / name).write_text(name, encoding="utf-8")
    (build.nets / "graphs").mkdir(parents=True)
    (build.nets / "graphs" / "net.onnx").write_bytes(b"net")
    source = {"scores": {"Moose.webp": 0.7}, "formats": {}, "system": "here", "checks": []}
    (build.nets / "source.json").write_text(json.dumps(source), encoding="utf-8")
    nets.stage(build)
    assert (build.staging / "nets" / "net.onnx").read_bytes() == b"net"
    assert (build.staging / "segmenters" / "objects" / "LICENSE.txt").is_file()
    assert (build.staging / "icons" / "memapp.svg").is_file()
    record = json.loads((build.staging / "self-test" / "expected.json").read_text(encoding="utf-8"))
    assert record["scores"] == source["scores"]
    assert record["tolerance"] == 1e-3


def test_everybody_may_read_what_a_careful_builder_froze(tmp_path: Path) -> None:
    folder = tmp_path / "frozen"
    (folder / "inner").mkdir(parents=True)
    for name, mode in (("memapp", 0o700), ("inner/pack.json", 0o600)):
        (folder / name).write_bytes(b"")
        (folder / name).chmod(mode)
    (folder / "inner").chmod(0o700)
    freezing.let_everybody_read(folder)
    modes = {name: (folder / name).stat().st_mode & 0o777 for name in ("memapp", "inner", "inner/pack.json")}
    assert modes == {"memapp": 0o755, "inner": 0o755, "inner/pack.json": 0o644}
