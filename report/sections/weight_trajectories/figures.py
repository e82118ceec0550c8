"""Weight trajectories: principal components of one layer and of the whole model, and distances."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from report.figures.finish import lay_out
from report.figures.style import HALF, MARKERS, Rows, canvas, line
from report.numbers.frames import known
from report.numbers.statistics import mean
from report.records import Record
from report.records.rows.weight_trajectories import Run
from report.sections.grouped import Column, grouped, summary_column
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.weight_trajectories.claims import commentary
from report.words import format as fmt
from report.words.markdown import Markdown, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MARKED = 4
"""Epochs of a trajectory that have a marker of their own, the first and the last among them."""
CLEAR = 7
"""Points between a seed and the nearest mark."""
PARTS = ("layer", "model")
KINDS = {
    "length of the path": ("distances", "path_length"),
    "displacement": ("distances", "displacement"),
    "between two starts": ("pairs", "start_distance"),
    "between two ends": ("pairs", "end_distance"),
}
"""Distances that are compared, of single runs and of all pairs of runs, by table and column."""
Row = dict[str, Any]
Value = tuple[float, float, str]
"""What is written at a marked point, with the place of that."""


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    parts = {row["part"]: row for row in record.rows("parts")}
    drawn = [parts[name] for name in PARTS if parts[name]["explained"] is not None]
    figures = [_trajectories(record, part) for part in drawn]
    figures += [_embedding(record, part) for part in drawn if _has(record, "tsne1")]
    figures += [_single(record, part) for part in drawn if _has(record, "own1")]
    tables = [_settings(record)]
    if drawn:
        figures.append(_distances(record, parts))
        tables.append(_distance_table(record, parts))
    return Section(
        figures=tuple(figures), tables=(*tables, _runs_table(record)), commentary=commentary(record)
    )


def _settings(record: Record) -> Table:
    """The settings, with the layer in words and the method, which is no setting."""
    layer = next(row["words"] for row in record.rows("parts") if row["part"] == "layer")
    method = "principal component analysis, one fit to the snapshots of all runs"
    method += ", and one to each run" if _has(record, "own1") else ""
    method += "; t-SNE beside it" if _has(record, "tsne1") else ""
    more = ((Markdown("layer"), escape(layer)), (Markdown("dimension reduction"), Markdown(method)))
    return settings_table(record, omit=("layer", "projection", "fit"), more=more)


def _has(record: Record, column: str) -> bool:
    """Whether any run has this other projection."""
    return any(row.get(column) is not None for row in record.rows("points"))


def _points(record: Record, part: Row) -> list[Row]:
    return [row for row in record.rows("points") if row["part"] == part["part"]]


def _marked(epochs: list[int]) -> list[int]:
    """Positions of the epochs that have their own marker."""
    return sorted({round(p) for p in np.linspace(0, len(epochs) - 1, MARKED)})


def _trajectories(record: Record, part: Row) -> Figure:
    runs = known(record.frame(Run), Run.final_train_loss)
    first, second = (fmt.percent(share) for share in part["explained"][:2])
    article = "the " if part["part"] == "model" else ""
    begin, end = mean(c[0] for c in runs[Run.train_loss]), mean(runs[Run.final_train_loss])
    lower = sum(curve[-1] < curve[0] for curve in runs[Run.train_loss])
    every = fmt.plural(int(record.metrics["record_every"]), "epoch")  # type: ignore[arg-type]
    labels = (
        f"principal component 1 ({first} of the variance)",
        f"principal component 2 ({second})",
    )
    return Figure(
        name=part["part"],
        caption=Markdown(
            f"Parameters of {article}{escape(part['words'])}, {fmt.count(part['parameters'])} in "
            f"number, during {fmt.plural(len(runs), 'training')}, projected on the first two "
            f"principal components of all {fmt.count(part['snapshots'])} snapshots. A gray line "
            "joins the points of one run in order, the number at its end is the seed; color is the "
            "training loss. Large markers tell epochs apart as in the legend; there is a point for "
            f"every {every}.{_written(record)}"
        ),
        alt=(
            f"Scatter plot of {fmt.plural(len(runs), 'path')}. First component: {first} of the "
            f"variance; second: {second}. At the end of {fmt.words(lower) if lower else 'none'} of "
            f"them the training loss is lower than at the start; its mean is {fmt.loss(begin)} "
            f"there and {fmt.loss(end)} at the end."
        ),
        draw=partial(_draw_trajectories, record, part, ("pc1", "pc2"), labels),
    )


def _written(record: Record) -> str:
    """What the numbers at the marked points are; empty where there are none."""
    kind = record.settings.get("labels")
    told = f" The small numbers at large markers, where there is room, are the training {kind}."
    return told if kind else ""


def _embedding(record: Record, part: Row) -> Figure:
    runs = fmt.plural(len(_points(record, part)), "path")
    return Figure(
        name=f"{part['part']}-tsne",
        caption=Markdown(
            f"The snapshots of @fig-weight-trajectories-{part['part']} by t-SNE "
            "[@vandermaaten2008visualizing], which keeps neighbors together; distances and "
            f"directions between groups of points mean nothing in it.{_written(record)}"
        ),
        alt=f"Scatter plot of {runs} in two coordinates of t-SNE.",
        draw=partial(_draw_trajectories, record, part, ("tsne1", "tsne2"), ("t-SNE 1", "t-SNE 2")),
    )


def _single(record: Record, part: Row) -> Figure:
    chosen = [row for row in _points(record, part) if row.get("own1")]
    shares = "; ".join(
        f"seed {fmt.count(row['seed'])}: {fmt.percent(sum(row['own_explained']))}" for row in chosen
    )
    return Figure(
        name=f"{part['part']}-own",
        caption=Markdown(
            f"Each run of @fig-weight-trajectories-{part['part']} on its own first two principal "
            f"components; places in two panels are not comparable.{_written(record)}"
        ),
        alt=f"A panel for each run. Variance along two components: {shares}.",
        draw=partial(_draw_single, record, chosen),
    )


def _draw_single(record: Record, points: list[Row]) -> Canvas:
    figure, axes = canvas(-(-len(points) // 4), min(4, len(points)), height=1.7)
    written, _ = _draw_paths(record, points, ("own1", "own2"), axes.flat)
    for ax, row in zip(axes.flat, points, strict=False):
        ax.set_title(f"seed {row['seed']}")
    for ax in axes.flat[len(points) :]:
        ax.set_axis_off()
    lay_out(figure)
    for ax, values in zip(axes.flat, written, strict=False):
        _write(ax, [values])
    return figure


def _draw_paths(
    record: Record, points: list[Row], at: tuple[str, str], axes: Iterable[Axes]
) -> tuple[list[list[Value]], Any]:
    """Draw each run into its axes: its line, its points colored by the loss, its marked epochs.

    Returns what is to be written at the latter, run by run, and the scale of colors.
    """
    from matplotlib.colors import LogNorm

    runs = {row["seed"]: (n, row) for n, row in enumerate(record.rows("runs"))}
    losses = np.asarray([runs[row["seed"]][1]["train_loss"] for row in points], dtype=float)
    scale = LogNorm(np.nanmin(losses), np.nanmax(losses))
    kind = record.settings.get("labels")
    show = fmt.loss if kind == "loss" else partial(fmt.percent, decimals=0)
    marked = _marked(points[0]["epoch"])
    look: Row = {"s": 34, "edgecolor": "#000000", "linewidth": 0.5, "norm": scale, "zorder": 3}
    written = []
    for ax, row, values in zip(axes, points, losses, strict=False):
        x, y = (np.asarray(row[column]) for column in at)
        number, run = runs[row["seed"]]
        seed = f"seed {row['seed']}"
        reached = zip(row["epoch"], values, strict=True)
        names = (f"{seed}, epoch {epoch}, loss {fmt.loss(loss)};" for epoch, loss in reached)
        (way,) = ax.plot(x, y, color="#888888", linewidth=0.9, zorder=1, label=seed)
        way.rows = Rows("runs", ((number,),) * len(x), tuple(names))  # type: ignore[attr-defined]
        way.route = True  # type: ignore[attr-defined]  # both for report/figures/curves.py
        ax.scatter(x, y, c=values, norm=scale, s=9, zorder=2, edgecolor="#555555", linewidth=0.4)
        for marker, place in zip(MARKERS, marked, strict=False):
            ax.scatter(x[place], y[place], c=[values[place]], marker=marker, **look)
        ax.set_aspect("equal", adjustable="datalim")
        shown = run[f"train_{kind}"] if kind else []
        written.append([(x[p], y[p], str(show(shown[p]))) for p in marked if kind])
    return written, scale


def _write(ax: Axes, runs: list[list[Value]]) -> None:
    """Values beside the marked points of each run, the ends first, as far as there is room.

    None covers a point, another text or an axis. To be called when the axes have their
    place.
    """
    from matplotlib.transforms import Bbox

    values = [value for turn in zip(*runs, strict=True) for value in turn][::-1]
    half = 3 * ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]  # of a mark, in pixels
    frame = ax.get_window_extent().padded(-half)
    taken = [text.get_window_extent() for text in ax.texts]
    for way in ax.lines:
        for place in ax.transData.transform(way.get_xydata()):
            taken.append(Bbox([place - half, place + half]))
    look: Row = {"textcoords": "offset points", "fontsize": 7, "zorder": 4}
    for x, y, words in values:
        for right, up in ((1, -1), (1, 1), (-1, -1), (-1, 1)):
            side: Row = {
                "ha": "left" if right > 0 else "right",
                "va": "bottom" if up > 0 else "top",
            }
            label = ax.annotate(words, (x, y), (5 * right, 5 * up), **look, **side)
            box = label.get_window_extent()
            inside = frame.contains(*box.min) and frame.contains(*box.max)
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            label.remove()


def _draw_trajectories(
    record: Record, part: Row, at: tuple[str, str], labels: tuple[str, str]
) -> Canvas:
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
    words = _epoch_labels(record, _marked(points[0]["epoch"]))
    keys = [
        Line2D([], [], linestyle="", marker=marker, color="#555555", label=label)
        for marker, label in zip(MARKERS, words, strict=False)
    ]
    figure.legend(handles=keys, loc="outside lower center", fontsize=7.5)
    lay_out(figure)
    _number(ax, points, at)
    _write(ax, written)
    return figure


def _epoch_labels(record: Record, marked: list[int]) -> list[str]:
    """`epoch 15, mean training accuracy 93.1 %`; without an accuracy, the mean loss."""
    runs = [row for row in record.rows("runs") if row.get("train_loss")]
    kind, show = ("accuracy", fmt.percent) if runs[0]["train_accuracy"] else ("loss", fmt.loss)
    means = {runs[0]["epoch"][p]: mean(row[f"train_{kind}"][p] for row in runs) for p in marked}
    return [f"epoch {epoch}, mean training {kind} {show(v)}" for epoch, v in means.items()]


def _number(ax: Axes, points: list[Row], at: tuple[str, str]) -> None:
    """The seeds beyond the last points; runs that end (nearly) at one point share a label.

    A label stands in the direction of its run, or the nearest to it in which it covers no point
    and no axis. To be called when the axes have their place.
    """
    places = (np.column_stack([row[column] for column in at]) for row in points)
    paths = [ax.transData.transform(xy) for xy in places]
    taken = list(np.concatenate(paths))
    frame = ax.get_window_extent()
    unit = 72 / ax.get_figure(root=True).dpi  # type: ignore[union-attr]  # points in a pixel
    ends = np.asarray([path[-1] for path in paths])
    near = 0.04 * float(np.ptp(ends, axis=0).max())
    look: Row = {"ha": "center", "va": "center", "fontsize": 8, "fontweight": "bold"}
    left = list(range(len(points)))
    while left:
        same = [i for i in left if np.linalg.norm(ends[i] - ends[left[0]]) <= near]
        way = complex(*(ends[same[0]] - paths[same[0]][0])) or 1
        length, found = (8 + 3 * len(same)) / unit, []
        for turn in sorted(np.linspace(-np.pi, np.pi, 13), key=abs):
            step = length * way / abs(way) * np.exp(1j * turn)
            place = ends[same[0]] + (step.real, step.imag)
            inside = [*(place - frame.min), *(frame.max - place)]
            found.append((min(*inside, *(np.linalg.norm(place - o) for o in taken)), place))
        free = [place for room, place in found if room * unit > CLEAR]
        place = free[0] if free else max(found, key=lambda one: one[0])[1]
        taken.append(place)
        words = ", ".join(str(points[i]["seed"]) for i in same)
        x, y = ax.transData.inverted().transform(place)
        ax.text(x, y, words, **look)
        left = [i for i in left if i not in same]


def _kinds(record: Record, part: str) -> dict[str, tuple[list[float], Rows]]:
    """The values of each kind of distance that there is, and of which rows they are.

    Without pairs there are two kinds. The rows are called `displacement, seed 3,` or
    `between two ends, seeds 0 and 1,`.
    """
    found: dict[str, tuple[list[float], Rows]] = {}
    for kind, (table, column) in KINDS.items():
        own = {n: row for n, row in enumerate(record.rows(table)) if row["part"] == part}
        runs = [
            f"seed {row['seed']}" if "seed" in row else f"seeds {fmt.seeds(row['seeds'])}"
            for row in own.values()
        ]
        names = tuple(f"{kind}, {run}," for run in runs)
        values = [row[column] for row in own.values()]
        found |= {kind: (values, Rows(table, tuple((n,) for n in own), names))} if own else {}
    return found


def _distances(record: Record, parts: dict[str, Row]) -> Figure:
    described = "; ".join(
        f"{name}: "
        + ", ".join(f"{k} {fmt.number(mean(v))}" for k, (v, _) in _kinds(record, name).items())
        for name in PARTS
    )
    pairs = sum(row["part"] == "model" for row in record.rows("pairs"))
    return Figure(
        name="distances",
        caption=Markdown(
            "How far the runs go and how far apart they are, as Euclidean distances between "
            "parameter vectors. One mark for each run or each pair of runs "
            f"({fmt.plural(pairs, 'pair')}); the bar is the mean."
            if pairs
            else "How far the run goes, as Euclidean distances between parameter vectors."
        ),
        alt=f"Rows of marks in two panels, layer and whole model. Means: {described}.",
        draw=partial(_draw_distances, record, parts),
    )


def _draw_distances(record: Record, parts: dict[str, Row]) -> Canvas:
    figure, axes = canvas(1, 2, height=1.6, sharey=True)
    for ax, name in zip(axes[0], PARTS, strict=True):
        kinds = _kinds(record, name)
        for index, (kind, (values, rows)) in enumerate(kinds.items()):
            style = line(index)
            look: Row = {"marker": style.marker, "color": style.color, "label": kind}
            look |= {"linestyle": "", "alpha": 0.6, "markeredgewidth": 0}
            place = len(kinds) - 1 - index
            heights = np.linspace(0.22, -0.22, len(values)) if len(values) > 1 else np.zeros(1)
            (marks,) = ax.plot(values, place + heights, **look)
            marks.rows = rows  # for report/figures/curves.py
            ax.plot([mean(values)] * 2, [place - 0.36, place + 0.36], color="#000000")
        ax.set(title=parts[name]["words"], xlabel="distance", ylim=(-0.5, len(kinds) - 0.5))
        ax.set_yticks(range(len(kinds)), list(kinds)[::-1])
        ax.set_xlim(left=0)
        ax.grid(visible=False, axis="y")
    return figure


def _distance_table(record: Record, parts: dict[str, Row]) -> Table:
    return grouped(
        "distances",
        "Euclidean distances between parameter vectors; *n* counts runs for the first two rows "
        "of each part and pairs of runs for the others. The text takes pairs that share no run.",
        [
            (parts[name]["words"], kind, values)
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
