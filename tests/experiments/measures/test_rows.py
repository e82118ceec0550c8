"""Losses and accuracies of parameter vectors against PyTorch's own module."""

import pytest
import torch
from torch.nn import functional

from experiments.engine.problem import Problem
from experiments.measures.rows import evaluate_rows
from experiments.models.build import build
from experiments.settings.network import Convolution, Network

CPU = torch.device("cpu")


@pytest.fixture
def problem() -> Problem:
    draw = torch.Generator().manual_seed(4)
    pixels = torch.randint(0, 256, (30, 1, 5, 5), generator=draw, dtype=torch.uint8)
    labels = torch.randint(0, 3, (30,), generator=draw)
    return Problem(
        "noise", pixels[:20], labels[:20], pixels[20:], labels[20:], 3, "i", (0.5,), (0.25,)
    )


@pytest.mark.parametrize(
    "network",
    [
        Network(name="mlp", hidden=(4, 3)),
        Network(name="cnn", convolutions=(Convolution(channels=2),)),
    ],
)
def test_equals_the_plain_module(network: Network, problem: Problem) -> None:
    module = build(network, problem.shape).double()
    size = sum(p.numel() for p in module.parameters())
    draw = torch.Generator().manual_seed(5)
    rows = torch.randn(66, size, generator=draw, dtype=torch.float64)
    found = evaluate_rows(network, problem, rows, "cross_entropy", "test", CPU)
    assert found.accuracy is not None
    inputs = (problem.test_inputs.double() / 255 - 0.5) / 0.25
    for row, loss, accuracy in zip(rows, found.loss, found.accuracy, strict=True):
        torch.nn.utils.vector_to_parameters(row.clone(), module.parameters())
        outputs = module(inputs).detach()
        expected = functional.cross_entropy(outputs, problem.test_targets)
        assert loss == pytest.approx(float(expected), rel=1e-12)
        assert accuracy == int((outputs.argmax(1) == problem.test_targets).sum()) / 10


def test_a_regression_has_no_accuracy_and_rows_stay_as_they_were() -> None:
    x = torch.linspace(-1, 1, 9, dtype=torch.float64)[:, None]
    problem = Problem("line", x, 2 * x, x, 2 * x, 1, "l")
    rows = torch.tensor([[2.0, 0.0], [2.0, 1.0]], dtype=torch.float64)
    before = rows.clone()
    found = evaluate_rows(Network(name="linear"), problem, rows, "mse", "train", CPU)
    assert found.accuracy is None
    assert found.loss == pytest.approx((0, 1), abs=1e-15)
    assert torch.equal(rows, before)
