"""Templates in packaging/: texts with @NAME@ in them."""

from __future__ import annotations

import re
from pathlib import Path

from installer.steps import BuildError

_PLACE = re.compile(r"@([A-Z0-9_]+)@")


def fill(template: Path, **values: str) -> str:
    """The text of a template with every @NAME@ replaced by the value called name.

    Raises:
        BuildError: a value is missing, or one is of no use.
    """
    text = template.read_text(encoding="utf-8")
    wanted = {found.lower() for found in _PLACE.findall(text)}
    if wanted != set(values):
        odd = ", ".join(sorted(wanted ^ set(values)))
        raise BuildError(f"The template {template.name} and its values do not fit each other: mend {odd}.")
    return _PLACE.sub(lambda match: values[match[1].lower()], text)
