"""Statistics against scipy and against numbers worked out by hand."""

import pytest
from scipy import stats

from report.numbers.statistics import mean, median, share


def test_means_and_medians_are_of_something() -> None:
    assert mean([2.0, 4.0, 4.0, 6.0]) == 4.0
    assert median([3.0, 1.0, 2.0, 10.0]) == 2.5
    for statistic in (mean, median):
        with pytest.raises(ValueError, match="of no values"):
            statistic([])


def test_a_share_and_its_wilson_interval() -> None:
    # Wilson 1927: center (k + z²/2) / (n + z²), half of it z √(k(n−k)/n + z²/4) / (n + z²).
    z, count, total = 1.959964, 8, 10
    center = (count + z**2 / 2) / (total + z**2)
    half = z * (count * (total - count) / total + z**2 / 4) ** 0.5 / (total + z**2)
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
