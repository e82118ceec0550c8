"""Filter normalization against its formula, layer by layer through PyTorch's own module."""

import pytest
import torch
from torch import nn

from experiments.measures.filter_normalization import filter_normalized, random_directions
from experiments.models.build import build
from experiments.models.layers import layers
from experiments.settings.network import Convolution, Network, Shape

NETWORK = Network(
    name="cnn", convolutions=(Convolution(channels=3, pool=2),), hidden=(4,), activation="tanh"
)
SHAPE = Shape((2, 6, 6), 5)


@pytest.fixture
def parameters() -> torch.Tensor:
    size = sum(p.numel() for p in build(NETWORK, SHAPE).parameters())
    draw = torch.Generator().manual_seed(0)
    return torch.randn(size, generator=draw, dtype=torch.float64)


def as_module(vector: torch.Tensor) -> nn.Sequential:
    module = build(NETWORK, SHAPE).double()
    nn.utils.vector_to_parameters(vector.clone(), module.parameters())
    return module


def test_each_filter_by_hand(parameters: torch.Tensor) -> None:
    draw = torch.Generator().manual_seed(1)
    direction = torch.randn(parameters.shape, generator=draw, dtype=torch.float64)
    found = as_module(filter_normalized(direction, parameters, layers(NETWORK, SHAPE)))
    for ours, drawn, own in zip(found, as_module(direction), as_module(parameters), strict=True):
        if not isinstance(ours, (nn.Linear, nn.Conv2d)):
            continue
        assert ours.bias.abs().max() == 0
        for j in range(len(ours.weight)):  # one output channel or neuron
            scale = own.weight[j].square().sum().sqrt() / drawn.weight[j].square().sum().sqrt()
            torch.testing.assert_close(ours.weight[j], drawn.weight[j] * scale)


def test_a_filter_of_zeros_gets_no_direction(parameters: torch.Tensor) -> None:
    first = layers(NETWORK, SHAPE)[0]
    own, direction = parameters.clone(), torch.ones_like(parameters)
    first.filters(own)[1] = 0
    first.filters(direction)[2] = 0
    found = first.filters(filter_normalized(direction, own, layers(NETWORK, SHAPE)))
    assert found[1:].abs().max() == 0
    assert found[0].norm() == pytest.approx(float(first.filters(own)[0].norm()))


def test_random_directions_depend_on_the_generator_alone(parameters: torch.Tensor) -> None:
    own = layers(NETWORK, SHAPE)
    first, again, other = (
        random_directions(parameters, own, torch.Generator().manual_seed(s)) for s in (5, 5, 6)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == (2, len(parameters))
    # Both have the norm of all weights together, and they differ.
    weights = torch.cat([parameters[layer.weight] for layer in own])
    assert first.norm(dim=1).tolist() == pytest.approx([float(weights.norm())] * 2)
    assert not torch.equal(first[0], first[1])
