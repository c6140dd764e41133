"""What the window needs before its first paint, and what it must not wait for."""

from __future__ import annotations

import subprocess
import sys

_LATER = {"torch", "onnxruntime", "rawpy", "pi_heif", "pylibjxl", "ssl", "memapp.intake.opening"}
"""Slow to import: nets, decoders, and what downloads."""


def test_the_window_waits_for_no_net_no_decoder_and_no_command() -> None:
    code = (
        "import sys\n"
        "import memapp.cli, memapp.app\n"
        f"print(sorted({_LATER!r} & set(sys.modules)))\n"
        "print(sorted(name for name in sys.modules if name.startswith('memapp.commands.')))"
    )
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    later, commands = output.splitlines()
    assert later == "[]"
    assert commands == "['memapp.commands.common']"


def test_garbage_is_collected_once_memapp_works() -> None:
    code = (
        "import gc, sys\n"
        "from memapp import cli\n"
        "from memapp.core.machine import pause_garbage_collector\n"
        "pause_garbage_collector()\n"
        "assert not gc.isenabled()\n"
        "cli.main(['lab', 'nets'])\n"
        "sys.exit(not gc.isenabled())"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
