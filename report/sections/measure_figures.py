"""Figures and tables of measures of solutions: against the gap, and against what is varied."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from report.figures.scales import logarithmic, scale_to
from report.figures.style import Canvas, Rows, canvas
from report.records import Record
from report.sections.aligned import draw_by_seed
from report.sections.approach_words import Approach, batch, rate
from report.sections.approaches import (
    EQUAL_LOSS,
    SHOWN,
    VARIABLES,
    by_approach,
    means,
    over_approaches,
    solution_settings,
)
from report.sections.grouped import Column, grouped, summary
from report.sections.lost import numbers_of, spread_words
from report.sections.section import Figure, Table
from report.words import format as fmt
from report.words.markdown import Markdown, join

ENDS = {"solutions": "", EQUAL_LOSS: ", stopped by training loss"}
"""What is added to the name of a measure, by the table of the solutions at which it is taken."""
GAPS = {"loss_gap": "loss", "accuracy_gap": "accuracy"}

Tables = Mapping[str, pd.DataFrame]
"""Solutions by their table."""
Words = Mapping[Any, Markdown]
"""What measures are called, by their column."""


class Solutions(NamedTuple):
    """The solutions of an approach: their table, all of them, and those that were measured."""

    table: str
    approach: Approach
    rows: pd.DataFrame
    done: pd.DataFrame


def solutions_table(
    record: Record,
    found: Tables,
    finished: Callable[[pd.DataFrame], pd.DataFrame],
    columns: list[Column[Solutions] | None],
    caption: str,
) -> Table:
    """The solutions by table and approach; `columns` are those between the epochs and n."""
    below = ", and below them those stopped by training loss, with the epochs that these took"

    def epochs(one: Solutions) -> Markdown:
        if one.table == EQUAL_LOSS:
            return fmt.number(summary(one.done, "stopped_at"))
        return fmt.count(solution_settings(record)["training"].get("epochs"))

    return grouped(
        "results",
        f"The solutions at the end of training{below if EQUAL_LOSS in found else ''}: {caption}",
        [Solutions(*one, finished(one[-1])) for one in by_approach(found)],
        [
            Column("Batch", lambda one: batch(one.approach.batch_size)),
            Column("Rate", lambda one: rate(one.approach.learning_rate)),
            Column("Epochs", epochs) if EQUAL_LOSS in found else None,
            *columns,
            Column("n", lambda one: fmt.count(len(one.done))),
        ],
    )


def measured_mean(
    header: str, column: str, write: Callable[[float | None], Markdown], *, last: bool = False
) -> Column[Solutions]:
    """A column with the mean over the measured solutions of an approach.

    Where none was measured, there is no mean, or that over the `last` values of all.
    """
    return Column(
        header,
        lambda one: write(summary(one.rows if last and one.done.empty else one.done, column)),
    )


def correlations_table(done: Tables, measures: Words, train_loss: str) -> Table:
    """Each measure, and the training loss alone, against both gaps, over approaches."""
    rows = [
        (Markdown(f"{words}{ENDS[table]}"), own, column)
        for table, own in done.items()
        for column, words in {**measures, train_loss: Markdown("the training loss")}.items()
    ]

    def cell(gap: str, row: tuple[Markdown, pd.DataFrame, str]) -> Markdown:
        """`0.89 [0.75, 0.96]`, or a dash where nothing can be ranked."""
        found = over_approaches(row[1], row[2], gap)
        value = fmt.correlation(found.value)
        if found.low is None or found.low == found.high:
            return value
        return Markdown(f"{value} {fmt.interval(found.low, found.high)}")

    approaches = fmt.plural(len(means(done["solutions"])), "approach")
    return grouped(
        "correlations",
        "Spearman's rank correlation of each measure, and of the training loss alone, with the gap "
        "in loss (test minus training) and in accuracy (training minus test), over the means of "
        f"{approaches}, with 95 % intervals by resampling approaches.",
        rows,
        [
            Column("Measure", lambda row: row[0], 48, "l"),
            Column("Loss gap", partial(cell, "loss_gap"), 26),
            Column("Accuracy gap", partial(cell, "accuracy_gap"), 26),
        ],
    )


def sweeps_figure(
    sweeps: Tables, subject: str, panels: Mapping[str, Mapping[Any, str]], told: Words
) -> Figure:
    """Against each variable the lines of each panel, by its label; axes show the values varied.

    `told` is what is described.
    """
    described = [
        f"{VARIABLES[variable]} {SHOWN[variable](m[variable])}: "
        + ", ".join(f"{words} {_shown(column, m[column])}" for column, words in told.items())
        for variable, rows in sweeps.items()
        for m in means(rows, *told).sort_values(variable).to_dict("records")
    ]
    against = [
        f"against the {VARIABLES[variable]} (at a {VARIABLES[other]} of "
        f"{SHOWN[other](rows[other].iloc[0])})"
        for variable, rows in sweeps.items()
        for other in VARIABLES
        if other != variable
    ]
    everything = pd.concat(sweeps.values())
    counts = everything.groupby(list(VARIABLES), dropna=False)["seed"].nunique()
    spread = spread_words(everything, numbers_of(counts))
    return Figure(
        name="variables",
        caption=f"{subject} {join(against)}. {spread}",
        alt=f"Panels with lines over a logarithmic axis. Means: {'; '.join(described)}.",
        draw=partial(_draw_sweeps, sweeps, panels),
    )


def _shown(column: str, value: float) -> Markdown:
    return fmt.accuracy(value) if column.endswith("accuracy") else fmt.number(value)


def _draw_sweeps(sweeps: Tables, panels: Mapping[str, Mapping[Any, str]]) -> Canvas:
    figure, axes = canvas(len(panels), len(sweeps), height=1.25, sharex="col", sharey="row")
    everything = pd.concat(sweeps.values())
    for column, (variable, rows) in enumerate(sweeps.items()):
        index = 0
        for ax, (label, lines) in zip(axes[:, column], panels.items(), strict=True):
            percent = label.startswith("accuracy")
            index = 0 if percent else index  # training and test as in the panel of the loss
            for name, words in lines.items():
                values = (100 if percent else 1) * rows[name]
                places = draw_by_seed(ax, rows, variable, values, index, words, "solutions")
                index += 1
            logarithmic(ax, "x")
            ax.set_xticks(places)
            if not percent:
                scale_to(ax, "y", everything[list(lines)].to_numpy().ravel())
            if column == 0:
                ax.set_ylabel(label)
            if column == 0 and len(lines) > 1:
                ax.legend(loc="best")
        axes[-1, column].set_xlabel(VARIABLES[variable])
    return figure


def gap_figure(
    name: str, done: Tables, measures: Words, train_loss: str, labels: Mapping[Any, str]
) -> Figure:
    """Both gaps against every measure, one mark for each solution."""
    held = " (triangles: stopped by training loss)" if EQUAL_LOSS in done else ""
    found = [
        f"{words}{ENDS[table]} with the {gap_words} gap {fmt.correlation(value)}"
        for table, rows in done.items()
        for measure, words in measures.items()
        for gap, gap_words in GAPS.items()
        if math.isfinite(value := over_approaches(rows, measure, gap).value)
    ]
    told = f" Rank correlations over the means of the approaches: {'; '.join(found)}."
    return Figure(
        name=name,
        caption="The gap in loss (test minus training, top) and in accuracy (training minus test, "
        "bottom) against each measure. One mark for each of "
        f"{fmt.plural(sum(map(len, done.values())), 'solution')}{held}; the color is the "
        "training loss at the end.",
        alt=f"Scatter plots, two for each measure.{told if found else ''}",
        draw=partial(_draw_gaps, done, train_loss, labels),
    )


def _draw_gaps(done: Tables, train_loss: str, labels: Mapping[Any, str]) -> Canvas:
    """The two gaps one panel below the other; colors tell the training loss."""
    from matplotlib.colors import LogNorm

    from report.figures.ticks import plain_ticks

    figure, axes = canvas(len(GAPS), len(labels), height=1.65, sharex="col", sharey="row")
    everything = pd.concat(done.values())
    losses = everything[train_loss].astype(float)
    scale = LogNorm(losses.min(), losses.max()) if 0 < losses.min() < losses.max() else None
    for column, (measure, label) in enumerate(labels.items()):
        for ax, gap in zip(axes[:, column], GAPS, strict=True):
            for (table, rows), marker in zip(done.items(), "o^", strict=False):
                drawn = ax.scatter(
                    rows[measure].astype(float),
                    (100 if gap == "accuracy_gap" else 1) * rows[gap].astype(float),
                    c=rows[train_loss].astype(float),
                    norm=scale,
                    s=22,
                    marker=marker,
                    edgecolor="#000000",
                    linewidth=0.4,
                    label=ENDS[table].removeprefix(", ") or "at the end of training",
                )
                by = ("batch_size", "learning_rate", "seed")
                drawn.rows = Rows.each(table, rows, by)  # for report/figures/curves.py
            scale_to(ax, "x", everything[measure])
        axes[1, column].set_xlabel(label)
    bar = figure.colorbar(drawn, ax=list(axes[:, -1]), label="training loss")
    if scale is not None:
        plain_ticks(bar.ax.yaxis)
    axes[0, 0].set_ylabel("gap in loss")
    axes[1, 0].set_ylabel("gap in accuracy\n(percentage points)")
    return figure
