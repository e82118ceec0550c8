"""The functions of :mod:`experiments.data.formulas` on float64 tensors, finite everywhere."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from experiments.data.formulas import FunctionName
from report.errors import UserError

JUMP_TOLERANCE = 1e-9
"""5x this close to an integer is taken for it: sin(5πx) is rounding error there, its sign noise."""


def sine(x: Tensor) -> Tensor:
    """sin(x)."""
    return torch.sin(x)


def cube(x: Tensor) -> Tensor:
    """x³."""
    return x * x * x


def sinc(x: Tensor) -> Tensor:
    """sin(5πx)/(5πx), and its limit 1 at x = 0."""
    return torch.sinc(5 * x)


def sine_5pi(x: Tensor) -> Tensor:
    """sin(5πx)."""
    return torch.sin(5 * math.pi * x)


def square_wave(x: Tensor) -> Tensor:
    """sgn(sin(5πx)), 0 at the jumps."""
    at_jump = (5 * x - torch.round(5 * x)).abs() < JUMP_TOLERANCE
    return torch.sign(sine_5pi(x)).masked_fill(at_jump, 0.0)


def swish(x: Tensor) -> Tensor:
    """x·σ(x), also called SiLU (Ramachandran et al. 2017, arXiv:1710.05941)."""
    return x * torch.sigmoid(x)


def sign_cosine(x: Tensor) -> Tensor:
    """sgn(cos(10x)/x), 0 at x = 0; the sign of the product, which divides by nothing."""
    return torch.sign(torch.cos(10 * x)) * torch.sign(x)


FUNCTIONS: dict[FunctionName, Callable[[Tensor], Tensor]] = {
    "sine": sine,
    "cube": cube,
    "sinc": sinc,
    "sine-5pi": sine_5pi,
    "square-wave": square_wave,
    "swish": swish,
    "sign-cosine": sign_cosine,
}


def sample(
    function: FunctionName, points: int, domain: tuple[float, float]
) -> tuple[Tensor, Tensor]:
    """Evenly spaced x on the closed interval and y = f(x), both float64 of shape (points, 1).

    On an interval symmetric about 0 the grid is exactly symmetric, so that an odd number of points
    has exactly 0 among them. Raises UserError for fewer than two points or an interval that is
    empty or not finite.
    """
    low, high = domain
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UserError(f"domain of {function}: [{low}, {high}] is no interval")
    if points < 2:
        raise UserError(f"points of {function}: {points}, at least 2 are needed")
    step = torch.arange(points, dtype=torch.float64)
    x = (low * (points - 1 - step) + high * step) / (points - 1)
    x[0], x[-1] = low, high
    x = x[:, None]
    return x, FUNCTIONS[function](x)
