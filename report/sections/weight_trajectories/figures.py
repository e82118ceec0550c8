"""Weight trajectories: principal components of one layer and of the whole model, and distances."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from report.figures.finish import lay_out
from report.figures.style import HALF, MARKERS, canvas, line
from report.numbers.frames import known
from report.numbers.statistics import mean
from report.records import Record
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.weight_trajectories.claims import commentary
from report.words import format as fmt
from report.words.markdown import Markdown, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure as Canvas

MARKED = 4
"""Epochs of a trajectory that have a marker of their own, the first and the last among them."""
CLEAR = 7
"""Points between a seed and the nearest mark."""
PARTS = ("layer", "model")


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    parts = {row["part"]: row for row in record.rows("parts")}
    drawn = [name for name in PARTS if parts[name]["explained"] is not None]
    figures = [_trajectories(record, parts[name]) for name in drawn]
    figures += [_embedding(record, parts[name]) for name in drawn if _has(record, "tsne1")]
    figures += [_single(record, parts[name]) for name in drawn if _has(record, "own1")]
    tables = [_settings(record)]
    if drawn:
        figures.append(_distances(record, parts))
        tables.append(_distance_table(record, parts))
    return Section(
        figures=tuple(figures),
        tables=(*tables, _runs_table(record)),
        commentary=commentary(record),
    )


def _settings(record: Record) -> Table:
    """The settings, with the layer in words and the method, which is no setting."""
    layer = next(row["words"] for row in record.rows("parts") if row["part"] == "layer")
    more = (
        (Markdown("layer"), escape(layer)),
        (
            Markdown("dimension reduction"),
            Markdown(
                "principal component analysis, one fit to the snapshots of all runs"
                + (", and one to each run" if _has(record, "own1") else "")
                + ("; t-SNE beside it" if _has(record, "tsne1") else "")
            ),
        ),
    )
    return settings_table(record, omit=("layer", "projection", "fit"), more=more)


def _has(record: Record, column: str) -> bool:
    """Whether any run has this other projection."""
    return any(row.get(column) is not None for row in record.rows("points"))


def _marked(epochs: list[int]) -> list[int]:
    """Positions of the epochs that have their own marker."""
    return sorted({round(p) for p in np.linspace(0, len(epochs) - 1, MARKED)})


def _trajectories(record: Record, part: dict[str, Any]) -> Figure:
    runs = known(record.frame("runs"), "final_train_loss")
    first, second = part["explained"][:2]
    article = "the " if part["part"] == "model" else ""
    lower = int(runs["train_loss"].map(lambda losses: losses[-1] < losses[0]).sum())
    return Figure(
        name=part["part"],
        caption=Markdown(
            f"Parameters of {article}{escape(part['words'])}, {fmt.count(part['parameters'])} in "
            f"number, during {fmt.plural(len(runs), 'training')}, projected on the first two "
            f"principal components of all {fmt.count(part['snapshots'])} snapshots. A gray line "
            "joins the points of one run in order, the number at its end is the seed; color is the "
            "training loss. Large markers tell epochs apart as in the legend; there is a point for "
            f"every {fmt.plural(int(record.metrics['record_every']), 'epoch')}."  # type: ignore[arg-type]
            f"{_written(record)}"
        ),
        alt=(
            f"Scatter plot of {fmt.plural(len(runs), 'path')}. First component: "
            f"{fmt.percent(first)} of the variance; second: {fmt.percent(second)}. At the end of "
            f"{fmt.words(lower) if lower else 'none'} of them the training loss is lower than at "
            "the start; its mean is "
            f"{fmt.loss(runs['train_loss'].map(lambda c: c[0]).mean())} there and "
            f"{fmt.loss(runs['final_train_loss'].mean())} at the end."
        ),
        draw=partial(
            _draw_trajectories,
            record,
            part,
            ("pc1", "pc2"),
            (
                f"principal component 1 ({fmt.percent(first)} of the variance)",
                f"principal component 2 ({fmt.percent(second)})",
            ),
        ),
    )


def _written(record: Record) -> str:
    """What the numbers at the marked points are; empty where there are none."""
    kind = record.settings.get("labels")
    return f" The small numbers at the large markers are the training {kind}." if kind else ""


def _embedding(record: Record, part: dict[str, Any]) -> Figure:
    runs = sum(row["part"] == part["part"] for row in record.rows("points"))
    return Figure(
        name=f"{part['part']}-tsne",
        caption=Markdown(
            f"The snapshots of @fig-weight-trajectories-{part['part']} by t-SNE "
            "[@vandermaaten2008visualizing], which keeps neighbors together; distances and "
            f"directions between groups of points mean nothing in it.{_written(record)}"
        ),
        alt=f"Scatter plot of {fmt.plural(runs, 'path')} in two coordinates of t-SNE.",
        draw=partial(_draw_trajectories, record, part, ("tsne1", "tsne2"), ("t-SNE 1", "t-SNE 2")),
    )


def _single(record: Record, part: dict[str, Any]) -> Figure:
    chosen = [row for row in record.rows("points") if row["part"] == part["part"]]
    shares = "; ".join(
        f"seed {row['seed']}: {fmt.percent(sum(row['own_explained']))}"
        for row in chosen
        if row.get("own_explained")
    )
    return Figure(
        name=f"{part['part']}-own",
        caption=Markdown(
            f"Each run of @fig-weight-trajectories-{part['part']} on its own first two principal "
            f"components; places in two panels are not comparable.{_written(record)}"
        ),
        alt=f"A panel for each run. Variance along two components: {shares}.",
        draw=partial(_draw_single, record, [row for row in chosen if row.get("own1")]),
    )


def _draw_single(record: Record, points: list[dict[str, Any]]) -> Canvas:
    figure, axes = canvas(-(-len(points) // 4), min(4, len(points)), height=1.7)
    draw = _path_drawer(record, points, ("own1", "own2"))
    for ax, row in zip(axes.flat, points, strict=False):
        draw(ax, row)
        ax.set_title(f"seed {row['seed']}")
        ax.set_aspect("equal", adjustable="datalim")
    for ax in axes.flat[len(points) :]:
        ax.set_axis_off()
    return figure


def _path_drawer(
    record: Record, points: list[dict[str, Any]], at: tuple[str, str]
) -> Callable[[Axes, dict[str, Any]], ScalarMappable]:
    """What draws one run: its line, its points colored by the loss, its marked epochs."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm

    runs = {row["seed"]: row for row in record.rows("runs") if row.get("train_loss")}
    losses = np.asarray([runs[row["seed"]]["train_loss"] for row in points], dtype=float)
    scale = LogNorm(np.nanmin(losses), np.nanmax(losses))
    marked = _marked(points[0]["epoch"])
    kind = record.settings.get("labels")

    def draw(ax: Axes, row: dict[str, Any]) -> ScalarMappable:
        x, y = np.asarray(row[at[0]]), np.asarray(row[at[1]])
        run = runs[row["seed"]]
        values = np.asarray(run["train_loss"], dtype=float)
        ax.plot(x, y, color="#888888", linewidth=0.9, zorder=1)
        ax.scatter(x, y, c=values, norm=scale, s=9, zorder=2, edgecolor="#555555", linewidth=0.4)
        for marker, position in zip(MARKERS, marked, strict=False):
            ax.scatter(
                x[position],
                y[position],
                c=[values[position]],
                norm=scale,
                s=34,
                marker=marker,
                edgecolor="#000000",
                linewidth=0.5,
                zorder=3,
            )
            if kind:
                show = fmt.loss if kind == "loss" else partial(fmt.percent, decimals=0)
                ax.annotate(
                    show(run[f"train_{kind}"][position]),
                    (x[position], y[position]),
                    xytext=(4, -7),
                    textcoords="offset points",
                    fontsize=7,
                    zorder=4,
                )
        return ScalarMappable(scale)

    return draw


def _draw_trajectories(
    record: Record, part: dict[str, Any], at: tuple[str, str], labels: tuple[str, str]
) -> Canvas:
    from matplotlib.lines import Line2D

    from report.figures.ticks import plain_ticks

    points = [row for row in record.rows("points") if row["part"] == part["part"]]
    runs = {row["seed"]: row for row in record.rows("runs") if row.get("train_loss")}
    figure, axes = canvas(1, 1, height=3.1, width=HALF)
    ax = axes[0, 0]
    draw = _path_drawer(record, points, at)
    colors = [draw(ax, row) for row in points]
    marked = _marked(points[0]["epoch"])
    ax.set(xlabel=labels[0], ylabel=labels[1])
    ax.set_aspect("equal", adjustable="datalim")
    ax.margins(0.16)
    bar = figure.colorbar(colors[0], ax=ax, label="training loss", shrink=0.8)
    plain_ticks(bar.ax.yaxis)
    figure.legend(
        handles=[
            Line2D([], [], linestyle="", marker=marker, color="#555555", label=label)
            for marker, label in zip(MARKERS, _epoch_labels(runs, marked), strict=False)
        ],
        loc="outside lower center",
        fontsize=7.5,
    )
    lay_out(figure)
    _number(ax, points, at)
    return figure


def _epoch_labels(runs: dict[int, dict[str, Any]], marked: list[int]) -> list[str]:
    """`epoch 15, mean training accuracy 93.1 %`; without an accuracy, the mean loss."""
    rows = list(runs.values())
    labels = []
    for position in marked:
        epoch = f"epoch {rows[0]['epoch'][position]}, mean training "
        if rows[0]["train_accuracy"]:
            share = float(np.mean([row["train_accuracy"][position] for row in rows]))
            labels.append(f"{epoch}accuracy {fmt.percent(share)}")
        else:
            average = float(np.mean([row["train_loss"][position] for row in rows]))
            labels.append(f"{epoch}loss {fmt.loss(average)}")
    return labels


def _number(ax: Axes, points: list[dict[str, Any]], at: tuple[str, str]) -> None:
    """The seeds beyond the last points; runs that end (nearly) at one point share a label.

    A label stands in the direction of its run, or the nearest to it in which it covers no point
    and no axis. To be called when the axes have their place.
    """
    paths = [
        ax.transData.transform(np.column_stack([row[column] for column in at])) for row in points
    ]
    taken = list(np.concatenate(paths))
    frame = ax.get_window_extent()
    unit = 72 / ax.get_figure(root=True).dpi  # type: ignore[union-attr]  # points in a pixel
    ends = np.asarray([path[-1] for path in paths])
    near = 0.04 * float(np.ptp(ends, axis=0).max())
    left = list(range(len(points)))
    while left:
        same = [i for i in left if np.linalg.norm(ends[i] - ends[left[0]]) <= near]
        way = complex(*(ends[same[0]] - paths[same[0]][0])) or 1
        length, places = (8 + 3 * len(same)) / unit, []
        for turn in sorted(np.linspace(-np.pi, np.pi, 13), key=abs):
            step = length * way / abs(way) * np.exp(1j * turn)
            place = ends[same[0]] + (step.real, step.imag)
            inside = [*(place - frame.min), *(frame.max - place)]
            places.append((min(*inside, *(np.linalg.norm(place - o) for o in taken)), place))
        free = [place for room, place in places if room * unit > CLEAR]
        place = free[0] if free else max(places, key=lambda found: found[0])[1]
        taken.append(place)
        x, y = ax.transData.inverted().transform(place)
        ax.text(
            x,
            y,
            ", ".join(str(points[i]["seed"]) for i in same),
            ha="center",
            va="center",
            fontsize=8,
            fontweight="bold",
        )
        left = [i for i in left if i not in same]


def _kinds(record: Record, part: str) -> dict[str, list[float]]:
    """What is compared: lengths of single runs, distances of all pairs of runs."""
    runs = record.frame("distances")
    pairs = record.frame("pairs")
    own, both = runs[runs["part"] == part], pairs[pairs["part"] == part]
    return {
        "length of the path": list(own["path_length"]),
        "displacement": list(own["displacement"]),
        "between two starts": list(both["start_distance"]),
        "between two ends": list(both["end_distance"]),
    }


def _distances(record: Record, parts: dict[str, Any]) -> Figure:
    described = "; ".join(
        f"{name}: "
        + ", ".join(f"{k} {fmt.number(mean(v))}" for k, v in _kinds(record, name).items())
        for name in PARTS
    )
    pairs = sum(row["part"] == "model" for row in record.rows("pairs"))
    return Figure(
        name="distances",
        caption=Markdown(
            "How far the runs go and how far apart they are, as Euclidean distances between "
            f"parameter vectors. One mark for each run or each pair of runs "
            f"({fmt.plural(pairs, 'pair')}); the bar is the mean."
        ),
        alt=f"Rows of marks in two panels, layer and whole model. Means: {described}.",
        draw=partial(_draw_distances, record, parts),
    )


def _draw_distances(record: Record, parts: dict[str, Any]) -> Canvas:
    figure, axes = canvas(1, 2, height=1.6, sharey=True)
    for ax, name in zip(axes[0], PARTS, strict=True):
        kinds = _kinds(record, name)
        for index, values in enumerate(kinds.values()):
            style = line(index)
            heights = np.linspace(-0.22, 0.22, len(values)) if len(values) > 1 else [0.0]
            ax.plot(
                values,
                index + np.asarray(heights),
                linestyle="",
                marker=style.marker,
                color=style.color,
                alpha=0.6,
                markeredgewidth=0,
            )
            middle = float(np.mean(values))
            ax.plot([middle, middle], [index - 0.36, index + 0.36], color="#000000")
        ax.set(title=parts[name]["words"], xlabel="distance", ylim=(len(kinds) - 0.5, -0.5))
        ax.set_yticks(range(len(kinds)), list(kinds))
        ax.set_xlim(left=0)
        ax.grid(visible=False, axis="y")
    return figure


def _distance_table(record: Record, parts: dict[str, Any]) -> Table:
    rows = []
    for name in PARTS:
        for kind, values in _kinds(record, name).items():
            rows.append(
                (
                    escape(parts[name]["words"]),
                    escape(kind),
                    fmt.number(mean(values)),
                    fmt.number(min(values)),
                    fmt.number(max(values)),
                    fmt.count(len(values)),
                )
            )
    return Table(
        name="distances",
        caption=Markdown(
            "Euclidean distances between parameter vectors; *n* counts runs for the first two rows "
            "of each part and pairs of runs for the others."
        ),
        header=("Part", "Distance", "Mean", "Smallest", "Largest", "n"),
        align="llrrrr",
        rows=tuple(rows),
        widths=(28, 26, 12, 13, 13, 8),
    )


def _runs_table(record: Record) -> Table:
    runs = record.frame("runs")
    accurate = runs["final_train_accuracy"].notna().any()
    shown: list[tuple[str, str, Callable[[float | None], Markdown]]] = [
        ("Train loss", "final_train_loss", fmt.loss),
        ("Test loss", "final_test_loss", fmt.loss),
    ]
    if accurate:
        shown += [
            ("Train accuracy", "final_train_accuracy", fmt.accuracy),
            ("Test accuracy", "final_test_accuracy", fmt.accuracy),
        ]
    return Table(
        name="runs",
        caption=Markdown(
            "The runs at their last recorded epoch; a run that diverged has no values."
        ),
        header=("Seed", *(words for words, _, _ in shown)),
        align="r" * (1 + len(shown)),
        rows=tuple(
            (fmt.count(run["seed"]), *(show(_value(run, column)) for _, column, show in shown))
            for _, run in runs.iterrows()
        ),
    )


def _value(run: pd.Series[Any], column: str) -> float | None:
    return float(run[column]) if column in run and pd.notna(run[column]) else None
