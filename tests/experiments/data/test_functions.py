import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from experiments.data.formulas import FORMULAS
from experiments.data.function_settings import FunctionSettings
from experiments.data.functions import Units, grid, sample, values
from report.errors import UserError


def function(name: str, **given: object) -> FunctionSettings:
    return FunctionSettings.model_validate({"name": name, **given})


def formula(text: str, **given: object) -> FunctionSettings:
    return FunctionSettings.model_validate({"formula": text, **given})


PLAIN = {
    "sine": torch.sin,
    "cube": lambda x: x * x * x,
    "sinc": lambda x: torch.sinc(5 * x),
    "sine-5pi": lambda x: torch.sin(5 * math.pi * x),
    "square-wave": lambda x: torch.sign(torch.sin(5 * math.pi * x)).masked_fill(
        (5 * x - torch.round(5 * x)).abs() < 1e-9, 0.0
    ),
    "swish": lambda x: x * torch.sigmoid(x),
    "sign-cosine": lambda x: torch.sign(torch.cos(10 * x)) * torch.sign(x),
}
"""The built-in functions, as they were written before they were formulas."""


@pytest.mark.parametrize("points", [2, 11, 256, 301, 1024])
@pytest.mark.parametrize("name", FORMULAS)
def test_built_in_functions_are_what_they_were_to_the_last_bit(name: str, points: int) -> None:
    found = sample(function(name, points=points))
    assert torch.equal(found.y, PLAIN[name](found.x))
    assert torch.equal(found.test_y, PLAIN[name](found.test_x))


@pytest.mark.parametrize("points", [2, 11, 300, 301, 1024])
@pytest.mark.parametrize("name", FORMULAS)
def test_samples_are_finite(name: str, points: int) -> None:
    low, high = FORMULAS[name].domain
    found = sample(function(name, points=points))
    x, y = found.x, found.y
    assert x.shape == y.shape == (points, 1)
    assert x.dtype == y.dtype == torch.float64
    assert (x[0].item(), x[-1].item()) == (low, high)
    assert torch.equal(x, -x.flip(0))  # symmetric, so that 0 is hit exactly
    steps = x.diff(dim=0)
    assert steps.max() - steps.min() < 1e-12
    assert y.isfinite().all()


def at(settings: FunctionSettings, x: float) -> float:
    return values(settings, torch.tensor([[x]], dtype=torch.float64)).item()


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("sine", math.pi / 2, 1.0),
        ("sinc", 0.0, 1.0),
        ("sinc", 0.3, math.sin(1.5 * math.pi) / (1.5 * math.pi)),
        ("square-wave", -0.1, -1.0),
        ("square-wave", 0.6, 0.0),
        ("square-wave", -1.0, 0.0),
        ("swish", 2.0, 2 / (1 + math.exp(-2))),
        ("sign-cosine", 0.0, 0.0),
        ("sign-cosine", 0.1, 1.0),
        ("sign-cosine", -0.2, 1.0),
    ],
)
def test_values(name: str, x: float, y: float) -> None:
    assert at(function(name), x) == pytest.approx(y, abs=1e-15)


def test_jumps_of_the_square_wave_are_zero_on_a_grid() -> None:
    y = sample(function("square-wave", points=301)).y
    assert (y == 0).sum() == 11  # 5x = −5 … 5
    assert torch.equal(y, -y.flip(0))


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("sin(x) + cos(x^2)", 0.7, math.sin(0.7) + math.cos(0.49)),
        ("sin(x)/x", 0.0, 1.0),
        ("(1 - cos(x))/x^2", 0.0, 0.5),
        ("(x^2 - 1)/(x - 1)", 1.0, 2.0),
        ("sin(5*pi*x)/(5*pi*x - pi)", 0.2, -1.0),  # 0 / 0 up to rounding
        ("Sum(x^k/k, (k, 1, 3))", 0.5, 0.5 + 0.125 + 1 / 24),
        ("Piecewise((0, x < 0), (x, 0 <= x and x < 0.5), (1, True))", 0.25, 0.25),
        ("Piecewise((0, x < -0.5), (sin(x)/x, True))", 0.0, 1.0),
        ("-2^2 + 0*x", 0.5, -4.0),
        ("max(x, 0.3) - min(x, 0.1)", 0.2, 0.2),
        ("sgn(x)*floor(3*x) + ceil(x)", 0.5, 2.0),
        ("3", 0.4, 3.0),
        ("sinc(x)", 0.5, 2 / math.pi),
        ("e^x - exp(x) + sigmoid(0)", 0.5, 0.5),
    ],
)
def test_formulas(text: str, x: float, y: float) -> None:
    assert at(formula(text, domain=(-1.0, 1.5)), x) == pytest.approx(y, rel=1e-8, abs=1e-8)


def test_limits_are_on_the_grid() -> None:
    points = sample(formula("sin(x)/x", points=11))
    assert points.y[5].item() == 1.0
    assert points.y.isfinite().all()


def test_random_points_are_drawn_once_from_the_domain() -> None:
    settings = formula("x^2", sampling="random", points=50, domain=(2.0, 3.0))
    one, two = sample(settings), sample(settings)
    assert torch.equal(one.x, two.x)
    assert one.x.min() >= 2 and one.x.max() <= 3
    assert one.x.diff(dim=0).std() > 1e-3  # no grid
    assert torch.equal(one.test_x, sample(formula("x^2", points=50, domain=(2.0, 3.0))).test_x)
    assert not torch.equal(one.x, sample(settings.model_copy(update={"name": "other"})).x)


def test_noise_is_on_the_training_values_alone() -> None:
    noisy = sample(formula("x", noise=0.5, points=4000))
    clean = sample(formula("x", points=4000))
    assert (noisy.y - clean.y).std().item() == pytest.approx(0.5, rel=0.1)
    assert torch.equal(noisy.test_y, clean.test_y)


def test_scaled_functions_have_mean_zero_and_deviation_one() -> None:
    settings = formula("100 + x^3", domain=(0.0, 5.0), scale=True)
    points = sample(settings)
    units = Units.of(settings, points)
    for scaled in (units.inputs(points.x), units.targets(points.y)):
        assert scaled.mean().item() == pytest.approx(0, abs=1e-12)
        assert scaled.std(correction=0).item() == pytest.approx(1)
    assert torch.allclose(units.restored(units.targets(points.y)), points.y)
    assert Units.of(formula("x"), points) == Units()


def file_of(folder: Path, text: str) -> FunctionSettings:
    (folder / "points.csv").write_text(text, encoding="utf-8")
    return FunctionSettings.model_validate({"file": "points.csv"}, context={"folder": folder})


def lines(points: Tensor) -> str:
    return "x,y\n" + "\n".join(f"{a},{b}" for a, b in points.tolist()) + "\n"


def test_points_of_a_file(tmp_path: Path) -> None:
    x = grid(20, 0.0, 1.9)
    settings = file_of(tmp_path, lines(torch.cat([x, 2 * x], dim=1).flip(0)))
    assert (settings.name, settings.points, settings.interval) == ("points", 16, (0.0, 1.9))
    found = sample(settings)
    assert len(found.x) == 16 and len(found.test_x) == 4
    assert torch.allclose(found.test_x[0], x[4])
    assert at(settings, 0.55) == pytest.approx(1.1)


def test_a_changed_file_is_another_function(tmp_path: Path) -> None:
    x = grid(20, 0.0, 1.9)
    one = file_of(tmp_path, lines(torch.cat([x, x], dim=1))).model_dump(mode="json")
    two = file_of(tmp_path, lines(torch.cat([x, 2 * x], dim=1))).model_dump(mode="json")
    assert one != two
    assert str(tmp_path) not in str(one)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n" * 3, "3 points, at least 10"),
        ("1,2\n" * 20, "the same x"),
        ("a,b\n1,2\nc,d\n", "line 3: 'c,d' is not two numbers"),
        ("1,inf\n" * 12, "line 1: '1,inf' is not finite"),
    ],
)
def test_wrong_files(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        file_of(tmp_path, text)


def test_values_beyond_the_domain_may_be_missing() -> None:
    with pytest.raises(UserError, match=r"log\(x\).*at x = 0"):
        values(formula("log(x)", domain=(1.0, 2.0)), grid(5, 0.0, 2.0))
