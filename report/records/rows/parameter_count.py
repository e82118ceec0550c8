"""What the task parameter-count records."""

from report.records import row
from report.records.common import Accuracies
from report.records.row import Column, Key, Table, null


class Run(Accuracies):
    """One structure trained with one seed."""

    label_noise: Key[float | None] = null()
    """Share of the training labels drawn anew, 0 to 1; null in records that have none."""
    model: Key[str]
    """Name of the structure."""
    parameters: Column[int]
    """Its number of parameters."""
    examples: Column[int | None] = null()
    """Number of training examples; null in older records."""
    outputs: Column[int | None] = null()
    """Number of outputs, one for each class; null in older records."""


class Metrics(row.Metrics):
    """All that the task records."""

    runs: Table[Run]
    """The trainings."""
