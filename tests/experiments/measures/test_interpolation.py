"""Lines and barriers: the ends exactly, the rest in closed form."""

import pytest
import torch

from experiments.engine.evaluate import evaluate
from experiments.engine.problem import Feed, Problem
from experiments.measures.interpolation import barrier, grid, line
from experiments.measures.rows import evaluate_rows
from experiments.models.build import initial_parameters
from experiments.models.stack import ensemble
from experiments.settings.network import Convolution, Network

CPU = torch.device("cpu")
MLP = Network(name="mlp", hidden=(5, 4))
CNN = Network(name="cnn", convolutions=(Convolution(channels=3, padding=1, pool=2),))


def solutions(network: Network, problem: Problem, dtype: torch.dtype) -> list[torch.Tensor]:
    draws = [torch.Generator().manual_seed(seed) for seed in (1, 2)]
    return [initial_parameters(network, problem.shape, draw).to(dtype) for draw in draws]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("network", [MLP, CNN], ids=["mlp", "cnn"])
def test_ends_are_the_solutions(network: Network, dtype: torch.dtype, pictures: Problem) -> None:
    first, second = solutions(network, pictures, dtype)
    alphas = grid(-1, 2, 61, (0.0, 1.0))
    rows = line(first, second, alphas)
    at = dict(zip(alphas, rows, strict=True))
    assert torch.equal(at[0.0], first)
    assert torch.equal(at[1.0], second)
    torch.testing.assert_close(at[0.5], (first + second) / 2)
    torch.testing.assert_close(at[2.0], second + (second - first))


@pytest.mark.parametrize("network", [MLP, CNN], ids=["mlp", "cnn"])
def test_losses_at_the_ends_are_those_of_the_solutions_exactly(
    network: Network, pictures: Problem
) -> None:
    first, second = solutions(network, pictures, torch.float64)
    alphas = grid(-1, 2, 61, (0.0, 1.0))
    for split in ("train", "test"):
        found = evaluate_rows(
            network,
            pictures,
            line(first, second, alphas),
            "cross_entropy",
            split,  # type: ignore[arg-type]
            CPU,
        )
        assert found.accuracy is not None
        for alpha, solution in ((0.0, first), (1.0, second)):
            single = ensemble(network, pictures.shape, solution.clone().unsqueeze(0))
            feed = Feed([pictures], CPU, torch.float64)
            own = evaluate(single, feed, split, "cross_entropy")  # type: ignore[arg-type]
            index = alphas.index(alpha)
            assert found.loss[index] == own.loss.item()
            assert own.correct is not None
            assert found.accuracy[index] == own.correct.item() / feed.size(split)  # type: ignore[arg-type]


def test_a_quadratic_along_the_line() -> None:
    x = torch.linspace(-1, 1, 9, dtype=torch.float64)[:, None]
    problem = Problem("line", x, 2 * x, x, 2 * x, 1, "line")
    # f(x) = w x + b with (w, b) = (2 − 3α, α): loss is mean((−3α x + α)²) = α² (9 mean x² + 1)
    first, second = torch.tensor([[2.0, 0.0], [-1.0, 1.0]], dtype=torch.float64)
    alphas = (-1.0, 0.0, 0.25, 1.0, 2.0)
    rows = line(first, second, alphas)
    found = evaluate_rows(Network(name="linear"), problem, rows, "mse", "train", CPU)
    curvature = 9 * x.square().mean().item() + 1
    assert found.loss == pytest.approx([a**2 * curvature for a in alphas], abs=1e-14)


def test_the_grid_holds_zero_and_one_exactly() -> None:
    assert grid(-1, 2, 61, (0.0, 1.0)) == tuple(round(-1 + 0.05 * i, 2) for i in range(61))
    assert grid(-2, 2, 21, (0.0, 1.0))[10] == 0
    odd = grid(-1, 2, 10, (-0.5, 0.0, 1.0))
    assert list(odd) == sorted(set(odd))
    assert {-0.5, 0.0, 1.0} < set(odd)
    assert len(odd) == 11  # thirds hold 0 and 1, not −1/2
    assert "-0.0" not in {str(alpha) for alpha in grid(-0.3, 1, 14, ())}


def test_barriers_in_closed_form() -> None:
    alphas = grid(-1, 2, 61, ())
    hill = barrier(alphas, [4 * a * (1 - a) + 1 + a for a in alphas])
    assert hill.height == pytest.approx(1)
    assert hill.alpha == 0.5
    valley = barrier(alphas, [(a - 0.5) ** 2 for a in alphas])
    assert valley.height == 0
    # Beyond the ends it is no barrier, however high the loss.
    beyond = barrier(alphas, [0.0 if 0 <= a <= 1 else 100.0 for a in alphas])
    assert beyond.height == 0


def test_a_barrier_needs_both_ends() -> None:
    with pytest.raises(ValueError, match="0 and 1"):
        barrier((0.0, 0.5, 0.9), (1.0, 2.0, 1.0))
