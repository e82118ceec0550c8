"""What the task random-labels records."""

from report.records import row
from report.records.common import Accuracies
from report.records.row import Column, Key, Row, Seed, Table, null


class Run(Accuracies):
    """One training on labels of which a share is random; training accuracy is that on these."""

    case: Key[str | None] = null()
    """What is trained: the network, and the data where they differ; null where there is one."""
    fraction: Key[float]
    """Share of the training labels drawn anew, 0 to 1."""
    changed_labels: Column[int]
    """Number of training labels that differ from the true ones; a label drawn anew may not."""
    changed_fitted: Column[float | None] = null("changed_fitted_reason")
    """Share of the changed labels that the trained network answers, 0 to 1."""
    changed_fitted_reason: Column[str | None] = null()
    """Why `changed_fitted` is null."""


class Fit(Row):
    """When one training reached one threshold."""

    case: Key[str | None] = null()
    """That of the run."""
    fraction: Key[float]
    """Share of the training labels drawn anew, 0 to 1."""
    seed: Seed[int]
    """Seed of the training."""
    threshold: Key[float]
    """Training accuracy from which on the labels count as fitted, 0 to 1."""
    epoch: Column[int | None] = null("epoch_reason")
    """First evaluated epoch at which the training accuracy is at least the threshold."""
    epoch_reason: Column[str | None] = null()
    """Why `epoch` is null."""


class Metrics(row.Metrics):
    """All that the task records."""

    chance: Column[float]
    """Accuracy of guessing, 0 to 1."""
    runs: Table[Run]
    """The trainings."""
    fits: Table[Fit]
    """When they reached the thresholds."""
