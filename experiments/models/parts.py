"""How many examples are computed together: so many that their activations fit the caches."""

from functools import cache

import torch
from torch import Tensor, nn

from experiments.models.build import build
from experiments.models.layout import prefers_channels_last
from experiments.settings.network import Network, Shape

PART_BYTES = 12 << 20
"""Memory for the activations of one part on a CPU: near its last cache."""
LEAST = 64
"""Examples of the smallest part: below, calls cost more than the caches save."""
WHOLE = 1 << 30


def part_size(network: Network, shape: Shape, dtype: torch.dtype, device: torch.device) -> int:
    """Examples of a batch that are computed together.

    All of them on a GPU, for networks without convolutions, whose stacks fit the caches by the
    number of runs (`experiments.engine.train.stack_size`), and for modules of the user's own.
    """
    if device.type != "cpu" or not prefers_channels_last(network):
        return WHOLE
    return max(LEAST, PART_BYTES // (activation_values(network, shape) * dtype.itemsize))


@cache
def activation_values(network: Network, shape: Shape) -> int:
    """Numbers that the layers of one example give, the input included; nothing is computed."""
    module = build(network, shape, device="meta").eval()
    total = 0

    def count(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        total += output.numel()

    for layer in module.modules():
        if not any(layer.children()):
            layer.register_forward_hook(count)
    example = torch.zeros(1, *shape.input, device="meta")
    module(example)
    return total + example.numel()
