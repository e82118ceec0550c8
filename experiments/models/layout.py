"""Convolutional networks on images with the channels last in memory, as a CPU is fastest."""

from functools import reduce
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from experiments.settings.network import Network


def prefers_channels_last(network: Network) -> bool:
    """Whether images enter with the channels last: a module of the user's own may rely on them
    lying as usual."""
    return network.convolutional and network.module is None


class LinearOnImages(nn.Linear):
    """`Flatten`, then a dense layer, with that layer's parameters.

    The weights are permuted to the images' layout instead of the images to the weights': flattened
    in the order of the weights, images would be copied, and the gradient handed back in that order
    sends pooling and convolution their slow ways.
    """

    def forward(self, images: Tensor) -> Tensor:
        """Outputs (B, O) for images (B, C, H, W) with the channels last in memory, or (B, ...)."""
        if images.dim() != 4:
            return super().forward(images.flatten(1))
        weight = self.weight.view(-1, *images.shape[1:]).permute(0, 2, 3, 1).flatten(1)
        return functional.linear(images.permute(0, 2, 3, 1).flatten(1), weight, self.bias)


class Pooling(nn.MaxPool2d):
    """Max-pooling of k×k values without overlap, several times faster where no gradient is asked.

    Torch's finds the place of each maximum too, which only a gradient needs.
    """

    def forward(self, images: Tensor) -> Tensor:
        """Images (B, C, H, W) to (B, C, H // k, W // k), with the channels last in memory."""
        if torch.is_grad_enabled() or images.device.type != "cpu" or images.dim() != 4:
            pooled: Tensor = super().forward(images)
            return pooled
        k = self.kernel_size
        assert isinstance(k, int)
        rows, columns = (size // k * k for size in images.shape[2:])
        held = images.permute(0, 2, 3, 1)[:, :rows, :columns]
        held = reduce(torch.maximum, (held[:, i::k] for i in range(k)))
        return reduce(torch.maximum, (held[:, :, i::k] for i in range(k))).permute(0, 3, 1, 2)


def channels_last(module: nn.Module) -> nn.Module:
    """The network, changed in place, for images with the channels last; parameters as they were.

    In a sequence, a `Flatten` with a dense layer right behind it is replaced, and plain max-pooling
    without overlap.
    """
    for sequence in module.modules():
        if not isinstance(sequence, nn.Sequential):
            continue
        layers = list(sequence.named_children())
        for (place, first), (behind, second) in pairwise(layers):
            if _flattens(first) and type(second) is nn.Linear:
                sequence.set_submodule(place, nn.Identity())
                sequence.set_submodule(behind, _on_images(second))
        for place, layer in layers:
            if type(layer) is nn.MaxPool2d and _plain(layer):
                sequence.set_submodule(place, Pooling(layer.kernel_size))
    return module


def _flattens(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Flatten) and (layer.start_dim, layer.end_dim) == (1, -1)


def _plain(pooling: nn.MaxPool2d) -> bool:
    given = (pooling.padding, pooling.dilation, pooling.ceil_mode, pooling.return_indices)
    k = pooling.kernel_size
    return isinstance(k, int) and k > 1 and pooling.stride == k and given == (0, 1, False, False)


def _on_images(dense: nn.Linear) -> LinearOnImages:
    with torch.device("meta"):
        made = LinearOnImages(dense.in_features, dense.out_features, dense.bias is not None)
    made.weight, made.bias = dense.weight, dense.bias
    return made
