"""What the task train-on-task records."""

from report.records import row
from report.records.common import Accuracies
from report.records.row import Key, Table


class Run(Accuracies):
    """One network trained on one data set."""

    dataset: Key[str]
    """Name of the data set."""
    model: Key[str]
    """Name of the network."""


class Metrics(row.Metrics):
    """All that the task records."""

    runs: Table[Run]
    """The trainings."""
