"""torchvision's Mask R-CNN exported as a graph. Runs in a separate process: see coco.py. Imports torch."""

from __future__ import annotations

import os
import pickle
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.onnx import operators
from torchvision.models.detection import MaskRCNN_ResNet50_FPN_V2_Weights, maskrcnn_resnet50_fpn_v2

from memapp.core.errors import SegmenterError

OPSET = 17
PICTURE = "picture"
OUTPUTS = ("boxes", "classes", "confidences", "masks")


def published_weights() -> tuple[str, float, tuple[str, ...]]:
    """Return torchvision's facts about its weights: address, size in bytes, names of the classes."""
    weights = MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1
    # torchvision states mebibytes, rounded.
    return weights.url, weights.meta["_file_size"] * 1024 * 1024, tuple(weights.meta["categories"])


_LAST_LAYER = "roi_heads.mask_predictor.mask_fcn_logits.weight"


def export_coco(weights: Path, target: Path, options: dict[str, Any]) -> None:
    """Write the net with these weights as a graph, flushed to the disk.

    The graph takes a picture (height, width, 3), uint8, of any size. It returns boxes in the picture's
    pixels, classes, confidences, and for each box a mask of 28 x 28, 0..1: pasting them is faster outside the
    graph.

    Args:
        weights: a state dict of maskrcnn_resnet50_fpn_v2.
        target: the file to write.
        options: of torchvision's MaskRCNN that differ from its defaults: min_size, box_score_thresh ...

    Raises:
        SegmenterError: the weights belong to another net.
        OSError: a file can't be read or written.
    """
    try:
        tensors = torch.load(weights, map_location="cpu", weights_only=True)
        # Building the net takes seconds, so the wrong file is refused before.
        if _LAST_LAYER not in tensors:
            raise TypeError(weights)
        net = maskrcnn_resnet50_fpn_v2(weights=None, weights_backbone=None, **options)
        net.load_state_dict(tensors)
    except (RuntimeError, pickle.UnpicklingError, EOFError, AttributeError, TypeError) as problem:
        raise SegmenterError(f"{weights.name} does not contain the weights of this net.") from problem
    net.eval().requires_grad_(False)
    with warnings.catch_warnings():
        # The exporter is deprecated (the new one needs packages that memapp does not otherwise use), and
        # torchvision warns about constants in the trace: the tests run the graph at other sizes.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Detections(net).eval(),
            (torch.randint(0, 255, (480, 640, 3), dtype=torch.uint8),),
            str(target),
            dynamo=False,
            opset_version=OPSET,
            input_names=[PICTURE],
            output_names=list(OUTPUTS),
            dynamic_axes={
                PICTURE: {0: "height", 1: "width"},
                **{output: {0: "count"} for output in OUTPUTS},
            },
        )
    with target.open("rb+") as file:
        os.fsync(file.fileno())


class _Detections(nn.Module):
    """Mask R-CNN without its last step, which pastes the masks into the picture."""

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        net = self.net
        image = picture.permute(2, 0, 1).to(torch.float32).div(255)
        images, _ = net.transform([image])
        features = net.backbone(images.tensors)
        proposals, _ = net.rpn(images, features)
        [found], _ = net.roi_heads(features, proposals, images.image_sizes)
        # Use the sizes in the graph, not those of the picture that it was traced with.
        height, width = operators.shape_as_tensor(image)[-2:].to(torch.float32)
        inner_height, inner_width = _numbers(images.image_sizes[0])
        across, down = width / inner_width, height / inner_height
        boxes = found["boxes"] * torch.stack((across, down, across, down))
        return boxes, found["labels"], found["scores"], found["masks"]


def _numbers(size: Any) -> tuple[Tensor, Tensor]:
    height, width = (torch.as_tensor(side).to(torch.float32) for side in size)
    return height, width
