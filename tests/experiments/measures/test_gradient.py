"""The gradient of the training loss against a closed form and finite differences, in float64."""

import pytest
import torch
from torch import Tensor

from experiments.engine.losses import mean_losses
from experiments.engine.problem import Problem
from experiments.measures import gradient
from experiments.measures.gradient import training_gradients
from experiments.models.build import build, initialize
from experiments.settings.network import Convolution, Network
from experiments.settings.training import Loss

CPU = torch.device("cpu")


def regression() -> Problem:
    draw = torch.Generator().manual_seed(0)
    inputs = torch.randn(7, 3, generator=draw, dtype=torch.float64)
    targets = torch.randn(7, 2, generator=draw, dtype=torch.float64)
    return Problem("cloud", inputs, targets, inputs, targets, 2, "r")


def images() -> Problem:
    draw = torch.Generator().manual_seed(1)
    pixels = torch.randint(0, 256, (9, 2, 6, 6), generator=draw, dtype=torch.uint8)
    labels = torch.randint(0, 4, (9,), generator=draw)
    return Problem("noise", pixels, labels, pixels, labels, 4, "i", (0.4, 0.5), (0.2, 0.3))


def rows(network: Network, problem: Problem, count: int) -> Tensor:
    draw = torch.Generator().manual_seed(2)
    module = build(network, problem.shape)
    initialize(module, draw)
    size = sum(p.numel() for p in module.parameters())
    return torch.randn(count, size, generator=draw, dtype=torch.float64) / 2


def slow_loss(network: Network, problem: Problem, vector: Tensor, loss: Loss) -> float:
    """The mean loss from PyTorch's own module, one vector at a time."""
    module = build(network, problem.shape).double()
    torch.nn.utils.vector_to_parameters(vector.clone(), module.parameters())
    inputs = problem.inputs
    if not inputs.is_floating_point():
        axes = (1, -1, 1, 1)
        mean, std = (
            torch.tensor(v, dtype=torch.float64).view(axes) for v in (problem.mean, problem.std)
        )
        inputs = (inputs.double() / 255 - mean) / std
    with torch.no_grad():
        return float(mean_losses(loss, module(inputs)[None], problem.targets[None])[0])


def test_linear_regression_in_closed_form() -> None:
    # L = (1/(2N))·‖X·Wᵀ + b − Y‖² for two outputs: ∂L/∂W = (1/N)·Rᵀ·X, ∂L/∂b = (1/N)·Rᵀ·1.
    problem = regression()
    network = Network(name="linear")
    vector = rows(network, problem, 1)
    weight, bias = vector[0, :6].view(2, 3), vector[0, 6:]
    residual = problem.inputs @ weight.T + bias - problem.targets
    loss, found = training_gradients(network, problem, vector, "mse", CPU)
    assert loss.item() == pytest.approx(float(residual.square().mean()), rel=1e-14)
    expected = torch.cat([(residual.T @ problem.inputs).flatten(), residual.sum(dim=0)]) / 7
    torch.testing.assert_close(found[0], expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("network", "problem", "loss"),
    [
        (Network(name="mlp", hidden=(5, 4), activation="tanh"), regression(), "mse"),
        (Network(name="mlp", hidden=(6,), activation="gelu"), images(), "cross_entropy"),
        (
            Network(name="cnn", convolutions=(Convolution(channels=3, pool=2),), activation="silu"),
            images(),
            "mse_log_softmax",
        ),
    ],
)
def test_finite_differences(
    network: Network, problem: Problem, loss: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradient, "chunk_size", lambda *_: 4)  # several chunks, the last smaller
    points = rows(network, problem, 3)
    losses, found = training_gradients(network, problem, points, loss, CPU)
    step = 1e-6
    for vector, value, own in zip(points, losses, found, strict=True):
        assert float(value) == pytest.approx(slow_loss(network, problem, vector, loss), rel=1e-12)
        for index in range(0, len(vector), max(1, len(vector) // 17)):
            ends = []
            for sign in (1, -1):
                moved = vector.clone()
                moved[index] += sign * step
                ends.append(slow_loss(network, problem, moved, loss))
            slope = (ends[0] - ends[1]) / (2 * step)
            assert float(own[index]) == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_more_rows_than_a_block_change_nothing() -> None:
    problem, network = regression(), Network(name="mlp", hidden=(4,), activation="tanh")
    points = rows(network, problem, 70)
    losses, found = training_gradients(network, problem, points, "mse", CPU)
    last_loss, last = training_gradients(network, problem, points[-1:], "mse", CPU)
    assert losses.shape == (70,)
    torch.testing.assert_close(losses[-1:], last_loss, rtol=1e-13, atol=0)
    torch.testing.assert_close(found[-1:], last, rtol=1e-12, atol=1e-15)
