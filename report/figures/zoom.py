"""A look from nearer at lines that end close together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from report.figures.legends import labeled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

CLOSE = 0.16
"""Share of the axes' height within which the ends of lines are hard to tell apart."""
LAST = 0.5
"""Share of the axes' width that is looked at, to the right end."""


def zoom_on_ends(axes: Axes, place: tuple[float, float, float, float]) -> None:
    """Where the lines end close together, an inset that shows their ends larger.

    Args:
        axes: whose lines and scales are final.
        place: left, bottom, width and height of the inset, as shares of the axes.
    """
    from matplotlib.ticker import MaxNLocator

    lines = labeled(axes)
    right = axes.get_xlim()[1]
    start = right - LAST * (right - axes.get_xlim()[0])
    seen = [y[(x >= start) & np.isfinite(y)] for x, y in map(_points, lines)]
    seen = [values for values in seen if len(values)]
    if len(seen) < 3:
        return
    low, high = (extreme([extreme(values) for values in seen]) for extreme in (min, max))
    bottom, top = axes.get_ylim()
    if not 0 < high - low < CLOSE * (top - bottom):
        return
    inset = axes.inset_axes(place)
    for line in lines:
        inset.plot(
            *line.get_data(), color=line.get_color(), linestyle=line.get_linestyle(), linewidth=1
        )
    margin = 0.08 * (high - low)
    inset.set(xlim=(start, right), ylim=(low - margin, high + margin))
    inset.tick_params(labelsize=7, pad=1, length=2)
    for axis in (inset.xaxis, inset.yaxis):
        axis.set_major_locator(MaxNLocator(2))
    axes.indicate_inset_zoom(inset, edgecolor="#555555", linewidth=0.6)


def _points(line: Line2D) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
