"""The nets of the family in torch: branches over one frame, joined in a fully connected block.

Sizes (checked by tests/scoring/nets/test_net.py; `memapp lab nets` prints them, with memory):

| net | input | joined | parameters | GFLOP a frame |
|---|---|---|---|---|
| alexnet | 3 x 227 x 227 | 9216 | 67.4 M | 1.0 |
| resmem, resmem-retrain | 3 x 227 x 227 | 9216 + 1000 | 131.7 M | 27.2 |
| m3m | 3 x 227 x 227 and 13 x 227 x 227 | 9216 + 1000 + 3136 | 144.6 M | 27.4 |
| falseresmem | 3 x 227 x 227 | 9216 + 2048 | 99.3 M | 10 |

Each number has four bytes; `memapp.scoring.nets.accounting` computes the memory.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import resnet50, resnet152

from memapp.scoring.nets.family import CATEGORIES, NetSpec, Residual

DROPOUT = 0.5
"""After fc6 and fc7, in training only."""


class MemorabilityNet(nn.Module):
    """One net of the family. The modules have the names of the published weights."""

    def __init__(self, spec: NetSpec) -> None:
        super().__init__()
        self.spec = spec
        # Branch 1: AlexNet-style convolutions.
        self.conv1 = nn.Conv2d(3, 48, kernel_size=11, stride=4)
        self.conv2 = nn.Conv2d(48, 256, kernel_size=5, padding=2, groups=2)
        self.conv3 = nn.Conv2d(256, 384, kernel_size=3, padding=1, groups=2)
        self.conv4 = nn.Conv2d(384, 384, kernel_size=3, padding=1, groups=2)
        self.conv5 = nn.Conv2d(384, 256, kernel_size=3, padding=1, groups=2)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2)
        self.normalise = nn.LocalResponseNorm(5)
        # Branch 2: a residual network.
        self.features: nn.Module | None = None
        if spec.residual is Residual.RESNET152:
            self.features = resnet152(weights=None)
        elif spec.residual is Residual.RESNET50_BODY:
            self.features = nn.Sequential(*list(resnet50(weights=None).children())[:-1])
        # Branch 3: the segmentation.
        self.segmentation = SegmentationBranch() if spec.segmentation else None
        # fc6 to fc12.
        widths = (spec.features, *spec.head_widths, 1)
        self.head_layers = tuple(f"fc{number}" for number in range(6, 6 + len(widths) - 1))
        for name, before, after in zip(self.head_layers, widths[:-1], widths[1:], strict=True):
            self.add_module(name, nn.Linear(before, after))

    def forward(self, frames: Tensor, labels: Tensor | None = None) -> Tensor:
        """Score frames.

        Args:
            frames: (n, 3, 227, 227), float, sRGB in 0..1, not normalised further.
            labels: (n, 227, 227), integer, for nets that see a segmentation: the category of each pixel, of
                13; a pixel with any other number has no category.

        Returns:
            (n,), 0..1; for ResMem the predicted share of people who recognise each photo when they see it
                again.
        """
        return self.head(torch.cat(self.branches(frames, labels), dim=1))

    def branches(self, frames: Tensor, labels: Tensor | None = None) -> list[Tensor]:
        """Return the branches' outputs, each (n, its width), in the order in which they are joined."""
        found = [self.alexnet_branch(frames)]
        if self.features is not None:
            found.append(self.features(frames).flatten(1))
        if self.segmentation is not None:
            assert labels is not None, "this net sees a segmentation"
            found.append(self.segmentation(labels))
        return found

    def alexnet_branch(self, frames: Tensor) -> Tensor:
        """Map (n, 3, 227, 227) to (n, 9216)."""
        alexnet: Tensor = self.normalise(self.pool(functional.relu(self.conv1(frames))))
        alexnet = self.normalise(self.pool(functional.relu(self.conv2(alexnet))))
        alexnet = functional.relu(self.conv3(alexnet))
        alexnet = functional.relu(self.conv4(alexnet))
        alexnet = self.pool(functional.relu(self.conv5(alexnet)))
        return alexnet.flatten(1)

    def head(self, joined: Tensor) -> Tensor:
        """Run the fully connected block: (n, joined width) to (n,), 0..1."""
        *hidden, last = self.head_layers
        for index, name in enumerate(hidden):
            joined = functional.relu(self.get_submodule(name)(joined))
            if index < 2:
                joined = functional.dropout(joined, DROPOUT, self.training)
        scores: Tensor = torch.sigmoid(self.get_submodule(last)(joined)).squeeze(1)
        return scores

    def part(self, name: str) -> list[nn.Module]:
        """Return the modules of one part of the net; see family.PARTS."""
        names = {
            "alexnet": ("conv1", "conv2", "conv3", "conv4", "conv5"),
            "resnet": ("features",),
            "segmentation": ("segmentation",),
            "head": self.head_layers,
        }[name]
        return [self.get_submodule(name) for name in names]


class SegmentationBranch(nn.Module):
    """From a label map to 3136 features: three convolutions, 64 features at each of 7 x 7 places.

    Mean pooling instead of max pooling between them: the mean of a label map is a share of the area, and that
    share is the information to pass on.

    one-hot 13 x 227 x 227 -> conv k7 s4, ReLU, 32 x 56 x 56 -> mean 2 x 2 -> conv k5, ReLU, 64 x 28 x 28 ->
    mean 4 x 4 -> conv k3, ReLU, 64 x 7 x 7.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(CATEGORIES, 32, kernel_size=7, stride=4)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(64, 64, kernel_size=3, padding=1)
        # torch's default initialisation would make these features a hundred times smaller than the other
        # branches' (He et al. 2015), so training would hardly use them.
        for layer in (self.conv1, self.conv2, self.conv3):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, labels: Tensor) -> Tensor:
        """Map (n, 227, 227), integer, to (n, 3136)."""
        numbers = torch.arange(CATEGORIES, dtype=torch.int32, device=labels.device).view(1, -1, 1, 1)
        one_hot = (labels.to(torch.int32).unsqueeze(1) == numbers).to(self.conv1.weight.dtype)
        seen = functional.avg_pool2d(functional.relu(self.conv1(one_hot)), 2)
        seen = functional.avg_pool2d(functional.relu(self.conv2(seen)), 4)
        return functional.relu(self.conv3(seen)).flatten(1)
