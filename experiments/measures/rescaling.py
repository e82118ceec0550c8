"""The same function in other coordinates: layers of a ReLU network rescaled against each other."""

import torch
from torch import Tensor

from experiments.models.layers import layers
from experiments.settings.network import Network, Shape

HOMOGENEOUS = ("relu", "leaky_relu")
"""Activations with a(c·x) = c·a(x) for every c > 0; max-pooling has the property too."""


def can_rescale(network: Network) -> bool:
    """Whether the network has two layers in a row with a homogeneous activation between them."""
    plain = network if network.convolutions else network.perceptron
    if plain is None:
        return False
    return bool(plain.convolutions or plain.hidden) and plain.activation in HOMOGENEOUS


def rescaled(network: Network, shape: Shape, parameters: Tensor, factor: float) -> Tensor:
    """Parameters (P,) of the same function: first layer times `factor`, second weights divided.

    With h₁ = a(W₁x + b₁) and z₂ = W₂h₁ + b₂, the change W₁, b₁ ← c·W₁, c·b₁ and W₂ ← W₂/c leaves
    z₂ as it is. For a power of two the outputs are equal to the last bit, short of underflow.

    Raises ValueError for a network that cannot be rescaled, or a factor that is not positive.

    Source: the α-scale transformation of Dinh et al. 2017 (arXiv:1703.04933), section 3.
    """
    if not can_rescale(network):
        raise ValueError(f'model "{network.name}" has no homogeneous hidden layer')
    if factor <= 0:
        raise ValueError("the factor must be positive")
    first, second = layers(network, shape)[:2]
    scale = torch.ones_like(parameters)
    scale[first.parameters] = factor
    scale[second.weight] = 1 / factor
    return parameters * scale
