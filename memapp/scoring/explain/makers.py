"""The methods of computing memorability maps, for the composition roots."""

from __future__ import annotations

from collections.abc import Mapping

from memapp.core.explanation import MapMaker, MapMethod
from memapp.scoring.explain.gradient import NO_TORCH, GradientMapMaker, can_take_gradients
from memapp.scoring.explain.occlusion import OcclusionMapMaker
from memapp.scoring.weights import WeightsLocator


def map_makers(weights: WeightsLocator) -> Mapping[MapMethod, MapMaker]:
    """One maker for each method, for ResMem; nothing is loaded yet."""
    return {
        MapMethod.OCCLUSION: OcclusionMapMaker(),
        MapMethod.GRADIENT: GradientMapMaker(weights=weights),
    }


def why_not(method: MapMethod) -> str | None:
    """Why no map at all can be made here by this method, in words; None where maps can be made."""
    return NO_TORCH if method is MapMethod.GRADIENT and not can_take_gradients() else None
