"""Build a network from its settings, initialize it from a generator, count its parameters."""

import math

import torch
from torch import Tensor, nn

from experiments.settings.network import Network, Shape, dense_inputs, parameter_count
from report.errors import UserError

MONOTONE = {"relu", "leaky_relu", "tanh", "sigmoid"}
"""Activations f with max f(x) = f(max x)."""

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}


def build(network: Network, shape: Shape, *, device: torch.device | str = "cpu") -> nn.Sequential:
    """The network as a module, uninitialized apart from PyTorch's default.

    The input has shape (batch, *shape.input), the output (batch, shape.outputs). Raises ShapeError.
    A monotone activation stands behind the pooling: the outputs are the same, and it is computed
    on a quarter of the values.
    """
    activation = ACTIVATIONS[network.activation]
    layers: list[nn.Module] = []
    channels = shape.input[0]
    for conv in network.convolutions:
        layers += [
            nn.Conv2d(channels, conv.channels, conv.kernel, padding=conv.padding, device=device),
            activation(),
        ]
        if conv.pool > 1:
            behind = len(layers) - (network.activation in MONOTONE)
            layers.insert(behind, nn.MaxPool2d(conv.pool))
        channels = conv.channels
    layers.append(nn.Flatten())
    inputs = dense_inputs(network, shape)
    for width in network.hidden:
        layers += [nn.Linear(inputs, width, device=device), activation()]
        inputs = width
    layers.append(nn.Linear(inputs, shape.outputs, device=device))
    if network.output == "softmax":
        layers.append(nn.Softmax(dim=-1))
    return nn.Sequential(*layers)


def initialize(module: nn.Module, generator: torch.Generator) -> None:
    """Draw all weights and biases from U(−1/√fan_in, 1/√fan_in), in module order.

    This is PyTorch's default for dense and convolutional layers, from our own CPU generator, so
    that a run does not depend on what ran before it.
    """
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, (nn.Linear, nn.Conv2d)):
                bound = 1 / math.sqrt(layer.weight[0].numel())
                for parameter in (layer.weight, layer.bias):
                    if parameter is not None:
                        drawn = torch.empty(parameter.shape).uniform_(
                            -bound, bound, generator=generator
                        )
                        parameter.copy_(drawn)


def initial_parameters(network: Network, shape: Shape, generator: torch.Generator) -> Tensor:
    """Initialized parameters as one vector (P,), in the order of `module.parameters()`."""
    module = build(network, shape)
    initialize(module, generator)
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()])


def counted_parameters(network: Network, shape: Shape) -> int:
    """Number of parameters of the built module, checked against the closed form.

    Raises:
        UserError: the two independent counts differ (a fault of the program; nothing is trained).
    """
    module = build(network, shape, device="meta")
    counted = sum(parameter.numel() for parameter in module.parameters())
    expected = parameter_count(network, shape)
    if counted != expected:
        raise UserError(
            f'model "{network.name}": the built module has {counted} parameters, the closed form '
            f"gives {expected}; report this as a bug"
        )
    return counted
