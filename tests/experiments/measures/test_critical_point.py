"""The search on functions whose critical points are known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from experiments.engine.randomness import generator
from experiments.measures.critical_point import Search, critical_points
from experiments.measures.hessian import hessians
from experiments.measures.mlp_hessian import Derivatives, StackedDerivatives
from experiments.models.build import initial_parameters
from experiments.settings.network import Network, Shape

Function = Callable[[Tensor], Tensor]

SEARCH = Search(epsilon=1e-10, iterations=200, window=50, least_decrease=0.1)


@dataclass(frozen=True)
class Separable:
    """Σ fₖ(xₖ): each fₖ with its first two derivatives, as functions of a column (R,)."""

    parts: tuple[tuple[Function, Function, Function], ...]

    def __call__(self, parameters: Tensor) -> Derivatives:
        values = [part[0](x) for part, x in self.columns(parameters)]
        bends = [part[2](x) for part, x in self.columns(parameters)]
        hessian = torch.diag_embed(torch.stack(bends, dim=1))
        return Derivatives(torch.stack(values).sum(dim=0), self.gradient(parameters), hessian)

    def gradient(self, parameters: Tensor) -> Tensor:
        return torch.stack([part[1](x) for part, x in self.columns(parameters)], dim=1)

    def columns(self, parameters: Tensor) -> Iterator[tuple[tuple[Function, ...], Tensor]]:
        return zip(self.parts, parameters.unbind(dim=1), strict=True)


def points(*rows: tuple[float, ...]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


DOUBLE_WELL = Separable(
    (
        (lambda x: (x**2 - 1) ** 2 / 4, lambda x: x**3 - x, lambda x: 3 * x**2 - 1),
        (lambda y: 3 * y**2 / 2, lambda y: 3 * y, lambda y: 3 + 0 * y),
    )
)
"""Minima at (±1, 0), a saddle at (0, 0)."""


def test_it_finds_the_nearby_saddle_and_the_nearby_minima() -> None:
    start = points((0.3, 0.5), (0.8, -1.0), (-1.4, 0.1), (0.0, 0.0))
    found = critical_points(DOUBLE_WELL, start, SEARCH)
    assert found.verdicts == ("critical",) * 4
    expected = points((0, 0), (1, 0), (-1, 0), (0, 0))
    torch.testing.assert_close(found.parameters, expected, rtol=0, atol=1e-9)
    assert (found.end_norm <= SEARCH.epsilon).all()
    torch.testing.assert_close(found.start_norm, DOUBLE_WELL.gradient(start).norm(dim=1))


def test_below_the_bound_it_goes_on_as_long_as_it_converges() -> None:
    rough = replace(SEARCH, epsilon=1e-2)
    found = critical_points(DOUBLE_WELL, points((0.8, -1.0)), rough)
    assert found.verdicts == ("critical",)
    assert found.end_norm.item() < 1e-13


def test_a_stationary_norm_that_is_not_small_is_gradient_flat() -> None:
    # g = x² + 0.1 has no zero; |g| is stationary at x = 0, where the Hessian 2x vanishes.
    part = (lambda x: x**3 / 3 + 0.1 * x, lambda x: x**2 + 0.1, lambda x: 2 * x)
    found = critical_points(Separable((part,)), points((1.0,)), SEARCH)
    assert found.verdicts == ("gradient-flat",)
    assert found.end_norm.item() == pytest.approx(0.1, rel=1e-6)
    assert abs(found.parameters.item()) < 1e-3
    assert SEARCH.window <= found.iterations[0] < SEARCH.iterations


@pytest.mark.parametrize(("epsilon", "verdict"), [(0.099, "gradient-flat"), (0.1001, "critical")])
def test_the_bound_is_the_one_that_is_stated(epsilon: float, verdict: str) -> None:
    # |g| = x² + 0.1 comes down to 0.1 and stays there.
    part = (lambda x: x**3 / 3 + 0.1 * x, lambda x: x**2 + 0.1, lambda x: 2 * x)
    search = replace(SEARCH, epsilon=epsilon)
    assert critical_points(Separable((part,)), points((1.0,)), search).verdicts == (verdict,)


def test_what_is_still_falling_is_unfinished() -> None:
    short = replace(SEARCH, iterations=3)
    found = critical_points(DOUBLE_WELL, points((1.2, 2.0)), short)
    assert found.verdicts == ("unfinished",)
    assert found.iterations == (3,)
    assert SEARCH.epsilon < found.end_norm.item() < found.start_norm.item()


def test_a_step_out_of_the_domain_is_taken_back() -> None:
    # L = x − log x: a Newton step from 3 leads to −3, where there is no logarithm.
    part = (lambda x: x - x.log(), lambda x: 1 - 1 / x, lambda x: x**-2)
    found = critical_points(Separable((part,)), points((3.0,)), SEARCH)
    assert found.verdicts == ("critical",)
    assert found.parameters.item() == pytest.approx(1, abs=1e-9)


def test_runs_do_not_touch_each_other() -> None:
    start = points((0.3, 0.5), (0.8, -1.0), (5.0, 2.0))
    together = critical_points(DOUBLE_WELL, start, SEARCH)
    for index in range(3):
        alone = critical_points(DOUBLE_WELL, start[index : index + 1], SEARCH)
        torch.testing.assert_close(
            alone.parameters[0], together.parameters[index], rtol=0, atol=1e-12
        )
        assert alone.iterations[0] == together.iterations[index]


def test_it_tells_all_iterations_exactly_once() -> None:
    told: list[int] = []
    critical_points(DOUBLE_WELL, points((0.3, 0.5), (9.0, 1.0)), SEARCH, told.append)
    assert sum(told) == 2 * SEARCH.iterations


def test_it_reaches_a_critical_point_of_a_network() -> None:
    network, shape = Network(name="tanh", hidden=(2,), activation="tanh"), Shape((1,), 1)
    inputs = torch.linspace(-3, 3, 20, dtype=torch.float64)[:, None]
    objective = StackedDerivatives(network, shape, inputs, inputs.sin(), "mse")
    starts = [initial_parameters(network, shape, generator(s, "weights")) for s in range(4)]
    found = critical_points(objective, torch.stack(starts).double(), SEARCH)
    assert "critical" in found.verdicts
    for row, verdict in zip(found.parameters, found.verdicts, strict=True):
        leaf = row.clone().requires_grad_()
        hidden = torch.tanh(inputs @ leaf[:2][None] + leaf[2:4])
        loss = (hidden @ leaf[4:6][:, None] + leaf[6] - inputs.sin()).square().mean()
        (gradient,) = torch.autograd.grad(loss, leaf)
        assert (gradient.norm() <= 2e-10) == (verdict == "critical")
    assert hessians(network, shape, found.parameters, inputs, inputs.sin(), "mse").isfinite().all()
