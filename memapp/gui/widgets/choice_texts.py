"""What the values of settings are called that menus and preferences show alike."""

from __future__ import annotations

from collections.abc import Mapping

from memapp.core.text import Deferred, deferred

SURROUND_TEXTS: Mapping[str, Deferred] = {
    "theme": deferred("Same as the appearance"),
    "black": deferred("Black"),
    "dark": deferred("Dark grey"),
    "mid": deferred("Mid grey"),
    "light": deferred("Light grey"),
}
