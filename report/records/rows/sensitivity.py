"""What the task sensitivity records."""

from report.records import row
from report.records.common import Accuracies
from report.records.row import Column, Key, Table, empty, null


class Sensitivity(Accuracies):
    """One approach trained with one seed, and its sensitivity: means over test points.

    Derivatives are taken with respect to the image as the network sees it (normalized).
    """

    batch_size: Key[int | None]
    """Images per step; null for the whole training set."""
    learning_rate: Key[float]
    """Learning rate."""
    jacobian_norm: Column[float | None] = null("final_reason")
    """Frobenius norm of the Jacobian of the network's output."""
    probability_jacobian_norm: Column[float | None] = null("final_reason")
    """Frobenius norm of the Jacobian of the class probabilities."""
    loss_gradient_norm: Column[float | None] = null("final_reason")
    """Euclidean norm of the gradient of the loss of one image."""
    points: Column[int | None] = null("final_reason")
    """Number of test points."""


class Solution(Sensitivity):
    """A solution after as many epochs as all others."""


class EqualLoss(Sensitivity):
    """A solution at the end of the first epoch (`stopped_at`) with a training loss low enough.

    `final_train_loss` is the loss reached. Where it is still too high at the last epoch,
    `stopped_at` is null, nothing is measured, and `final_reason` says so.
    """


class Metrics(row.Metrics):
    """All that the task records."""

    test_points: Column[int]
    """Number of test points that were asked for."""
    solutions: Table[Solution]
    """The trainings of equal length."""
    equal_loss: Table[EqualLoss] = empty()
    """The trainings to an equal training loss, where the settings ask for them."""
