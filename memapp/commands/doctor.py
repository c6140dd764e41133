"""memapp doctor: test what works on this computer."""

from __future__ import annotations

import argparse
from typing import Any

from memapp.commands.common import EXIT_ALL_SCORED, EXIT_CANNOT_WORK, say, weights
from memapp.doctor import examine
from memapp.store.home import home_folder


def add_to(commands: Any) -> None:
    """Add the command to the parser's commands."""
    doctor = commands.add_parser("doctor", help="test what works on this computer")
    doctor.set_defaults(run=_doctor)


def _doctor(_: argparse.Namespace) -> int:
    works = True
    for finding in examine(weights=weights(), home=home_folder()):
        say(f"{finding.subject:<20} {finding.text}")
        works = works and not finding.stops_scoring
    say("")
    say("Scoring works on this computer." if works else "Scoring does not work on this computer: see above.")
    return EXIT_ALL_SCORED if works else EXIT_CANNOT_WORK
