"""Weight trajectories: principal components of one layer and of the whole model, and distances."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from report.figures.beside import Value, number_ends, write_beside
from report.figures.finish import lay_out
from report.figures.style import HALF, MARKERS, Axes, Canvas, Rows, canvas, line
from report.numbers.frames import known
from report.numbers.statistics import mean
from report.records import Record
from report.records.row import Name
from report.records.rows.weight_trajectories import Distance, Pair, Part, Points, Run
from report.sections.grouped import Column, grouped, summary_column
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.weight_trajectories.claims import commentary, rows_of
from report.words import format as fmt
from report.words.markdown import Markdown, escape

MARKED = 4
"""Epochs of a trajectory that have a marker of their own, the first and the last among them."""
PARTS = ("layer", "model")
KINDS: dict[str, tuple[type[Distance | Pair], Name]] = {
    "length of the path": (Distance, Distance.path_length),
    "displacement": (Distance, Distance.displacement),
    "between two starts": (Pair, Pair.start_distance),
    "between two ends": (Pair, Pair.end_distance),
}
"""Distances that are compared, of single runs and of all pairs of runs, by row type and column."""
Parts = dict[str, Part]
Look = dict[str, Any]


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    parts = {part.part: part for part in record.table(Part)}
    drawn = [parts[name] for name in PARTS if parts[name].explained is not None]
    figures = [_trajectories(record, part) for part in drawn]
    figures += [_embedding(record, part) for part in drawn if _has(record, Points.tsne1)]
    figures += [_single(record, part) for part in drawn if _has(record, Points.own1)]
    tables = [_settings(record, parts["layer"])]
    if drawn:
        figures.append(_distances(record, parts))
        tables.append(_distance_table(record, parts))
    return Section(
        figures=tuple(figures), tables=(*tables, _runs_table(record)), commentary=commentary(record)
    )


def _settings(record: Record, layer: Part) -> Table:
    """The settings, with the layer in words and the method, which is no setting."""
    method = "principal component analysis, one fit to the snapshots of all runs"
    method += ", and one to each run" if _has(record, Points.own1) else ""
    method += "; t-SNE beside it" if _has(record, Points.tsne1) else ""
    words = escape(layer.words)
    more = ((Markdown("layer"), words), (Markdown("dimension reduction"), Markdown(method)))
    return settings_table(record, omit=("layer", "projection", "fit"), more=more)


def _has(record: Record, column: str) -> bool:
    """Whether any run has this other projection."""
    return bool(record.frame(Points)[column].notna().any())


def _points(record: Record, part: Part) -> list[Points]:
    return [row for row in record.table(Points) if row.part == part.part]


def _places(row: Points, at: str) -> np.ndarray[Any, np.dtype[Any]]:
    """Both coordinates (2, S) of a projection: `pc`, `tsne` or `own`."""
    return np.asarray([getattr(row, f"{at}{axis}") for axis in (1, 2)])


def _marked(epochs: Sequence[int]) -> list[int]:
    """Positions of the epochs that have their own marker."""
    return sorted({round(p) for p in np.linspace(0, len(epochs) - 1, MARKED)})


def _trajectories(record: Record, part: Part) -> Figure:
    runs = known(record.frame(Run), Run.final_train_loss)
    first, second = map(fmt.percent, (part.explained or ())[:2])
    article = "the " if part.part == "model" else ""
    begin, end = mean(c[0] for c in runs[Run.train_loss]), mean(runs[Run.final_train_loss])
    lower = sum(curve[-1] < curve[0] for curve in runs[Run.train_loss])
    every = fmt.plural(int(record.metrics["record_every"]), "epoch")  # type: ignore[arg-type]
    labels = f"principal component 1 ({first} of the variance)", f"principal component 2 ({second})"
    return Figure(
        name=part.part,
        caption=f"Parameters of {article}{escape(part.words)}, {fmt.count(part.parameters)} "
        f"in number, during {fmt.plural(len(runs), 'training')}, projected on the first two "
        f"principal components of all {fmt.count(part.snapshots)} snapshots. A gray line joins "
        "the points of one run in order, the number at its end is the seed; color is the training "
        "loss. Large markers tell epochs apart as in the legend; there is a point for every "
        f"{every}.{_written(record)}",
        alt=f"Scatter plot of {fmt.plural(len(runs), 'path')}. First component: {first} of the "
        f"variance; second: {second}. At the end of {fmt.words(lower) if lower else 'none'} of "
        f"them the training loss is lower than at the start; its mean is {fmt.loss(begin)} "
        f"there and {fmt.loss(end)} at the end.",
        draw=partial(_draw_trajectories, record, part, "pc", labels),
    )


def _written(record: Record) -> str:
    """What the numbers at the marked points are; empty where there are none."""
    kind = record.settings.get("labels")
    told = f" The small numbers at large markers, where there is room, are the training {kind}."
    return told if kind else ""


def _embedding(record: Record, part: Part) -> Figure:
    runs = fmt.plural(len(_points(record, part)), "path")
    return Figure(
        name=f"{part.part}-tsne",
        caption=f"The snapshots of @fig-weight-trajectories-{part.part} by t-SNE "
        "[@vandermaaten2008visualizing], which keeps neighbors together; distances and "
        f"directions between groups of points mean nothing in it.{_written(record)}",
        alt=f"Scatter plot of {runs} in two coordinates of t-SNE.",
        draw=partial(_draw_trajectories, record, part, "tsne", ("t-SNE 1", "t-SNE 2")),
    )


def _single(record: Record, part: Part) -> Figure:
    chosen = [row for row in _points(record, part) if row.own1]
    shares = "; ".join(
        f"seed {fmt.count(row.seed)}: {fmt.percent(sum(row.own_explained or ()))}" for row in chosen
    )
    return Figure(
        name=f"{part.part}-own",
        caption=f"Each run of @fig-weight-trajectories-{part.part} on its own first two "
        f"principal components; places in two panels are not comparable.{_written(record)}",
        alt=f"A panel for each run. Variance along two components: {shares}.",
        draw=partial(_draw_single, record, chosen),
    )


def _draw_single(record: Record, points: list[Points]) -> Canvas:
    figure, axes = canvas(-(-len(points) // 4), min(4, len(points)), height=1.7)
    written, _ = _draw_paths(record, points, "own", axes.flat)
    for ax, row in zip(axes.flat, points, strict=False):
        ax.set_title(f"seed {row.seed}")
    for ax in axes.flat[len(points) :]:
        ax.set_axis_off()
    lay_out(figure)
    for ax, values in zip(axes.flat, written, strict=False):
        write_beside(ax, [values])
    return figure


def _draw_paths(
    record: Record, points: list[Points], at: str, axes: Iterable[Axes]
) -> tuple[list[list[Value]], Any]:
    """Draw each run into its axes: its line, its points colored by the loss, its marked epochs.

    Returns what is to be written at the latter, run by run, and the scale of colors.
    """
    from matplotlib.colors import LogNorm

    runs = {run.seed: (number, run) for number, run in enumerate(record.table(Run))}
    losses = np.asarray([runs[row.seed][1].train_loss for row in points], dtype=float)
    scale = LogNorm(np.nanmin(losses), np.nanmax(losses))
    kind = record.settings.get("labels")
    show = fmt.loss if kind == "loss" else partial(fmt.percent, decimals=0)
    marked = _marked(points[0].epoch)
    look: Look = {"s": 34, "edgecolor": "#000000", "linewidth": 0.5, "norm": scale, "zorder": 3}
    written = []
    for ax, row, values in zip(axes, points, losses, strict=False):
        x, y = _places(row, at)
        number, run = runs[row.seed]
        seed = f"seed {row.seed}"
        reached = zip(row.epoch, values, strict=True)
        names = (f"{seed}, epoch {epoch}, loss {fmt.loss(loss)};" for epoch, loss in reached)
        (way,) = ax.plot(x, y, color="#888888", linewidth=0.9, zorder=1, label=seed)
        way.rows = Rows("runs", ((number,),) * len(x), tuple(names))  # type: ignore[attr-defined]
        way.route = True  # type: ignore[attr-defined]  # both for report/figures/curves.py
        ax.scatter(x, y, c=values, norm=scale, s=9, zorder=2, edgecolor="#555555", linewidth=0.4)
        for marker, place in zip(MARKERS, marked, strict=False):
            ax.scatter(x[place], y[place], c=[values[place]], marker=marker, **look)
        ax.set_aspect("equal", adjustable="datalim")
        shown = getattr(run, f"train_{kind}") if kind else []
        written.append([(x[p], y[p], str(show(shown[p]))) for p in marked if kind])
    return written, scale


def _draw_trajectories(record: Record, part: Part, at: str, labels: tuple[str, str]) -> Canvas:
    from matplotlib.cm import ScalarMappable
    from matplotlib.lines import Line2D

    from report.figures.ticks import plain_ticks

    points = _points(record, part)
    figure, axes = canvas(1, 1, height=3.1, width=HALF)
    ax = axes[0, 0]
    written, scale = _draw_paths(record, points, at, [ax] * len(points))
    ax.set(xlabel=labels[0], ylabel=labels[1])
    ax.margins(0.16)
    bar = figure.colorbar(ScalarMappable(scale), ax=ax, label="training loss", shrink=0.8)
    plain_ticks(bar.ax.yaxis)
    words = _epoch_labels(record, _marked(points[0].epoch))
    keys = [
        Line2D([], [], linestyle="", marker=marker, color="#555555", label=label)
        for marker, label in zip(MARKERS, words, strict=False)
    ]
    figure.legend(handles=keys, loc="outside lower center", fontsize=7.5)
    lay_out(figure)
    number_ends(ax, {str(row.seed): _places(row, at).T for row in points})
    write_beside(ax, written)
    return figure


def _epoch_labels(record: Record, marked: list[int]) -> list[str]:
    """`epoch 15, mean training accuracy 93.1 %`; without an accuracy, the mean loss."""
    runs = known(record.frame(Run), Run.train_loss)
    kind = "accuracy" if runs[Run.train_accuracy].iloc[0] else "loss"
    epochs, curves = runs[Run.epoch].iloc[0], runs[f"train_{kind}"]
    show = fmt.percent if kind == "accuracy" else fmt.loss
    return [
        f"epoch {epochs[place]}, mean training {kind} {show(mean(c[place] for c in curves))}"
        for place in marked
    ]


def _kinds(record: Record, part: str) -> dict[str, tuple[list[float], Rows]]:
    """The values of each kind of distance that there is, and of which rows they are.

    Without pairs there are two kinds. The rows are called `displacement, seed 3,` or
    `between two ends, seeds 0 and 1,`.
    """
    found: dict[str, tuple[list[float], Rows]] = {}
    for kind, (table, column) in KINDS.items():
        own = rows_of(record, table, part)
        if table is Pair:
            runs = [f"seeds {fmt.seeds(seeds)}" for seeds in own[Pair.seeds]]
        else:
            runs = [f"seed {seed}" for seed in own[Distance.seed]]
        names = tuple(f"{kind}, {run}," for run in runs)
        rows = Rows(table.table, tuple((n,) for n in own.index), names)
        found |= {kind: (own[column].tolist(), rows)} if len(own) else {}
    return found


def _distances(record: Record, parts: Parts) -> Figure:
    described = "; ".join(
        f"{name}: "
        + ", ".join(f"{k} {fmt.number(mean(v))}" for k, (v, _) in _kinds(record, name).items())
        for name in PARTS
    )
    pairs = len(rows_of(record, Pair, "model"))
    return Figure(
        name="distances",
        caption="How far the runs go and how far apart they are, as Euclidean distances between "
        "parameter vectors. One mark for each run or each pair of runs "
        f"({fmt.plural(pairs, 'pair')}); the bar is the mean."
        if pairs
        else "How far the run goes, as Euclidean distances between parameter vectors.",
        alt=f"Rows of marks in two panels, layer and whole model. Means: {described}.",
        draw=partial(_draw_distances, record, parts),
    )


def _draw_distances(record: Record, parts: Parts) -> Canvas:
    figure, axes = canvas(1, 2, height=1.6, sharey=True)
    for ax, name in zip(axes[0], PARTS, strict=True):
        kinds = _kinds(record, name)
        for index, (kind, (values, rows)) in enumerate(kinds.items()):
            style = line(index)
            look: Look = {"marker": style.marker, "color": style.color, "label": kind}
            look |= {"linestyle": "", "alpha": 0.6, "markeredgewidth": 0}
            place = len(kinds) - 1 - index
            heights = np.linspace(0.22, -0.22, len(values)) if len(values) > 1 else np.zeros(1)
            (marks,) = ax.plot(values, place + heights, **look)
            marks.rows = rows  # for report/figures/curves.py
            ax.plot([mean(values)] * 2, [place - 0.36, place + 0.36], color="#000000")
        ax.set(title=parts[name].words, xlabel="distance", ylim=(-0.5, len(kinds) - 0.5))
        ax.set_yticks(range(len(kinds)), list(kinds)[::-1])
        ax.set_xlim(left=0)
        ax.grid(visible=False, axis="y")
    return figure


def _distance_table(record: Record, parts: Parts) -> Table:
    return grouped(
        "distances",
        "Euclidean distances between parameter vectors; *n* counts runs for the first two rows "
        "of each part and pairs of runs for the others.",
        [
            (parts[name].words, kind, values)
            for name in PARTS
            for kind, (values, _) in _kinds(record, name).items()
        ],
        [
            Column("Part", lambda one: escape(one[0]), 28, "l"),
            Column("Distance", lambda one: escape(one[1]), 26, "l"),
            Column("Mean", lambda one: fmt.number(mean(one[2])), 12),
            Column("Smallest", lambda one: fmt.number(min(one[2])), 13),
            Column("Largest", lambda one: fmt.number(max(one[2])), 13),
            Column("n", lambda one: fmt.count(len(one[2])), 8),
        ],
    )


def _runs_table(record: Record) -> Table:
    runs = record.frame(Run)
    accuracies = (
        summary_column("Train accuracy", Run.final_train_accuracy, fmt.accuracy),
        summary_column("Test accuracy", Run.final_test_accuracy, fmt.accuracy),
    )
    return grouped(
        "runs",
        "The runs at their last recorded epoch; a run that diverged has no values.",
        [run for _, run in runs.groupby("seed", sort=False)],
        [
            Column("Seed", lambda run: fmt.count(run["seed"].iloc[0])),
            summary_column("Train loss", Run.final_train_loss, fmt.loss),
            summary_column("Test loss", Run.final_test_loss, fmt.loss),
            *(accuracies if runs[Run.final_train_accuracy].notna().any() else ()),
        ],
    )
