"""What the task train-on-task records."""

from report.records import row
from report.records.common import Accuracies
from report.records.row import Column, Key, Table, null


class Run(Accuracies):
    """One network trained on one data set."""

    dataset: Key[str]
    """Name of the data set."""
    model: Key[str]
    """Name of the network."""
    outside: Column[bool | None] = null()
    """True where the network stands outside the comparison."""


class Metrics(row.Metrics):
    """All that the task records."""

    runs: Table[Run]
    """The trainings."""
