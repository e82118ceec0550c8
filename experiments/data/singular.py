"""Where a formula has no ordinary value: removable singularities get their limit, others are named.

Places are looked for where a divisor, an argument of log, or their kin come to zero, on a dense
grid that is refined there. Limits are taken with 150 digits by mpmath, in bounded time.
"""

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from experiments.data.expression import (
    Expression,
    FormulaError,
    Library,
    array_library,
    evaluate,
)

Floats = NDArray[np.float64]

DENSE = 2001
"""Points of the grid on which singular places are looked for."""
MOST_PLACES = 64
DIGITS = 150
NEAR, NEARER, NEAREST = 1e-5, 1e-8, 1e-25
"""Distances from a singular place, of the interval's length, at which the formula is evaluated."""
AGREES = 1e-2
"""Values this close to each other, of their size, belong to one limit."""
ROUNDING = 1e-9
"""A divisor this small, of its largest value, is zero."""
JUMP = 1e-10
"""Of the interval's length: how far beside a jump of a sign its values are compared."""

NUMPY = array_library(np, lambda value: np.asarray(value, dtype=np.float64), np.float64)


LARGEST = 10_000
"""Of an exponent, in exact numbers: their size in memory grows with it."""


def _exact(name: str, values: list[Any]) -> Any:
    if name in ("exp", "sinh", "cosh", "tanh", "sigmoid") and abs(values[0]) > LARGEST:
        raise OverflowError
    match name:
        case "abs":
            return abs(values[0])
        case "min" | "max":
            return (min if name == "min" else max)(values)
        case "sigmoid":
            return 1 / (1 + mpmath.exp(-values[0]))
        case "sinc":
            return mpmath.sincpi(values[0])
    return getattr(mpmath, name)(values[0])


def _exact_power(base: Any, exponent: Any) -> Any:
    size = abs(mpmath.log(abs(base))) if base else 1
    if abs(exponent) > LARGEST or abs(exponent) * size > LARGEST:
        raise OverflowError
    return base**exponent


MPMATH = Library(
    call=_exact,
    number=mpmath.mpf,
    where=lambda condition, a, b: a if condition else b,
    constants={"pi": mpmath.pi, "e": mpmath.e},
    power=_exact_power,
    both=lambda a, b: a and b,
    either=lambda a, b: a or b,
)


def removable(expression: Expression, low: float, high: float) -> dict[float, float]:
    """Places in [low, high] where the formula has no value but a limit, with their limits.

    Raises FormulaError where it has neither.
    """
    singular = []
    x = _even(low, high)
    y, divisors = _values(expression, x)
    for index, found in enumerate(divisors):
        scale = float(np.nanmax(np.abs(found), initial=0.0))
        if scale == 0:
            raise FormulaError(f'"{expression.text}": divides by zero everywhere')
        if np.ndim(found) == 0:
            continue
        for place in _lowest(expression, index, x, np.abs(found)):
            if _divisor(expression, index, np.array([place]))[0] <= ROUNDING * scale:
                _require_limits(expression, place, low, high)
                singular.append(place)
    lost = ~np.isfinite(y)
    beside = np.convolve(lost, np.ones(3), mode="same")  # of three points in a row
    for place in x[lost & (beside > 1)].tolist():
        raise _without_value(expression, place)
    places = sorted({round(place, 9) + 0.0 for place in (*singular, *x[lost].tolist())})
    without = ~np.isfinite(_values(expression, np.array([*places, low, high]))[0][:-2])
    return {p: limit(expression, p, low, high) for p in np.array(places)[without].tolist()}


def limit(expression: Expression, place: float, low: float, high: float) -> float:
    """The limit at `place` from within [low, high]; raises FormulaError where there is none.

    The nearest values belong to it; where `place` is the singular one up to rounding only, those a
    little farther away.
    """
    width = high - low
    sides = [s for s in (-1, 1) if low <= place + s * NEAR * width <= high]
    for distance, tolerance in ((NEAREST, 1e-9), (NEARER, 1e-6)):
        values = [
            _at(expression, place, side * mpmath.mpf(distance) * width * part)
            for part in (1, mpmath.mpf("0.01"))
            for side in sides
        ]
        if any(value is None for value in values):
            continue
        if max(values) - min(values) <= tolerance * (1 + abs(values[0])):
            return float(sum(values[-len(sides) :]) / len(sides))
    raise _without_value(expression, place)


def _without_value(expression: Expression, place: float) -> FormulaError:
    shown = 0.0 if abs(place) < 1e-12 else place
    return FormulaError(
        f'"{expression.text}": has no finite real value or limit at x = {shown:.6g}; '
        "change the formula or the domain, so that it does not hold this point"
    )


def _require_limits(expression: Expression, place: float, low: float, high: float) -> None:
    """Both sides tend to something finite; a jump between them is no matter here."""
    width = high - low
    for side in (-1, 1):
        if not low <= place + side * NEAR * width <= high:
            continue
        near = _at(expression, place, mpmath.mpf(side * NEAR * width))
        nearer = _at(expression, place, mpmath.mpf(side * NEARER * width))
        if near is None or nearer is None:
            continue  # not real there: found on the grid
        if abs(nearer - near) > AGREES * (1 + abs(near)):
            raise _without_value(expression, place)


def _at(expression: Expression, place: float, step: Any) -> Any:
    """Value at place + step, or None where there is no finite real one."""
    with mpmath.workdps(DIGITS):
        try:
            value = evaluate(expression, mpmath.mpf(place) + step, MPMATH)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None
        return +value if isinstance(value, mpmath.mpf) and mpmath.isfinite(value) else None


def _values(expression: Expression, x: Floats) -> tuple[Floats, list[Any]]:
    divisors: list[Any] = []
    with np.errstate(all="ignore"):
        y = evaluate(
            expression, x, NUMPY, nudge=JUMP * float(x[-1] - x[0]), divisors=divisors.append
        )
    return np.broadcast_to(np.asarray(y, dtype=np.float64), x.shape), divisors


def _divisor(expression: Expression, index: int, x: Floats) -> Floats:
    found = np.abs(np.broadcast_to(_values(expression, x)[1][index], x.shape))
    made: Floats = np.nan_to_num(found, nan=math.inf)
    return made


def _lowest(expression: Expression, index: int, x: Floats, divisor: Floats) -> list[float]:
    """Places of the local minima of |divisor|, refined to the limit of the numbers."""
    padded = np.concatenate([[math.inf], np.nan_to_num(divisor, nan=math.inf), [math.inf]])
    minima = np.flatnonzero((padded[1:-1] <= padded[:-2]) & (padded[1:-1] <= padded[2:]))
    at: Callable[[Floats], Floats] = lambda points: _divisor(expression, index, points)  # noqa: E731
    return [_refined(at, x, int(i)) for i in minima[:MOST_PLACES]]


def _refined(at: Callable[[Floats], Floats], x: Floats, index: int) -> float:
    low, best, high = x[max(index - 1, 0)], x[index], x[min(index + 1, len(x) - 1)]
    if at(np.array([best]))[0] == 0:
        return float(best)
    for _ in range(9):
        points = np.linspace(low, high, 101)
        i = int(at(points).argmin())
        low, best, high = points[max(i - 1, 0)], points[i], points[min(i + 1, 100)]
    return float(best)


def _even(low: float, high: float) -> Floats:
    step = np.arange(DENSE)
    x: Floats = (low * (DENSE - 1 - step) + high * step) / (DENSE - 1)
    return x
