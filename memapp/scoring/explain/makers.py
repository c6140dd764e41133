"""The methods of computing memorability maps, for the composition roots."""

from __future__ import annotations

from collections.abc import Mapping

from memapp.core.explanation import MapMaker, MapMethod
from memapp.scoring.explain.gradient import NO_TORCH, GradientMapMaker, can_take_gradients
from memapp.scoring.explain.occlusion import OcclusionMapMaker
from memapp.scoring.weights import WeightsLocator


def map_makers(weights: WeightsLocator) -> Mapping[MapMethod, MapMaker]:
    """Return one maker per method, for ResMem; nothing is loaded yet."""
    return {
        MapMethod.OCCLUSION: OcclusionMapMaker(),
        MapMethod.GRADIENT: GradientMapMaker(weights=weights),
    }


def why_not(method: MapMethod) -> str | None:
    """Return why this method can't be used here, as a sentence; None if it can."""
    return str(NO_TORCH) if method is MapMethod.GRADIENT and not can_take_gradients() else None
