"""ResMem as published, for inference only: photos' frames in, memorability scores out.

Needell & Bainbridge 2022, "Embracing New Techniques in Deep Learning for Estimating Image Memorability",
Computational Brain & Behavior 5, 168-184, doi 10.1007/s42113-022-00126-5. The published weights are those of
its "ResMemRetrain": the ResNet branch was retrained for memorability.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import resnet152

from memapp.core.errors import WeightsError

ALEXNET_FEATURES = 256 * 6 * 6
RESNET_FEATURES = 1000


class ResMem(nn.Module):
    """Two branches over the same frame, joined in a fully connected block.

    131.7 M parameters, 27.2 GFLOP a frame. The modules' names are those of the published weights.
    Dropout, used in training only, is left out.
    """

    def __init__(self) -> None:
        super().__init__()
        # Branch 1: AlexNet-style convolutions.
        self.conv1 = nn.Conv2d(3, 48, kernel_size=11, stride=4)
        self.conv2 = nn.Conv2d(48, 256, kernel_size=5, padding=2, groups=2)
        self.conv3 = nn.Conv2d(256, 384, kernel_size=3, padding=1, groups=2)
        self.conv4 = nn.Conv2d(384, 384, kernel_size=3, padding=1, groups=2)
        self.conv5 = nn.Conv2d(384, 256, kernel_size=3, padding=1, groups=2)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2)
        self.normalise = nn.LocalResponseNorm(5)
        # Branch 2: ResNet-152 with its 1000 raw outputs.
        self.features = resnet152(weights=None)
        self.fc6 = nn.Linear(ALEXNET_FEATURES + RESNET_FEATURES, 4096)
        self.fc7 = nn.Linear(4096, 4096)
        self.fc8 = nn.Linear(4096, 2048)
        self.fc9 = nn.Linear(2048, 1024)
        self.fc10 = nn.Linear(1024, 512)
        self.fc11 = nn.Linear(512, 256)
        self.fc12 = nn.Linear(256, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Score frames.

        Args:
            frames: (n, 3, 227, 227), float, sRGB in 0..1, not normalised further.

        Returns:
            (n,), the predicted share of people who recognise each photo when it comes back, 0..1.
        """
        alexnet = self.normalise(self.pool(functional.relu(self.conv1(frames))))
        alexnet = self.normalise(self.pool(functional.relu(self.conv2(alexnet))))
        alexnet = functional.relu(self.conv3(alexnet))
        alexnet = functional.relu(self.conv4(alexnet))
        alexnet = self.pool(functional.relu(self.conv5(alexnet)))
        joined = torch.cat((alexnet.flatten(1), self.features(frames)), dim=1)
        for layer in (self.fc6, self.fc7, self.fc8, self.fc9, self.fc10, self.fc11):
            joined = functional.relu(layer(joined))
        return torch.sigmoid(self.fc12(joined)).squeeze(1)


def load_resmem(weights: Path) -> ResMem:
    """The net with its published weights, on the CPU, ready to score.

    Built without memory of its own; the weights stay in the file's pages until they are used.

    Raises:
        WeightsError: the file holds no ResMem.
    """
    with torch.device("meta"):
        net = ResMem()
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True, mmap=True)
        net.load_state_dict(state, assign=True)
    except Exception as problem:
        raise WeightsError(
            f"The weights of ResMem can't be used: {weights} holds something else; install memapp again."
        ) from problem
    return net.requires_grad_(False).eval()
