"""Measure the quantisation numbers of the fast net: resources/fast/resmem.npz.

    .venv/bin/python packaging/quantise_fast.py FOLDER...

FOLDER: a folder of varied photos. About a third of them are used, selected by the hash of their content; the
others are left for evaluation (python3 dev.py bench fast). Takes some minutes and 8 GB. The photos are not
stored, only steps, gains and shifts of channels, and the hashes of the files.

Layer by layer, every photo runs through the exact and the fast net side by side. Each channel of the fast net
gets the mean and standard deviation of the exact one: rounding small activations to zero shrinks the signal
with every layer, and rounding weights amplifies it, so that without the gains a small error grows to a large
one. (Mean only: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction".)
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import conv2d

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import FoundFile
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.scoring.fast.layers import (
    Block,
    Floats,
    Layer,
    blocks,
    equalised,
    folded,
    integer_weights,
)
from memapp.scoring.fast.recipe import FILE_NAME
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.resmem import load_resmem
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator
from memapp.store.home import home_folder

SHARE = 0.3
EVENNESS = 0.5
"""Channels are divided by this power of their amplitude: at 1 the largest weights would take the steps that
the small ones need, at 0 the largest channels those of the small ones."""
AT_ONCE = 16
MOST_SAMPLES = 1_500_000
LARGEST_GAIN = 1.25
"""A channel that needs more is hardly used; correcting it would only add noise."""


def main(arguments: Sequence[str]) -> int:
    """Quantise with the photos below some folders; return the exit status."""
    if not arguments:
        print(__doc__)
        return 2
    torch.set_grad_enabled(False)
    frames, hashes = chosen_frames([Path(each) for each in arguments])
    print(f"{len(frames)} photos for the quantisation")
    locator = WeightsLocator(resources=resources_folder(), home=home_folder())
    net = load_resmem(locator.find(RESMEM_WEIGHTS))
    numbers = Quantisation(net).measure(frames)
    provenance = {
        "net": RESMEM_WEIGHTS.sha256,
        "photos": hashes,
        "folders": sorted({Path(each).name for each in arguments}),
        "by": "packaging/quantise_fast.py",
    }
    stored = {name: small(values) for name, values in numbers.items()}
    written = io.BytesIO()
    np.savez_compressed(written, provenance=np.array(json.dumps(provenance)), **stored)
    target = resources_folder() / FILE_NAME
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(written.getvalue())
    print(f"{target}: {target.stat().st_size / 1e3:.0f} kB")
    return 0


def chosen_frames(folders: Sequence[Path]) -> tuple[np.ndarray, list[str]]:
    """Return the frames of the selected photos, and the first 16 digits of their files' hashes."""
    frames, hashes = [], []
    for found in find_photos([str(each.resolve()) for each in folders], control=RunControl()):
        if not isinstance(found, FoundFile):
            continue
        digest = hashlib.sha256(Path(found.key.path).read_bytes()).hexdigest()
        if int(digest[:8], 16) >= SHARE * 2**32 or digest[:16] in hashes:
            continue
        try:
            frame = load_photo(found.key.path, frame=True).frame
        except PhotoError:
            continue
        frames.append(frame)
        hashes.append(digest[:16])
    return np.stack(frames), hashes


def small(values: np.ndarray) -> np.ndarray:
    """Return channel numbers at half precision; steps stay as they are."""
    return values.astype(np.float16) if values.ndim and values.dtype == np.float32 else values


class Quantisation:
    """Runs through the residual network, exact and fast side by side."""

    def __init__(self, net: MemorabilityNet) -> None:
        self._net = net
        state = net.state_dict()
        self._tensors = {
            name.removeprefix("features."): value.numpy()
            for name, value in state.items()
            if name.startswith("features.") and value.dtype == torch.float32
        }
        self._numbers: dict[str, np.ndarray] = {}

    def measure(self, frames: np.ndarray) -> dict[str, np.ndarray]:
        """Return the recipe's numbers, by name."""
        entry = torch.cat([self._entry(part) for part in torch.from_numpy(frames).split(AT_ONCE)])
        self._measure_scales(entry)
        exact = fast = entry / _channels(self._floats("layer1.loudness"))
        for block in blocks():
            exact, fast = self._block(block, exact, fast)
            off = float(((exact - fast) ** 2).mean() / (exact**2).mean())
            print(f"{block.name:<10} differs by {off:.4f} of its energy", flush=True)
        return self._numbers

    def _entry(self, frames: Tensor) -> Tensor:
        resnet = self._net.features
        pixels = frames.permute(0, 3, 1, 2).float().div(255).contiguous(memory_format=torch.channels_last)
        first: Tensor = resnet.maxpool(resnet.relu(resnet.bn1(resnet.conv1(pixels))))
        found: Tensor = resnet.layer1(first)
        return found

    def _measure_scales(self, entry: Tensor) -> None:
        """Measure the amplitude of each channel, for equalising, in one pass through the exact net."""
        inner_maxima: dict[str, list[Tensor]] = {}
        streams: dict[int, list[Tensor]] = {1: [_largest(entry)]}
        for stream in entry.split(AT_ONCE):
            for block in blocks():
                first = _convolve(stream, self._plain(block, "conv1"), 1, 0).relu_()
                second = _convolve(first, self._plain(block, "conv2"), block.stride, 1).relu_()
                found = _convolve(second, self._plain(block, "conv3"), 1, 0)
                if block.narrows:
                    stream = _convolve(stream, self._plain(block, "downsample.0"), block.stride, 0)
                stream = (found + stream).relu_()
                inner_maxima.setdefault(f"{block.name}.conv1", []).append(_largest(first))
                inner_maxima.setdefault(f"{block.name}.conv2", []).append(_largest(second))
                streams.setdefault(block.stage, []).append(_largest(stream))
        for name, largest in inner_maxima.items():
            self._numbers[f"{name}.loudness"] = _scales(torch.cat(largest))
        for stage, largest in streams.items():
            self._numbers[f"layer{stage}.loudness"] = _scales(torch.cat(largest))

    def _block(self, block: Block, exact: Tensor, fast: Tensor) -> tuple[Tensor, Tensor]:
        own_scale = self._floats(f"layer{block.stage}.loudness")
        previous_scale = self._floats(f"layer{block.stage - 1}.loudness") if block.narrows else own_scale
        inner_scale = self._floats(f"{block.name}.conv1.loudness")
        outer_scale = self._floats(f"{block.name}.conv2.loudness")
        taken = _rounded(fast, self._step(f"{block.name}.in", exact))
        first, fast_first = self._layer(block, "conv1", (exact, taken), (previous_scale, inner_scale), 1)
        fast_first = _rounded(fast_first.relu_(), self._step(f"{block.name}.conv1", first.relu_()))
        second, fast_second = self._layer(
            block, "conv2", (first, fast_first), (inner_scale, outer_scale), block.stride
        )
        fast_second = _rounded(fast_second.relu_(), self._step(f"{block.name}.conv2", second.relu_()))
        found, fast_found = self._layer(block, "conv3", (second, fast_second), (outer_scale, own_scale), 1)
        if block.narrows:
            exact, fast = self._layer(
                block, "downsample.0", (exact, taken), (previous_scale, own_scale), block.stride
            )
        return (found + exact).relu_(), (fast_found + fast).relu_()

    def _layer(
        self,
        block: Block,
        layer: str,
        given: tuple[Tensor, Tensor],
        loudness: tuple[Floats, Floats],
        stride: int,
    ) -> tuple[Tensor, Tensor]:
        """Convolve the exact net's input and the fast one's, and correct the latter."""
        before, after = loudness
        true = equalised(folded(self._tensors, block, layer), before=before, after=after)
        numbers, steps = integer_weights(true.weight)
        padding = true.weight.shape[2] // 2
        rounded = Layer((numbers * steps[:, None, None, None]).astype(np.float32), true.bias)
        exact = _convolve(given[0], true, stride, padding)
        fast = _convolve(given[1], rounded, stride, padding)
        gain, shift = _correction(exact, fast)
        self._numbers[f"{block.name}.{layer}.gain"] = gain
        self._numbers[f"{block.name}.{layer}.shift"] = shift
        return exact, fast * _channels(gain) + _channels(shift)

    def _step(self, name: str, exact: Tensor) -> tuple[float, int]:
        """Return the step from zero to the largest value: every value here comes after a ReLU."""
        flat = exact.reshape(-1)
        at = torch.randint(flat.numel(), (MOST_SAMPLES,), generator=torch.Generator().manual_seed(1968))
        size = float(flat[at].max()) / 255
        self._numbers[f"{name}.step"] = np.array([size, 0.0])
        return size, 0

    def _plain(self, block: Block, layer: str) -> Layer:
        return folded(self._tensors, block, layer)

    def _floats(self, name: str) -> Floats:
        # As it will be read again.
        return small(self._numbers[name]).astype(np.float32)


def _correction(exact: Tensor, fast: Tensor) -> tuple[Floats, Floats]:
    """Return the gain and shift that give each fast channel the exact one's mean and standard deviation.

    Not the least-squares factor: noise makes that too small, and the signal would shrink.
    """
    places = (0, 2, 3)
    mean, fast_mean = exact.mean(places), fast.mean(places)
    varies = (exact - _channels(mean)).square().mean(places)
    fast_varies = (fast - _channels(fast_mean)).square().mean(places)
    together = ((exact - _channels(mean)) * (fast - _channels(fast_mean))).mean(places)
    alike = (varies > 1e-8) & (together > 0.3 * (varies * fast_varies).sqrt())
    gain = torch.where(alike, (varies / fast_varies).sqrt(), torch.ones_like(varies))
    gain = gain.clamp(1 / LARGEST_GAIN, LARGEST_GAIN)
    return gain.numpy(), (mean - gain * fast_mean).numpy()


def _convolve(given: Tensor, layer: Layer, stride: int, padding: int) -> Tensor:
    weight, bias = torch.from_numpy(layer.weight), torch.from_numpy(layer.bias)
    return torch.cat([conv2d(part, weight, bias, stride, padding) for part in given.split(AT_ONCE)])


def _rounded(values: Tensor, step: tuple[float, int]) -> Tensor:
    size, zero = step
    return ((values / size).round_().add_(zero).clamp_(0, 255).sub_(zero)).mul_(size)


def _largest(values: Tensor) -> Tensor:
    return values.amax((2, 3))


def _scales(largest: Tensor) -> Floats:
    """Return each channel's amplitude relative to the median, to a power, from the photos' maxima (photos,
    channels)."""
    values = largest.numpy()
    loud = (values.max(0) + np.percentile(values, 90, axis=0)) / 2
    middle = float(np.median(loud[loud > 0]))
    return (np.clip(loud, middle / 20, middle * 50) / middle).astype(np.float32) ** np.float32(EVENNESS)


def _channels(values: Tensor | Floats) -> Tensor:
    return torch.as_tensor(values)[None, :, None, None]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
