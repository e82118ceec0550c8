"""What the task parameter-count records."""

from report.records import row
from report.records.common import Accuracies
from report.records.row import Column, Key, Table


class Run(Accuracies):
    """One structure trained with one seed."""

    model: Key[str]
    """Name of the structure."""
    parameters: Column[int]
    """Its number of parameters."""


class Metrics(row.Metrics):
    """All that the task records."""

    runs: Table[Run]
    """The trainings."""
