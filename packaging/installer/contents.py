"""The allowed content of the built app: read by memapp.spec, and by the check of the result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

QT_PLUGINS = frozenset(
    {
        "iconengines/qsvgicon",
        "imageformats/qgif",
        "imageformats/qicns",
        "imageformats/qico",
        "imageformats/qjpeg",
        "imageformats/qsvg",
        "imageformats/qtiff",
        "imageformats/qwebp",
        "platforminputcontexts/composeplatforminputcontextplugin",
        "platforminputcontexts/ibusplatforminputcontextplugin",
        "platforms/qcocoa",
        "platforms/qminimal",
        "platforms/qoffscreen",
        "platforms/qwayland",
        "platforms/qwindows",
        "platforms/qxcb",
        "platformthemes/qxdgdesktopportal",
        "styles/qmacstyle",
        "styles/qmodernwindowsstyle",
        "wayland-decoration-client/adwaita",
        "wayland-decoration-client/bradient",
        "wayland-graphics-integration-client/qt-plugin-wayland-egl",
        "wayland-shell-integration/fullscreen-shell-v1",
        "wayland-shell-integration/qt-shell",
        "wayland-shell-integration/wl-shell-plugin",
        "wayland-shell-integration/xdg-shell",
        "xcbglintegrations/qxcb-egl-integration",
        "xcbglintegrations/qxcb-glx-integration",
    }
)
"""Qt's plugins to include, as folder/name without system-specific affixes; all others are left out."""

QT_LIBRARIES = frozenset(
    {"Core", "DBus", "Gui", "OpenGL", "Svg", "WaylandClient", "Widgets", "WlShellIntegration", "XcbQpa"}
)
"""Qt's libraries to include (libQt6NAME.so.6, Qt6NAME.dll, QtNAME.framework)."""

PYSIDE_MODULES = frozenset({"QtCore", "QtDBus", "QtGui", "QtSvg", "QtWidgets"})

LEFT_TO_THE_SYSTEM = re.compile(r"^(libstdc\+\+\.so\.6|libgcc_s\.so\.1)$")
"""An older copy of these breaks newer graphics drivers."""

EXCLUDED_MODULES = (
    "tkinter",
    "matplotlib",
    "IPython",
    "pytest",
    "setuptools",
    "pip",
    "wheel",
    "pkg_resources",
    "PyInstaller",
    "resmem",
    "pillow_heif",
    "numpy.f2py",
    "numpy.testing",
    "onnxruntime.transformers",
    "onnxruntime.quantization",
    "onnxruntime.tools",
    "onnxruntime.datasets",
    "PIL.ImageTk",
    "PIL.ImageQt",
)
TORCH_MODULES = ("torch", "torchvision", "onnx", "tflite", "triton", "sympy", "networkx")
"""Left out of the laptop build."""

TORCH_PARTS_LEFT_OUT = (
    "torch._inductor",
    "torch.onnx._internal.exporter",
    "torch.testing._internal",
    "triton",
    "tensorboard",
)

METADATA = (
    "blake3",
    "numpy",
    "onnxruntime",
    "pi-heif",
    "pillow",
    "platformdirs",
    "psd-tools",
    "psutil",
    "pylibjxl",
    "PySide6-Essentials",
    "rawpy",
    "send2trash",
    "shiboken6",
    "simplejpeg",
    "tqdm",
)
"""Distributions whose metadata the app reads: versions for the doctor and the log."""

_FORBIDDEN = re.compile(
    r"(?i)(^|/)(torch|torchvision|triton|nvidia|qml|resmem)(/|$)"
    r"|libtorch|libcuda|libcudnn|libcublas|cudart"
    r"|Qt6?(Qml|Quick|VirtualKeyboard|Pdf|WebEngine|Sql|Designer|Test|Multimedia)"
    r"|qtvirtualkeyboard|x265"
)
_QT_LIBRARY = re.compile(r"^(?:lib)?Qt6?(?P<name>[A-Z]\w*?)(?:\.so(?:\.\d+)*|\.dll|\.\d+\.dylib|\.dylib)?$")
_OPENMP = re.compile(r"^(libgomp|libomp|libiomp5|vcomp\d+|libiomp5md)\b")


def is_wanted(destination: str, *, torch: bool = False) -> bool:
    """Return whether a file goes into the bundle; destination is its path there, with any kind of slash."""
    path = PurePosixPath(destination.replace("\\", "/"))
    if LEFT_TO_THE_SYSTEM.match(path.name):
        return False
    parts = path.parts
    if "PySide6" in parts or path.name.startswith(("libQt6", "Qt6")):
        return _is_wanted_of_qt(path)
    if torch and "torch" in parts:
        return _is_wanted_of_torch(parts)
    return True


def _is_wanted_of_qt(path: PurePosixPath) -> bool:
    parts = path.parts
    if "plugins" in parts:
        folder, name = parts[-2], path.name.split(".")[0].removeprefix("lib")
        return f"{folder}/{name}" in QT_PLUGINS
    if "translations" in parts:
        return path.name.startswith("qtbase_")
    if {"qml", "resources", "metatypes", "include", "typesystems", "glue"} & set(parts):
        return False
    # On macOS all files of a library are in a folder named after it.
    framework = next((part.removesuffix(".framework") for part in parts if part.endswith(".framework")), None)
    library = _QT_LIBRARY.match(framework or path.name)
    if library:
        return library["name"] in QT_LIBRARIES
    module = re.match(r"^(Qt\w+)\.(abi3\.so|cpython.*\.so|pyd)$", path.name)
    return module is None or module[1] in PYSIDE_MODULES


def _is_wanted_of_torch(parts: tuple[str, ...]) -> bool:
    below = parts[parts.index("torch") + 1 :]
    # torch refuses to start without the last one.
    return not below or below[0] not in {"bin", "test", "include"} or below[-1] == "torch_shm_manager"


def forbidden(files: Iterable[str]) -> list[str]:
    """Return the files that must not be in the laptop build."""
    return sorted(file for file in files if _FORBIDDEN.search(file.replace("\\", "/")))


def openmp_runtimes(files: Iterable[str]) -> list[str]:
    """Return the OpenMP runtimes among the files, each once."""
    found: dict[str, str] = {}
    for file in files:
        name = PurePosixPath(file.replace("\\", "/")).name
        # libgomp-24e2ab19.so.1.0.0 in a wheel's folder is one more than libgomp.so.1.
        if _OPENMP.match(name.split("-")[0]):
            found[name] = file
    return sorted(found.values())


def used_libraries(binaries: Mapping[str, str], *, imports: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """Return which of the binaries are used: extensions, programs and plugins, and what these link to.

    Args:
        binaries: each file's destination in the bundle, and its source.
        imports: returns the names or paths of the libraries that a file links to.

    Returns:
        Destinations, without top-level libraries that nothing links to.
    """
    by_name: dict[str, list[str]] = {}
    for destination in binaries:
        by_name.setdefault(PurePosixPath(destination).name, []).append(destination)
    waiting = [destination for destination in binaries if not _is_plain_library(destination)]
    used = set(waiting)
    while waiting:
        for library in imports(binaries[waiting.pop()]):
            for destination in by_name.get(PurePosixPath(library).name, []):
                if destination not in used:
                    used.add(destination)
                    waiting.append(destination)
    return frozenset(used)


def _is_plain_library(destination: str) -> bool:
    """Return whether a library is there only because something links to it (never libpython)."""
    path = PurePosixPath(destination)
    of_python = path.name.startswith("libpython")
    return len(path.parts) == 1 and path.name.startswith("lib") and not of_python
