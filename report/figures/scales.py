"""Axes whose scale follows the values: logarithmic with readable ticks, or linear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE = 3.0
"""Largest over smallest value from which a logarithmic axis shows more than a linear one."""


def scale_to(place: Axes, which: Literal["x", "y"], values: Iterable[Any]) -> None:
    """Scale an axis to the values: linear where they span little or are not all positive.

    Over few decades, ticks stand at 1, 2 and 5 and are written as plain numbers.
    """
    from matplotlib.ticker import FuncFormatter, LogFormatterSciNotation, LogLocator, NullFormatter

    known = np.asarray(list(values), dtype=float)
    known = known[np.isfinite(known)]
    if not len(known) or known.min() <= 0 or known.max() < WIDE * known.min():
        return
    decades = float(np.log10(known.max() / known.min()))
    axis = place.xaxis if which == "x" else place.yaxis
    (place.set_xscale if which == "x" else place.set_yscale)("log")
    axis.set_minor_formatter(NullFormatter())
    if decades < 2.5:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if decades < 1.5 else (1, 3)))
        plain = known.min() >= 1e-3 and known.max() < 1e5
        axis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:g}") if plain else LogFormatterSciNotation()
        )
