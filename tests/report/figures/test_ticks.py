"""Logarithmic axes have a few ticks, whose texts say their values."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from report.figures.scales import logarithmic
from report.figures.style import canvas
from report.figures.ticks import PlainNumbers


def shown(low: float, high: float, linear: float = 0.0) -> list[str]:
    """Texts of the ticks within a vertical axis from `low` to `high`."""
    figure, axes = canvas()
    place = axes[0, 0]
    place.plot([0, 1], [low, high])
    logarithmic(place, "y", linear=linear)
    place.set_ylim(low, high)
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    assert not len(place.yaxis.get_minorticklocs())
    inside = [low <= tick <= high for tick in place.yaxis.get_majorticklocs()]
    texts = [label.get_text() for label in place.yaxis.get_majorticklabels()]
    return [text for text, within in zip(texts, inside, strict=True) if within]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.55, 2.4, ["0.7", "1", "1.5", "2"]),
        (15, 400, ["20", "50", "100", "200"]),
        (0.02, 6, ["0.03", "0.1", "0.3", "1", "3"]),
        (0.004, 5e4, ["0.01", "0.1", "1", "10", "100", "1,000", "10,000"]),
        (2e-5, 2, ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]),
        (1.6e-6, 3.4e-6, ["2×10⁻⁶", "3×10⁻⁶"]),
    ],
)
def test_a_few_ticks_over_many_decades_or_few(low: float, high: float, expected: list[str]) -> None:
    assert shown(low, high) == expected


def test_next_to_no_range_has_ticks_too() -> None:
    """Where no multiple of a power of ten is in sight, as on a linear axis."""
    assert len(shown(1.02, 1.08)) >= 2


def test_beyond_a_linear_range_both_signs_show() -> None:
    assert shown(-1e-2, 10, linear=1e-4)[:2] == ["−10⁻²", "−10⁻³"]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 1e-3, 999_999], ["0", "0.001", "999,999"]),
        ([1e-4, 2.1e-4, -1e-4, 0], ["10⁻⁴", "2.1×10⁻⁴", "−10⁻⁴", "0"]),
        ([1.0, 1e6], ["10⁰", "10⁶"]),
        ([-0.5, 20.0], ["−0.5", "20"]),
    ],
)
def test_numbers_as_text(values: Sequence[float], texts: list[str]) -> None:
    assert PlainNumbers().format_ticks(values) == texts


def test_texts_say_the_values() -> None:
    """Read back, over all magnitudes and both signs."""
    drawn = np.random.default_rng(0)
    for exponent in range(-300, 301, 7):
        value = float(drawn.choice([-1, 1]) * round(drawn.uniform(1, 9.9), 2) * 10.0**exponent)
        (text,) = PlainNumbers().format_ticks([value])
        digits = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")).replace(",", "")
        factor, _, power = digits.partition("×10")
        assert float(factor) * 10.0 ** int(power or 0) == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("linear", [0.0, 1.0])
def test_texts_below_a_narrow_panel_stand_clear_of_each_other(linear: float) -> None:
    figure, axes = canvas(1, 4)
    for place in axes[0]:
        place.plot([1, 90_000], [0, 1])
        logarithmic(place, "x", linear=linear)
        place.set_xlim(0 if linear else 1, 90_000)
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    for place in axes[0]:
        texts = [label for label in place.xaxis.get_majorticklabels() if label.get_text()]
        low, high = place.get_xlim()
        ends = [t.get_window_extent() for t in texts if low <= t.get_position()[0] <= high]
        assert len(ends) >= 2
        assert all(a.x1 < b.x0 for a, b in pairwise(ends))
