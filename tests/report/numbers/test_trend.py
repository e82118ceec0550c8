"""Trends over approaches, against scipy and against simulations whose truth is known."""

import math
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from report.numbers.scales import LOSS, Scale
from report.numbers.trend import ranks, related, trend
from tests.report.numbers.groups import group

PLAIN = Scale("anything", logarithmic=False, margin=None)


def test_ranks_are_those_of_scipy() -> None:
    values = np.array([3.0, 1.0, 2.0, 2.0, -1.0, 3.0])
    assert ranks(values) == pytest.approx(stats.rankdata(values))


def test_the_correlation_and_its_chance_are_those_of_scipy() -> None:
    x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    y = [2.0, 1.0, 4.0, 3.0, 5.0, 7.0, 6.0]
    found = related(list(zip(x, y, strict=True)))
    assert found.value == pytest.approx(stats.spearmanr(x, y).statistic)
    ranked = stats.rankdata(y)
    every = np.array(list(permutations(ranked)))
    products = np.abs((every - ranked.mean()) @ (stats.rankdata(x) - ranked.mean()))
    seen = abs((ranked - ranked.mean()) @ (stats.rankdata(x) - ranked.mean()))
    assert found.chance == pytest.approx((products >= seen - 1e-9).mean())
    assert found.verdict == "rises"


def test_random_orders_come_close_to_the_exact_chance() -> None:
    rng = np.random.default_rng(5)
    x, y = np.arange(12.0), rng.normal(size=12) + 0.2 * np.arange(12)
    found = related(list(zip(x, y, strict=True)))
    assert found.chance == pytest.approx(stats.spearmanr(x, y).pvalue, abs=0.02)


def test_equal_points_count_once() -> None:
    points = [(float(i % 4), float(i % 4)) for i in range(85)]
    found = related(points)
    assert (found.n, found.verdict) == (4, "too_few")


@pytest.mark.parametrize("points", [[], [(1.0, 2.0)], [(1.0, i) for i in range(9)]])
def test_what_has_no_ranks_has_no_trend(points: list[tuple[float, float]]) -> None:
    found = related(points)
    assert math.isnan(found.value)
    assert found.verdict == "too_few"


def test_the_mean_of_an_approach_counts_and_what_is_missing_is_named() -> None:
    positions = [(str(i), float(i)) for i in range(7)]
    data = [group(str(i), [10.0**-i, 10.0**-i * 2, None]) for i in range(6)] + [group("6", [None])]
    found = trend(positions, data, LOSS)
    assert (found.n, found.verdict) == (6, "falls")
    assert LOSS.back(found.points[0][1]) == pytest.approx(math.sqrt(2))
    assert [(o.group, o.repetition) for o in found.left_out if o.group == "6"] == [
        ("6", 0),
        ("6", "all"),
    ]


@pytest.mark.parametrize(("approaches", "seeds"), [(6, 3), (9, 3), (12, 2), (12, 5)])
def test_unrelated_approaches_are_seldom_called_related(approaches: int, seeds: int) -> None:
    rng = np.random.default_rng(approaches + seeds)
    positions = [(str(i), float(i)) for i in range(approaches)]
    wrong = 0
    trials = 150
    for _ in range(trials):
        means = rng.normal(size=approaches)  # intraclass correlation 0.9
        data = [group(str(i), m + rng.normal(size=seeds) / 3) for i, m in enumerate(means)]
        wrong += trend(positions, data, PLAIN).verdict in ("rises", "falls")
    # At a true rate of 5 %, 18 of 150 or more come once in two thousand times.
    assert wrong / trials < 0.12


def test_the_interval_holds_the_correlation() -> None:
    """Of pairs from a normal distribution, whose rank correlation is known."""
    rng = np.random.default_rng(3)
    truth = 6 / math.pi * math.asin(0.7 / 2)
    held = 0
    for _ in range(300):
        x, other = rng.normal(size=(2, 13))
        found = related(list(zip(x, 0.7 * x + math.sqrt(0.51) * other, strict=True)))
        assert found.low is not None and found.high is not None
        held += found.low <= truth <= found.high
    # At a true coverage of 95 %, 272 or fewer come once in a thousand times.
    assert held > 272


def test_an_interval_that_holds_zero_decides_nothing() -> None:
    """Spearman's correlation is 11/14, which the permutation test alone would call decided."""
    found = related([(0, 0), (1, 1), (2, 2), (3, 4), (4, 5), (5, 6), (6, 3)])
    assert found.value == pytest.approx(11 / 14)
    assert (found.chance < 0.05, found.verdict) == (True, "undecided")


def test_a_strong_relation_over_twelve_approaches_is_found() -> None:
    rng = np.random.default_rng(2)
    positions = [(str(i), float(i)) for i in range(12)]
    found = 0
    for _ in range(40):
        data = [group(str(i), i / 4 + rng.normal(size=2)) for i in range(12)]
        found += trend(positions, data, PLAIN).verdict == "rises"
    assert found / 40 > 0.7
