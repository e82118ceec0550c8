"""Tables with a row for each group of runs, from a description of their columns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import pandas as pd

from report.numbers.frames import known
from report.numbers.statistics import mean
from report.words import format as fmt
from report.words.markdown import Markdown
from report.words.tables import Table

T = TypeVar("T")
Write = Callable[[float | None], Markdown]
Statistic = Callable[[Sequence[float]], float]


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column: its header, what it shows of a row, its share of the width, its alignment."""

    header: str
    show: Callable[[T], Markdown]
    width: int = 0
    align: str = "r"


def grouped(
    name: str, caption: str, rows: Iterable[T], columns: Sequence[Column[T] | None]
) -> Table:
    """The table; a column that is None is left out, and the widths of the others grow."""
    shown = [column for column in columns if column is not None]
    total = sum(column.width for column in shown)
    return Table(
        name=name,
        caption=Markdown(caption),
        header=tuple(column.header for column in shown),
        align="".join(column.align for column in shown),
        rows=tuple(tuple(column.show(row) for column in shown) for row in rows),
        widths=tuple(100 * column.width // total for column in shown) if total else None,
    )


def summary(rows: pd.DataFrame, column: str, of: Statistic = mean) -> float | None:
    """Mean, or another statistic `of` the values that are known; None where none is."""
    values = list(rows[column].dropna())
    return of(values) if values else None


def summary_column(
    header: str, column: str, write: Write, width: int = 0, of: Statistic = mean
) -> Column[pd.DataFrame]:
    """A column with the `summary` of the runs of a group."""
    return Column(header, lambda rows: write(summary(rows, column, of)), width)


def at_the_end(accuracies: int = 13) -> tuple[Column[pd.DataFrame], ...]:
    """Losses and accuracies of training and test at the end; `accuracies` are the wider ones."""
    return (
        summary_column("Train loss", "final_train_loss", fmt.loss, 10),
        summary_column("Test loss", "final_test_loss", fmt.loss, 10),
        summary_column("Train accuracy", "final_train_accuracy", fmt.accuracy, accuracies),
        summary_column("Test accuracy", "final_test_accuracy", fmt.accuracy, accuracies),
    )


COUNTED = Column[pd.DataFrame](
    "n", lambda rows: fmt.count(len(known(rows, "final_test_accuracy"))), 4
)
"""How many of the runs did not diverge."""
