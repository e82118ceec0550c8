"""Axes that follow their values."""

import pytest
from matplotlib.axes import Axes

from report.figures.scales import scale_to
from report.figures.style import canvas


@pytest.fixture
def place() -> Axes:
    _, axes = canvas()
    return axes[0, 0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1.0, 2.0], "linear"),
        ([1.0, 20.0, float("nan")], "log"),
        ([1e-6, 1.0], "log"),
        ([0.0, 20.0], "linear"),
        ([], "linear"),
    ],
)
def test_logarithmic_where_it_shows_more(place: Axes, values: list[float], scale: str) -> None:
    scale_to(place, "y", values)
    assert place.get_yscale() == scale
    assert place.get_xscale() == "linear"


def test_few_decades_have_plain_numbers(place: Axes) -> None:
    place.plot([1, 2], [0.4, 9])
    scale_to(place, "y", [0.4, 9])
    place.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
    shown = [tick.label1.get_text() for tick in place.yaxis.get_major_ticks()]
    assert {"0.5", "1", "2", "5"} <= set(shown)
