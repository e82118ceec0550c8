"""Sharpness: its measures against the gap, against what is varied, and under rescaling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from report.figures.legends import name_lines
from report.figures.scales import logarithmic, scale_to
from report.figures.style import canvas, line
from report.numbers.quantifiers import ordered
from report.numbers.statistics import mean
from report.records import Record
from report.sections.approach_words import batch, rate
from report.sections.approaches import (
    EQUAL_LOSS,
    SHOWN,
    VARIABLES,
    by_approach,
    means,
    solutions,
    varied,
)
from report.sections.lost import spread_words
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.sensitivity.figures import (
    correlations_table,
    draw_sweep,
    ends_words,
    epochs_cell,
    gap_figure,
    seeds_words,
)
from report.sections.sharpness.claims import (
    EQUAL,
    FIRST_ORDER,
    MEASURES,
    commentary,
    measured,
    sampled,
)
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
    found = solutions(record)
    done = {table: own for table, rows in found.items() if len(own := measured(rows))}
    figures: tuple[Figure, ...] = ()
    tables = [
        settings_table(record, omit=("solutions", "double")),
        _results_table(record, found),
    ]
    if "solutions" in done:
        sweeps = varied(record, done["solutions"])
        figures = (
            gap_figure("sharpness", done, MEASURES, "train_loss", LABELS),
            *([_variables_figure(sweeps)] if sweeps else []),
        )
        words = _epsilons(record)
        measures = {table: _by_epsilon(rows, words) for table, rows in done.items()}
        tables.append(correlations_table(measures, {**MEASURES, **words}, "train_loss"))
    if record.metrics.get("whole"):
        tables.append(_whole_table(sampled(record)))
    rescaling = record.frame("rescaling")
    if len(rescaling):
        figures += (_rescaling_figure(rescaling),)
        tables.append(_rescaling_table(rescaling))
    return Section(figures=figures, tables=tuple(tables), commentary=commentary(record))


def _epsilons(record: Record) -> dict[str, Markdown]:
    """What the ε-sharpness with each further ε is called, by its column."""
    found: Any = record.metrics.get("epsilons")
    return {
        f"epsilon_{place}": Markdown(f"the ε-sharpness, ε = {fmt.number(epsilon, 1)}")
        for place, epsilon in enumerate(found or [])
        if place
    }


def _by_epsilon(done: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """The solutions with a column for each further ε."""
    columns: dict[str, Any] = {
        name: [row[place] if isinstance(row, list) else None for row in done["by_epsilon"]]
        for place, name in enumerate(names, 1)
    }
    return done.assign(**{name: pd.Series(v, done.index) for name, v in columns.items()})


def _whole_table(rows: pd.DataFrame) -> Table:
    names = ("epsilon_sharpness", "largest_eigenvalue", "trace")
    return Table(
        name="whole",
        caption=Markdown(
            "How far the sample of training images is to be trusted: the measures over the sample "
            f"and over all {fmt.count(rows['images'].iloc[0])} training images."
        ),
        header=(
            "Batch",
            "Rate",
            *(f"{t}, {w}" for t in ("Sharp.", "Eigenv.", "Trace") for w in ("sample", "all")),
        ),
        align="rr" + "rr" * len(names),
        rows=tuple(
            (
                batch(None if pd.isna(row["batch_size"]) else row["batch_size"]),
                rate(row["learning_rate"]),
                *(fmt.number(row[f"{name}{side}"]) for name in names for side in ("_sample", "")),
            )
            for _, row in rows.iterrows()
        ),
    )


def _results_table(record: Record, found: Mapping[str, pd.DataFrame]) -> Table:
    held = EQUAL_LOSS in found
    slopes = any(FIRST_ORDER in rows and rows[FIRST_ORDER].notna().any() for rows in found.values())
    lines = []
    for table, approach, group in by_approach(found):
        done = measured(group)

        def shown(column: str, done: pd.DataFrame = done) -> float | None:
            return mean(done[column]) if len(done) else None

        lines.append(
            (
                batch(approach.batch_size),
                rate(approach.learning_rate),
                *([epochs_cell(record, table, done)] if held else []),
                fmt.loss(shown("train_loss")),
                fmt.loss(shown("loss_gap")),
                fmt.percent(shown("accuracy_gap")),
                *(fmt.number(shown(column)) for column in MEASURES),
                fmt.number(shown("trace_standard_error"), 2),
                fmt.number(shown("gradient_norm"), 2),
                *([fmt.percent(shown(FIRST_ORDER), 0)] if slopes else []),
                fmt.count(len(done)),
            )
        )
    share = (
        ", the share of the ε-sharpness that the slope explains to first order" if slopes else ""
    )
    return Table(
        name="results",
        caption=Markdown(
            f"The solutions{ends_words(found)}: means over the seeds of the training loss, the gap "
            "in loss and in accuracy, the ε-sharpness in percent, the largest eigenvalue and the "
            "trace of the Hessian with the standard error of the trace, and the norm of the "
            "gradient, which tells how far a solution is from a critical point"
            f"{share}; *n* counts the solutions."
        ),
        header=(
            "Batch",
            "Rate",
            *(["Epochs"] if held else []),
            "Train loss",
            "Loss gap",
            "Acc. gap",
            "Sharp.",
            "Eigenv.",
            "Trace",
            "± s.e.",
            "Grad.",
            *(["Slope"] if slopes else []),
            "n",
        ),
        align="r" * (11 + held + slopes),
        rows=tuple(lines),
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


def _variables_figure(sweeps: dict[str, pd.DataFrame]) -> Figure:
    described = [
        f"{VARIABLES[variable]} {SHOWN[variable](row[variable])}: "
        + ", ".join(f"{name} {fmt.number(row[m])}" for m, name in MEASURES.items())
        for variable, rows in sweeps.items()
        for row in means(rows, *MEASURES).sort_values(variable).to_dict("records")
    ]
    sides = ("left", "right") if len(sweeps) > 1 else ("",)
    named = [
        f"{VARIABLES[variable]}{f' ({side})' if side else ''}"
        for variable, side in zip(sweeps, sides, strict=True)
    ]
    everything = pd.concat(
        rows.assign(varied=variable, value=rows[variable]) for variable, rows in sweeps.items()
    )
    return Figure(
        name="variables",
        caption=Markdown(
            f"The measures of sharpness against what is varied, {' and '.join(named)}. "
            f"{spread_words(everything, seeds_words(everything, ['varied', 'value']))}"
        ),
        alt=f"Lines, a row of panels for each measure. Means: {'; '.join(described)}.",
        draw=partial(_draw_variables, sweeps),
    )


def _draw_variables(sweeps: dict[str, pd.DataFrame]) -> Canvas:
    figure, axes = canvas(len(MEASURES), len(sweeps), height=1.2, sharex="col", sharey="row")
    for column, (variable, rows) in enumerate(sweeps.items()):
        for row, measure in enumerate(MEASURES):
            ax = axes[row, column]
            draw_sweep(ax, rows, variable, rows[measure], row, LABELS[measure])
            scale_to(ax, "y", [v for part in sweeps.values() for v in part[measure]])
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
    losses = _unrounded(list(rows["test_loss"].astype(float)))
    level = ", the test loss level" if ordered(losses) == "level" else ""
    return Figure(
        name="rescaling",
        caption=Markdown(
            "One solution rescaled: the measures of sharpness, the test loss and the norm of the "
            "parameters over what they were before, against the factor by which the first layer is "
            "multiplied and the second divided, which would leave the function the same in exact "
            "arithmetic."
        ),
        alt=f"Lines over a logarithmic axis{level}. {described}.",
        draw=partial(_draw_rescaling, rows),
        shapes={"level": losses} if level else {},
    )


def _unrounded(values: Sequence[float]) -> list[float]:
    """The values, equal to the first where rounding explains that they differ from it."""
    return [values[0] if abs(v - values[0]) <= EQUAL * abs(values[0]) else v for v in values]


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
    name_lines(figure, [ax])
    return figure
