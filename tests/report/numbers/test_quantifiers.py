"""Quantifiers, bounds and shapes are computed from all values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.numbers.quantifiers import count, ordered, outward, outward_decimals, span


@pytest.mark.parametrize(
    ("answers", "extent"),
    [
        ([True, True], "all"),
        ([False, False], "none"),
        ([True, False], "some"),
        ([True, None], "all_known"),
        ([False, None], "none_known"),
        ([True, False, None], "some"),
        ([None], "nothing"),
        ([], "nothing"),
    ],
)
def test_missing_things_are_counted(answers: list[bool | None], extent: str) -> None:
    found = count(answers, lambda answer: answer)
    assert found.extent == extent
    assert found.total == len(answers)


def test_a_range_knows_what_it_lacks() -> None:
    found = span([3.0, None, 1.0, math.inf])
    assert (found.low, found.high, found.known, found.missing) == (1.0, 3.0, 2, 2)
    assert span([2.0]).single
    assert math.isnan(span([None]).low)


@pytest.mark.parametrize(
    ("value", "digits", "bound", "expected"),
    [
        (92.54, 2, "lower", 92),
        (92.54, 2, "upper", 93),
        (1.7265, 2, "upper", 1.8),
        (1.7265, 2, "lower", 1.7),
        (-1.7265, 2, "lower", -1.8),
        (0.3, 1, "lower", 0.3),
        (1e-5, 2, "upper", 1e-5),
        (0, 2, "upper", 0),
    ],
)
def test_bounds_are_rounded_outward(value: float, digits: int, bound: str, expected: float) -> None:
    assert outward(value, digits, bound=bound) == pytest.approx(expected, rel=1e-9)  # type: ignore[arg-type]


@given(st.floats(-1e6, 1e6).filter(lambda v: abs(v) > 1e-6), st.integers(1, 4))
def test_a_rounded_bound_stays_one(value: float, digits: int) -> None:
    slack = 1e-8 * abs(value)
    assert outward(value, digits, bound="lower") <= value + slack
    assert outward(value, digits, bound="upper") >= value - slack
    assert (
        abs(outward(value, digits, bound="upper") - value) <= 10 ** (1 - digits) * abs(value) * 10
    )


def test_shares_are_rounded_outward_too() -> None:
    assert outward_decimals(0.99996, 3, bound="lower") == 0.999
    assert outward_decimals(1.0, 3, bound="lower") == 1.0
    assert outward_decimals(0.0201, 2, bound="upper") == 0.03


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([1, 2, 2, 3], "rising"),
        ([3, 1], "falling"),
        ([1, 1], "level"),
        ([3, 1, 2], "mixed"),
        ([1], "mixed"),
        ([1, math.nan], "mixed"),
    ],
)
def test_a_shape_is_that_of_every_step(values: list[float], shape: str) -> None:
    assert ordered(values) == shape
