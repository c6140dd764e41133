#!/usr/bin/env bash
# Builds and tries out the Linux files: as root, on Debian 12 or Ubuntu 22.04. The oldest system that can run them is
# the one that they are built on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The libraries that Qt's X11 plugin needs are bundled from here; without them the window would not open anywhere.
apt-get install -y -qq --no-install-recommends \
    appstream binutils ca-certificates desktop-file-utils dpkg-dev fonts-dejavu-core git libpython3.11 lintian \
    mmdebstrap nsis openbox python3 python3-venv xdotool xvfb xz-utils \
    libdbus-1-3 libegl1 libfontconfig1 libfreetype6 libgl1 libglib2.0-0 libwayland-client0 libwayland-cursor0 \
    libwayland-egl1 libx11-6 libx11-xcb1 libxcb-cursor0 libxcb-glx0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 \
    libxcb-randr0 libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 \
    libxcb-xfixes0 libxcb-xkb1 libxcb1 libxkbcommon-x11-0 libxkbcommon0
exec python3 build_installer.py "$@"
