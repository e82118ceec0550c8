"""Last touches to a figure whose axes are final: labels that fit, marks that lie apart."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.lines import Line2D

SHARE = 0.87
"""Least height of axes as a share of the length of their label."""
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
    """Wrap labels that are longer than their axes, and spread the marks of curves."""
    lay_out(figure)
    for axes in figure.axes:
        if axes.name == "3d":
            continue
        _fit_label(axes)
        _spread_marks(axes)


def _fit_label(axes: Axes) -> None:
    label, text = axes.yaxis.label, axes.get_ylabel()
    if not text:
        return
    share = axes.get_window_extent().height / label.get_window_extent().height
    if share < SHARE:
        longest = max(len(line) for line in text.split("\n"))
        letters = max(8, int(share * longest))
        rows = wrap(text, letters, break_long_words=False, break_on_hyphens=False)
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
