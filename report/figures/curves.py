"""The data of a figure inside its SVG, from which the site draws it anew and answers a pointer.

Each panel has its axes as they are drawn (scale, limits, ticks) and its series as values:
`templates/styles/charts.html` shows them where JavaScript runs; elsewhere the figure is all.
"""

import json
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from mpl_toolkits.mplot3d import Axes3D

from report.figures.legends import labeled
from report.figures.style import COLORS

POINTS = 100
"""At most so many points of a curve, evenly over the width of its axes."""
RUNS = 12
"""Up to so many runs of a curve can be looked at one by one."""
ALIGNED = 0.02
"""Panels whose edges differ by less, as a share of the figure, stand in one column or row."""
MESH = 30
"""At most so many quadrilaterals along each side of a surface."""


def panels(figure: Canvas) -> list[dict[str, Any]]:
    """For every axes with series: its words, its box in the figure, its axes and its series.

    A curve is a line in the legend along increasing x; its `runs` are those that `draw_band` drew.
    Points are marks in the legend, or a scatter that has `rows` (`report.figures.style.Rows`); a
    line that is a `route` is points that are joined in their order.
    To be called after the figure was saved, when its layout is final.
    """
    found = [panel for axes in figure.axes if (panel := _panel(axes))]
    # Where axes share their words, only the lowest of a column and the first of a row bear them.
    for panel in found:
        for key, edge in (("x", 0), ("y", 1)):
            own = [p for p in found if abs(p["box"][edge] - panel["box"][edge]) < ALIGNED]
            words = (p[key]["label"] for p in (*own, *reversed(found)) if p[key]["label"])
            panel[key]["label"] = panel[key]["label"] or next(words, "")
    return found


def embedded(svg: str, figure: Canvas) -> str:
    """The SVG with the figure's panels as metadata; as it was where it has none."""
    kinds = {"panels": panels, "surfaces": surfaces, "planes": planes}
    kind, found = next(((k, made) for k, make in kinds.items() if (made := make(figure))), ("", []))
    if not found:
        return svg
    text = json.dumps(found, separators=(",", ":"))  # ASCII: not every letter may be in XML
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    body, end, rest = svg.rpartition("</svg>")
    return f'{body}<metadata id="{kind}">{safe}</metadata>\n{end}{rest}'


def surfaces(figure: Canvas) -> list[dict[str, Any]]:
    """For every perspective with a `surface` (x, y, heights over them): its words and its mesh.

    A `path` over it has x, y and heights too. All are shares of the box of the axes, from -1 to 1.
    """
    return [_mesh(axes) for axes in figure.axes if hasattr(axes, "surface")]


def planes(figure: Canvas) -> list[dict[str, Any]]:
    """For every axes with a `plane` (x, y, values over them): its words, its box, its values."""
    return [_plane(axes) for axes in figure.axes if hasattr(axes, "plane")]


def _plane(axes: Any) -> dict[str, Any]:
    label, x, y, values = axes.plane
    across, along = _thinned(x), _thinned(y)

    def side(axis: Axis, limits: tuple[float, float], places: Any) -> dict[str, Any]:
        low, high = (float(limit) for limit in limits)
        return {
            "label": axis.get_label_text(),
            "limits": [low, high],
            "values": [_short(v) for v in places],
        }

    return {
        "title": axes.get_title(),
        "label": label,
        "x": side(axes.xaxis, axes.get_xlim(), np.asarray(x)[across]),
        "y": side(axes.yaxis, axes.get_ylim(), np.asarray(y)[along]),
        "z": [[_short(v) for v in row] for row in np.asarray(values)[np.ix_(along, across)]],
        "box": _box(axes),
    }


def _box(axes: Axes) -> list[float]:
    """Left, top, right and bottom, as shares of the figure from its upper left corner."""
    box = axes.get_position()
    return [round(float(v), 4) for v in (box.x0, 1 - box.y1, box.x1, 1 - box.y0)]


def _thinned(values: Any) -> Any:
    """Indices of at most `MESH` + 1 of the values, evenly."""
    return np.unique(np.linspace(0, len(values) - 1, MESH + 1).round()).astype(int)


def _mesh(axes: Any) -> dict[str, Any]:
    x, y, heights = (np.asarray(values, dtype=float) for values in axes.surface)
    limits = (axes.get_xlim(), axes.get_ylim(), axes.get_zlim())

    def shares(which: int, values: Any) -> Any:
        low, high = limits[which]
        return np.round(2 * (np.asarray(values, dtype=float) - low) / (high - low) - 1, 3)

    columns, rows = _thinned(x), _thinned(y)
    path = [shares(which, values) for which, values in enumerate(axes.path or ((), (), ()))]
    return {
        "title": axes.get_title(),
        "left": round(float(axes.get_position().x0), 2),
        "labels": [axes.get_xlabel(), axes.get_ylabel(), axes.get_zlabel()],
        "x": shares(0, x[columns]).tolist(),
        "y": shares(1, y[rows]).tolist(),
        "z": shares(2, heights[np.ix_(rows, columns)]).tolist(),
        "path": [[v if np.isfinite(v) else None for v in values.tolist()] for values in path],
    }


def _panel(axes: Axes) -> dict[str, Any] | None:
    if isinstance(axes, Axes3D):
        return None
    routes = [line for line in labeled(axes) if hasattr(line, "route")]
    lines = [line for line in labeled(axes) if line not in routes]
    marks = [c for c in axes.collections if isinstance(c, PathCollection) and hasattr(c, "rows")]
    series = [
        *(_curve(axes, line) for line in lines if _is_curve(line)),
        *(_points(line, np.asarray(line.get_xydata(), float)) for line in lines if _is_marks(line)),
        *(_points(mark, np.asarray(mark.get_offsets(), float)) for mark in marks),
        *(_route(line, color) for line, color in zip(routes, cycle(COLORS), strict=False)),
    ]
    across, along = _axis(axes.xaxis, axes.get_xlim()), _axis(axes.yaxis, axes.get_ylim())
    if not series or across is None or along is None:
        return None
    return {
        "title": axes.get_title(),
        "x": across,
        "y": along,
        "box": _box(axes),
        "series": series,
    }


def _axis(axis: Axis, limits: tuple[float, float]) -> dict[str, Any] | None:
    """Label, scale, limits and ticks; None for a scale or a direction that no script knows."""
    low, high = (float(limit) for limit in limits)
    scale = axis.get_scale()
    if scale not in ("linear", "log", "symlog") or low >= high:
        return None
    places = [float(tick) for tick in axis.get_majorticklocs() if low <= tick <= high]
    words = axis.get_major_formatter().format_ticks(places)
    transform = axis.get_transform()
    return {
        "label": " ".join(axis.get_label_text().split()),
        "scale": scale,
        "linear": float(getattr(transform, "linthresh", 0)),
        "stretch": float(getattr(transform, "linscale", 1)),
        "limits": [low, high],
        "ticks": [[tick, word] for tick, word in zip(places, words, strict=True)],
    }


def _is_curve(line: Line2D) -> bool:
    x = np.asarray(line.get_xdata(), dtype=float)
    return len(x) > 2 and bool(np.all(np.diff(x) > 0)) and line.get_linestyle() != "None"


def _is_marks(line: Line2D) -> bool:
    return line.get_linestyle() == "None" and len(np.asarray(line.get_xdata())) > 0


def _curve(axes: Axes, line: Line2D) -> dict[str, Any]:
    x = np.asarray(line.get_xdata(), dtype=float)
    runs = np.asarray(getattr(line, "runs", np.empty((0, len(x)))), dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        across = axes.transData.transform(np.column_stack([x, np.ones_like(x)]))[:, 0]
    low, high = np.nanmin(across), np.nanmax(across)
    bins = ((across - low) / max(high - low, 1) * (POINTS - 1)).round()
    chosen = np.unique(np.nan_to_num(bins), return_index=True)[1]
    dashes = getattr(line, "dashes", "-")
    few = len(runs) if 1 < len(runs) <= RUNS else 0
    return _series(line, False) | {
        "color": to_hex(line.get_color()),
        "dash": [] if isinstance(dashes, str) else list(dashes[1]),
        "x": [_short(v) for v in x[chosen]],
        "y": [_short(v) for v in np.asarray(line.get_ydata(), dtype=float)[chosen]],
        "runs": [[_short(v) for v in run[chosen]] for run in runs[:few]],
    }


def _points(marks: Line2D | PathCollection, places: np.ndarray[Any, Any]) -> dict[str, Any]:
    color: Any = "#0072B2"
    if isinstance(marks, Line2D):
        color = marks.get_color()
    elif len(colors := np.asarray([*marks.get_facecolor()] or [*marks.get_edgecolor()])) == 1:
        color = colors[0]
    return _series(marks, True) | {
        "color": to_hex(color),
        "dash": [],
        "x": [_short(v) for v in places[:, 0]],
        "y": [_short(v) for v in places[:, 1]],
        "runs": [],
    }


def _route(line: Line2D, color: str) -> dict[str, Any]:
    """Its drawing is gray; where it is drawn anew, a color tells it from the others."""
    return _points(line, np.asarray(line.get_xydata(), float)) | {"color": color, "route": True}


def _series(artist: Line2D | PathCollection, points: bool) -> dict[str, Any]:
    label, rows = str(artist.get_label()).strip(), getattr(artist, "rows", None)
    return {
        "label": "" if label.startswith("_") else label,
        "points": points,
        "table": rows.table if rows else "",
        "rows": [list(run) for run in rows.rows] if rows else [],
        "names": list(rows.names) if rows else [],
    }


def _short(value: float) -> float | None:
    """Four significant digits: more than a reader of a curve can use."""
    return float(f"{value:.4g}") if np.isfinite(value) else None
