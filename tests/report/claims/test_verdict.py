"""From an estimate to a verdict: what noise, size and number of repetitions do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.claims import Claim, compare, contradiction, point_words, ratio_words, tracks
from report.claims.verdict import SIGNS
from report.numbers.statistics import Estimate, paired_difference, rank_correlation
from report.words.markdown import Markdown
from report.words.traced import unmarked

CLEAR = 0.1
SWAPPED = {
    "clearly_less": "clearly_more",
    "slightly_less": "slightly_more",
    "no_difference": "no_difference",
    "one_seed": "one_seed",
    "slightly_more": "slightly_less",
    "clearly_more": "clearly_less",
}
PATTERN = np.array([-1.0, 1.0, 0.5, -0.5])


def verdict(difference: float, noise: float, seeds: int = 4) -> str:
    first = np.ones(seeds) + difference + noise * PATTERN[:seeds]
    return compare(paired_difference(first, np.ones(seeds)), CLEAR)


@pytest.mark.parametrize(
    ("difference", "noise", "expected"),
    [
        (0.5, 0.01, "clearly_more"),
        (0.05, 0.01, "slightly_more"),
        (-0.05, 0.01, "slightly_less"),
        (-0.5, 0.01, "clearly_less"),
        (0.5, 5.0, "no_difference"),
        (0.0, 0.01, "no_difference"),
        (0.0, 0.0, "no_difference"),
        (0.5, 0.0, "clearly_more"),
    ],
)
def test_the_truth_is_said(difference: float, noise: float, expected: str) -> None:
    assert verdict(difference, noise) == expected


def test_one_seed_ranks_nothing() -> None:
    assert verdict(100.0, 0.0, seeds=1) == "one_seed"


values = st.lists(st.floats(-10, 10), min_size=1, max_size=6)


@given(values, st.floats(-3, 3))
def test_swapping_swaps_what_is_said(noise: list[float], shift: float) -> None:
    first, second = np.array(noise) + shift, np.zeros(len(noise))
    there = compare(paired_difference(first, second), CLEAR)
    back = compare(paired_difference(second, first), CLEAR)
    assert back == SWAPPED[there]


@given(st.floats(0.01, 3))
def test_noise_takes_the_difference_away(shift: float) -> None:
    """From clear or slight to not detectable, once and for all."""
    said = [verdict(shift, shift * scale) != "no_difference" for scale in (0.1, 0.5, 2, 20)]
    assert said == sorted(said, reverse=True)
    assert said[0] and not said[-1]


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([1, 2, 3, 4, 5, 6], "rises"),
        ([6, 5, 4, 3, 2, 1], "falls"),
        ([3, 1, 6, 2, 5, 4], "undecided"),
        ([1, 1, 1, 1, 1, 1], "too_few"),
    ],
)
def test_a_correlation_says_its_direction(y: list[float], expected: str) -> None:
    assert tracks(rank_correlation(range(6), y)) == expected


def test_few_points_decide_no_correlation() -> None:
    assert tracks(rank_correlation([1, 2, 3, 4], [1, 2, 3, 4])) == "too_few"


def claim(said: str, effect: Estimate | None) -> Claim:
    return Claim("sharpness.x", said, Markdown("X."), (), effect)


@pytest.mark.parametrize("said", SIGNS)
@pytest.mark.parametrize(
    ("effect", "sign"),
    [
        (Estimate(1.0, 0.5, 1.5, 3), 1),
        (Estimate(-1.0, -1.5, -0.5, 3), -1),
        (Estimate(0.1, -0.5, 0.7, 3), 0),
        (Estimate(1.0, None, None, 1), None),
    ],
)
def test_a_verdict_against_its_effect_is_noticed(
    said: str, effect: Estimate, sign: int | None
) -> None:
    assert bool(contradiction(claim(said, effect))) == (SIGNS[said] != sign)


def test_other_verdicts_and_claims_without_effect_contradict_nothing() -> None:
    assert not contradiction(claim("nothing", Estimate(1.0, 0.5, 1.5, 3)))
    assert not contradiction(claim("clearly_more", None))


def test_a_ratio_in_words_is_a_factor_above_one() -> None:
    up = ratio_words(Estimate(math.log10(2), math.log10(1.5), math.log10(3), 4))
    down = ratio_words(Estimate(-math.log10(2), -math.log10(3), -math.log10(1.5), 4))
    assert (up["factor"], up["interval"]) == ("2.0", "\\[1.5, 3.0\\]")
    assert (down["factor"], down["interval"]) == (up["factor"], up["interval"])
    assert (up["ratio"], down["ratio"]) == ("2.0", "0.50")
    assert (up["ratio_interval"], down["ratio_interval"]) == ("\\[1.5, 3.0\\]", "\\[0.33, 0.67\\]")
    assert up["n"] == "four seeds"


def test_a_ratio_beyond_all_numbers_stays_a_number() -> None:
    found = ratio_words(Estimate(-320.0, -2000.0, 1500.0, 3))
    assert found["factor"] == "1.0×10³⁰⁰"
    assert found["ratio_interval"] == "\\[1.0×10⁻³⁰⁰, 1.0×10³⁰⁰\\]"


def test_points_in_words() -> None:
    found = point_words(Estimate(-0.0123, -0.02, -0.005, 1))
    assert unmarked(found["size"]) == "1.23\u00a0percentage points"
    assert found["difference"] == "−1.23\u00a0percentage points"
    assert (found["interval"], found["n"]) == ("\\[−2.0, −0.50\\]", "one seed")
