"""Comparisons of two groups, against scipy and against simulations whose truth is known."""

import math

import numpy as np
import pytest
from scipy import stats

from report.numbers.comparison import POOLED, Comparison, compare, pooled
from report.numbers.samples import Group, collapsed
from report.numbers.scales import ACCURACY, LOSS, Scale
from tests.report.numbers.groups import group, groups

PLAIN = Scale("anything", logarithmic=False, margin=1.0)


def test_the_interval_is_students_of_the_paired_differences() -> None:
    x = [0.3, 0.1, 0.5, 0.2, 0.4, 0.35, 0.15]
    y = [0.2, 0.15, 0.1, 0.3, 0.1, 0.25, 0.05]
    found = compare(group("a", x), group("b", y), PLAIN)
    expected = stats.ttest_rel(x, y)
    low, high = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.chance == pytest.approx(expected.pvalue)
    assert (found.n, found.planned) == (7, 7)


def test_losses_are_compared_by_their_ratio() -> None:
    small = [1e-4, 2e-4, 3e-4, 1e-4, 2e-4, 1.5e-4]
    found = compare(group("deep", small), group("shallow", [10 * v for v in small]), LOSS)
    assert LOSS.back(found.value) == pytest.approx(0.1)
    assert found.verdict == "less"
    assert [LOSS.back(c) for c in found.centers] == pytest.approx(
        [stats.gmean(small), 10 * stats.gmean(small)]
    )


def test_centers_and_value_are_of_the_same_repetitions() -> None:
    x = group("a", [1, 2, 3, 4, 5, 6, None])
    y = Group.of("b", [(i, float(v)) for i, v in enumerate([0, 1, 1, 2, 4, 4, 99])])
    found = compare(x, y, PLAIN)
    assert found.centers[0] - found.centers[1] == pytest.approx(found.value)
    assert found.n == 6
    assert [(left.group, left.repetition) for left in found.left_out] == [("a", 6)]


def test_what_is_left_out_keeps_its_reason() -> None:
    first = Group("a", {0: 1.0, 1: None, 3: 2.0}, {1: "diverged at epoch 4"})
    found = compare(first, group("b", [1.0, 1.0, 1.0, 1.0]), PLAIN)
    assert {(o.group, o.repetition, o.reason) for o in found.left_out} == {
        ("a", 1, "diverged at epoch 4"),
        ("b", 2, "not repeated by a"),
    }


@pytest.mark.parametrize(
    ("shift", "spread", "verdict"),
    [
        (3, 1, "more"),
        (-3, 1, "less"),
        (0, 0.3, "alike"),
        (0.2, 0.1, "alike"),
        (0.9, 2, "undecided"),
    ],
)
def test_verdicts(shift: float, spread: float, verdict: str) -> None:
    noise = spread * np.array([-1, 1, -0.5, 0.5, 0.8, -0.8, 0.2, -0.2])
    found = compare(group("a", shift + noise), group("b", np.zeros(8)), PLAIN)
    assert found.verdict == verdict
    opposite = {"more": "less", "less": "more"}
    assert found.flipped().verdict == opposite.get(verdict, verdict)


@pytest.mark.parametrize(
    ("first", "verdict"),
    [
        ([1, 2, 3], "seen_more"),
        ([-1, -2, -3], "seen_less"),
        ([1, 2, -1], "undecided"),
        ([1, 2, 0], "undecided"),
        ([0.4, 0.5, 0.6], "undecided"),
        ([1, 2, None], "undecided"),
        ([4], "undecided"),
        ([None, None], "undecided"),
    ],
)
def test_few_repetitions_are_only_observed(first: list[float | None], verdict: str) -> None:
    found = compare(group("a", first), group("b", [0.0] * len(first)), PLAIN)
    assert (found.low, found.high, found.verdict) == (None, None, verdict)


def test_a_run_that_collapsed_is_an_outcome_of_its_own() -> None:
    values = [0.97, 0.972, 0.968, 0.971, 0.969, 0.97, 0.1]
    found = compare(group("a", values), group("b", [0.95] * 7), ACCURACY)
    assert [c.repetition for c in found.collapsed] == [6]
    assert found.n == 6
    assert found.verdict == "more"


def test_where_too_few_are_left_all_are_shown() -> None:
    values = [0.97, 0.972, 0.968, 0.971, 0.969, 0.1]
    found = compare(group("a", values), group("b", [0.95] * 6), ACCURACY)
    assert (found.n, found.collapsed) == (6, ())


def test_equal_runs_but_one_within_the_margin_have_not_collapsed() -> None:
    assert not any(collapsed([0.97] * 6 + [0.971], ACCURACY))
    assert collapsed([0.97] * 6 + [0.2], ACCURACY) == [False] * 6 + [True]


def test_a_loss_of_zero_has_a_place_on_the_scale() -> None:
    found = compare(group("a", [0.0] * 6), group("b", [1.0] * 6), LOSS)
    assert found.verdict == "less"
    assert math.isfinite(found.value)


def test_groups_without_a_common_repetition_have_nothing_to_compare() -> None:
    found = compare(Group("a", {0: 1.0}), Group("b", {1: 1.0}), PLAIN)
    assert (found.n, found.planned, found.verdict) == (0, 0, "undecided")
    assert [left.reason for left in found.left_out] == ["not repeated by b", "not repeated by a"]


def test_the_pooled_interval_is_that_of_the_analysis_of_variance() -> None:
    rng = np.random.default_rng(3)
    data = rng.normal(size=(4, 4)) + np.arange(4)[:, None]
    found = pooled(groups(data), PLAIN)["0", "3"]
    within = np.sqrt(data.var(axis=1, ddof=1).mean())
    half = stats.t.ppf(0.975, 12) * within * np.sqrt(2 / 4)
    value = data[0].mean() - data[3].mean()
    assert (found.low, found.high) == pytest.approx((value - half, value + half))
    assert (found.method, found.freedom) == (POOLED, 12)


def test_unlike_spreads_are_not_pooled() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(4, 5)) * np.array([[0.01], [0.01], [0.01], [10]])
    assert all(pair.error is None for pair in pooled(groups(data), PLAIN).values())


def test_a_group_of_three_runs_of_which_one_is_far_is_not_pooled() -> None:
    rng = np.random.default_rng(0)
    data = rng.normal(size=(5, 3)) * 0.1
    data[2, 1] = -40
    for labels, pair in pooled(groups(data), PLAIN).items():
        assert (pair.error is None) == ("2" in labels)
    assert all(pair.error is None for pair in pooled(groups(data[:4]), PLAIN).values())


def test_what_is_needed_to_decide_falls_as_the_difference_grows() -> None:
    def undecided(shift: float) -> Comparison:
        noise = np.array([-2, 2, -1, 1, 1.5, -1.5, 0.5, -0.5])
        return compare(group("a", shift + noise), group("b", np.zeros(8)), Scale("x", False, 0.1))

    few, many = undecided(1.1).needed, undecided(0.3).needed
    assert few is not None and many is not None
    assert 8 < few < many
    assert undecided(9).needed is None


@pytest.mark.sweep
@pytest.mark.parametrize("shift", [0.2, 0.5, 0.8, 1.3])
def test_what_is_needed_decides_with_the_spread_seen(shift: float) -> None:
    """A difference below the margin is decided once its interval stays within the margin."""

    def seen(n: int) -> Comparison:
        noise = np.resize([-2.0, 2.0], n)
        return compare(group("a", shift + noise), group("b", np.zeros(n)), Scale("x", False, 1.0))

    needed = seen(6).needed
    assert seen(6).verdict == "undecided" and needed is not None
    assert seen(needed + needed % 2).verdict == ("more" if shift > 0.5 else "alike")


@pytest.mark.sweep
@pytest.mark.parametrize("kind", ["normal", "heavy", "collapsing", "lognormal"])
@pytest.mark.parametrize("n", [6, 10, 20])
def test_rate_of_wrong_decisions_and_coverage(kind: str, n: int) -> None:
    rng = np.random.default_rng(n)
    scale = LOSS if kind == "lognormal" else PLAIN
    wrong = covered = 0
    trials = 400
    for _ in range(trials):
        match kind:
            case "normal":
                data = rng.normal(size=(2, n))
            case "heavy":
                data = rng.standard_t(3, size=(2, n))
            case "collapsing":
                data = rng.normal(size=(2, n)) - 30 * (rng.random((2, n)) < 0.1)
            case _:
                data = 10 ** rng.normal(size=(2, n))
        found = compare(*groups(data), scale)
        assert found.low is not None and found.high is not None
        wrong += found.verdict in ("more", "less")
        covered += found.low <= 0 <= found.high
    # Three standard errors of a rate of 5 % in so many trials are 2.7 points.
    assert wrong / trials < 0.07
    assert covered / trials > 0.92


@pytest.mark.sweep
@pytest.mark.parametrize(("number", "n"), [(4, 4), (6, 3), (6, 6), (10, 3)])
@pytest.mark.parametrize("collapsing", [False, True])
def test_rates_of_the_pooled_comparisons(number: int, n: int, collapsing: bool) -> None:
    rng = np.random.default_rng(7)
    wrong = covered = total = 0
    for _ in range(800 // number):
        data = rng.normal(size=(number, n))
        if collapsing:
            data -= 30 * (rng.random((number, n)) < 0.03)
        for pair in pooled(groups(data), PLAIN).values():
            if pair.low is not None and pair.high is not None:
                total += 1
                wrong += pair.verdict in ("more", "less")
                covered += pair.low <= 0 <= pair.high
    assert total > 300
    assert wrong / total < 0.07
    assert covered / total > 0.92


def test_alike_is_seldom_said_of_what_differs_by_the_margin() -> None:
    rng = np.random.default_rng(1)
    said = 0
    for _ in range(600):
        data = 0.4 * rng.normal(size=(2, 8)) + [[1.0], [0.0]]
        said += compare(*groups(data), PLAIN).verdict == "alike"
    assert said / 600 < 0.05
