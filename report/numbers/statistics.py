"""The few statistics of the report, all standard, in numpy and scipy.special.

They equal those of scipy.stats, as the tests show; that takes a second to import.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95
RESAMPLES = 2000
CACHED = 1024

MEAN = "mean"
DIFFERENCE = "paired difference"
LOG_RATIO = "paired ratio"
CORRELATION = "rank correlation"
PARTIAL = "partial rank correlation"
MEAN_CORRELATION = "mean rank correlation"
SHARE = "share"

METHODS = {
    MEAN: (
        "mean of the repetitions, interval from Student's t distribution",
        "numpy.std, scipy.special.stdtrit",
    ),
    DIFFERENCE: (
        "mean of the differences between runs of equal seed, interval from Student's t "
        "distribution of the differences",
        "numpy.std, scipy.special.stdtrit",
    ),
    LOG_RATIO: (
        "mean of the differences between decimal logarithms in runs of equal seed, interval from "
        "Student's t distribution of these, both told as factors",
        "numpy.std, scipy.special.stdtrit",
    ),
    CORRELATION: (
        "Spearman's rank correlation, percentile interval from a seeded bootstrap over the points",
        "numpy.corrcoef of ranks",
    ),
    PARTIAL: (
        "Spearman's rank correlation of two variables with a third held fixed: the correlation of "
        "what is left of their ranks after a linear fit to the ranks of the third; percentile "
        "interval from a seeded bootstrap over the points",
        "numpy.einsum of ranks",
    ),
    MEAN_CORRELATION: (
        "mean over seeds of the rank correlation within a run, by Fisher's z transform, interval "
        "from Student's t distribution of the transformed values",
        "numpy.corrcoef of ranks, numpy.std, scipy.special.stdtrit",
    ),
    SHARE: (
        "share of the repetitions of which something is true, Wilson's score interval",
        "scipy.special.ndtri",
    ),
}
"""What each statistic is, and the functions that compute it."""

Array = np.ndarray[Any, Any]
Values: TypeAlias = "Sequence[float] | Array | pd.Series"


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval over `n` repetitions; no interval where n is too small.

    `method` names the statistic, as in `METHODS`.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    method: str = ""

    @property
    def decided(self) -> bool:
        """Whether the interval exists and excludes zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def mean(values: Values, method: str = MEAN) -> Estimate:
    """Mean with Student's t interval (n − 1 degrees of freedom); one value has no interval.

    Raises ValueError for no value at all.
    """
    from scipy import special

    data = np.asarray(values, dtype=float)
    if len(data) == 0:
        raise ValueError("mean of no values")
    center = float(data.mean())
    if len(data) < 2:
        return Estimate(center, None, None, len(data), method)
    error = data.std(ddof=1) / math.sqrt(len(data))
    half = float(error * special.stdtrit(len(data) - 1, (1 + CONFIDENCE) / 2))
    return Estimate(center, center - half, center + half, len(data), method)


def paired_difference(first: Values, second: Values) -> Estimate:
    """Mean of first − second over pairs (runs of equal seed), with its t interval."""
    return mean(np.asarray(first, dtype=float) - np.asarray(second, dtype=float), DIFFERENCE)


def paired_log_ratio(first: Values, second: Values) -> Estimate:
    """Mean of log10(first / second) over pairs: the right scale for losses, which span decades.

    Zero losses are raised to the smallest positive double, so that the ratio exists.
    """
    tiny = np.finfo(float).tiny
    a = np.log10(np.maximum(np.asarray(first, dtype=float), tiny))
    b = np.log10(np.maximum(np.asarray(second, dtype=float), tiny))
    return mean(a - b, LOG_RATIO)


def rank_correlation(x: Values, y: Values) -> Estimate:
    """Spearman's rank correlation with a percentile bootstrap interval over the points.

    The resampling is seeded. A constant variable has no ranks, nor has one with NaN: the value is
    NaN then, without an interval. Below five points there is no interval: of four points in perfect
    order, one in twelve arrangements is by chance, and the bootstrap would not show it.
    """
    return _rank_correlation(_key(x), _key(y))


def _key(values: Values) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=float).tolist())


# A section is made several times: for its figures, its text, the check.
@lru_cache(maxsize=CACHED)
def _rank_correlation(x: tuple[float, ...], y: tuple[float, ...]) -> Estimate:
    a, b = np.asarray(x), np.asarray(y)
    if len(a) < 3 or not (np.ptp(a) > 0 and np.ptp(b) > 0):
        return Estimate(math.nan, None, None, len(a), CORRELATION)
    once = np.ones((1, len(a)))
    value = float(np.corrcoef(_ranks(a, once)[0], _ranks(b, once)[0])[0, 1])
    if len(a) < 5:
        return Estimate(value, None, None, len(a), CORRELATION)
    samples = _samples(len(a))
    found = _correlations(_ranks(a, samples), _ranks(b, samples), samples)
    return Estimate(value, *_percentiles(found), len(a), CORRELATION)


def partial_rank_correlation(x: Values, y: Values, given: Values) -> Estimate:
    """Spearman's correlation of x and y with `given` held fixed, with a bootstrap interval.

    With the rank correlations r of the pairs it is
    (r_xy − r_xz r_yz) / √((1 − r_xz²)(1 − r_yz²)), z the given variable (Kendall and Stuart,
    The Advanced Theory of Statistics, volume 2, chapter 27). NaN, without an interval, where it
    does not exist: a constant variable, one with NaN, or one in the same order as the given one.
    Below six points there is no interval.
    """
    return _partial_rank_correlation(_key(x), _key(y), _key(given))


@lru_cache(maxsize=CACHED)
def _partial_rank_correlation(
    x: tuple[float, ...], y: tuple[float, ...], given: tuple[float, ...]
) -> Estimate:
    data = np.asarray([x, y, given])
    count = data.shape[1]
    value = float(_partial(data, np.ones((1, count)))[0]) if count >= 4 else math.nan
    if np.isnan(data).any():
        value = math.nan
    if count < 6 or not math.isfinite(value):
        return Estimate(value, None, None, count, PARTIAL)
    return Estimate(value, *_percentiles(_partial(data, _samples(count))), count, PARTIAL)


def _samples(count: int) -> Array:
    """How often (R, N) each of N points is in each of R seeded samples of N, with replacement."""
    draws = np.random.default_rng(0).integers(count, size=(RESAMPLES, count))
    draws += np.arange(0, draws.size, count)[:, None]
    return np.bincount(draws.ravel(), minlength=draws.size).reshape(draws.shape).astype(float)


def _percentiles(found: Array) -> tuple[float, float]:
    """The ends of the interval, from the statistic of every sample that has one."""
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(found[np.isfinite(found)], [tail, 1 - tail])
    return float(low), float(high)


def _ranks(values: Array, samples: Array) -> Array:
    """Ranks (R, N) of N values within R samples, less the mean rank; ties share the mean of theirs.

    Such a rank is half of how many in the sample are smaller, less half of how many are larger.
    """
    larger = (values > values[:, None]).astype(float)
    return np.asarray(samples @ (larger - larger.T) / 2)


def _correlations(x: Array, y: Array, samples: Array) -> Array:
    """Pearson correlations (R,) of ranks (R, N) within R samples; NaN where one is constant."""
    xy, xx, yy = (np.einsum("rn,rn,rn->r", samples, *two) for two in ((x, y), (x, x), (y, y)))
    with np.errstate(invalid="ignore"):
        return np.asarray(xy / np.sqrt(xx * yy))


def _partial(data: Array, samples: Array) -> Array:
    """Of R samples of x, y and z (3, N): partial correlations (R,), NaN for none."""
    x, y, z = (_ranks(values, samples) for values in data)
    xy, xz, yz = (_correlations(*two, samples) for two in ((x, y), (x, z), (y, z)))
    rest = (1 - xz**2) * (1 - yz**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rest > 1e-12, (xy - xz * yz) / np.sqrt(rest), math.nan)


def share(count: int, total: int) -> Estimate:
    """count / total with Wilson's score interval; raises ValueError for a total of zero.

    The interval ends where (p − count / total)² = z² p (1 − p) / total, z the normal quantile
    (Wilson 1927, doi 10.1080/01621459.1927.10502953).
    """
    from scipy import special

    if not 0 <= count <= total or total == 0:
        raise ValueError(f"a share of {count} in {total}")
    z2 = float(special.ndtri((1 + CONFIDENCE) / 2)) ** 2
    center = (count + z2 / 2) / (total + z2)
    half = math.sqrt(z2 * count * (total - count) / total + z2**2 / 4) / (total + z2)
    low, high = center - half if count else 0.0, center + half if count < total else 1.0
    return Estimate(count / total, low, high, total, SHARE)


def median(values: Values) -> float:
    """Median; raises ValueError for no value."""
    if len(values) == 0:
        raise ValueError("median of no values")
    return float(np.median(np.asarray(values, dtype=float)))
