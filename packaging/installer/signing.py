"""Step 7: signatures, if the system supports them and an identity was given."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from installer.steps import Build

TIMESTAMP_SERVER = "http://timestamp.digicert.com"


def sign(build: Build) -> str:
    """Sign the frozen app; return whether that was done, or why not.

    Raises:
        BuildError: the signing program failed.
    """
    identity = build.options.sign
    if identity is None:
        build.measured["signed"] = False
        return "not signed: no --sign"
    match build.options.target:
        case "windows":
            sign_windows(build, sorted(build.frozen.glob("*.exe")))
        case "macos":
            _sign_mac(build, identity)
        case _:
            build.measured["signed"] = False
            return "Linux: SHA256SUMS instead"
    build.measured["signed"] = True
    return identity


def sign_windows(build: Build, files: Iterable[Path]) -> None:
    """Sign programs; also called for the installer itself. Raise BuildError on failure."""
    for file in files:
        build.run(
            [
                *("signtool", "sign", "/sha1", str(build.options.sign), "/fd", "sha256"),
                *("/tr", TIMESTAMP_SERVER, "/td", "sha256", file),
            ],
            what=f"signing {file.name}",
        )


def _sign_mac(build: Build, identity: str) -> None:
    """Sign inside out: libraries first, the app last, which seals them."""
    entitlements = build.templates / "macos" / "entitlements.plist"
    common = ["codesign", "--force", "--timestamp", "--options", "runtime", "--sign", identity]
    libraries = [
        path
        for path in build.frozen.rglob("*")
        if path.is_file() and not path.is_symlink() and path.suffix in {".dylib", ".so"}
    ]
    for path in sorted(libraries, key=lambda path: -len(path.parts)):
        build.run([*common, path], what="signing libraries")
    for framework in sorted(build.frozen.rglob("*.framework"), key=lambda path: -len(path.parts)):
        build.run([*common, framework], what="signing frameworks")
    programs = build.frozen / "Contents" / "MacOS"
    for program in (programs / "memapp-cli", programs / "memapp"):
        build.run([*common, "--entitlements", entitlements, program], what="signing programs")
    build.run([*common, "--entitlements", entitlements, build.frozen], what="signing the app")
    build.run(
        ["codesign", "--verify", "--strict", "--verbose=2", build.frozen], what="verifying the signature"
    )


def plan(build: Build) -> str:
    """Return what would be signed."""
    return f"with {build.options.sign}" if build.options.sign else "not signed: no --sign"
