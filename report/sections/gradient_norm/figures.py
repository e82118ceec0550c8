"""Gradient norm: loss and norm of the gradient over the steps of training, one column per case."""

from functools import partial
from typing import Any

import pandas as pd

from report.figures.legends import legend_below
from report.figures.scales import logarithmic
from report.figures.style import Canvas, Rows, canvas, draw_band
from report.numbers.frames import known
from report.numbers.statistics import median
from report.records import Record
from report.records.common import Case
from report.records.rows.gradient_norm import Run
from report.sections.aligned import aligned
from report.sections.cases import by_case, case_name, case_title, cases_settings
from report.sections.grouped import Column, grouped, summary
from report.sections.lost import over_seeds, spread_over_seeds
from report.sections.section import Figure, Section, Table
from report.words import format as fmt

WHOLE = "whole training set"
ENDS = (Run.initial_loss, Run.final_loss, Run.initial_gradient_norm, Run.final_gradient_norm)


def section(record: Record) -> Section:
    """Figures and tables."""
    runs = record.frame(Run)
    return Section(
        figures=(_figure(record, runs),),
        tables=(cases_settings(record, Case), _results_table(record, runs)),
    )


def _figure(record: Record, runs: pd.DataFrame) -> Figure:
    windows = ", ".join(
        f"{fmt.plural(int(own['window'].max()), 'step')} ({case_name(case)})"
        for case, own in by_case(record, runs[runs[Run.window] > 1], Case)
        if len(own)
    )
    medians = f", as medians over windows of {windows}" if windows else ""
    ends = "; ".join(
        "{}: loss from {} to {}, gradient norm from {} to {}".format(
            case, *(fmt.number(summary(group, name, median)) for name in ENDS)
        )
        for case, group in runs.groupby("case", sort=False)
    )
    return Figure(
        name="norm",
        caption="Training loss (top) and L2 norm of its gradient with respect to all parameters "
        "(bottom) against the steps of training, one column for each problem. *Batch*: loss and "
        f"gradient that the step itself used{medians}. *Whole training set*: the same quantities "
        "over all training examples, at the parameters of an epoch's end; where a batch holds all "
        f"examples, the two are one curve. {spread_over_seeds(runs, Run.final_loss)}",
        alt="Two rows of panels with a common step axis and logarithmic scales. Medians over "
        f"the whole training set, from the first to the last step: {ends}.",
        draw=partial(_draw, record, runs),
    )


def _draw(record: Record, runs: pd.DataFrame) -> Canvas:
    cases = by_case(record, runs, Case)
    figure, axes = canvas(2, len(cases), height=1.5, sharex="col")
    for column, (case, chosen) in zip(axes.T, cases, strict=True):
        finite = known(chosen, Run.final_loss)
        for ax, quantity in zip(column, ("loss", "gradient_norm"), strict=True):
            # Where a batch is the whole training set, the two curves are one, and one is drawn.
            whole = case.steps_per_epoch == 1
            style, label = (1, WHOLE) if whole else (0, "batch")
            curves = aligned(chosen, f"batch_{quantity}", at=Run.step)
            draw_band(ax, *curves, style, label, rows=Rows.each(Run.table, chosen))
            if len(finite) and not whole:
                curves = aligned(finite, f"full_{quantity}", at=Run.full_step)
                rows = Rows.each(Run.table, finite)
                draw_band(ax, *curves, 1, WHOLE, markers=True, rows=rows)
            logarithmic(ax, "y")
        case_title(column[0], case)
        column[1].set_xlabel("step")
    axes[0, 0].set_ylabel("training loss")
    axes[1, 0].set_ylabel("gradient norm")
    batches = [case.steps_per_epoch > 1 for case, _ in cases]
    legend_below(figure, axes[0, batches.index(True) if any(batches) else 0], 2)
    return figure


def _results_table(record: Record, runs: pd.DataFrame) -> Table:
    def shown(header: str, width: int, column: str) -> Column[Any]:
        return Column(header, lambda one: fmt.number(summary(one[1], column, median)), width)

    return grouped(
        "results",
        "Loss and gradient norm of the whole training set before the first and after the last "
        "step, and the norm of the single steps over the last tenth of training: its median, "
        "lowest and highest value. All entries are "
        f"{over_seeds(runs, 'medians over the seeds', 'of one seed each')}, in the text geometric "
        "means; *n* counts seeds that did not diverge.",
        by_case(record, runs, Case),
        [
            Column("Problem", lambda one: case_name(one[0]), 22, "l"),
            shown("Loss, first", 9, "initial_loss"),
            shown("last", 9, "final_loss"),
            shown("Norm, first", 10, "initial_gradient_norm"),
            shown("last", 10, "final_gradient_norm"),
            shown("Last tenth, median", 13, "tail_median"),
            shown("lowest", 10, "tail_lowest"),
            shown("highest", 10, "tail_highest"),
            Column("n", lambda one: fmt.count(int(one[1]["final_loss"].notna().sum())), 7),
        ],
    )
