"""Values of functions as float64 tensors, and the points to train and test on."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.data.expression import Expression, FormulaError, array_library, evaluate
from experiments.data.function_settings import FunctionSettings
from experiments.data.singular import JUMP, limit
from report.errors import UserError

TORCH = array_library(torch, lambda value: torch.as_tensor(value, dtype=torch.float64))
ZERO = 1e-12
"""A divisor this small, of its largest value, is zero up to rounding."""


@dataclass(frozen=True, eq=False)
class Sample:
    """What a function is trained and tested on, in its own units: float64, each (N, 1)."""

    x: Tensor
    y: Tensor
    test_x: Tensor
    test_y: Tensor


def grid(points: int, low: float, high: float) -> Tensor:
    """Evenly spaced numbers from `low` to `high`, float64 (points, 1).

    On an interval symmetric about 0 the grid is exactly symmetric, so that an odd number of points
    has exactly 0 among them.
    """
    step = torch.arange(points, dtype=torch.float64)
    x = (low * (points - 1 - step) + high * step) / (points - 1)
    x[0], x[-1] = low, high
    return x[:, None]


def values(function: FunctionSettings, x: Tensor) -> Tensor:
    """f(x), float64, without noise; between the points of a file, straight.

    Raises UserError where the function has neither a value nor a limit.
    """
    if function.file is not None:
        known = np.array(function.measured)
        return torch.from_numpy(np.interp(x.numpy(), known[:, 0], known[:, 1]))
    low, high = function.interval
    try:
        return _values(function.expression, x, min(low, float(x.min())), max(high, float(x.max())))
    except FormulaError as error:
        raise UserError(f"function {error}") from error


def _values(expression: Expression, x: Tensor, low: float, high: float) -> Tensor:
    divisors: list[Any] = []
    y = evaluate(expression, x, TORCH, nudge=JUMP * (high - low), divisors=divisors.append)
    y = torch.as_tensor(y, dtype=torch.float64).expand_as(x).clone()
    singular = ~y.isfinite()
    for divisor in divisors:
        if isinstance(divisor, Tensor) and divisor.dim():
            singular |= divisor.abs() <= ZERO * divisor.abs().max()
    for place in singular.nonzero().tolist():
        y[tuple(place)] = limit(expression, float(x[tuple(place)]), low, high)
    return y


def sample(function: FunctionSettings) -> Sample:
    """The points that the settings ask for.

    Of a formula, the test points are the midpoints of the even grid, without noise; of a file,
    every fifth point. What is drawn at random depends on the function's name alone.
    """
    if function.file is not None:
        return _of_file(function)
    low, high = function.interval
    even = grid(function.points, low, high)
    between = (even[:-1] + even[1:]) / 2
    generator = _generator(function.name)
    x = even
    if function.sampling == "random":
        drawn = torch.rand(function.points, 1, generator=generator, dtype=torch.float64)
        x = (low + (high - low) * drawn).sort(dim=0).values
    y = values(function, x)
    if function.noise:
        y = y + function.noise * torch.randn(y.shape, generator=generator, dtype=torch.float64)
    return Sample(x, y, between, values(function, between))


def _of_file(function: FunctionSettings) -> Sample:
    known = torch.tensor(function.measured, dtype=torch.float64)
    tested = torch.arange(len(known)) % 5 == 4
    train = known[~tested]
    if function.points < len(train):  # a smoke run
        train = train[torch.linspace(0, len(train) - 1, function.points).round().long()]
    test = known[tested]
    return Sample(train[:, :1], train[:, 1:], test[:, :1], test[:, 1:])


def _generator(name: str) -> torch.Generator:
    digest = hashlib.sha256(f"function/{name}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


@dataclass(frozen=True)
class Units:
    """Means and standard deviations by which x and y are scaled before training."""

    x_mean: float = 0.0
    x_std: float = 1.0
    y_mean: float = 0.0
    y_std: float = 1.0

    @classmethod
    def of(cls, function: FunctionSettings, points: Sample) -> "Units":
        """Over the training points where the function asks for it; a constant is not divided."""
        if not function.scale:
            return cls()
        moments = [
            float(value)
            for part in (points.x, points.y)
            for value in (part.mean(), part.std(correction=0))
        ]
        return cls(*(value if k % 2 == 0 else value or 1.0 for k, value in enumerate(moments)))

    def inputs(self, x: Tensor) -> Tensor:
        """x as the network takes it."""
        return (x - self.x_mean) / self.x_std if self != Units() else x

    def targets(self, y: Tensor) -> Tensor:
        """y as the network is to give it."""
        return (y - self.y_mean) / self.y_std if self != Units() else y

    def restored(self, outputs: Tensor) -> Tensor:
        """Outputs of the network in the units of y."""
        return outputs * self.y_std + self.y_mean if self != Units() else outputs
