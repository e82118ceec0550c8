"""Last touches to a figure whose axes are final: labels that fit, marks that lie apart."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

SHARE = 0.87
"""Least height of axes as a share of the length of their label."""
CELL = 0.92
"""Share of the width of a panel with its ticks that a title may take."""
SMALL = 0.7
"""Least size of a title as a share of the usual one."""
MARKS = 5
"""Points marked on a long curve."""


def lay_out(figure: Canvas) -> None:
    """Give every axes its place and size, on which what is measured then rests."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    for axes in figure.axes:
        axes.apply_aspect()


def finish(figure: Canvas) -> None:
    """Fit titles and labels to their axes, and spread the marks of curves."""
    lay_out(figure)
    for axes in figure.axes:
        if axes.name == "3d":
            continue
        _fit_title(figure, axes)
        box = axes.get_window_extent()
        _fit_label(figure, axes.xaxis.label, box.width, slice(0, 1))
        _fit_label(figure, axes.yaxis.label, box.height, slice(1, 2))
        _spread_marks(axes)


def _fit_title(figure: Canvas, axes: Axes) -> None:
    """Shrink a title that is wider than its place, and give a name instead of a long formula."""
    place = axes.get_subplotspec()
    if place is None or not axes.get_title():
        return
    room = CELL * figure.bbox.width / place.get_gridspec().ncols

    def fits() -> float:
        return float(room / axes.title.get_window_extent().width)

    instead = getattr(axes.title, "instead", None)
    if instead and fits() < SMALL:
        axes.title.set_parse_math(False)
        axes.title.set_text(instead)
    if fits() < 1:
        axes.title.set_fontsize(float(axes.title.get_fontsize()) * max(SMALL, fits()))


def _fit_label(figure: Canvas, label: Text, length: float, across: slice) -> None:
    """Wrap the label if it is much longer than its axis, or leaves the figure."""
    text = label.get_text()
    if not text:
        return
    (low, high), whole = (
        box.get_points()[:, across].ravel() for box in (label.get_window_extent(), figure.bbox)
    )
    room = length
    if SHARE * (high - low) <= length:
        if low >= whole[0] and high <= whole[1]:
            return
        room = min(length, 0.98 * (high - low))
    letters = int(room / (high - low) * max(len(line) for line in text.split("\n")))
    rows = wrap(text, max(8, letters), break_long_words=False, break_on_hyphens=False)
    label.set_text("\n".join(rows))


def _spread_marks(axes: Axes) -> None:
    """A few marks on each sparse curve, evenly along the axis, at other places on each."""
    curves = [line for line in axes.get_lines() if getattr(line, "sparse", False)]
    for number, curve in enumerate(curves):
        across = _across(axes, curve)
        steps = (np.arange(MARKS) + (number + 0.5) / len(curves)) / MARKS
        wanted = across.min() + steps * np.ptp(across)
        nearest = {int(np.argmin(abs(across - place))) for place in wanted}
        curve.set_markevery(sorted(nearest))


def _across(axes: Axes, curve: Line2D) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    x = np.asarray(curve.get_xdata(), dtype=float)
    points = np.column_stack([x, np.full_like(x, axes.get_ylim()[0])])
    return np.asarray(axes.transData.transform(points)[:, 0], dtype=float)
