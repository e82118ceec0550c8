"""The style of every figure: vector, transparent, Okabe-Ito colors with line styles and markers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from report.words.tex import in_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure

    Canvas = Figure
else:
    Axes = Canvas = Any
    """Types in annotations; matplotlib takes long to import, so only what draws does."""

WIDTH = 6.5
"""Inches: the text width of the printed page, so that letters print in their nominal size."""

HALF = 3.15
"""Inches: the width of a figure that stands beside another."""

COLORS = ("#0072B2", "#D55E00", "#009E73", "#BA6096", "#B07800", "#2E93CC", "#000000", "#6B5300")
"""Okabe and Ito 2008, the light ones darkened until each has a contrast of 3:1 with white."""
DASHES: tuple[Any, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.2)),
    (0, (5, 1.5, 1, 1.5)),
    (0, (8, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (1, 3)),
    (0, (2, 1)),
)
PANELS = 4
"""Panels beside each other at most: on narrower ones, ticks and titles collide."""
TALLEST = 7.5
"""Inches: so high may a figure be that shares its page with a caption."""
TITLE_LETTERS = 90
"""Letters of a title's size that fit the text width."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titley": 1.0,  # fixed, or every drawing looks for what lies above the axes
    "axes.labelsize": 9,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#999999",
    "grid.alpha": 0.3,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.4,
    "lines.markersize": 4,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "savefig.transparent": True,
    "svg.hashsalt": "homework",
    "svg.fonttype": "path",
    "image.cmap": "cividis",
}


@dataclass(frozen=True)
class Line:
    """Color, line style and marker of one series, so that no series is told by color alone.

    `sparse` marks some points of a long curve where not all are marked.
    """

    color: str
    dashes: Any
    marker: str
    sparse: bool = False


@dataclass(frozen=True)
class Rows:
    """Which rows of the record's table each run of a series shows, and what the run is called."""

    table: str
    rows: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]

    @classmethod
    def each(cls, table: str, frame: pd.DataFrame, by: Sequence[str] = ("seed",)) -> Self:
        """A run for every line of a frame that `Record.frame` made of the table.

        `by` are the columns that tell the runs apart.
        """
        words = [column.replace("_", " ") for column in by]
        names = tuple(
            ", ".join(f"{word} {value:g}" for word, value in zip(words, values, strict=True))
            for values in frame[list(by)].itertuples(index=False)
        )
        return cls(table, tuple((int(row),) for row in frame.index), names)

    @classmethod
    def by_seed(cls, table: str, frame: pd.DataFrame) -> Self:
        """A run for every seed, in rising order: all lines of the frame that have it."""
        groups = [(seed, group.index) for seed, group in frame.groupby("seed")]
        rows = tuple(tuple(int(row) for row in index) for _, index in groups)
        return cls(table, rows, tuple(f"seed {seed}" for seed, _ in groups))


def line(index: int) -> Line:
    """Style of the series number `index`."""
    return Line(
        COLORS[index % len(COLORS)], DASHES[index % len(DASHES)], MARKERS[index % len(MARKERS)]
    )


def canvas(
    rows: int = 1,
    columns: int = 1,
    *,
    height: float = 2.6,
    width: float = WIDTH,
    layout: str | None = None,
    **options: Any,
) -> tuple[Canvas, np.ndarray[Any, np.dtype[Any]]]:
    """A figure with rows × columns axes; `height` in inches per row, `width` in inches of all.

    `layout` is matplotlib's layout engine, that of the style if None; `options` go to
    `Figure.subplots`.

    It is not pyplot's: nobody has to close it, and the user's backend stays as it is. matplotlib
    takes long to import, so only where something is drawn.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(RC):
        size = (width, height * rows)
        figure = Figure(figsize=size, layout=layout)  # type: ignore[arg-type]  # "none" is right
        axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, axes


def tiles(
    count: int,
    rows: int = 1,
    *,
    height: float,
    share: bool = False,
    ratios: Sequence[float] = (1,),
) -> tuple[Canvas, np.ndarray[Any, np.dtype[Any]]]:
    """A panel for each of `count` things, at most `PANELS` side by side; axes (rows, count).

    A panel is `rows` axes, one below the other over a common x, whose heights are as `ratios`;
    `height` is their mean in inches, less where the page ends. `share` gives all axes one y.
    """
    columns = min(count, PANELS)
    bands = -(-count // columns)
    height = min(height, TALLEST / (rows * bands))
    figure, grid = canvas(
        rows * bands,
        columns,
        height=height,
        sharey=share,
        height_ratios=[*ratios] * (rows * bands // len(ratios)),
    )
    panels = grid.reshape(bands, rows, columns).swapaxes(0, 1).reshape(rows, -1)
    for unused in panels[:, count:].ravel():
        unused.remove()
    axes = panels[:, :count]
    for upper in axes[:-1].ravel():
        upper.tick_params(labelbottom=False)
    for column in axes.T:
        for upper in column[:-1]:
            upper.sharex(column[-1])
    return figure, axes


def draw_band(
    axes: Axes,
    x: Sequence[float],
    runs: Sequence[Sequence[float]],
    index: int | Line,
    label: str,
    *,
    markers: bool = False,
    rows: Rows | None = None,
) -> None:
    """Median over runs as a line, minimum to maximum as a band.

    Args:
        axes: where to draw.
        x: (N,).
        runs: (R, N), one row per run; NaN where a run has no value.
        index: the style of the series, or its number, which chooses one.
        label: in the legend.
        markers: mark the points (few points only).
        rows: which rows of the record the runs are, for the site.
    """
    style = line(index) if isinstance(index, int) else index
    values = np.asarray(runs, dtype=float).reshape(len(runs), len(x))
    known = ~np.all(np.isnan(values), axis=0)
    shown = values[:, known]
    place = np.asarray(x, dtype=float)[known]
    (curve,) = axes.plot(
        place,
        np.nanmedian(shown, axis=0),
        color=style.color,
        linestyle=style.dashes,
        marker=style.marker if markers or style.sparse else None,
        label=f" {label}" if label.startswith("_") else label,  # matplotlib hides _names
    )
    curve.sparse = style.sparse and not markers  # type: ignore[attr-defined]  # for finish.py
    # For report/figures/curves.py.
    curve.runs, curve.rows, curve.dashes = shown, rows, style.dashes  # type: ignore[attr-defined]
    if len(values) > 1:
        axes.fill_between(
            place,
            np.nanmin(shown, axis=0),
            np.nanmax(shown, axis=0),
            color=style.color,
            alpha=0.18,
            linewidth=0,
        )


_CASES = {
    r"\begin{cases} ": r"\{",
    r" \end{cases}": r"\}",
    r" \\ ": r";\ ",
    " & ": r",\ ",
    r" \le ": r" \leq ",
    r" \ge ": r" \geq ",
}
"""Pieces of a function in one line, since matplotlib knows no environments of TeX."""


def wrapped(label: str, letters: int, rows: int) -> str:
    """The label in at most so many rows of so many letters, with an ellipsis for the rest."""
    return "\n".join(wrap(label, letters, max_lines=rows, placeholder="…", break_on_hyphens=False))


def title(
    axes: Axes, text: str, more: str = "", *, formula: bool = False, instead: str | None = None
) -> None:
    """The title of a panel: a name, or a function as its formula.

    `more` follows behind a comma. A formula that does not fit gives way to what stands `instead`.
    """
    grid = axes.get_subplotspec()
    columns = grid.get_gridspec().ncols if grid else 1
    letters = TITLE_LETTERS // columns
    name = wrapped(text, letters, 2)
    if formula:
        name = f"${in_line(text)}$"
        for tex, line in _CASES.items():
            name = name.replace(tex, line)
    apart = ",\n" if len(more) > letters // 2 or columns == PANELS else ", "
    axes.set_title(name + (apart + wrapped(more, letters, 2) if more else ""))
    axes.title.formula = formula  # type: ignore[attr-defined]  # for report/book/drawing.py
    axes.title.instead = instead  # type: ignore[attr-defined]  # for finish.py
