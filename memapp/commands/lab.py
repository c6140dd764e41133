"""memapp lab: what the nets are, how well they predict people, and training them on people's scores."""

from __future__ import annotations

import argparse
from typing import Any

from memapp.commands.common import EXIT_ALL_SCORED


def add_to(commands: Any) -> None:
    """Add the command and its own commands to the parser's commands."""
    lab = commands.add_parser("lab", help="judge and train nets on people's scores")
    actions = lab.add_subparsers(required=True, metavar="ACTION")
    nets = actions.add_parser("nets", help="what each net is made of and what it costs")
    nets.set_defaults(run=_nets)


def _nets(_: argparse.Namespace) -> int:
    # torch takes seconds to import: only who needs it waits for it.
    from memapp.lab.nets_table import nets_table

    print(nets_table())
    return EXIT_ALL_SCORED
