"""The segmenter everyday-13 in the source tree, made at set-up. Standard library only."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time

from dev_environment import ENVIRONMENT, ROOT, environment_python, tool_variables

NAME = "everyday-13"
PACK = ROOT / "resources" / "segmenters" / NAME
STAMP = "made-from.txt"
"""The file in the pack that says what it was made by."""
TRIED = ENVIRONMENT / "memapp-segmenter-tried"
"""Exists where it could not be made; its time says when that was."""
TRY_AGAIN_SECONDS = 3600.0

_MAKERS = ("everyday.py", "everyday_graph.py", "tflite_graph.py")


def provide_segmenter() -> None:
    """Make everyday-13 unless it is there; without a network say how to get it, and go on."""
    stamp = PACK / STAMP
    wanted = made_from()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    variables = tool_variables()
    named = "MEMAPP_SEGMENTER_SOURCES" in variables
    if not named and TRIED.exists() and time.time() - TRIED.stat().st_mtime < TRY_AGAIN_SECONDS:
        return
    print(f"Making the segmenter {NAME} (a download of 4 MB).", flush=True)
    shutil.rmtree(PACK, ignore_errors=True)
    command = [str(environment_python()), "-m", "memapp", "segmenters", "make", NAME, str(PACK)]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        stamp.write_text(wanted, encoding="utf-8")
        TRIED.unlink(missing_ok=True)
        return
    TRIED.touch()
    why = done.stderr.strip().splitlines()[-1:] or ["It could not be made."]
    later = f"get it later with 'memapp segmenters fetch {NAME}'"
    print(f"{why[0]} Without {NAME} there are no named regions; {later}.", flush=True)


def made_from() -> str:
    """Return a hash of the code that makes the pack."""
    digest = hashlib.sha256()
    for name in _MAKERS:
        digest.update((ROOT / "memapp" / "scoring" / "segmentation" / name).read_bytes())
    return f"{digest.hexdigest()}\n"
