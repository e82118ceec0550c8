"""Axes whose scale follows the values: logarithmic with readable ticks, or linear."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Direction = Literal["x", "y"]
WIDE = 3.0
"""Largest over smallest value from which a logarithmic axis shows more than a linear one."""


def logarithmic(ax: Axes, which: Direction, *, linear: float = 0.0, **options: Any) -> None:
    """Make an axis logarithmic, with few ticks and plain numbers.

    Args:
        ax: whose axis.
        which: the axis.
        linear: from minus this to this the axis is linear, and beyond also negative values show.
        options: of matplotlib's scale.
    """
    from matplotlib.ticker import NullLocator

    from report.figures.ticks import PlainNumbers, plain_ticks

    axis = ax.xaxis if which == "x" else ax.yaxis
    scale = ax.set_xscale if which == "x" else ax.set_yscale
    if linear:
        scale("symlog", linthresh=linear, **options)
        axis.set_major_formatter(PlainNumbers())
        axis.set_minor_locator(NullLocator())
    else:
        scale("log", **options)
        plain_ticks(axis)


def scale_to(ax: Axes, which: Direction, values: Iterable[Any]) -> None:
    """Scale an axis to the values: linear where they span little or are not all positive."""
    known = np.asarray(list(values), dtype=float)
    known = known[np.isfinite(known)]
    if len(known) and known.min() > 0 and known.max() >= WIDE * known.min():
        logarithmic(ax, which)


def count_along(ax: Axes) -> None:
    """A few whole numbers below the axis x."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], integer=True))


def decades_around_zero(ax: Axes, values: Sequence[float], tolerance: float) -> None:
    """A few ticks at whole decades around zero, on a scale that is linear up to `tolerance`."""
    largest = max(abs(value) for value in values)
    low, high = math.ceil(math.log10(tolerance)) + 1, math.floor(math.log10(largest))
    step = max(1, math.ceil((high - low + 1) / 3))
    powers = [10.0**exponent for exponent in range(high, low - 1, -step)]
    top, bottom = 5 * max(*values, 2 * tolerance), 5 * min(*values, -2 * tolerance)
    ax.set_ylim(bottom, top)
    ax.set_yticks([tick for p in powers for tick in (-p, p) if bottom <= tick <= top] + [0.0])
