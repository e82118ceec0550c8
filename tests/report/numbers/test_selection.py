"""The best of many, and where more stops helping: against simulations whose truth is known."""

import numpy as np
import pytest

from report.numbers.scales import Scale
from report.numbers.selection import best, enough, holm
from tests.report.numbers.groups import group, groups

PLAIN = Scale("anything", logarithmic=False, margin=1.0)


def test_holm_rejects_step_by_step() -> None:
    assert holm({"a": 0.01, "b": 0.02, "c": 0.03}) == {"a": True, "b": True, "c": True}
    assert holm({"a": 0.01, "b": 0.03, "c": 0.04}) == {"a": True, "b": False, "c": False}
    # 0.02 > 0.05 / 3 stops it, though 0.024 < 0.05 / 2.
    assert not any(holm({"a": 0.02, "b": 0.024, "c": 0.04}).values())


def test_the_best_stands_alone_where_all_others_are_worse() -> None:
    noise = 0.1 * np.random.default_rng(0).normal(size=(3, 8))
    found = best(groups(noise + np.array([[0], [5], [2]])), PLAIN, highest=True)
    assert (found.first, found.among, found.beaten) == ("1", ("1",), ("2", "0"))
    assert found.alone
    assert found.against("0").verdict == "more"
    assert best(groups(noise + np.array([[0], [5], [2]])), PLAIN, highest=False).first == "0"


def test_few_runs_leave_all_groups_in_the_set() -> None:
    found = best([group("a", [1, 2, 3]), group("b", [11, 12, 13])], PLAIN, highest=True)
    assert found.among == ("b", "a")
    assert not found.decided


def test_a_collapsed_run_does_not_make_a_group_the_best() -> None:
    found = best(
        [group("a", [1.0, 1.1, 0.9, 1, 1, 1, 1]), group("b", [0.5, 0.4, 0.6, 0.5, 0.5, 0.5, 90])],
        PLAIN,
        highest=True,
    )
    assert found.first == "a"


@pytest.mark.sweep
@pytest.mark.parametrize("number", [3, 6, 10])
def test_equals_are_seldom_called_worse_than_the_best(number: int) -> None:
    rng = np.random.default_rng(number)
    trials = 900 // number
    wrong = sum(
        bool(best(groups(rng.normal(size=(number, 6))), PLAIN, highest=True).beaten)
        for _ in range(trials)
    )
    assert wrong / trials < 0.07


@pytest.mark.sweep
@pytest.mark.parametrize(("n", "noise"), [(3, 1.0), (5, 1.0), (3, 0.5), (10, 0.5)])
def test_a_worse_structure_is_not_called_enough(n: int, noise: float) -> None:
    rng = np.random.default_rng(n)
    truth = np.array([-6.0, -4, -2, 0, 0, 0, 0, 0, 0, 0])
    for _ in range(100):
        data = truth[:, None] + noise * rng.normal(size=(10, n))
        found = enough(groups(data), PLAIN, highest=True)
        assert found.smallest is None or truth[int(found.smallest)] >= -PLAIN.margin


def test_enough_seeds_find_where_size_stops_helping() -> None:
    rng = np.random.default_rng(0)
    truth = np.array([-6.0, -4, -2, 0, 0, 0])
    data = truth[:, None] + 0.3 * rng.normal(size=(6, 10))
    assert enough(groups(data), PLAIN, highest=True).smallest == "3"
    assert enough(groups(-data), PLAIN, highest=False).smallest == "3"


def test_without_intervals_nothing_is_enough() -> None:
    found = enough([group("a", [1, 2]), group("b", [1, 2.5])], PLAIN, highest=True)
    assert found.smallest is None


def test_a_scale_without_a_margin_cannot_say_enough() -> None:
    with pytest.raises(ValueError, match="no margin"):
        enough([group("a", [1])], Scale("correlation", False, None), highest=True)
