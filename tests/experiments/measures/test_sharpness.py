"""ε-sharpness of quadratics in closed form and by trying every corner of the box."""

import itertools

import pytest
import torch

from experiments.measures.sharpness import ValueAndGradient, epsilon_sharpness, first_order_rise


def quadratic(matrix: torch.Tensor, offset: float = 0.0) -> ValueAndGradient:
    """½ xᵀ A x + offset."""

    def value_and_gradient(x: torch.Tensor) -> tuple[float, torch.Tensor]:
        return (x @ matrix @ x / 2).item() + offset, matrix @ x

    return value_and_gradient


def found(
    function: ValueAndGradient, x: torch.Tensor, epsilon: float, steps: int = 20, starts: int = 0
) -> float:
    draw = torch.Generator().manual_seed(0)
    return epsilon_sharpness(function, x, epsilon, steps=steps, starts=starts, generator=draw)


def test_a_diagonal_quadratic_in_closed_form() -> None:
    curvature = torch.tensor([4.0, 1.0, 0.5], dtype=torch.float64)
    x = torch.tensor([0.3, -2.0, 1.0], dtype=torch.float64)
    epsilon = 0.1
    half = epsilon * (x.abs() + 1)
    value = (curvature * x**2).sum() / 2 + 0.7
    highest = (curvature * (x.abs() + half) ** 2).sum() / 2 + 0.7
    expected = 100 * (highest - value) / (1 + value)
    function = quadratic(curvature.diag(), 0.7)
    assert found(function, x, epsilon) == pytest.approx(expected.item(), rel=1e-12)


def test_a_linear_function_in_closed_form() -> None:
    slope = torch.tensor([1.0, -3.0, 0.0], dtype=torch.float64)
    x = torch.tensor([2.0, -1.0, 5.0], dtype=torch.float64)

    def function(at: torch.Tensor) -> tuple[float, torch.Tensor]:
        return (slope @ at).item(), slope

    rise = 0.01 * (1 * 3 + 3 * 2)  # ε Σ |g_i| (|x_i| + 1)
    assert found(function, x, 0.01, steps=1) == pytest.approx(100 * rise / (1 + 5), rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_a_convex_quadratic_against_every_corner(seed: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    root = torch.randn(8, 8, generator=draw, dtype=torch.float64)
    matrix, x = root @ root.T, torch.randn(8, generator=draw, dtype=torch.float64) / 50
    function = quadratic(matrix)
    half = 0.2 * (x.abs() + 1)
    signs = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=8)), dtype=torch.float64)
    points = x + half * signs
    highest = ((points @ matrix) * points).sum(dim=1).max().item() / 2
    value = function(x)[0]
    expected = 100 * (highest - value) / (1 + value)
    # A convex function takes its maximum over a box at a corner.
    assert found(function, x, 0.2, starts=20) == pytest.approx(expected, rel=1e-12)
    # With fewer starts a lower bound.
    assert 0 < found(function, x, 0.2) <= expected * (1 + 1e-12)


def test_at_an_exact_minimum_the_random_corners_find_the_rise() -> None:
    matrix = torch.tensor([[2.0, 0.0], [0.0, 6.0]], dtype=torch.float64)
    x = torch.zeros(2, dtype=torch.float64)
    assert found(quadratic(matrix), x, 0.1) == 0  # no gradient, nowhere to go
    assert found(quadratic(matrix), x, 0.1, starts=1) == pytest.approx(100 * 0.01 * 4)


def test_it_never_falls_below_zero_nor_leaves_the_box() -> None:
    seen = []

    def cap(at: torch.Tensor) -> tuple[float, torch.Tensor]:
        seen.append(at)
        return 5 - (at @ at).item(), -2 * at

    x = torch.tensor([1e-4, -1e-4], dtype=torch.float64)
    assert found(cap, x, 1e-3, starts=3) >= 0
    half = 1e-3 * (x.abs() + 1)
    assert all(((at - x).abs() <= half * (1 + 1e-12)).all() for at in seen)


def test_the_first_order_rise_is_the_highest_of_the_linearized_loss() -> None:
    draw = torch.Generator().manual_seed(3)
    x, slope = torch.randn(2, 6, generator=draw, dtype=torch.float64)
    half = 0.1 * (x.abs() + 1)
    corners = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=6)), dtype=torch.float64)
    highest = max(float(slope @ (half * corner)) for corner in corners)
    assert first_order_rise(slope, x, 0.1) == pytest.approx(highest, rel=1e-12)
