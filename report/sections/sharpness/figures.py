"""Sharpness: its measures against the gap, against what is varied, and under rescaling."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import pandas as pd

from report.figures.legends import name_lines
from report.figures.scales import logarithmic, scale_to
from report.figures.style import Canvas, canvas, line
from report.numbers.quantifiers import ordered
from report.records import Record
from report.records.rows.sharpness import EqualLoss, Rescaled, Solution, Whole
from report.sections.approach_words import approach_of, batch, rate
from report.sections.approaches import VARIABLES, solutions, varied
from report.sections.grouped import Column, grouped
from report.sections.lost import over_seeds
from report.sections.measure_figures import (
    Tables,
    correlations_table,
    gap_figure,
    measured_mean,
    solutions_table,
    sweeps_figure,
)
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.sharpness.claims import MEASURES, commentary, measured, same_loss, sampled
from report.words import format as fmt
from report.words.markdown import Markdown

LABELS: dict[str, str] = dict(
    zip(MEASURES, ("ε-sharpness (%)", "largest eigenvalue", "trace"), strict=True)
)
"""Labels of axes; the eigenvalue and the trace are those of the Hessian."""
SHORT = dict(zip(MEASURES, ("Sharp.", "Eigenv.", "Trace"), strict=True))


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    found = solutions(record, Solution, EqualLoss)
    done = {table: own for table, rows in found.items() if len(own := measured(rows))}
    figures: list[Figure] = []
    tables = [settings_table(record, omit=("solutions", "double")), _results_table(record, found)]
    if Solution.table in done:
        figures.append(gap_figure("sharpness", done, MEASURES, Solution.train_loss, LABELS))
        if sweeps := varied(record, done[Solution.table]):
            panels = {label: {name: label} for name, label in LABELS.items()}
            figures.append(sweeps_figure(sweeps, "The measures of sharpness", panels, MEASURES))
        words = _epsilons(record)
        measures = {table: _by_epsilon(rows, words) for table, rows in done.items()}
        tables.append(correlations_table(measures, {**MEASURES, **words}, Solution.train_loss))
    if len(record.frame(Whole)):
        tables.append(_whole_table(sampled(record)))
    rescaling = record.frame(Rescaled)
    if len(rescaling):
        figures.append(_rescaling_figure(rescaling))
        tables.append(_rescaling_table(rescaling))
    return Section(figures=tuple(figures), tables=tuple(tables), commentary=commentary(record))


def _epsilons(record: Record) -> dict[str, Markdown]:
    """What the ε-sharpness with each further ε is called, by its column."""
    found: Any = record.metrics.get("epsilons") or []
    return {
        f"epsilon_{place}": Markdown(f"the ε-sharpness, ε = {fmt.number(epsilon, 1)}")
        for place, epsilon in enumerate(found[1:], 1)
    }


def _by_epsilon(done: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """The solutions with a column for each further ε."""
    columns: dict[str, Any] = {
        name: [row[place] if isinstance(row, list) else None for row in done[Solution.by_epsilon]]
        for place, name in enumerate(names, 1)
    }
    return done.assign(**{name: pd.Series(v, done.index) for name, v in columns.items()})


def _whole_table(rows: pd.DataFrame) -> Table:
    return grouped(
        "whole",
        "How far the sample of training images is to be trusted: the measures over the sample and "
        f"over all {fmt.count(rows['images'].iloc[0])} training images.",
        rows.to_dict("records"),
        [
            Column("Batch", lambda row: batch(approach_of(*(row[v] for v in VARIABLES))[0])),
            Column("Rate", lambda row: rate(row["learning_rate"])),
            *(
                _number(f"{header}, {words}", f"{name}{side}")
                for name, header in SHORT.items()
                for words, side in (("sample", "_sample"), ("all", ""))
            ),
        ],
    )


def _number(header: str, column: str, digits: int = 3) -> Column[Any]:
    return Column(header, lambda row: fmt.number(row[column], digits))


def _results_table(record: Record, found: Tables) -> Table:
    slopes = any(rows[Solution.first_order].notna().any() for rows in found.values())
    share = (
        ", the share of the ε-sharpness that the slope explains to first order" if slopes else ""
    )
    means = over_seeds(next(iter(found.values())), "means over the seeds of", "one seed each:")
    return solutions_table(
        record,
        found,
        measured,
        [
            measured_mean("Train loss", Solution.train_loss, fmt.loss),
            measured_mean("Loss gap", Solution.loss_gap, fmt.loss),
            measured_mean("Acc. gap", Solution.accuracy_gap, partial(fmt.points, unit=False)),
            *(measured_mean(header, name, fmt.number) for name, header in SHORT.items()),
            measured_mean("± s.e.", Solution.trace_standard_error, partial(fmt.number, digits=2)),
            measured_mean("Grad.", Solution.gradient_norm, partial(fmt.number, digits=2)),
            measured_mean("Slope", Solution.first_order, partial(fmt.percent, decimals=0))
            if slopes
            else None,
        ],
        f"{means} the training loss, the gap in loss and in accuracy (percentage "
        "points), the ε-sharpness in percent, the largest eigenvalue and the trace of the Hessian "
        "with the standard error of the trace, and the norm of the gradient, which tells how far a "
        f"solution is from a critical point{share}; *n* counts the solutions.",
    )


def _rescaling_table(rows: pd.DataFrame) -> Table:
    titles = ("ε-sharpness", "Eigenvalue", "Trace")
    return grouped(
        "rescaling",
        "One solution, its first layer multiplied and its second divided by a factor: the same "
        "function in other coordinates.",
        rows.to_dict("records"),
        [
            Column("Factor", lambda row: fmt.count(row["factor"])),
            _number("Test loss", "test_loss", 6),
            Column("Test accuracy", lambda row: fmt.accuracy(row["test_accuracy"])),
            *map(_number, titles, MEASURES),
            _number("Parameter norm", "parameter_norm"),
        ],
    )


def _rescaling_figure(rows: pd.DataFrame) -> Figure:
    described = "; ".join(
        f"factor {fmt.count(row['factor'])}: test loss {fmt.loss(row['test_loss'])}, "
        + ", ".join(f"{words} {fmt.number(row[m])}" for m, words in MEASURES.items())
        for _, row in rows.iterrows()
    )
    first, *others = rows["test_loss"].astype(float)
    losses = [first, *(first if same_loss(first, other) else other for other in others)]
    level = ", the test loss level" if ordered(losses) == "level" else ""
    return Figure(
        name="rescaling",
        caption="One solution rescaled: the measures of sharpness, the test loss and the norm of "
        "the parameters over what they were before, against the factor by which the first layer is "
        "multiplied and the second divided, which would leave the function the same in exact "
        "arithmetic.",
        alt=f"Lines over a logarithmic axis{level}. {described}.",
        draw=partial(_draw_rescaling, rows),
        shapes={"level": losses} if level else {},
    )


def _draw_rescaling(rows: pd.DataFrame) -> Canvas:
    figure, axes = canvas(height=1.9)
    ax = axes[0, 0]
    more = {"parameter_norm": "norm of the parameters", "test_loss": "test loss"}
    values = rows[[*LABELS, *more]].astype(float)
    shown = values / values.iloc[0]
    for index, (column, label) in enumerate({**LABELS, **more}.items()):
        if values[column].iloc[0]:
            style, label = line(index), label.removesuffix(" (%)")
            look = {"color": style.color, "linestyle": style.dashes, "marker": style.marker}
            ax.plot(rows["factor"], shown[column], label=label, **look)
    factors = list(rows["factor"])
    scale_to(ax, "y", shown.to_numpy().ravel())
    logarithmic(ax, "x")
    ax.set(xlabel="factor", ylabel="value over that at factor 1")
    ax.set_xticks(factors, [str(fmt.count(factor)) for factor in factors])
    name_lines(figure, [ax])
    return figure
