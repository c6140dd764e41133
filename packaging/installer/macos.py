"""Step 8 on macOS: the disk image, notarised if a profile is given."""

from __future__ import annotations

import plistlib
import shutil
import time
from pathlib import Path

from installer import freezing
from installer.steps import Build, BuildError

TRIES = 5
"""hdiutil sometimes fails while the system indexes new files."""

RIGHTS = (
    "com.apple.security.cs.allow-jit",
    "com.apple.security.cs.allow-unsigned-executable-memory",
    "com.apple.security.cs.disable-library-validation",
)


def package(build: Build) -> str:
    """Make the image with the app and a link to Applications; sign, notarise and staple it.

    Raises:
        BuildError: one of Apple's programs failed.
    """
    build.options.out.mkdir(parents=True, exist_ok=True)
    target = build.options.out / f"memapp-{build.version}-macos-arm64.dmg"
    folder = build.work / "dmg"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Only Apple's own program copies links and signatures.
    build.run(["ditto", build.frozen, folder / "memapp.app"], what="ditto")
    (folder / "Applications").symlink_to("/Applications")
    target.unlink(missing_ok=True)
    _make_image(build, folder, target)
    if build.options.sign:
        build.run(["codesign", "--timestamp", "--sign", build.options.sign, target], what="signing the image")
    if build.options.notarize:
        profile = ["--keychain-profile", build.options.notarize]
        build.run(["xcrun", "notarytool", "submit", target, *profile, "--wait"], what="notarising")
        build.run(["xcrun", "stapler", "staple", target], what="stapling")
    build.made.append(target)
    return target.name


def _make_image(build: Build, folder: Path, target: Path) -> None:
    command: list[str | Path] = [
        "hdiutil",
        "create",
        "-volname",
        "memapp",
        "-srcfolder",
        folder,
        "-fs",
        "APFS",
    ]
    for left in reversed(range(TRIES)):
        try:
            build.run([*command, "-format", "ULFO", "-ov", target], what="hdiutil")
            return
        except BuildError:
            if not left:
                raise
            time.sleep(10)


def plan(build: Build) -> str:
    """Read the plists as macOS will.

    Raises:
        BuildError: one can't be read or lacks something.
    """
    entitlements = build.templates / "macos" / "entitlements.plist"
    try:
        rights = plistlib.loads(entitlements.read_bytes())
        info = freezing.info_plist(build)
    except (plistlib.InvalidFileException, ValueError) as problem:
        raise BuildError(f"A plist in packaging/macos can't be read ({problem}): correct it.") from problem
    if missing := [right for right in RIGHTS if rights.get(right) is not True]:
        raise BuildError(f"entitlements.plist lacks {', '.join(missing)}: add them.")
    types = {each for kind in info["CFBundleDocumentTypes"] for each in kind["LSItemContentTypes"]}
    if types != {"public.image", "public.folder"}:
        raise BuildError(
            f"Info.plist.in opens {', '.join(sorted(types))}: it should open images and folders."
        )
    return "plists read"
