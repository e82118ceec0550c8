"""Does one quantity go with another? Over approaches, never over runs that share one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any, Literal

import numpy as np

from report.numbers.samples import Group, LeftOut
from report.numbers.scales import CONFIDENCE, LEAST, Scale

EXACT = 7
"""Points up to which all orders are tried; 5040 of seven."""
ORDERS = 1999
"""Random orders beyond."""

Array = np.ndarray[Any, Any]
Direction = Literal["rises", "falls", "undecided", "too_few"]


@dataclass(frozen=True)
class Trend:
    """Spearman's rank correlation of two quantities over approaches.

    Attributes:
        points: the pairs that entered, by the first quantity; equal pairs count once.
        left_out: what did not enter.
    """

    points: tuple[tuple[float, float], ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def n(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def constant(self) -> bool:
        """Whether one of the two is the same at all points, so that there is nothing to rank."""
        return self.n > 1 and any(
            len(set(values)) == 1 for values in zip(*self.points, strict=True)
        )

    @property
    def value(self) -> float:
        """The correlation; NaN where one of the two is constant or fewer than three are known."""
        return _spearman(self.points)[0]

    @property
    def chance(self) -> float:
        """p-value of a permutation test of no relation; one where there is none."""
        return _spearman(self.points)[1]

    @property
    def low(self) -> float | None:
        """Lower end of the 95 % interval of Bonett and Wright (2000); None below six points."""
        return _interval(self.points)[0]

    @property
    def high(self) -> float | None:
        """Upper end of that interval; None below six points."""
        return _interval(self.points)[1]

    @property
    def verdict(self) -> Direction:
        """`rises` or `falls` where the permutation test at 5 % and the interval say so.

        `too_few` below six points.
        """
        if self.low is None or self.high is None:
            return "too_few"
        if self.chance >= 1 - CONFIDENCE or self.low <= 0 <= self.high:
            return "undecided"
        return "rises" if self.value > 0 else "falls"


def trend(positions: Sequence[tuple[str, float]], groups: Sequence[Group], scale: Scale) -> Trend:
    """How a quantity goes with the position of its approach.

    Args:
        positions: label and value of what is varied, one for each approach.
        groups: the quantity's repetitions, labeled like the positions.
        scale: on which the repetitions of an approach are averaged; the points are on it.

    Seeds of one approach are not independent: their mean counts, once. (With the runs as points, 21
    to 37 % of unrelated quantities would be called related; see the simulation in the tests.)
    """
    by_label = {group.label: group for group in groups}
    points: list[tuple[float, float]] = []
    left: list[LeftOut] = []
    for label, position in positions:
        group = by_label[label]
        left += group.missing()
        known = [scale.to(v) for v in group.known().values()]
        if known:
            points.append((position, float(np.mean(known))))
        else:
            left.append(LeftOut(label, "all", "no repetition has a value"))
    return related(points, left_out=tuple(left))


def related(points: Sequence[tuple[float, float]], left_out: tuple[LeftOut, ...] = ()) -> Trend:
    """The relation of pairs that are independent of each other; equal pairs count once."""
    found = {(float(x), float(y)) for x, y in points if math.isfinite(x) and math.isfinite(y)}
    return Trend(tuple(sorted(found)), left_out)


@lru_cache(maxsize=1024)
def _spearman(points: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """Correlation and p-value."""
    n = len(points)
    x, y = np.array(points).reshape(n, 2).T
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan, 1.0
    a, b = ranks(x), ranks(y)
    value = float(np.corrcoef(a, b)[0, 1])
    if n < LEAST:
        return value, 1.0
    orders = _orders(n)
    as_far = int((np.abs(_correlations(a, b[orders])) >= abs(value) - 1e-12).sum())
    own = n > EXACT  # the order seen is one of all, but not one of the random ones
    return value, (as_far + own) / (len(orders) + own)


@lru_cache(maxsize=64)
def _orders(n: int) -> Array:
    """All orders of `n` points, or random ones, always the same."""
    if n <= EXACT:
        return np.array(list(permutations(range(n))))
    return np.random.default_rng(0).permuted(np.tile(np.arange(n), (ORDERS, 1)), axis=1)


def _interval(points: tuple[tuple[float, float], ...]) -> tuple[float | None, float | None]:
    from scipy.special import ndtri  # here, as it takes longer to load than all of `report`

    value, n = _spearman(points)[0], len(points)
    if n < LEAST or not math.isfinite(value):
        return None, None
    if abs(value) > 1 - 1e-12:
        return value, value
    half = ndtri((1 + CONFIDENCE) / 2) * math.sqrt((1 + value**2 / 2) / (n - 3))
    return math.tanh(math.atanh(value) - half), math.tanh(math.atanh(value) + half)


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's correlation of paired values; NaN where one is constant or has no number."""
    pairs = np.array([x, y], dtype=float)
    if pairs.shape[1] < 3 or not (np.ptp(pairs, axis=1) > 0).all():
        return math.nan
    return float(_correlations(*_row_ranks(pairs)))


def ranks(values: Array) -> Array:
    """Ranks from 1; ties share the mean of theirs."""
    return np.asarray(_row_ranks(values[None])[0])


def _row_ranks(values: Array) -> Array:
    """Ranks within each row: how many are smaller, and half of those that are equal."""
    smaller = (values[:, None, :] < values[:, :, None]).sum(-1)
    equal = (values[:, None, :] == values[:, :, None]).sum(-1)
    return np.asarray(smaller + (equal + 1) / 2)


def _correlations(x: Array, y: Array) -> Array:
    """Pearson's correlation of each row with each row (or one row); NaN where one is constant."""
    a = x - x.mean(axis=-1, keepdims=True)
    b = y - y.mean(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1)))
