"""The curves of a figure as data inside its SVG, from which the site reads values.

The data are places in the figure and values, so that a script needs to know nothing of axes:
`templates/styles/curves.html` shows them where JavaScript runs; elsewhere the figure is all.
"""

import json
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from mpl_toolkits.mplot3d import Axes3D

POINTS = 100
"""At most so many points of a curve, evenly over the width of its axes."""
RUNS = 12
"""Up to so many runs of a curve can be looked at one by one."""
UNIT = 10_000
"""Places are integers from 0 (left, top) to this (right, bottom) of the whole figure."""
OPENING, CLOSING = '<metadata id="curves">', "</metadata>"


def curves(figure: Canvas) -> list[dict[str, Any]]:
    """For every axes with curves: its words, its box, and of each curve places and values.

    A curve is a line in the legend along increasing x. Its `runs` are those that `draw_band` drew.
    To be called after the figure was saved, when its layout is final.
    """
    found = [panel for axes in figure.axes if (panel := _panel(figure, axes))]
    # Where axes share their words, only those at the figure's edge bear them.
    for panel in found:
        for key in ("x", "y"):
            panel[key] = panel[key] or next((p[key] for p in reversed(found) if p[key]), "")
    return found


def embedded(svg: str, figure: Canvas) -> str:
    """The SVG with the figure's curves as metadata; as it was where it has none."""
    found = curves(figure)
    if not found:
        return svg
    text = json.dumps(found, separators=(",", ":"))
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    body, end, rest = svg.rpartition("</svg>")
    return f"{body}{OPENING}{safe}{CLOSING}\n{end}{rest}"


def _panel(figure: Canvas, axes: Axes) -> dict[str, Any] | None:
    lines = [line for line in axes.get_lines() if _is_curve(line)]
    if isinstance(axes, Axes3D) or not lines:
        return None
    box = axes.get_position()
    return {
        "title": axes.get_title(),
        "x": axes.get_xlabel(),
        "y": axes.get_ylabel(),
        "box": [round(UNIT * v) for v in (box.x0, 1 - box.y1, box.x1, 1 - box.y0)],
        "curves": [_curve(figure, axes, line) for line in lines],
    }


def _is_curve(line: Line2D) -> bool:
    x = np.asarray(line.get_xdata(), dtype=float)
    named = not str(line.get_label()).startswith("_")
    return named and len(x) > 2 and bool(np.all(np.diff(x) > 0)) and line.get_linestyle() != "None"


def _curve(figure: Canvas, axes: Axes, line: Line2D) -> dict[str, Any]:
    x = np.asarray(line.get_xdata(), dtype=float)
    runs = np.asarray(getattr(line, "runs", np.empty((0, len(x)))), dtype=float)
    across = _places(figure, axes, x, np.full_like(x, np.nan))[0]
    low, high = np.nanmin(across), np.nanmax(across)
    bins = ((across - low) / max(high - low, 1) * (POINTS - 1)).round()
    chosen = np.unique(np.nan_to_num(bins), return_index=True)[1]
    x = x[chosen]

    def values(y: np.ndarray[Any, Any]) -> dict[str, Any]:
        down = _places(figure, axes, x, y)[1]
        return {"at": [_whole(v) for v in down], "y": [_short(v) for v in y]}

    return {
        "label": str(line.get_label()).strip(),
        "color": line.get_color(),
        "at": [_whole(v) for v in across[chosen]],
        "x": [_short(v) for v in x],
        "shown": values(np.asarray(line.get_ydata(), dtype=float)[chosen]),
        "runs": [values(run[chosen]) for run in runs] if 1 < len(runs) <= RUNS else [],
    }


def _places(
    figure: Canvas, axes: Axes, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Where points stand in the figure, in units from left and top; NaN where they do not."""
    bottom = axes.get_ylim()[0]
    points = np.column_stack([x, np.where(np.isnan(y), bottom, y)])
    with np.errstate(divide="ignore", invalid="ignore"):
        pixels = axes.transData.transform(points)
    left, up = figure.transFigure.inverted().transform(pixels).T
    return UNIT * left, np.where(np.isnan(y), np.nan, UNIT * (1 - up))


def _whole(value: float) -> int | None:
    return round(value) if np.isfinite(value) else None


def _short(value: float) -> float | None:
    """Four significant digits: more than a reader of a curve can use."""
    return float(f"{value:.4g}") if np.isfinite(value) else None
