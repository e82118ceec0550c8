"""A dense layer behind convolutions takes images with the channels last as they lie in memory."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


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


def channels_last(module: nn.Module) -> nn.Module:
    """The network, changed in place, for images with the channels last; parameters as they were.

    Only a `Flatten` of a sequence with a dense layer right behind it is replaced.
    """
    for sequence in module.modules():
        if not isinstance(sequence, nn.Sequential):
            continue
        layers = list(sequence.named_children())
        for (place, first), (behind, second) in pairwise(layers):
            if _flattens(first) and type(second) is nn.Linear:
                sequence.set_submodule(place, nn.Identity())
                sequence.set_submodule(behind, _on_images(second))
    return module


def _flattens(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Flatten) and (layer.start_dim, layer.end_dim) == (1, -1)


def _on_images(dense: nn.Linear) -> LinearOnImages:
    with torch.device("meta"):
        made = LinearOnImages(dense.in_features, dense.out_features, dense.bias is not None)
    made.weight, made.bias = dense.weight, dense.bias
    return made
