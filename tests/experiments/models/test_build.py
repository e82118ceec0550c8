"""Networks with their activation behind the pooling against the order in which one writes them."""

import pytest
import torch
from torch import nn

from experiments.models.build import ACTIVATIONS, MONOTONE, build
from experiments.settings.network import Convolution, Network, Shape


def network(activation: str) -> Network:
    return Network.model_validate(
        {
            "name": "cnn",
            "activation": activation,
            "convolutions": [
                Convolution(channels=4, padding=1, pool=2),
                Convolution(channels=5, padding=1),
            ],
        }
    )


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_outputs_and_gradients_are_those_of_activation_then_pooling(activation: str) -> None:
    shape = Shape((2, 8, 8), 3)
    torch.manual_seed(0)
    module = build(network(activation), shape).double()
    act = ACTIVATIONS[activation]
    convs = [layer for layer in module if isinstance(layer, nn.Conv2d)]
    written = nn.Sequential(
        convs[0], act(), nn.MaxPool2d(2), convs[1], act(), nn.Flatten(), module[-1]
    )
    images = torch.randn(6, 2, 8, 8, dtype=torch.float64)
    ours, plain = module(images), written(images)
    assert torch.equal(ours, plain)
    parameters = list(module.parameters())
    weights = torch.randn_like(ours)
    for one, other in zip(
        torch.autograd.grad((ours * weights).sum(), parameters),
        torch.autograd.grad((plain * weights).sum(), parameters),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_what_is_called_monotone_is(activation: str) -> None:
    x = torch.linspace(-5, 5, 2001, dtype=torch.float64)
    rises = bool((ACTIVATIONS[activation]()(x).diff() >= 0).all())
    assert rises == (activation in MONOTONE)
