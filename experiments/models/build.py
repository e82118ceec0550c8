"""Build a network from its settings, initialize it from a generator, count its parameters."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from experiments.models.layered import layered
from experiments.models.own_module import own_module
from experiments.models.state import State
from experiments.settings.initialization import Initialization
from experiments.settings.network import Network, Shape, closed_form, dense_inputs
from report.errors import UserError

MONOTONE = {"relu", "leaky_relu", "tanh", "sigmoid", "identity"}
"""Activations f with max f(x) = f(max x)."""

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "identity": nn.Identity,
}


def build(network: Network, shape: Shape, *, device: torch.device | str = "cpu") -> nn.Module:
    """The network as a module, uninitialized apart from PyTorch's default.

    A module of the user's own is always on the CPU.

    The input has shape (batch, *shape.input), the output (batch, shape.outputs). Raises ShapeError.
    A monotone activation stands behind the pooling: the outputs are the same, and it is computed
    on a quarter of the values.
    """
    if network.module is not None:
        return own_module(network, shape)
    if network.layers:
        return layered(network, shape, device)
    return _short_form(network, shape, device)


def _short_form(network: Network, shape: Shape, device: torch.device | str) -> nn.Sequential:
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


def initialized(network: Network, shape: Shape, generator: torch.Generator) -> nn.Module:
    """The network, drawn from `generator` alone, as its settings say.

    Layers in torch's own words and modules of the user's own draw as torch does, from its global
    generator, which is seeded for that and put back.
    """
    if network.layers or network.module is not None:
        with seeded(generator):
            module = build(network, shape)
    else:
        module = build(network, shape)
        initialize(module, generator)
    if network.initialization is not None:
        with seeded(generator):
            _draw(module, network.initialization)
    return module


def _draw(module: nn.Module, initialization: Initialization) -> None:
    """Weights of two axes or more, and the biases beside them where it says how."""
    draw = getattr(nn.init, initialization.name)
    for layer in module.modules():
        own = dict(layer.named_parameters(recurse=False))
        weights = [value for value in own.values() if value.dim() >= 2]
        for weight in weights:
            draw(weight, **initialization.arguments)
        aside = initialization.bias
        if weights and aside is not None and own.get("bias") is not None:
            getattr(nn.init, aside.name)(own["bias"], **aside.arguments)


@contextmanager
def seeded(generator: torch.Generator, devices: Sequence[int] = ()) -> Iterator[None]:
    """Torch's global generators seeded by the next number of `generator`, and put back behind.

    `devices` are the numbers of the GPUs whose generators are too.
    """
    seed = int(torch.randint(2**62, (), generator=generator))
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def initial_parameters(network: Network, shape: Shape, generator: torch.Generator) -> Tensor:
    """The initialized state as one vector, as `experiments.models.state` lays it out."""
    module = initialized(network, shape, generator)
    return State.of(module).vector(module)


def built_parameters(network: Network, shape: Shape) -> int:
    """Number of trained parameters of the built module."""
    return State.of(build(network, shape, device="meta")).trained


def counted_parameters(network: Network, shape: Shape) -> int:
    """Number of parameters of the built module, checked against the closed form where one is known.

    Raises:
        UserError: the two independent counts differ (a fault of the program; nothing is trained).
    """
    counted = built_parameters(network, shape)
    expected = closed_form(network, shape)
    if expected not in (None, counted):
        raise UserError(
            f'model "{network.name}": the built module has {counted} parameters, the closed form '
            f"gives {expected}; report this as a bug"
        )
    return counted
