import math

import pytest
import torch

from experiments.data.formulas import FORMULAS
from experiments.data.functions import FUNCTIONS, sample
from report.errors import UserError


def test_every_formula_has_its_function() -> None:
    assert list(FUNCTIONS) == list(FORMULAS)


@pytest.mark.parametrize("points", [2, 11, 300, 301, 1024])
@pytest.mark.parametrize("name", FORMULAS)
def test_samples_are_finite(name: str, points: int) -> None:
    low, high = FORMULAS[name].domain
    x, y = sample(name, points, (low, high))
    assert x.shape == y.shape == (points, 1)
    assert x.dtype == y.dtype == torch.float64
    assert (x[0].item(), x[-1].item()) == (low, high)
    assert torch.equal(x, -x.flip(0))  # symmetric, so that 0 is hit exactly
    steps = x.diff(dim=0)
    assert steps.max() - steps.min() < 1e-12
    assert y.isfinite().all()


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("sine", math.pi / 2, 1.0),
        ("cube", -0.5, -0.125),
        ("sinc", 0.0, 1.0),
        ("sinc", 0.3, math.sin(1.5 * math.pi) / (1.5 * math.pi)),
        ("sine-5pi", 0.1, 1.0),
        ("square-wave", 0.1, 1.0),
        ("square-wave", -0.1, -1.0),
        ("square-wave", 0.3, -1.0),
        ("square-wave", 0.0, 0.0),
        ("square-wave", 0.6, 0.0),
        ("square-wave", -1.0, 0.0),
        ("swish", 2.0, 2 / (1 + math.exp(-2))),
        ("sign-cosine", 0.0, 0.0),
        ("sign-cosine", 0.1, 1.0),
        ("sign-cosine", -0.1, -1.0),
        ("sign-cosine", 0.2, -1.0),
        ("sign-cosine", -0.2, 1.0),
    ],
)
def test_values(name: str, x: float, y: float) -> None:
    value = FUNCTIONS[name](torch.tensor([x], dtype=torch.float64))
    assert value.item() == pytest.approx(y, abs=1e-15)


def test_jumps_of_the_square_wave_are_zero_on_a_grid() -> None:
    _, y = sample("square-wave", 301, (-1.0, 1.0))
    assert (y == 0).sum() == 11  # 5x = −5 … 5
    assert torch.equal(y, -y.flip(0))


@pytest.mark.parametrize("domain", [(1.0, 1.0), (1.0, 0.0), (0.0, math.inf), (math.nan, 1.0)])
def test_wrong_domain(domain: tuple[float, float]) -> None:
    with pytest.raises(UserError, match="no interval"):
        sample("sine", 10, domain)


def test_too_few_points() -> None:
    with pytest.raises(UserError, match="at least 2"):
        sample("sine", 1, (0.0, 1.0))
