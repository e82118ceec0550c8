"""Extremes of noisy curves: no favor of noise, a true one is found."""

import numpy as np
import pytest

from report.numbers.comparison import compare
from report.numbers.extremes import chosen_by_half, hump_by_half
from report.numbers.scales import ACCURACY, Scale
from tests.report.numbers.groups import group

PLAIN = Scale("anything", logarithmic=False, margin=None)


def decides(curves: np.ndarray) -> bool:
    found = chosen_by_half(dict(enumerate(curves.tolist())), "highest")
    heights = list(found.values.values())
    return (
        compare(group("peak", heights), group("zero", [0] * len(heights)), PLAIN).verdict == "more"
    )


def test_one_half_chooses_and_the_other_measures() -> None:
    curves = {0: [0.0, 1.0], 1: [7.0, 8.0], 2: [0.0, 1.0], 3: [5.0, 4.0]}
    found = chosen_by_half(curves, "highest")
    assert (found.place, found.chosen_by, found.values) == (1, (0, 2), {1: 8.0, 3: 4.0})
    assert chosen_by_half(curves, "lowest").place == 0


def test_flat_curves_have_no_peak() -> None:
    rng = np.random.default_rng(0)
    assert np.mean([decides(rng.normal(size=(14, 21))) for _ in range(600)]) < 0.06


def test_a_peak_is_found() -> None:
    rng = np.random.default_rng(0)
    shape = np.zeros(21)
    shape[10] = 3.0
    assert np.mean([decides(shape + rng.normal(size=(14, 21))) for _ in range(100)]) > 0.9


def test_curves_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        chosen_by_half({0: [1.0], 1: [1.0, 2.0]}, "highest")
    with pytest.raises(ValueError, match="two repetitions"):
        chosen_by_half({0: [1.0]}, "highest")


@pytest.mark.sweep
@pytest.mark.parametrize("seeds", [8, 12, 20])
@pytest.mark.parametrize("slope", [0.0, 0.01, -0.01])
def test_noise_seldom_makes_a_hump(seeds: int, slope: float) -> None:
    """Flat, rising and falling curves whose repetitions differ as a whole and place by place."""
    random, found, times = np.random.default_rng(seeds), 0, 300
    for _ in range(times):
        whole = random.normal(0, 0.01, (seeds, 1)) + random.normal(0, 0.02, (seeds, 12))
        curves = {seed: list(0.5 + slope * np.arange(12) + whole[seed]) for seed in range(seeds)}
        hump = hump_by_half(curves, ACCURACY)
        sides = [
            compare(hump.group(hump.peak), hump.group(other), ACCURACY).direction
            for other in (hump.valley, hump.end)
        ]
        found += min(sides) > 0
    assert found / times < 0.07


def test_a_hump_is_found_behind_a_worse_beginning() -> None:
    curve = [0.9, 0.3, 0.4, 0.6, 0.5, 0.2, 0.1]
    curves = {seed: [value + 0.01 * seed for value in curve] for seed in range(4)}
    hump = hump_by_half(curves, ACCURACY)
    assert (hump.valley, hump.peak, hump.end, list(hump.curves)) == (1, 3, 6, [1, 3])
    with pytest.raises(ValueError, match="three places"):
        hump_by_half({0: [1.0, 2.0], 1: [1.0, 2.0]}, ACCURACY)
