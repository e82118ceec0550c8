"""Rescaled layers: other parameters, the same function, another sharpness."""

import pytest
import torch

from experiments.engine.problem import Problem
from experiments.measures.landscape import Landscape
from experiments.measures.rescaling import can_rescale, rescaled
from experiments.measures.spectrum import largest_eigenvalue
from experiments.models.build import initial_parameters
from experiments.models.predict import outputs
from experiments.settings.network import Activation, Convolution, Network

CPU = torch.device("cpu")


def networks(activation: Activation) -> list[Network]:
    pooled = (Convolution(channels=3, padding=1, pool=2), Convolution(channels=2))
    return [
        Network(name="mlp", hidden=(5, 4), activation=activation),
        Network(name="cnn", convolutions=pooled, activation=activation),
        Network(name="mixed", convolutions=pooled[:1], hidden=(4,), activation=activation),
    ]


@pytest.mark.parametrize("network", networks("relu") + networks("leaky_relu"))
def test_the_function_stays(network: Network, pictures: Problem) -> None:
    theta = initial_parameters(network, pictures.shape, torch.Generator().manual_seed(1))
    images = torch.randn(7, 2, 6, 6, generator=torch.Generator().manual_seed(2))
    changed = [rescaled(network, pictures.shape, theta, factor) for factor in (1.0, 2.0, 8.0)]
    own, same, double, eight = outputs(network, pictures.shape, [theta, *changed], images)
    assert torch.equal(own, same)
    assert torch.equal(own, double)  # a power of two rounds nothing
    assert torch.equal(own, eight)
    assert not torch.equal(changed[1], theta)
    third = rescaled(network, pictures.shape, theta.double(), 1 / 3)
    (found,) = outputs(network, pictures.shape, [third], images)
    torch.testing.assert_close(found, own.double(), atol=1e-6, rtol=1e-6)


def test_two_layers_by_hand() -> None:
    network = Network(name="mlp", hidden=(1,))
    problem = Problem("n", *(torch.zeros(1, 1) for _ in range(4)), 1, "n")  # 1-1-1
    theta = torch.tensor([3.0, 5.0, 7.0, 11.0])  # w₁, b₁, w₂, b₂
    expected = torch.tensor([12.0, 20.0, 1.75, 11.0])
    assert torch.equal(rescaled(network, problem.shape, theta, 4.0), expected)


def test_sharpness_does_not_stay(pictures: Problem) -> None:
    network = networks("relu")[0]
    theta = initial_parameters(network, pictures.shape, torch.Generator().manual_seed(1)).double()
    landscape = Landscape(network, pictures, "cross_entropy", 22, CPU, torch.float64)
    start = torch.randn(len(theta), generator=torch.Generator().manual_seed(0)).double()
    found = []
    for factor in (1.0, 64.0):
        at = rescaled(network, pictures.shape, theta, factor)
        found.append(largest_eigenvalue(landscape.hessian_product(at), start))
        value = landscape.around(at)(at)[0]
        assert value == pytest.approx(landscape.around(theta)(theta)[0], rel=1e-12)
    assert found[0] is not None
    assert found[1] is not None
    assert found[1] > 10 * found[0]


def test_what_cannot_be_rescaled(pictures: Problem) -> None:
    for network in (Network(name="linear"), Network(name="mlp", hidden=(3,), activation="tanh")):
        assert not can_rescale(network)
        with pytest.raises(ValueError, match=network.name):
            rescaled(network, pictures.shape, torch.zeros(1), 2.0)
    network = networks("relu")[0]
    with pytest.raises(ValueError, match="positive"):
        rescaled(network, pictures.shape, torch.zeros(1), -2.0)
