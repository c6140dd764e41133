"""What nets are called in settings, orders and on the command line: one word each, shared by no two nets."""

from __future__ import annotations

from typing import NewType

NetId = NewType("NetId", str)
"""Names a net that can score here. A trained net's is the name of its file without the ending."""

RESMEM_ID = NetId("resmem")
"""Of the published net: always there, and what scores unless something else is chosen."""

FALSERESMEM_ID = NetId("falseresmem")
"""Of the published net that predicts false alarms."""

UNTRAINED_M3M_ID = NetId("m3m")
"""Of M3M as it starts from the published net, and equal to it."""
