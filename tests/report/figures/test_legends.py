"""Lines are told apart by a legend or at their ends, and no label touches another."""

from itertools import pairwise

import pytest

from report.figures.finish import finish
from report.figures.legends import MANY, apart, labeled, name_lines
from report.figures.style import canvas, draw_band, wrapped

X = [0.0, 1.0, 2.0, 3.0]


def test_things_that_would_touch_move_apart_and_keep_their_order() -> None:
    wanted, sizes = [0.5, 0.52, 0.1, 0.51], [0.1, 0.1, 0.1, 0.2]
    places = apart(wanted, sizes)
    order = sorted(range(4), key=lambda i: places[i])
    assert order == [2, 0, 3, 1]
    for low, high in pairwise(order):
        assert places[high] - places[low] >= (sizes[low] + sizes[high]) / 2 - 1e-9
    assert places[2] == pytest.approx(0.1)
    assert sum(places[i] for i in (0, 1, 3)) == pytest.approx(0.5 + 0.52 + 0.51, abs=0.05)


@pytest.mark.parametrize("lines", [MANY, MANY + 1])
def test_many_lines_have_words_at_their_ends(lines: int) -> None:
    figure, axes = canvas(1, 2)
    for number in range(lines):
        for ax in axes[0]:
            draw_band(ax, X, [[number * x for x in X]], number, f"line {number}")
    name_lines(figure, list(axes[0]))
    few = lines <= MANY
    assert bool(figure.legends) == few
    assert len(axes[0, 1].texts) == (0 if few else lines)
    boxes = sorted((text.get_window_extent() for text in axes[0, 1].texts), key=lambda b: b.y0)
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))
    assert len(labeled(axes[0, 1])) == lines  # the leaders have no words of their own


def test_long_names_stay_within_the_figure() -> None:
    figure, axes = canvas()
    for number, name in enumerate(("wide " * 16, "w" * 80, "short")):
        draw_band(axes[0, 0], X, [X], number, name)
    name_lines(figure, [axes[0, 0]])
    (legend,) = figure.legends
    figure.draw_without_rendering()
    box = legend.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1
    assert wrapped("one two three four", 8, 2) == "one two\nthree…"


def test_a_label_longer_than_its_axes_is_wrapped() -> None:
    figure, axes = canvas(height=1.2)
    axes[0, 0].set_ylabel("a quantity whose name is longer than its axes are high")
    finish(figure)
    figure.draw_without_rendering()
    label = axes[0, 0].yaxis.label.get_window_extent()
    assert label.y0 >= 0
    assert label.y1 <= figure.bbox.y1
    assert "\n" in axes[0, 0].get_ylabel()
