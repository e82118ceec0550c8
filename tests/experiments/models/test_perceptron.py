"""The backward pass written by hand against finite differences and against autograd, float64."""

from itertools import pairwise
from typing import get_args

import pytest
import torch
from torch import Tensor

from experiments.models.build import ACTIVATIONS
from experiments.models.perceptron import DERIVATIVE, perceptrons
from experiments.settings.network import Activation

RUNS, EXAMPLES = 3, 7


def layers(widths: tuple[int, ...]) -> list[Tensor]:
    """Weight (R, o, i) and bias (R, o) of each layer, random."""
    random = torch.Generator().manual_seed(4)
    shapes = [size for i, o in pairwise(widths) for size in ((RUNS, o, i), (RUNS, o))]
    return [
        torch.randn(size, generator=random, dtype=torch.float64).requires_grad_() for size in shapes
    ]


def inputs(runs: int) -> Tensor:
    """Examples (runs, B, 2)."""
    random = torch.Generator().manual_seed(runs)
    return torch.randn((runs, EXAMPLES, 2), generator=random, dtype=torch.float64).requires_grad_()


def plainly(activation: Activation, given: Tensor, parameters: list[Tensor]) -> Tensor:
    """One network after another, by PyTorch's own layers."""
    phi = ACTIVATIONS[activation]()
    found = []
    for run in range(RUNS):
        values = given[run if len(given) > 1 else 0]
        for place in range(0, len(parameters), 2):
            values = torch.nn.functional.linear(
                phi(values) if place else values, parameters[place][run], parameters[place + 1][run]
            )
        found.append(values)
    return torch.stack(found)


def test_every_activation_has_its_derivative() -> None:
    assert set(DERIVATIVE) == set(ACTIVATIONS) == set(get_args(Activation))


@pytest.mark.parametrize("runs", [1, RUNS], ids=["shared", "own"])
@pytest.mark.parametrize("widths", [(2, 3), (2, 4, 1), (2, 5, 3, 2)], ids=str)
@pytest.mark.parametrize("activation", get_args(Activation))
def test_outputs_and_gradients(activation: Activation, widths: tuple[int, ...], runs: int) -> None:
    given, parameters = inputs(runs), layers(widths)
    outputs = perceptrons(activation, given, parameters)
    expected = plainly(activation, given, parameters)
    torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-12)
    weights = torch.linspace(-1, 1, outputs.numel(), dtype=torch.float64).view_as(outputs)
    found = torch.autograd.grad((outputs * weights).sum(), [given, *parameters])
    known = torch.autograd.grad((expected * weights).sum(), [given, *parameters])
    for one, other in zip(found, known, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    with torch.no_grad():
        assert torch.equal(perceptrons(activation, given, parameters), outputs)


@pytest.mark.parametrize("activation", ["tanh", "gelu"])
def test_finite_differences(activation: Activation) -> None:
    def value(given: Tensor, *parameters: Tensor) -> Tensor:
        return perceptrons(activation, given, parameters)

    assert torch.autograd.gradcheck(value, (inputs(RUNS), *layers((2, 3, 2))))


def test_it_is_differentiable_once() -> None:
    parameters = layers((2, 3, 1))
    loss = perceptrons("tanh", inputs(1), parameters).square().sum()
    (gradient, *_) = torch.autograd.grad(loss, parameters, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()
