"""everyday-13: two small published networks, made into the pack that memapp starts with.

Does not import onnx: code that needs it runs in a separate process. See docs/decisions/everyday-segmenter.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.core.explanation import SegmenterIdentity
from memapp.core.files import open_regular_file
from memapp.core.resources import resources_folder
from memapp.core.text import tr
from memapp.scoring.child_process import ChildError, missing_package, run_in_child
from memapp.scoring.partial_download import Published, is_published
from memapp.scoring.segmentation.description import DESCRIPTION_NAME, FORMAT, GRAPH_NAME
from memapp.scoring.segmentation.folders import EVERYDAY, SegmenterFolders

if TYPE_CHECKING:
    from memapp.scoring.fetching import BytesProgress

SOURCES_VARIABLE = "MEMAPP_SEGMENTER_SOURCES"
"""Environment variable: a folder with the networks' files, to take them from instead of the network."""

SCENES = Published(
    title="The scenes network of everyday-13",
    address=(
        "https://github.com/mlcommons/mobile_open/raw/86a873714efd6cb391c3a4751e3bb7b8f91b1449/"
        "vision/mosaic/models_and_checkpoints/R4/mobile_segmenter_r4_quant_argmax_uint8.tflite"
    ),
    file_name="mobile_segmenter_r4_quant_argmax_uint8.tflite",
    sha256="da8b3822a22fde45ecaf0ff32022287eff58b500096971b04f3c1b292da66a3c",
    likely_size=1_978_000,
)
"""MOSAIC R4 for ADE20K's 31 most frequent classes, 8 bits; Apache-2.0."""
OBJECTS = Published(
    title="The objects network of everyday-13",
    address=(
        "https://github.com/google-coral/test_data/raw/104342d2d3480b3e66203073dac24f4e2dbb4c41/"
        "deeplabv3_mnv2_pascal_quant.tflite"
    ),
    file_name="deeplabv3_mnv2_pascal_quant.tflite",
    sha256="350af47fd346ea6d74b58833a351f583ba860e9806ec5bd292ff8d8f1f249398",
    likely_size=2_193_224,
)
"""DeepLab v3 on MobileNet v2 for Pascal VOC's 20 classes, 8 bits; Apache-2.0."""
DOWNLOAD_BYTES = SCENES.likely_size + OBJECTS.likely_size

_MADE_WITH = ("onnx", "tflite")
_MOST_FILES = 1000
"""In a folder of sources that are looked at."""

_COLOURS = {
    "other": "#808080",
    "person": "#ff7a0a",
    "animal": "#5a0a0a",
    "vehicle": "#ae2716",
    "building": "#4b1d72",
    "sky": "#7ef5fd",
    "plants": "#19ba73",
    "water": "#5537fb",
    "ground": "#ffcba8",
    "mountain": "#235863",
    "indoor": "#b9aecb",
    "furniture": "#bd61ce",
    "object": "#e1ff14",
}
"""By category, in the order of the graph's scores. As natural as they can be while any two are further apart,
under every kind of colour vision, than those that memapp chooses by itself."""

_COUNTABLE = frozenset({"person", "animal", "vehicle", "furniture", "object"})
"""Categories whose connected parts are things of their own."""

Say = Callable[[str], None]


def can_be_made() -> bool:
    """Return whether this installation can make the pack, without importing anything."""
    return missing_package(*_MADE_WITH) is None


def fetch_everyday(
    folders: SegmenterFolders,
    *,
    home: Path,
    control: RunControl,
    progress: BytesProgress,
    say: Say,
    published: Sequence[Published] = (SCENES, OBJECTS),
) -> SegmenterIdentity:
    """Download the two networks, make the pack from them and install it for this user.

    Args:
        folders: where it is installed.
        home: MEMAPP_HOME, for what is downloaded: kept until the pack is made.
        control: cancels it; the downloaded part is kept for the next time.
        progress: called with the downloaded bytes.
        say: called with a sentence about the step that begins.
        published: the networks, scenes first.

    Raises:
        FetchError: a network can't be downloaded.
        SegmenterError: the pack can't be made or installed.
        Cancelled: control was cancelled.
    """
    refuse_if_it_cannot_be_made()
    try:
        with tempfile.TemporaryDirectory(prefix="memapp-everyday-") as made:
            pack = Path(made) / EVERYDAY
            networks = fetch_networks(
                home / "weights", control=control, progress=progress, published=published
            )
            say(tr("Making the object finder."))
            write_everyday_pack(networks, pack, control=control)
            identity = folders.install(pack, control=control)
    except OSError as problem:
        raise _cannot_be_made(problem) from problem
    for network in networks:
        network.unlink(missing_ok=True)
    return identity


def make_everyday_folder(folder: Path, *, control: RunControl, progress: BytesProgress) -> None:
    """Make the pack as a folder, from MEMAPP_SEGMENTER_SOURCES or from a download that is tried once.

    Args:
        folder: which must not exist.
        control: cancels it; nothing is left then.
        progress: called with the downloaded bytes.

    Raises:
        FetchError: a network can't be downloaded.
        SegmenterError: the pack can't be made.
        Cancelled: control was cancelled.
    """
    refuse_if_it_cannot_be_made()
    try:
        with tempfile.TemporaryDirectory(prefix="memapp-networks-") as fetched:
            networks = fetch_networks(
                Path(fetched), control=control, progress=progress, pauses=(), stall_seconds=15.0
            )
            write_everyday_pack(networks, folder, control=control)
    except OSError as problem:
        raise _cannot_be_made(problem) from problem


def fetch_networks(
    folder: Path,
    *,
    control: RunControl,
    progress: BytesProgress,
    published: Sequence[Published] = (SCENES, OBJECTS),
    **patience: Any,
) -> list[Path]:
    """Download the networks into a folder, unless MEMAPP_SEGMENTER_SOURCES names one with them.

    Args:
        folder: for the files.
        control: cancels it.
        progress: called with the downloaded bytes of both.
        published: the networks, scenes first.
        patience: pauses and stall_seconds, as fetch() has them.

    Raises:
        FetchError: they can't be downloaded.
        SegmenterError: the named folder lacks one.
        Cancelled: control was cancelled.
        OSError: a file can't be read or written.
    """
    if named := os.environ.get(SOURCES_VARIABLE):
        return [_copied(each, folder) for each in find_networks(Path(named), published=published)]
    # The window needs no network before its first paint.
    from memapp.scoring.fetching import fetch

    total, found, before = sum(each.likely_size for each in published), list[Path](), 0
    for each in published:
        start = before
        found.append(
            fetch(
                each,
                folder,
                control=control,
                progress=lambda done, _, start=start: progress(start + done, total),  # type: ignore[misc]
                **patience,
            )
        )
        before += each.likely_size
    return found


def find_networks(folder: Path, *, published: Sequence[Published] = (SCENES, OBJECTS)) -> list[Path]:
    """Return the networks' files in a folder, whatever they are called there, scenes first.

    Raises:
        SegmenterError: one is missing.
        OSError: the folder can't be read.
    """
    files = sorted(folder.glob("*.tflite"))[:_MOST_FILES]
    found = []
    for each in published:
        fitting = (path for path in files if path.is_file() and is_published(path, each))
        path = next(fitting, None)
        if path is None:
            raise SegmenterError(
                tr(
                    "{folder} lacks {file_name} with the sha256 {sha256}. It can be "
                    "downloaded from {address}",
                    folder=folder,
                    file_name=each.file_name,
                    sha256=each.sha256,
                    address=each.address,
                )
            )
        found.append(path)
    return found


def write_everyday_pack(networks: Sequence[Path], pack: Path, *, control: RunControl) -> None:
    """Write the pack's folder; also used by set-up and by the installer's build.

    Args:
        networks: the files of the scenes network and of the objects network.
        pack: the folder, which must not exist.
        control: cancels it; nothing is left then.

    Raises:
        SegmenterError: onnx or tflite is not installed, or a file is not such a network.
        OSError: a file can't be read or written.
        Cancelled: control was cancelled.
    """
    refuse_if_it_cannot_be_made()
    pack.mkdir(parents=True)
    try:
        try:
            problem = run_in_child(_write_graph, *networks, pack / GRAPH_NAME, control=control)
        except ChildError as error:
            problem = tr(
                "The object finder {everyday} can't be made: {error}.", everyday=EVERYDAY, error=error
            )
        if problem:
            raise SegmenterError(problem)
        sha256 = hashlib.sha256((pack / GRAPH_NAME).read_bytes()).hexdigest()
        description = json.dumps(everyday_description(sha256), indent=1)
        (pack / DESCRIPTION_NAME).write_text(description, encoding="utf-8")
        shutil.copyfile(resources_folder() / "licences" / "apache-2.0.txt", pack / "LICENSE.txt")
    except BaseException:
        shutil.rmtree(pack, ignore_errors=True)
        raise


def everyday_description(sha256: str) -> dict[str, Any]:
    """Return everyday-13's segmenter.json for a graph with this hash."""
    return {
        "format": FORMAT,
        "name": EVERYDAY,
        "title": "Everyday, 13 kinds of things",
        "licence": "Apache-2.0 (both networks)",
        "source": "MOSAIC R4, mlcommons/mobile_open; DeepLab v3, google-coral/test_data; combined by memapp",
        "sha256": sha256,
        "input": {
            "fit": "squash",
            "width": 512,
            "height": 512,
            "layout": "NHWC",
            "channels": "RGB",
            "type": "uint8",
        },
        "output": {"kind": "scores", "layout": "NCHW"},
        "classes": [{"name": name, "category": name} for name in _COLOURS],
        "categories": [
            {"name": name, "colour": colour, "countable": name in _COUNTABLE}
            for name, colour in _COLOURS.items()
        ],
    }


def refuse_if_it_cannot_be_made() -> None:
    """Raise SegmenterError, with what to do instead, where the pack can't be made."""
    if missing := missing_package(*_MADE_WITH):
        raise SegmenterError(
            tr(
                "The object finder {everyday} is made with {missing}, which this "
                "installation does not have. Make it on a computer that has that, then "
                "install it here from its folder or a zip of it.",
                everyday=EVERYDAY,
                missing=missing,
            )
        )


def _write_graph(scenes: Path, objects: Path, target: Path) -> str | None:
    """Run in the child process: return why the graph can't be made, as a sentence, or None."""
    from memapp.scoring.segmentation.everyday_graph import everyday_graph

    contents = []
    for path in (scenes, objects):
        with open_regular_file(path) as file:
            contents.append(file.read())
    try:
        graph = everyday_graph(*contents)
    except SegmenterError as problem:
        return str(problem)
    with target.open("wb") as file:
        file.write(graph)
        file.flush()
        os.fsync(file.fileno())
    return None


def _copied(source: Path, folder: Path) -> Path:
    """Copy a file, so that it may be deleted afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(source, folder / source.name))


def _cannot_be_made(problem: OSError) -> SegmenterError:
    return SegmenterError(
        tr(
            "The object finder {everyday} can't be made: {file} ({problem}).",
            everyday=EVERYDAY,
            file=problem.filename,
            problem=problem.strerror or problem,
        )
    )
