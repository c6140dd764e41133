#!/usr/bin/env bash
# Builds and tries out the disk image: macOS 14 or newer, arm64. With MEMAPP_IDENTITY ("Developer ID Application: ...")
# it is signed, with MEMAPP_NOTARY (a keychain profile of notarytool) it is notarised and stapled, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
plutil -lint packaging/macos/entitlements.plist
arguments=()
[ -z "${MEMAPP_IDENTITY:-}" ] || arguments+=(--sign "$MEMAPP_IDENTITY")
[ -z "${MEMAPP_NOTARY:-}" ] || arguments+=(--notarize "$MEMAPP_NOTARY")
exec python3 build_installer.py "${arguments[@]}" "$@"
