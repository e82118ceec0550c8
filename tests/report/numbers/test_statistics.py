"""Statistics against scipy and against numbers worked out by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from report.numbers.statistics import (
    RESAMPLES,
    Estimate,
    mean,
    median,
    paired_difference,
    paired_log_ratio,
    rank_correlation,
    share,
)

VALUES = [2.0, 4.0, 4.0, 6.0]


def test_mean_and_its_t_interval() -> None:
    found = mean(VALUES)
    expected = stats.ttest_1samp(VALUES, 0).confidence_interval(0.95)
    assert found.value == 4.0 and found.n == 4
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    # By hand: s = √(8/3), t(0.975, 3) = 3.182446.
    half = 3.182446 * math.sqrt(8 / 3) / 2
    assert found.high == pytest.approx(4 + half, rel=1e-6)


def test_one_value_has_no_interval_and_none_has_no_mean() -> None:
    assert mean([3.0]).low is None and mean([3.0]).high is None and mean([3.0]).value == 3.0
    assert not mean([3.0]).decided
    with pytest.raises(ValueError):
        mean([])
    with pytest.raises(ValueError):
        median([])
    assert median([3.0, 1.0, 2.0, 10.0]) == 2.5


def test_pairs() -> None:
    a, b = [1.0, 2.0, 3.5], [0.5, 1.0, 3.0]
    found = paired_difference(a, b)
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    opposite = paired_difference(b, a)
    assert opposite.value == pytest.approx(-found.value)
    assert opposite.low == pytest.approx(-found.high)  # type: ignore[operator]


def test_ratios_are_in_decades() -> None:
    found = paired_log_ratio([1.0, 10.0], [10.0, 1000.0])
    assert found.value == pytest.approx(-1.5)
    zero = paired_log_ratio([0.0, 0.0], [1.0, 1.0])
    assert math.isfinite(zero.value) and zero.value < -300


@pytest.mark.parametrize(
    ("low", "high", "decided"),
    [
        (0.1, 0.2, True),
        (-0.2, -0.1, True),
        (-0.1, 0.1, False),
        (0.0, 0.1, False),
        (None, None, False),
    ],
)
def test_decided(low: float | None, high: float | None, decided: bool) -> None:
    assert Estimate(0.0, low, high, 3).decided is decided


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    hits = 0
    for _ in range(1000):
        found = mean(random.normal(3, 2, size=5))
        assert found.low is not None and found.high is not None
        hits += found.low <= 3 <= found.high
    assert 925 <= hits <= 975


def test_rank_correlation() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=30)
    y = x + random.normal(size=30)
    found = rank_correlation(x, y)
    assert found.value == pytest.approx(stats.spearmanr(x, y).statistic)
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high and found.decided
    assert rank_correlation(x, y) == found
    assert rank_correlation(x, -y).value == pytest.approx(-found.value)
    assert rank_correlation(x, np.exp(y)).value == pytest.approx(found.value)


@pytest.mark.parametrize("count", [5, 40])
@pytest.mark.parametrize("decimals", [0, 9], ids=["ties", "no ties"])
def test_the_bootstrap_ranks_every_sample_as_scipy_does(count: int, decimals: int) -> None:
    random = np.random.default_rng(2)
    x = np.round(random.normal(size=count), decimals)
    y = np.round(x + random.normal(size=count), decimals)
    draws = np.random.default_rng(0).integers(count, size=(RESAMPLES, count))
    whole = np.stack([d for d in draws if np.ptp(x[d]) and np.ptp(y[d])])
    ranks = (stats.rankdata(values[whole], axis=1) for values in (x, y))
    first, second = (stats.zscore(rank, axis=1) for rank in ranks)
    each = (first * second).mean(axis=1)
    assert each[0] == pytest.approx(stats.spearmanr(x[whole[0]], y[whole[0]]).statistic)
    found = rank_correlation(x, y)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(each, [0.025, 0.975])))


def test_noise_does_not_correlate() -> None:
    decided = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        decided += rank_correlation(random.normal(size=20), random.normal(size=20)).decided
    assert decided <= 8


def test_what_has_no_ranks() -> None:
    nan = [1, math.nan, *range(5)]
    for x, y in (([1, 1, 1, 1], [1, 2, 3, 4]), ([1, 2], [1, 2]), (nan, range(7))):
        found = rank_correlation(x, y)
        assert math.isnan(found.value) and found.low is None and not found.decided
    assert rank_correlation([1, 2, 3], [1, 2, 3]).low is None


def test_a_share_and_its_wilson_interval() -> None:
    # Wilson 1927: center (k + z²/2) / (n + z²), half of it z √(k(n−k)/n + z²/4) / (n + z²).
    z, count, total = 1.959964, 8, 10
    center = (count + z**2 / 2) / (total + z**2)
    half = z * math.sqrt(count * (total - count) / total + z**2 / 4) / (total + z**2)
    found = share(count, total)
    assert found.value == 0.8 and found.n == 10
    assert (found.low, found.high) == pytest.approx((center - half, center + half), rel=1e-6)
    assert share(0, 5).low == 0 and share(5, 5).high == 1
    for count in range(6):
        expected = stats.binomtest(count, 5).proportion_ci(0.95, method="wilson")
        found = share(count, 5)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    for count, total in ((0, 0), (2, 1), (-1, 1)):
        with pytest.raises(ValueError):
            share(count, total)
