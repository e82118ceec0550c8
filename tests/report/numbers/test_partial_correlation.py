"""Partial rank correlation against the correlation of residuals."""

import math

import numpy as np
import pytest
from scipy import stats

from report.numbers.statistics import partial_rank_correlation, rank_correlation


def residuals(values: np.ndarray, given: np.ndarray) -> np.ndarray:
    fit = stats.linregress(stats.rankdata(given), stats.rankdata(values))
    return stats.rankdata(values) - fit.intercept - fit.slope * stats.rankdata(given)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_correlation_of_residuals(seed: int) -> None:
    draw = np.random.default_rng(seed)
    z = draw.normal(size=40)
    x, y = z + draw.normal(size=40), np.exp(z) + draw.normal(size=40)
    found = partial_rank_correlation(x, y, z)
    expected = stats.pearsonr(residuals(x, z), residuals(y, z)).statistic
    assert found.value == pytest.approx(expected, rel=1e-10)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high


def test_a_common_cause_is_taken_out() -> None:
    draw = np.random.default_rng(5)
    z = draw.normal(size=200)
    x, y = z + 0.3 * draw.normal(size=200), z + 0.3 * draw.normal(size=200)
    assert rank_correlation(x, y).decided
    assert not partial_rank_correlation(x, y, z).decided
    direct = partial_rank_correlation(x, x + 0.1 * draw.normal(size=200), z)
    assert direct.decided
    assert direct.value > 0.5


def test_where_it_does_not_exist() -> None:
    z = np.arange(10.0)
    y = np.array([3, 1, 4, 1.5, 9, 2.6, 5, 3.5, 8, 9.7])
    for x in (z**3, np.ones(10)):  # the order of z; no order
        found = partial_rank_correlation(x, y, z)
        assert math.isnan(found.value)
        assert found.low is None
    assert partial_rank_correlation(y[:5], z[:5], -(z[:5] ** 2)).low is None
