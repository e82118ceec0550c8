"""The error surface: contours and surfaces on two planes, the trajectory, its distance from one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from report.claims.bound import bound
from report.figures.scales import logarithmic
from report.figures.style import Rows, canvas, draw_band, title
from report.numbers.statistics import mean, median
from report.records import Record
from report.sections.cases import case_name, cases_settings
from report.sections.error_surface.claims import commentary, planes
from report.sections.lost import spread_words
from report.sections.section import Figure, Section, Table
from report.words import format as fmt
from report.words.markdown import Markdown, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure as Canvas

LEVELS = 15
"""Contours, evenly spaced in the logarithm of the loss."""
CEILING = 10.0
"""Losses above so many times the loss before training are drawn as that much."""
WORDS = {"pca": "principal plane", "random": "random plane"}


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    surfaces = record.rows("surfaces")
    figures: tuple[Figure, ...] = ()
    if surfaces:
        figures = (
            _contours(record),
            _surfaces(record),
            _distance(record),
            *([_line(record)] if record.metrics.get("lines") else []),
        )
    return Section(
        figures=figures,
        tables=(
            cases_settings(record),
            _planes_table(record),
        ),
        commentary=commentary(record),
    )


def _surface(record: Record, case: str, plane: str) -> dict[str, Any] | None:
    return next(
        (s for s in record.rows("surfaces") if (s["case"], s["plane"]) == (case, plane)), None
    )


def _view(record: Record, surface: dict[str, Any]) -> dict[str, Any]:
    """The row of the plane that a surface belongs to."""
    return next(
        row
        for row in record.rows("planes")
        if all(row[key] == surface[key] for key in ("case", "plane", "seed"))
    )


def _start_loss(record: Record, surface: dict[str, Any]) -> float:
    """Loss before training."""
    return next(
        float(row["initial_loss"])
        for row in record.rows("solutions")
        if all(row[key] == surface[key] for key in ("case", "seed"))
    )


def _drawn(record: Record) -> list[dict[str, Any]]:
    """Cases that have a surface."""
    have = {surface["case"] for surface in record.rows("surfaces")}
    return [case for case in record.rows("cases") if case["case"] in have]


def _losses(record: Record, surface: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Losses (B, A), cut off at the ceiling."""
    values = np.asarray(
        [[np.nan if v is None else v for v in line] for line in surface["loss"]], dtype=float
    )
    top = CEILING * _start_loss(record, surface)
    return np.where(np.isnan(values), top, np.minimum(values, top))


def _scale(losses: np.ndarray[Any, Any]) -> LogNorm:
    """The logarithmic scale from the lowest loss to the highest."""
    from matplotlib.colors import LogNorm

    return LogNorm(max(float(losses.min()), 1e-12), float(losses.max()))


def _seed(record: Record) -> Markdown:
    return join_seeds(sorted({surface["seed"] for surface in record.rows("surfaces")}))


def join_seeds(seeds: list[int]) -> Markdown:
    """`seed 0`, or `seeds 0 and 2`."""
    return Markdown(f"seed{'s' if len(seeds) > 1 else ''} {fmt.seeds(seeds)}")


def _contours(record: Record) -> Figure:
    described = []
    for plane, words in WORDS.items():
        for case in _drawn(record):
            surface = _surface(record, case["case"], plane)
            assert surface is not None
            row = _view(record, surface)
            described.append(
                f"{case['case']}, {words}: loss {fmt.loss(row['origin_loss'])} at the solution, "
                f"{fmt.loss(row['lowest_loss'])} at the lowest point of the grid, drawn up to "
                f"{fmt.loss(float(_losses(record, surface).max()))}"
            )
    grid = fmt.count(record.metrics["grid"])  # type: ignore[arg-type]
    return Figure(
        name="plane",
        caption=Markdown(
            "Training loss on two planes through the solution, one row for each problem. Left: "
            "the first two principal components of the trajectory; both axes are distances in "
            "parameter space, and the line is the trajectory from its start (circle), projected "
            "on the plane. Right: two random, filter-normalized directions; at a distance of one, "
            f"each filter has moved by its own norm. {grid} × {grid} points, {_seed(record)}. "
            "Star: the solution; cross: the lowest point of the grid; losses above "
            f"{fmt.count(CEILING)} times that before training are cut off."
        ),
        alt=(
            "Filled contours of the training loss on a logarithmic color scale, one row for each "
            f"problem, one column for each plane. {'; '.join(described)}."
        ),
        draw=partial(_draw_contours, record),
    )


def _draw_contours(record: Record) -> Canvas:
    from matplotlib.cm import ScalarMappable

    from report.figures.ticks import plain_ticks

    cases = _drawn(record)
    figure, axes = canvas(len(cases), len(WORDS), height=1.75)
    panels = [(case, plane) for case in cases for plane in WORDS]
    for ax, (case, plane) in zip(axes.flat, panels, strict=True):
        surface = _surface(record, case["case"], plane)
        assert surface is not None
        losses = _losses(record, surface)
        scale = _scale(losses)
        levels = np.geomspace(scale.vmin or 0, scale.vmax or 1, LEVELS)
        a, b = np.asarray(surface["a"]), np.asarray(surface["b"])
        ax.contourf(a, b, losses, levels=levels, norm=scale)
        ax.contour(a, b, losses, levels=levels, colors="#000000", linewidths=0.35, alpha=0.5)
        bar = figure.colorbar(ScalarMappable(scale), ax=ax, label="training loss")
        plain_ticks(bar.ax.yaxis)
        _mark(ax, _view(record, surface), plane)
        title(ax, case, WORDS[plane])
        ax.grid(visible=False)
    return figure


def _mark(ax: Axes, row: dict[str, Any], plane: str) -> None:
    """The solution, the lowest point of the grid, the trajectory; axes with their meaning."""
    from matplotlib import patheffects

    edge = [patheffects.withStroke(linewidth=2.4, foreground="#000000")]
    if plane == "pca":
        ax.plot(
            row["a"],
            row["b"],
            color="#FFFFFF",
            marker=".",
            markersize=3,
            linewidth=1.1,
            path_effects=edge,
        )
        ax.plot(row["a"][0], row["b"][0], "o", color="#FFFFFF", markeredgecolor="#000000")
        for axis, number, share in zip("xy", (1, 2), row["explained"], strict=True):
            words = f"principal component {number} ({fmt.percent(share)})"
            ax.set(**{f"{axis}label": words})
    else:
        ax.set(xlabel="direction 1", ylabel="direction 2")
    if row["lowest_distance"] > 0:
        ax.plot(*row["lowest"], "X", color="#FFFFFF", markeredgecolor="#000000", markersize=8)
    ax.plot(0, 0, "*", color="#FFFFFF", markeredgecolor="#000000", markersize=11)


def _surfaces(record: Record) -> Figure:
    return Figure(
        name="surface",
        caption=Markdown(
            "The same losses as surfaces: height and color are the decimal logarithm of the "
            "training loss; left the principal plane with the trajectory above it, right the "
            f"random plane ({_seed(record)})."
        ),
        alt=(
            "Surfaces in perspective, one row for each problem: "
            + "; ".join(
                f"{case['case']}: {', '.join(_shape(record, case['case'], p) for p in WORDS)}"
                for case in _drawn(record)
            )
            + "."
        ),
        draw=partial(_draw_surfaces, record),
    )


def _shape(record: Record, case: str, plane: str) -> str:
    surface = _surface(record, case, plane)
    assert surface is not None
    losses = _losses(record, surface)
    decades = float(np.log10(losses.max() / losses.min()))
    return f"on the {WORDS[plane]} the loss spans {fmt.number(decades, 2)} decades"


def _draw_surfaces(record: Record) -> Canvas:
    cases = _drawn(record)
    figure, axes = canvas(
        len(cases),
        2,
        height=1.85,
        layout="none",  # an engine does not see the labels of a perspective
        subplot_kw={"projection": "3d", "computed_zorder": False},
    )
    for row, case in enumerate(cases):
        for column, plane in enumerate(WORDS):
            surface = _surface(record, case["case"], plane)
            assert surface is not None
            _draw_surface(axes[row, column], record, surface)
            title(axes[row, column], case, WORDS[plane])
    figure.subplots_adjust(left=0.02, right=0.93, bottom=0.07, top=0.95, wspace=0.12, hspace=0.26)
    figure.set_dpi(200)  # the surface is a picture inside the drawing
    return figure


def _draw_surface(ax: Any, record: Record, surface: dict[str, Any]) -> None:
    from matplotlib.ticker import MaxNLocator

    losses = _losses(record, surface)
    a, b = np.meshgrid(surface["a"], surface["b"])
    ax.plot_surface(
        a,
        b,
        np.log10(losses),
        cmap="cividis",
        rcount=60,
        ccount=60,
        linewidth=0,
        rasterized=True,
        antialiased=False,
        zorder=1,
    )
    view = _view(record, surface)
    heights = []
    if surface["plane"] == "pca":
        heights = [np.nan if v is None else np.log10(v) for v in view["projected_loss"]]
        ax.plot(view["a"], view["b"], heights, color="#D55E00", linewidth=1.3, zorder=2)
    # For report/figures/curves.py.
    ax.surface = (surface["a"], surface["b"], np.log10(losses))
    ax.path = (view["a"], view["b"], heights) if heights else None
    ax.plot(
        [0],
        [0],
        [np.log10(view["origin_loss"])],
        "*",
        color="#FFFFFF",
        zorder=3,
        markeredgecolor="#000000",
        markersize=9,
    )
    names = ("PC 1", "PC 2") if surface["plane"] == "pca" else ("direction 1", "direction 2")
    ax.set_xlabel(names[0], labelpad=-5)
    ax.set_ylabel(names[1], labelpad=-3)
    ax.set_zlabel("log₁₀ loss", labelpad=-5)
    ax.tick_params(labelsize=7.5, pad=-3)
    for axis, corner in ((ax.xaxis, "upper"), (ax.yaxis, "lower")):
        axis.set_major_locator(MaxNLocator(4, prune=corner))  # where both meet, one tick is enough
    ax.zaxis.set_major_locator(MaxNLocator(4))
    ax.view_init(elev=32, azim=-60)


def _distance(record: Record) -> Figure:
    ends = "; ".join(
        f"{case['case']}: at most {bound(largest, 'upper', fmt.percent, decimals=3)}"
        for case in _drawn(record)
        for own in [planes(record, case["case"], "pca")]
        for largest in [(own["largest_distance"] / own["displacement"]).max()]
    )
    return Figure(
        name="distance",
        caption=Markdown(
            "Distance of the trajectory from its principal plane, as a share of its displacement, "
            "against epochs. At the solution, through which the plane is laid, it is zero. "
            f"{spread_words(record.frame('solutions'), 'the seeds that did not diverge')}"
        ),
        alt=f"One panel for each problem: distance from the plane over epochs. {ends}.",
        draw=partial(_draw_distance, record),
    )


def _draw_distance(record: Record) -> Canvas:
    cases = _drawn(record)
    epochs = {(r["case"], r["seed"]): r.get("epoch") for r in record.rows("solutions")}
    figure, axes = canvas(1, len(cases), height=1.5, sharey=True)
    for index, (ax, case) in enumerate(zip(axes[0], cases, strict=True)):
        own = planes(record, case["case"], "pca")
        longest = max((epochs[case["case"], seed] or [] for seed in own["seed"]), key=len)
        curves = []
        for _, row in own.iterrows():
            shares = [100 * d / row["displacement"] for d in row["distance"]]
            curves.append(shares + [np.nan] * (len(longest) - len(shares)))
        draw_band(ax, longest, curves, index, case["case"], rows=Rows.each("planes", own))
        title(ax, case)
        ax.set(xlabel="epoch")
        ax.set_ylim(bottom=0)
    axes[0, 0].set_ylabel("distance (% of\nthe displacement)")
    return figure


def _line(record: Record) -> Figure:
    rows = record.rows("lines")
    most = fmt.count(len({row["seed"] for row in rows}))
    over = f"the seeds that did not diverge ({most} at most)"
    described = "; ".join(
        f"{case['case']}: a loss of {fmt.loss(ends[0])} at the start, {fmt.loss(ends[1])} at the "
        f"solution, at most {fmt.loss(ends[2])} between them"
        for case in _drawn(record)
        for ends in [_ends([row for row in rows if row["case"] == case["case"]])]
    )
    return Figure(
        name="line",
        caption=Markdown(
            "Training loss on the straight line from the untrained network ($\\alpha = 0$) to the "
            "solution ($\\alpha = 1$), and beyond both. "
            f"{spread_words(record.frame('lines'), over)}"
        ),
        alt=f"One panel for each problem: training loss over α, medians over seeds. {described}.",
        draw=partial(_draw_line, record),
    )


def _ends(rows: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Medians over runs of the loss at the start, at the end, and of the largest in between."""
    alphas = rows[0]["alpha"]
    first, last = alphas.index(0), alphas.index(1)
    losses = np.array([row["loss"] for row in rows], dtype=float)[:, first : last + 1]
    return median(losses[:, 0]), median(losses[:, -1]), median(losses.max(axis=1))


def _draw_line(record: Record) -> Canvas:
    cases = _drawn(record)
    figure, axes = canvas(1, len(cases), height=1.5)
    for index, (ax, case) in enumerate(zip(axes[0], cases, strict=True)):
        own = [row for row in record.rows("lines") if row["case"] == case["case"]]
        losses = [[np.nan if v is None else v for v in row["loss"]] for row in own]
        draw_band(ax, own[0]["alpha"], losses, index, case["case"])
        for end in (0, 1):
            ax.axvline(end, color="#000000", linewidth=0.8, linestyle=":")
        title(ax, case)
        ax.set(xlabel="α, from start (0) to solution (1)")
        logarithmic(ax, "y")
    axes[0, 0].set_ylabel("training loss")
    return figure


def _planes_table(record: Record) -> Table:
    rows = []
    for case in record.rows("cases"):
        for plane, words in WORDS.items():
            own = planes(record, case["case"], plane)
            if own.empty:
                continue
            explained = mean(own["explained"].map(sum)) if plane == "pca" else None
            rows.append(
                (
                    case_name(case),
                    escape(words.removesuffix(" plane")),
                    fmt.percent(explained),
                    fmt.percent(mean(own["captured"])),
                    fmt.percent(median(own["largest_distance"] / own["displacement"])),
                    fmt.loss(median(own["origin_loss"])),
                    fmt.loss(median(own["lowest_loss"])),
                    fmt.percent(median(own["lowest_distance"] / own["displacement"])),
                    fmt.count(len(own)),
                )
            )
    return Table(
        name="planes",
        caption=Markdown(
            "The planes: variance of the trajectory that they explain (mean), share of the "
            "displacement that they capture (mean), largest distance of the trajectory from them, "
            "loss at the solution, lowest loss of the grid, and how far from the solution that "
            "lies (medians; distances in shares of the displacement). *n* counts seeds."
        ),
        header=(
            "Problem",
            "Plane",
            "Variance",
            "Captured",
            "Distance",
            "Loss",
            "Lowest",
            "Away",
            "n",
        ),
        align="llrrrrrrr",
        rows=tuple(rows),
        widths=(18, 11, 11, 11, 11, 12, 12, 9, 5),
    )
