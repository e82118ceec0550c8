"""Exact strings of every formatter."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from report.words import format as fmt
from report.words.markdown import Markdown

CASES: list[tuple[Callable[..., Markdown], Any, str]] = [
    (fmt.count, 1_196_522, "1,196,522"),
    (fmt.count, 0, "0"),
    (fmt.count, 41.6, "42"),
    (fmt.words, 0, "no"),
    (fmt.words, 3, "three"),
    (fmt.words, 11, "11"),
    (fmt.words, 1200, "1,200"),
    (fmt.number, 0.0, "0"),
    (fmt.number, 0.123456, "0.123"),
    (fmt.number, 1.0, "1.00"),
    (fmt.number, -1.5, "−1.50"),
    (fmt.number, 9.999, "10.0"),
    (fmt.number, 99999.0, "1.00×10⁵"),
    (fmt.number, 12345.0, "12345"),
    (fmt.number, 0.0001, "0.000100"),
    (fmt.number, 0.00001234, "1.23×10⁻⁵"),
    (fmt.number, -2.5e-12, "−2.50×10⁻¹²"),
    (fmt.loss, 0.69314, "0.693"),
    (fmt.percent, 0.973, "97.3\u00a0%"),
    (fmt.percent, 0.0, "0.0\u00a0%"),
    (fmt.accuracy, 0.97345, "97.34\u00a0%"),
    (fmt.accuracy, 1.0, "100.00\u00a0%"),
    (fmt.points, 0.0123, "1.23\u00a0percentage points"),
    (fmt.points, -0.0123, "−1.23\u00a0percentage points"),
    (fmt.factor, 2.44, "2.4"),
    (fmt.factor, 31.4, "31"),
    (fmt.factor, 1.0, "1.0"),
    (fmt.factor, 1.02, "1.02"),
    (fmt.factor, 1.003, "1.003"),
    (fmt.factor, 0.98, "0.98"),
    (fmt.correlation, -0.876, "−0.88"),
    (fmt.correlation, 0.5, "0.50"),
    (fmt.seconds, 0.04, "0.0\u00a0s"),
    (fmt.seconds, 9.94, "9.9\u00a0s"),
    (fmt.seconds, 12.4, "12\u00a0s"),
    (fmt.seconds, 59.7, "1\u00a0min 0\u00a0s"),
    (fmt.seconds, 200, "3\u00a0min 20\u00a0s"),
    (fmt.seconds, 3900, "1\u00a0h 5\u00a0min"),
    (fmt.seeds, [2, 0, 1], "0 to 2"),
    (fmt.seeds, [1, 3, 7], "1, 3, and 7"),
    (fmt.seeds, [0, 1], "0 and 1"),
    (fmt.seeds, [5], "5"),
    (fmt.seeds, [], "–"),
]


@pytest.mark.parametrize(
    ("formatter", "value", "shown"), CASES, ids=[f"{c[0].__name__} {c[1]}" for c in CASES]
)
def test_exactly(formatter: Callable[..., Markdown], value: Any, shown: str) -> None:
    assert formatter(value) == shown
    assert isinstance(formatter(value), Markdown)


@pytest.mark.parametrize(
    "formatter",
    [fmt.count, fmt.number, fmt.loss, fmt.percent, fmt.accuracy, fmt.points, fmt.factor,
     fmt.correlation, fmt.seconds],
)  # fmt: skip
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_what_is_missing_is_a_dash(formatter: Any, value: float | None) -> None:
    assert formatter(value) == "–"


def test_intervals() -> None:
    assert fmt.interval(0.123, 4.56) == r"\[0.12, 4.6\]"
    assert fmt.interval(-1.0, 1e-9) == r"\[−1.0, 1.0×10⁻⁹\]"
    assert fmt.interval(None, 1.0) == "–"
    assert fmt.interval(0.501, 0.502) == r"\[0.501, 0.502\]"
    assert fmt.interval(0.98, 1.003, neutral=1) == r"\[0.9800, 1.003\]"
    assert fmt.interval(0.5, 0.5) == "0.50 at both ends"


def test_plurals() -> None:
    assert fmt.plural(1, "seed") == "one seed"
    assert fmt.plural(4, "seed") == "four seeds"
    assert fmt.plural(12, "entry", "entries") == "12 entries"
    assert fmt.plural(0, "run") == "no runs"
    assert fmt.plural(2, "approach") == "two approaches"


def test_code_cannot_be_left() -> None:
    assert fmt.code("homework run") == "`homework run`"
    for text in ("a`b``c", "``", "{{< include x >}}", "`x`{=html}", "a\nb", ""):
        shown = fmt.code(text)
        assert "{{<" not in shown
        assert "\n" not in shown
