"""Cases: networks on a function or on images, as their tables, panels and names in the report."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import pandas as pd

from report.claims.contrast import Label
from report.figures.style import Axes, Canvas, tiles, title
from report.records import Record
from report.records.common import Case
from report.sections.section import Table, settings_table
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join

C = TypeVar("C", bound=Case)
T = TypeVar("T")


def case_name(case: Case) -> Markdown:
    """The function as a formula, or the name of the data set."""
    return fmt.formula(case.title) if case.kind == "function" else escape(case.title)


def by_case(record: Record, rows: pd.DataFrame, kind: type[C]) -> list[tuple[C, pd.DataFrame]]:
    """Every case, of the task's own kind, with its rows."""
    return [(case, rows[rows["case"].eq(case.case)]) for case in record.table(kind)]


def cases_settings(record: Record, kind: type[Case], *, steps: bool = True) -> Table:
    """The settings with the networks, a column for each case, and the number of `steps`."""
    cases = record.table(kind)
    counts = [fmt.count(case.epochs * case.steps_per_epoch) for case in cases if steps]
    name = Markdown("steps, one batch each")
    if len(cases) < 2:
        return settings_table(record, more=[(name, count) for count in counts])
    table = settings_table(record)
    if len(table.header) != len(cases) + 1:
        return table
    rows = (*table.rows, (name, *counts)) if steps else table.rows
    return replace(table, header=("Setting", *map(case_name, cases)), rows=rows)


def case_title(ax: Axes, case: Case, more: str = "") -> None:
    """The case as the title of its panel; see `title`."""
    title(ax, case.title, more, formula=case.kind == "function")


def about(*cases: Case) -> dict[str, Label]:
    """The value that tells apart what is said of several cases, and the names of the cases."""
    keys, names = zip(*((escape(case.case), case_name(case)) for case in cases), strict=True)
    return {"key": Label(join(keys)), "case": Label(join(names))}


def case_panels(
    cases: Sequence[T],
    draw: Callable[[Axes, T], None],
    labels: tuple[str, str],
    height: float,
    sharey: bool = False,
) -> Canvas:
    """Panels, one for each case, which `draw` fills and titles; `labels` are those of x and y."""
    figure, axes = tiles(len(cases), height=height, share=sharey)
    for ax, case in zip(axes[0], cases, strict=True):
        draw(ax, case)
        ax.set_xlabel(labels[0])
    axes[0, 0].set_ylabel(labels[1])
    return figure
