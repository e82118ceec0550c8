"""What tells the lines of a figure apart: a legend, or words at the lines' ends."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from report.figures.finish import lay_out
from report.figures.style import wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.lines import Line2D

KEY = 0.6
"""Inches: what an entry of a legend is wider than its label."""
END_LETTERS = 22
"""Letters of a row of words at a line's end."""
ROW = 0.17
"""Inches: the height of a row of a legend."""
MANY = 4
"""Up to so many lines have a legend, more have their words at their ends."""
END_SIZE = 7.5
"""Points: the size of words at a line's end."""


def name_lines(figure: Canvas, axes: Sequence[Axes], columns: int = 3) -> None:
    """Tell the lines of a row of axes apart, which are the same lines in each of them.

    Many have their words right of the last of the axes, few a legend below the figure. To be
    called when lines and scales are final.
    """
    if len(axes[-1].get_legend_handles_labels()[1]) > MANY:
        words_at_ends(axes[-1])
    else:
        legend_below(figure, axes[0], columns)


def words_at_ends(axes: Axes) -> None:
    """The label of each line right of the axes, level with its last point or near to it."""
    from matplotlib.lines import Line2D

    lines = labeled(axes)
    if not lines:
        return
    figure = axes.get_figure(root=True)
    assert figure is not None
    lay_out(figure)
    height = axes.get_position().height * figure.get_figheight() * 72
    to_axes = axes.transData + axes.transAxes.inverted()
    ends = [np.clip(to_axes.transform(_last(line)), 0, 1) for line in lines]
    words = [wrapped(str(line.get_label()), END_LETTERS, 2) for line in lines]
    sizes = [1.2 * END_SIZE * (1 + text.count("\n")) / height for text in words]
    for line, text, (x, y), place in zip(
        lines, words, ends, apart([y for _, y in ends], sizes), strict=True
    ):
        color = line.get_color()
        to_words = Line2D(
            [x, 1.0, 1.06],
            [y, y, place],
            color=color,
            linewidth=0.5,
            transform=axes.transAxes,
            label="_",
        )
        axes.add_artist(to_words).set_clip_on(False)
        axes.text(
            1.07, place, text, va="center", fontsize=END_SIZE, color=color, transform=axes.transAxes
        )


def labeled(axes: Axes) -> list[Line2D]:
    """The lines that have a label."""
    return [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]


def apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Places nearest to those wanted, by least squares, at which things of these sizes don't touch.

    Their order is kept.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(wanted, kind="stable")
    high = np.asarray(sizes)[order]
    offsets = np.cumsum(high) - high / 2
    places = np.empty(len(order))
    places[order] = isotonic_regression(np.asarray(wanted)[order] - offsets).x + offsets
    return [float(place) for place in places]


def _last(line: Line2D) -> tuple[float, float]:
    """The last point of a line that has a value; its axes' corner where it has none."""
    x, y = (np.asarray(values, dtype=float) for values in line.get_data())
    known = np.flatnonzero(np.isfinite(y))
    if not len(known):
        assert line.axes is not None
        return (line.axes.get_xlim()[1], line.axes.get_ylim()[0])
    return (float(x[known[-1]]), float(y[known[-1]]))


def legend_below(figure: Canvas, axes: Axes, columns: int = 3) -> None:
    """One legend for the whole figure, below it, in as many columns as the longest label leaves."""
    handles, labels = axes.get_legend_handles_labels()
    widths = [_width(figure, label) for label in labels]
    room = figure.get_figwidth() - KEY
    fitting = int(figure.get_figwidth() / (max(widths, default=0.0) + KEY))
    fitting = max(1, min(columns, fitting))
    shown = [
        label if width <= room else wrapped(label, int(0.95 * len(label) * room / width), 2)
        for label, width in zip(labels, widths, strict=True)
    ]
    rows = sum(label.count("\n") + 1 for label in shown) / fitting
    figure.set_figheight(figure.get_figheight() + ROW * max(0, ceil(rows) - 1))
    figure.legend(handles, shown, loc="outside lower center", ncols=fitting, fontsize=8)


def _width(figure: Canvas, label: str) -> float:
    """Inches that a label of the legend is wide."""
    text = figure.text(0, 0, label, fontsize=8, parse_math=False)
    width = float(text.get_window_extent().width / figure.dpi)
    text.remove()
    return width
