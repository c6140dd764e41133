"""The methods of computing memorability maps, for the composition roots."""

from __future__ import annotations

from collections.abc import Mapping

from memapp.core.explanation import MapMaker, MapMethod
from memapp.scoring.explain.gradient import GradientMapMaker
from memapp.scoring.explain.occlusion import OcclusionMapMaker
from memapp.scoring.weights import WeightsLocator


def map_makers(weights: WeightsLocator) -> Mapping[MapMethod, MapMaker]:
    """One maker for each method, for ResMem; nothing is loaded yet."""
    return {
        MapMethod.OCCLUSION: OcclusionMapMaker(),
        MapMethod.GRADIENT: GradientMapMaker(weights=weights),
    }
