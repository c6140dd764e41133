"""Build what a photographer double-clicks: no Python, no network, no terminal needed.

    python3 build_installer.py                       for this system, everything, tried in a clean root
    python3 build_installer.py --dry-run             say and check what would be done, in seconds
    python3 build_installer.py --help                all options; docs/releasing.md has the whole story

Standard library only: it runs before anything is installed. The steps are in packaging/installer/.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "packaging"))

from installer.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
