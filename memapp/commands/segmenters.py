"""memapp segmenters: list segmenter packs, install, remove and download them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from memapp.commands.common import (
    EXIT_ALL_SCORED,
    EXIT_CANNOT_WORK,
    EXIT_INTERRUPTED,
    cancel_on_interrupt,
    complain,
    file_path,
    say,
)
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.core.plain_text import lines
from memapp.core.resources import resources_folder
from memapp.scoring.segmentation import everyday
from memapp.scoring.segmentation.coco import fetch_coco, install_file, published_weights
from memapp.scoring.segmentation.folders import COCO, DEFAULT_SEGMENTER, EVERYDAY, SegmenterFolders
from memapp.store.home import home_folder


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    segmenters = commands.add_parser(
        "segmenters",
        help="list, install, remove or download object finders (segmenters)",
        description="List, install, remove or download object finders (segmenters), which name the things in "
        "photos. docs/segmenter-packs.md says how to make one.",
    )
    segmenters.set_defaults(run=_guarded(_list))
    actions = segmenters.add_subparsers(metavar="ACTION")
    listing = actions.add_parser("list", help="list those that are installed (the default)")
    listing.set_defaults(run=_guarded(_list))
    install = actions.add_parser(
        "install", help="install one from a folder, a zip file, or the file of coco-13"
    )
    install.add_argument("path", metavar="PATH", type=file_path)
    install.set_defaults(run=_guarded(_install))
    remove = actions.add_parser("remove", help="remove one that was installed")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_guarded(_remove))
    fetch = actions.add_parser("fetch", help="download a published one")
    fetch.add_argument("name", metavar="NAME", choices=[EVERYDAY, COCO], help=f"{EVERYDAY} or {COCO}")
    fetch.add_argument("--yes", action="store_true", help="do not ask before downloading")
    fetch.set_defaults(run=_guarded(_fetch))
    make = actions.add_parser("make", help=f"make {EVERYDAY} as a folder, for a build or another computer")
    make.add_argument("name", metavar="NAME", choices=[EVERYDAY], help=EVERYDAY)
    make.add_argument("folder", metavar="FOLDER", type=file_path, help="which must not exist yet")
    make.set_defaults(run=_guarded(_make))


def _guarded(action: Any) -> Any:
    """Wrap an action and report its errors as a sentence and an exit status."""

    def run(options: argparse.Namespace) -> int:
        control = RunControl()
        cancel_on_interrupt(control)
        folders = SegmenterFolders(resources=resources_folder(), home=home_folder())
        try:
            return int(action(options, folders, control))
        except Cancelled:
            return complain("Cancelled.", EXIT_INTERRUPTED)
        except MemappError as problem:
            return complain(str(problem), EXIT_CANNOT_WORK)

    return run


def _list(_: argparse.Namespace, folders: SegmenterFolders, _control: RunControl) -> int:
    packs = folders.packs()
    for pack in packs:
        if pack.description is None:
            say(f"{pack.name:<20} refused: {pack.problem}")
            continue
        identity = pack.description.identity
        origin = "included with memapp" if pack.built_in else "installed"
        say(f"{pack.name:<20} {identity.title} ({pack.size / 1e6:,.0f} MB, {origin})")
        say(f"{'':<20} {', '.join(category.name for category in identity.categories)}")
        say(f"{'':<20} {pack.description.licence}; {pack.description.source}")
    if not packs:
        # The installed memapp can't make the downloadable one, because it has no torch.
        how = (
            f"memapp segmenters fetch {DEFAULT_SEGMENTER} downloads one."
            if everyday.can_be_made()
            else "memapp segmenters install PATH installs a pack that was made elsewhere."
        )
        say(f"No object finder is installed. {how}")
    return EXIT_ALL_SCORED


def _install(options: argparse.Namespace, folders: SegmenterFolders, control: RunControl) -> int:
    path: Path = options.path
    with _Bar() as bar:
        identity = install_file(folders, path, control=control, progress=bar.show, say=bar.say)
    say(f"{identity.name} is installed: {identity.title}.")
    return EXIT_ALL_SCORED


def _remove(options: argparse.Namespace, folders: SegmenterFolders, _control: RunControl) -> int:
    folders.remove(options.name)
    say(f"{options.name} is removed.")
    return EXIT_ALL_SCORED


def _fetch(options: argparse.Namespace, folders: SegmenterFolders, control: RunControl) -> int:
    if any(identity.name == options.name for identity in folders.installed()):
        say(f"{options.name} is already installed.")
        return EXIT_ALL_SCORED
    small = options.name == EVERYDAY
    if small:
        everyday.refuse_if_it_cannot_be_made()
    published = [everyday.SCENES, everyday.OBJECTS] if small else [published_weights(control)]
    size = sum(each.likely_size for each in published)
    say(f"{options.name}: {size / 1e6:,.0f} MB from {published[0].host}.")
    if not options.yes and sys.stdin.isatty() and not _agreed("Download it? [y/N] "):
        return EXIT_ALL_SCORED
    home = home_folder()
    with _Bar() as bar:
        if small:
            identity = everyday.fetch_everyday(
                folders, home=home, control=control, progress=bar.show, say=bar.say
            )
        else:
            identity = fetch_coco(
                folders, published=published[0], home=home, control=control, progress=bar.show, say=bar.say
            )
    say(f"{identity.name} is installed: {identity.title}.")
    return EXIT_ALL_SCORED


def _make(options: argparse.Namespace, _folders: SegmenterFolders, control: RunControl) -> int:
    folder: Path = options.folder
    with _Bar() as bar:
        everyday.make_everyday_folder(folder, control=control, progress=bar.show)
    say(f"{folder} is the pack {options.name}.")
    return EXIT_ALL_SCORED


def _agreed(question: str) -> bool:
    return input(question).strip().lower() in ("y", "yes")


class _Bar:
    """A progress bar in bytes on a terminal, with messages above it."""

    def __enter__(self) -> _Bar:
        self._bar = tqdm(
            unit="B", unit_scale=True, disable=None, file=sys.stderr, leave=False, dynamic_ncols=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, done: int, total: int) -> None:
        """Show that this many bytes of the total are done."""
        self._bar.total = total or None
        self._bar.update(done - self._bar.n)

    def say(self, text: str) -> None:
        """Print which slow step begins."""
        self._bar.write(lines(text), file=sys.stderr)
