"""The few statistics of the report, all standard, all from scipy and numpy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

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
        "scipy.stats.sem, scipy.stats.t",
    ),
    DIFFERENCE: (
        "mean of the differences between runs of equal seed, interval from Student's t "
        "distribution of the differences",
        "scipy.stats.sem, scipy.stats.t",
    ),
    LOG_RATIO: (
        "mean of the differences between decimal logarithms in runs of equal seed, interval from "
        "Student's t distribution of these, both told as factors",
        "scipy.stats.sem, scipy.stats.t",
    ),
    CORRELATION: (
        "Spearman's rank correlation, percentile interval from a seeded bootstrap over the points",
        "scipy.stats.spearmanr, scipy.stats.rankdata",
    ),
    PARTIAL: (
        "Spearman's rank correlation of two variables with a third held fixed: the correlation of "
        "what is left of their ranks after a linear fit to the ranks of the third; percentile "
        "interval from a seeded bootstrap over the points",
        "scipy.stats.rankdata, numpy.einsum",
    ),
    MEAN_CORRELATION: (
        "mean over seeds of the rank correlation within a run, by Fisher's z transform, interval "
        "from Student's t distribution of the transformed values",
        "scipy.stats.spearmanr, scipy.stats.sem, scipy.stats.t",
    ),
    SHARE: (
        "share of the repetitions of which something is true, Wilson's score interval",
        "scipy.stats.binomtest",
    ),
}
"""What each statistic is, and the functions that compute it."""

Values = Sequence[float] | np.ndarray[Any, Any] | pd.Series


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
    data = np.asarray(values, dtype=float)
    if len(data) == 0:
        raise ValueError("mean of no values")
    center = float(data.mean())
    if len(data) < 2:
        return Estimate(center, None, None, len(data), method)
    half = float(stats.sem(data) * stats.t.ppf((1 + CONFIDENCE) / 2, len(data) - 1))
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

    The resampling is seeded. A constant variable has no ranks: the value is NaN then, without an
    interval. Below five points there is no interval: of four points in perfect order, one in
    twelve arrangements is by chance, and the bootstrap would not show it.
    """
    return _rank_correlation(_key(x), _key(y))


def _key(values: Values) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=float).tolist())


# A section is made several times: for its figures, its text, the check.
@lru_cache(maxsize=CACHED)
def _rank_correlation(x: tuple[float, ...], y: tuple[float, ...]) -> Estimate:
    a, b = np.asarray(x), np.asarray(y)
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return Estimate(math.nan, None, None, len(a), CORRELATION)
    value = float(stats.spearmanr(a, b).statistic)
    if len(a) < 5:
        return Estimate(value, None, None, len(a), CORRELATION)
    index = np.random.default_rng(0).integers(len(a), size=(RESAMPLES, len(a)))
    found = _row_correlations(stats.rankdata(a[index], axis=1), stats.rankdata(b[index], axis=1))
    low, high = np.quantile(found, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(value, float(low), float(high), len(a), CORRELATION)


def partial_rank_correlation(x: Values, y: Values, given: Values) -> Estimate:
    """Spearman's correlation of x and y with `given` held fixed, with a bootstrap interval.

    With the rank correlations r of the pairs it is
    (r_xy − r_xz r_yz) / √((1 − r_xz²)(1 − r_yz²)), z the given variable (Kendall and Stuart,
    The Advanced Theory of Statistics, volume 2, chapter 27). NaN, without an interval, where it
    does not exist: a constant variable, or one in the same order as the given one. Below six points
    there is no interval.
    """
    return _partial_rank_correlation(_key(x), _key(y), _key(given))


@lru_cache(maxsize=CACHED)
def _partial_rank_correlation(
    x: tuple[float, ...], y: tuple[float, ...], given: tuple[float, ...]
) -> Estimate:
    data = np.asarray([x, y, given])
    count = data.shape[1]
    value = float(_partial(data[:, None])[0]) if count >= 4 else math.nan
    if count < 6 or not math.isfinite(value):
        return Estimate(value, None, None, count, PARTIAL)
    draws = np.random.default_rng(0).integers(count, size=(RESAMPLES, count))
    found = _partial(data[:, draws])
    low, high = np.quantile(found[np.isfinite(found)], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(value, float(low), float(high), count, PARTIAL)


def _partial(data: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Of R samples (3, R, N) of x, y and z: their partial correlations (R,), NaN for none."""
    ranks = stats.rankdata(data, axis=2)
    ranks = ranks - ranks.mean(axis=2, keepdims=True)
    products = np.einsum("irn,jrn->ijr", ranks, ranks)
    xx, yy, zz = (products[i, i] for i in range(3))
    with np.errstate(divide="ignore", invalid="ignore"):
        xy, xz, yz = (
            products[0, 1] / np.sqrt(xx * yy),
            products[0, 2] / np.sqrt(xx * zz),
            products[1, 2] / np.sqrt(yy * zz),
        )
        rest = (1 - xz**2) * (1 - yz**2)
        return np.where(rest > 1e-12, (xy - xz * yz) / np.sqrt(rest), math.nan)


def _row_correlations(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Pearson correlations of the rows of two (R, N) arrays; constant rows are left out."""
    x = x - x.mean(axis=1, keepdims=True)
    y = y - y.mean(axis=1, keepdims=True)
    scale = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    valid = scale > 0
    return np.asarray((x * y).sum(axis=1)[valid] / scale[valid])


def share(count: int, total: int) -> Estimate:
    """count / total with Wilson's score interval; raises ValueError for a total of zero."""
    found = stats.binomtest(count, total).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(count / total, float(found.low), float(found.high), total, SHARE)


def median(values: Values) -> float:
    """Median; raises ValueError for no value."""
    if len(values) == 0:
        raise ValueError("median of no values")
    return float(np.median(np.asarray(values, dtype=float)))
