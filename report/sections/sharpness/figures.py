"""Sharpness: its measures against the gap, against what is varied, and under rescaling."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from report.figures.scales import logarithmic, scale_to
from report.figures.style import canvas, legend_below, line
from report.numbers.statistics import mean, partial_rank_correlation, rank_correlation
from report.records import Record
from report.sections.approach_words import approach_of, batch, rate
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.sensitivity.claims import VARIABLES, sweep
from report.sections.sensitivity.figures import GAPS, correlation_cell, draw_gaps, draw_sweep
from report.sections.sharpness.claims import MEASURES, commentary, measured
from report.words import format as fmt
from report.words.markdown import Markdown

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

LABELS = {
    "epsilon_sharpness": "ε-sharpness (%)",
    "largest_eigenvalue": "largest eigenvalue",
    "trace": "trace",
}
"""Labels of axes; the eigenvalue and the trace are those of the Hessian."""


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    rows = record.frame("solutions")
    done = measured(rows)
    figures: tuple[Figure, ...] = ()
    tables = [
        settings_table(record, omit=("solutions", "double")),
        _results_table(rows),
    ]
    if len(done):
        figures = (_gap_figure(done), _variables_figure(record, done))
        tables.append(_correlations_table(done))
    rescaling = record.frame("rescaling")
    if len(rescaling):
        figures += (_rescaling_figure(rescaling),)
        tables.append(_rescaling_table(rescaling))
    return Section(figures=figures, tables=tuple(tables), commentary=commentary(record))


def _results_table(rows: pd.DataFrame) -> Table:
    lines, whole = [], measured(rows)
    for varied, group in rows.groupby(["batch_size", "learning_rate"], dropna=False):
        approach, done = approach_of(*varied), whole[whole.index.isin(group.index)]

        def shown(column: str, done: pd.DataFrame = done) -> float | None:
            return mean(done[column]).value if len(done) else None

        lines.append(
            (
                batch(approach.batch_size),
                rate(approach.learning_rate),
                fmt.loss(shown("train_loss")),
                fmt.loss(shown("loss_gap")),
                fmt.percent(shown("accuracy_gap")),
                *(fmt.number(shown(column)) for column in MEASURES),
                fmt.number(shown("trace_standard_error"), 2),
                fmt.number(shown("gradient_norm"), 2),
                fmt.count(len(done)),
            )
        )
    return Table(
        name="results",
        caption=Markdown(
            "The solutions: means over the seeds of the training loss, the gap in loss and in "
            "accuracy, the ε-sharpness in percent, the largest eigenvalue and the trace of the "
            "Hessian with the standard error of the trace, and the norm of the gradient, which "
            "tells how far a solution is from a critical point; *n* counts the solutions."
        ),
        header=(
            "Batch",
            "Rate",
            "Train loss",
            "Loss gap",
            "Acc. gap",
            "Sharp.",
            "Eigenv.",
            "Trace",
            "± s.e.",
            "Grad.",
            "n",
        ),
        align="rrrrrrrrrrr",
        rows=tuple(lines),
    )


def _correlations_table(done: pd.DataFrame) -> Table:
    rows = []
    for column, words in {**MEASURES, "train_loss": Markdown("the training loss")}.items():
        cells = [correlation_cell(rank_correlation(done[column], done[gap])) for gap in GAPS]
        held = [
            correlation_cell(partial_rank_correlation(done[column], done[gap], done["train_loss"]))
            if column in MEASURES
            else fmt.MISSING
            for gap in GAPS
        ]
        rows.append((words, *cells, *held))
    return Table(
        name="correlations",
        caption=Markdown(
            "Spearman's rank correlation of each measure, and of the training loss alone, with the "
            "gap in loss (test minus training) and in accuracy (training minus test); in the last "
            "two columns with the training loss held fixed. 95 % bootstrap intervals over "
            f"{fmt.plural(len(done), 'solution')}; solutions of one approach resemble each other, "
            "so the intervals are rather too narrow."
        ),
        header=("Measure", "Loss gap", "Acc. gap", "Loss gap, fit held", "Acc. gap, fit held"),
        align="lrrrr",
        rows=tuple(rows),
        widths=(24, 19, 19, 19, 19),
    )


def _rescaling_table(rows: pd.DataFrame) -> Table:
    return Table(
        name="rescaling",
        caption=Markdown(
            "One solution, its first layer multiplied and its second divided by a factor: the same "
            "function in other coordinates."
        ),
        header=(
            "Factor",
            "Test loss",
            "Test accuracy",
            "ε-sharpness",
            "Eigenvalue",
            "Trace",
            "Parameter norm",
        ),
        align="rrrrrrr",
        rows=tuple(
            (
                fmt.count(row["factor"]),
                fmt.number(row["test_loss"], 6),
                fmt.accuracy(row["test_accuracy"]),
                *(fmt.number(row[column]) for column in MEASURES),
                fmt.number(row["parameter_norm"]),
            )
            for _, row in rows.iterrows()
        ),
    )


def _gap_figure(done: pd.DataFrame) -> Figure:
    found = "; ".join(
        f"{words} with the {name} gap "
        f"{fmt.correlation(rank_correlation(done[measure], done[gap]).value)}"
        for measure, words in MEASURES.items()
        for gap, name in GAPS.items()
    )
    return Figure(
        name="sharpness",
        caption=Markdown(
            "The gap in loss (test minus training, top) and in accuracy (training minus test, "
            "bottom) against the measures of sharpness. One mark for each of "
            f"{fmt.plural(len(done), 'solution')}; the color is the training loss at the end."
        ),
        alt=f"Scatter plots, two for each measure. Rank correlations: {found}.",
        draw=partial(_draw_gaps, done),
    )


def _draw_gaps(done: pd.DataFrame) -> Canvas:
    figure, axes = canvas(len(GAPS), len(MEASURES), height=1.65, sharex="col", sharey="row")
    last = list(MEASURES)[-1]
    for column, measure in enumerate(MEASURES):
        draw_gaps(axes[:, column], done, measure, "train_loss", figure, measure == last)
        axes[1, column].set_xlabel(LABELS[measure])
    axes[0, 0].set_ylabel("gap in loss")
    axes[1, 0].set_ylabel("gap in accuracy\n(percentage points)")
    return figure


def _variables_figure(record: Record, done: pd.DataFrame) -> Figure:
    described = []
    for variable, words in VARIABLES.items():
        show = batch if variable == "batch_size" else rate
        means = sweep(record, done, variable).groupby(variable)[list(MEASURES)].mean()
        described += [
            f"{words} {show(value)}: "
            + ", ".join(f"{name} {fmt.number(row[m])}" for m, name in MEASURES.items())
            for value, row in means.iterrows()
        ]
    return Figure(
        name="variables",
        caption=Markdown(
            "The measures of sharpness against what is varied, batch size (left) and learning rate "
            f"(right). Lines: median over {fmt.plural(done['seed'].nunique(), 'seed')}; bands: "
            "from the smallest to the largest."
        ),
        alt=f"A row of two panels for each measure. Means: {'; '.join(described)}.",
        draw=partial(_draw_variables, record, done),
    )


def _draw_variables(record: Record, done: pd.DataFrame) -> Canvas:
    figure, axes = canvas(len(MEASURES), len(VARIABLES), height=1.2, sharex="col", sharey="row")
    for column, variable in enumerate(VARIABLES):
        rows = sweep(record, done, variable)
        for row, measure in enumerate(MEASURES):
            ax = axes[row, column]
            draw_sweep(ax, rows, variable, rows[measure], row, LABELS[measure])
            scale_to(ax, "y", done[measure])
            if column == 0:
                ax.set_ylabel(LABELS[measure])
        axes[-1, column].set_xlabel(VARIABLES[variable])
    return figure


def _rescaling_figure(rows: pd.DataFrame) -> Figure:
    described = "; ".join(
        f"factor {fmt.count(row['factor'])}: test loss {fmt.loss(row['test_loss'])}, "
        + ", ".join(f"{words} {fmt.number(row[m])}" for m, words in MEASURES.items())
        for _, row in rows.iterrows()
    )
    return Figure(
        name="rescaling",
        caption=Markdown(
            "One solution rescaled: the measures of sharpness, the test loss and the norm of the "
            "parameters over what they were before, against the factor by which the first layer is "
            "multiplied and the second divided. The function stays the same."
        ),
        alt=f"Lines over logarithmic axes, the test loss level. {described}.",
        draw=partial(_draw_rescaling, rows),
    )


def _draw_rescaling(rows: pd.DataFrame) -> Canvas:
    figure, axes = canvas(height=1.9)
    ax = axes[0, 0]
    names = {**LABELS, "parameter_norm": "norm of the parameters", "test_loss": "test loss"}
    for index, (column, words) in enumerate(names.items()):
        values = rows[column].astype(float)
        if not values.iloc[0]:
            continue
        style = line(index)
        ax.plot(
            rows["factor"],
            values / values.iloc[0],
            color=style.color,
            linestyle=style.dashes,
            marker=style.marker,
            label=words.removesuffix(" (%)"),
        )
    factors = list(rows["factor"])
    shown = rows[list(names)].astype(float)
    scale_to(ax, "y", (shown / shown.iloc[0]).to_numpy().ravel())
    logarithmic(ax, "x")
    ax.set(xlabel="factor", ylabel="value over that at factor 1")
    ax.set_xticks(factors, [str(fmt.count(factor)) for factor in factors])
    legend_below(figure, ax)
    return figure
