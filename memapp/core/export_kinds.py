"""The kinds of files that an export can be, as people choose among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from memapp.core.text import Deferred


@dataclass(frozen=True, slots=True)
class ExportKind:
    """One kind of export."""

    name: str
    """What the command line and programs call it; no other kind has it."""
    title: Deferred | str
    """As people read it: "Comma-separated values (CSV)"."""
    endings: tuple[str, ...]
    """Of its files, in lower case, the usual one first; empty where it is for the terminal alone."""
    media_type: str
    """As the web names it: "text/csv"."""

    def file_name(self, path: Path, kinds: Iterable[ExportKind]) -> Path:
        """Return the path with an ending of this kind, whatever was typed.

        The ending of another kind gives way to this one's; anything else after a dot is part of the name.
        """
        suffix = path.suffix.lower()
        if not self.endings or suffix in self.endings:
            return path
        is_of_another = any(suffix in kind.endings for kind in kinds)
        if is_of_another:
            return path.with_suffix(self.endings[0])
        # Systems differ in what a dot at the end of a name means.
        return path.with_name(f"{path.name.rstrip('.') or path.name}{self.endings[0]}")
