"""The error surface: contours and surfaces on two planes, the trajectory, its distance from one."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from report.claims.bound import bound
from report.figures.scales import logarithmic
from report.figures.style import Axes, Canvas, Rows, canvas, draw_band
from report.numbers.statistics import median
from report.records import Record
from report.records.common import Case, Curve
from report.records.rows.error_surface import Line, Plane, Solution, Surface
from report.sections.aligned import aligned
from report.sections.cases import case_name, case_panels, case_title, cases_settings
from report.sections.error_surface.claims import commentary, planes
from report.sections.grouped import Column, grouped, summary_column
from report.sections.lost import over_seeds, spread_words
from report.sections.section import Figure, Section, Table
from report.words import format as fmt
from report.words.markdown import Markdown, escape

LEVELS = 15
"""Contours, evenly spaced in the logarithm of the loss."""
CEILING = 10.0
"""Losses above so many times the loss before training are drawn as that much."""
WORDS: dict[Plane, str] = {"pca": "principal", "random": "random"}
"""What the planes are called."""
SEEDS = "the seeds that did not diverge"


@dataclass(frozen=True)
class View:
    """A plane of a case that is drawn: its row, its axes, and the losses (B, A) over them."""

    case: Case
    plane: Plane
    row: dict[Hashable, Any]
    a: Curve
    b: Curve
    losses: np.ndarray[Any, Any]

    @property
    def words(self) -> str:
        """`random plane`."""
        return f"{WORDS[self.plane]} plane"

    @property
    def name(self) -> str:
        """`mnist, random plane`."""
        return f"{self.case.case}, {self.words}"


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    surfaces = {(surface.case, surface.plane): surface for surface in record.table(Surface)}
    cases = [case for case in record.table(Case) if (case.case, "pca") in surfaces]
    views = [_view(record, case, surfaces[case.case, p]) for case in cases for p in WORDS]
    figures = []
    if views:
        figures = [_contours(record, views), _surfaces(views), _distance(record, cases)]
        figures += [_line(record, cases)] if record.metrics.get("lines") else []
    return Section(
        figures=tuple(figures),
        tables=(cases_settings(record, Case), _planes_table(record)),
        commentary=commentary(record),
    )


def _view(record: Record, case: Case, surface: Surface) -> View:
    """The plane of a surface; losses are cut off at the ceiling."""
    own = planes(record, surface.plane, surface.case)
    (row,) = own[own["seed"] == surface.seed].to_dict("records")
    losses = np.fmin(np.array(surface.loss, dtype=float), CEILING * row["initial_loss"])
    return View(case, surface.plane, row, surface.a, surface.b, losses)


def _seeds(views: list[View]) -> Markdown:
    """`seed 0`, or `seeds 0 and 2`."""
    seeds = sorted({view.row["seed"] for view in views})
    return Markdown(f"seed{'s' if len(seeds) > 1 else ''} {fmt.seeds(seeds)}")


def _contours(record: Record, views: list[View]) -> Figure:
    described = "; ".join(
        f"{view.name}: loss {fmt.loss(view.row['origin_loss'])} at the solution, "
        f"{fmt.loss(view.row['lowest_loss'])} at the lowest point of the grid, drawn up to "
        f"{fmt.loss(float(view.losses.max()))}"
        for view in views
    )
    grid = fmt.count(record.metrics["grid"])  # type: ignore[arg-type]
    return Figure(
        name="plane",
        caption="Training loss on two planes through the solution, one row for each problem. Left: "
        "the first two principal components of the trajectory; both axes are distances in "
        "parameter space, and the line is the trajectory from its start (circle), projected "
        "on the plane. Right: two random, filter-normalized directions; at a distance of one, "
        f"each filter has moved by its own norm. {grid} × {grid} points, {_seeds(views)}. "
        "Star: the solution; cross: the lowest point of the grid; losses above "
        f"{fmt.count(CEILING)} times that before training are cut off.",
        alt="Filled contours of the training loss on a logarithmic color scale, one row for each "
        f"problem, one column for each plane. {described}.",
        draw=partial(_draw_contours, views),
    )


def _draw_contours(views: list[View]) -> Canvas:
    """The losses with the solution, the lowest point and, on its plane, the trajectory."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from matplotlib.patheffects import withStroke

    from report.figures.ticks import plain_ticks

    figure, axes = canvas(len(views) // len(WORDS), len(WORDS), height=1.75)
    path: dict[str, Any] = {"color": "#FFFFFF", "marker": ".", "markersize": 3, "linewidth": 1.1}
    path["path_effects"] = [withStroke(linewidth=2.4, foreground="#000000")]
    mark: dict[str, Any] = {"color": "#FFFFFF", "markeredgecolor": "#000000"}
    for ax, view in zip(axes.flat, views, strict=True):
        row, at = view.row, (view.a, view.b, view.losses)
        low, high = max(float(view.losses.min()), 1e-12), float(view.losses.max())
        levels, scale = np.geomspace(low, high, LEVELS), LogNorm(low, high)
        ax.contourf(*at, levels=levels, norm=scale)
        ax.plane = ("training loss", *at)  # for report/figures/curves.py
        ax.contour(*at, levels=levels, colors="#000000", linewidths=0.35, alpha=0.5)
        bar = figure.colorbar(ScalarMappable(scale), ax=ax, label="training loss")
        plain_ticks(bar.ax.yaxis)
        labels = ["direction 1", "direction 2"]
        if view.plane == "pca":
            ax.plot(row["a"], row["b"], **path)
            ax.plot(row["a"][0], row["b"][0], "o", **mark)
            labels = [
                f"principal component {number} ({fmt.percent(share)})"
                for number, share in enumerate(row["explained"][:2], start=1)
            ]
        ax.set(xlabel=labels[0], ylabel=labels[1])
        if row["lowest_distance"] > 0:
            ax.plot(*row["lowest"], "X", markersize=8, **mark)
        ax.plot(0, 0, "*", markersize=11, **mark)
        case_title(ax, view.case, view.words)
        ax.grid(visible=False)
    return figure


def _surfaces(views: list[View]) -> Figure:
    described = "; ".join(
        f"{view.name}: the loss spans "
        f"{fmt.number(float(np.log10(view.losses.max() / view.losses.min())), 2)} decades"
        for view in views
    )
    return Figure(
        name="surface",
        caption="The same losses as surfaces: height and color are the decimal logarithm of the "
        "training loss; left the principal plane with the trajectory above it, right the "
        f"random plane ({_seeds(views)}).",
        alt=f"Surfaces in perspective, one row for each problem. {described}.",
        draw=partial(_draw_surfaces, views),
    )


def _draw_surfaces(views: list[View]) -> Canvas:
    from matplotlib.ticker import MaxNLocator

    figure, axes = canvas(
        len(views) // len(WORDS),
        len(WORDS),
        height=1.85,
        layout="none",  # an engine does not see the labels of a perspective
        subplot_kw={"projection": "3d", "computed_zorder": False},
    )
    look: dict[str, Any] = {"rcount": 60, "ccount": 60, "linewidth": 0, "antialiased": False}
    star: dict[str, Any] = {"color": "#FFFFFF", "markeredgecolor": "#000000", "markersize": 9}
    for ax, view in zip(axes.flat, views, strict=True):
        heights = np.log10(view.losses)
        a, b = np.meshgrid(np.array(view.a, dtype=float), np.array(view.b, dtype=float))
        ax.plot_surface(a, b, heights, cmap="cividis", rasterized=True, zorder=1, **look)
        # For report/figures/curves.py.
        ax.surface, ax.path = (view.a, view.b, heights), None
        names = ("direction 1", "direction 2")
        if view.plane == "pca":
            names = ("PC 1", "PC 2")
            above = np.log10(np.array(view.row["projected_loss"], dtype=float))
            ax.path = (view.row["a"], view.row["b"], above)
            ax.plot(*ax.path, color="#D55E00", linewidth=1.3, zorder=2)
        ax.plot([0], [0], [np.log10(view.row["origin_loss"])], "*", zorder=3, **star)
        ax.set_xlabel(names[0], labelpad=-5)
        ax.set_ylabel(names[1], labelpad=-3)
        ax.set_zlabel("log₁₀ loss", labelpad=-5)
        ax.tick_params(labelsize=7.5, pad=-3)
        for axis, corner in ((ax.xaxis, "upper"), (ax.yaxis, "lower")):
            # Where both meet, one tick is enough.
            axis.set_major_locator(MaxNLocator(4, prune=corner))
        ax.zaxis.set_major_locator(MaxNLocator(4))
        ax.view_init(elev=32, azim=-60)
        case_title(ax, view.case, view.words)
    figure.subplots_adjust(left=0.02, right=0.93, bottom=0.07, top=0.95, wspace=0.12, hspace=0.26)
    figure.set_dpi(200)  # the surface is a picture inside the drawing
    return figure


def _distance(record: Record, cases: list[Case]) -> Figure:
    ends = "; ".join(
        f"{name}: at most {bound(farthest, 'upper', fmt.percent, decimals=3)}"
        for name in [case.case for case in cases]
        for farthest in [planes(record, "pca", name)["off"].max()]
    )
    return Figure(
        name="distance",
        caption="Distance of the trajectory from its principal plane, as a share of its "
        "displacement, against epochs. At the solution, through which the plane is laid, it is "
        f"zero. {spread_words(record.frame(Solution), SEEDS)}",
        alt=f"One panel for each problem: distance from the plane over epochs. {ends}.",
        draw=partial(_draw_distance, record, cases),
    )


def _draw_distance(record: Record, cases: list[Case]) -> Canvas:
    def draw(ax: Axes, case: Case) -> None:
        own = planes(record, "pca", case.case)
        runs = zip(own["distance"], own["displacement"], strict=True)
        own["share"] = [[100 * away / whole for away in distances] for distances, whole in runs]
        rows = Rows.each("planes", own)
        draw_band(ax, *aligned(own, "share"), cases.index(case), case.case, rows=rows)
        ax.set_ylim(bottom=0)
        case_title(ax, case)

    labels = ("epoch", "distance (% of\nthe displacement)")
    return case_panels(cases, draw, labels, 1.5, sharey=True)


def _line(record: Record, cases: list[Case]) -> Figure:
    lines = record.frame(Line)
    described = "; ".join(
        f"{case.case}: a loss of {fmt.loss(start)} at the start, {fmt.loss(end)} at the "
        f"solution, at most {fmt.loss(top)} between them"
        for case in cases
        for start, end, top in [_ends(lines[lines["case"] == case.case])]
    )
    seeds = f"{SEEDS} ({fmt.count(lines['seed'].nunique())} at most)"
    return Figure(
        name="line",
        caption="Training loss on the straight line from the untrained network ($\\alpha = 0$) to "
        f"the solution ($\\alpha = 1$), and beyond both. {spread_words(lines, seeds)}",
        alt=f"One panel for each problem: training loss over α, "
        f"{over_seeds(lines, 'medians over seeds')}. {described}.",
        draw=partial(_draw_line, lines, cases),
    )


def _ends(lines: pd.DataFrame) -> tuple[float, float, float]:
    """Medians over runs of the loss at the start, at the end, and of the largest in between."""
    alphas = lines["alpha"].iloc[0]
    losses = np.array([*lines["loss"]], dtype=float)[:, alphas.index(0) : alphas.index(1) + 1]
    return median(losses[:, 0]), median(losses[:, -1]), median(losses.max(axis=1))


def _draw_line(lines: pd.DataFrame, cases: list[Case]) -> Canvas:
    def draw(ax: Axes, case: Case) -> None:
        own = lines[lines["case"] == case.case]
        losses = np.array([*own["loss"]], dtype=float).tolist()
        rows = Rows.each("lines", own)
        draw_band(ax, own["alpha"].iloc[0], losses, cases.index(case), case.case, rows=rows)
        for end in (0, 1):
            ax.axvline(end, color="#000000", linewidth=0.8, linestyle=":")
        logarithmic(ax, "y")
        case_title(ax, case)

    return case_panels(cases, draw, ("α, from start (0) to solution (1)", "training loss"), 1.5)


def _planes_table(record: Record) -> Table:
    names = {case.case: case_name(case) for case in record.table(Case)}
    medians, mean = (
        over_seeds(record.frame(Solution), *words)
        for words in (("medians", "one seed each"), (" (mean)", ""))
    )

    return grouped(
        "planes",
        f"The planes: variance of the trajectory that they explain{mean}, share of the "
        f"displacement that they capture{mean}, largest distance of the trajectory from them, "
        "loss at the solution, lowest loss of the grid, and how far from the solution that "
        f"lies ({medians}; distances in shares of the displacement). *n* counts seeds.",
        [own for case in names for plane in WORDS if len(own := planes(record, plane, case))],
        [
            Column("Problem", lambda own: names[own["case"].iloc[0]], 18, "l"),
            Column("Plane", lambda own: escape(WORDS[own["plane"].iloc[0]]), 11, "l"),
            summary_column("Variance", "variance", fmt.percent, 11),
            summary_column("Captured", "captured", fmt.percent, 11),
            summary_column("Distance", "off", fmt.percent, 11, median),
            summary_column("Loss", "origin_loss", fmt.loss, 12, median),
            summary_column("Lowest", "lowest_loss", fmt.loss, 12, median),
            summary_column("Away", "away", fmt.percent, 9, median),
            Column("n", lambda own: fmt.count(len(own)), 5),
        ],
    )
