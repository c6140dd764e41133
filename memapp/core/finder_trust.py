"""How far to trust what an object finder finds, in one plain line."""

from __future__ import annotations

from collections.abc import Mapping

from memapp.core.text import Deferred, deferred, tr

_MEASURED: Mapping[str, Deferred] = {
    "everyday-13": deferred(
        "Good at sky, people, vehicles and ground; weak at furniture, buildings and many animals."
    )
}
"""By the pack's name, which no other pack can take. From the benchmark "segmentation": good is a mean overlap
of 0.8 or more with masks made by hand, weak one below 0.3; docs/segmenter-packs.md has the figures."""

_NOT_MEASURED = deferred("Not measured by memapp: check what it finds.")


def trust_text(name: str) -> str:
    """Return how good the object finder of this name is, in a sentence."""
    return str(_MEASURED.get(name, _NOT_MEASURED))


def found_by_text(name: str, title: str) -> str:
    """Return what found the things in a photo, and how good it is."""
    return tr("Found by {title}. {trust}", title=title, trust=trust_text(name))
