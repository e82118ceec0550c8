"""What the task sharpness records.

The measures are taken of the mean loss over the first training images, at the trained parameters.
"""

from report.records import row
from report.records.row import Column, Key, Row, Seed, Table, null


class Sharpness(Row):
    """The measures of sharpness at one point."""

    largest_eigenvalue: Column[float | None] = null("reason")
    """Largest eigenvalue of the Hessian."""
    trace: Column[float | None] = null("reason")
    """Trace of the Hessian, estimated."""
    trace_standard_error: Column[float | None] = null("reason")
    """Standard error of that estimate."""
    epsilon_sharpness: Column[float | None] = null("reason")
    """ε-sharpness, in percent of one plus the loss."""
    loss_on_images: Column[float | None] = null("reason")
    """The loss itself."""
    gradient_norm: Column[float | None] = null("reason")
    """Euclidean norm of its gradient."""
    parameter_norm: Column[float | None] = null("reason")
    """Euclidean norm of the parameters."""
    trace_draws: Column[int | None] = null("reason")
    """Random vectors drawn for the trace."""
    reason: Column[str | None] = null()
    """Why columns are null."""


class Solution(Sharpness):
    """One approach trained with one seed."""

    batch_size: Key[int | None]
    """Images per step; null for the whole training set."""
    learning_rate: Key[float]
    """Learning rate."""
    seed: Seed[int]
    """Seed of the training."""
    diverged_at: Column[int | None]
    """Epoch of the first evaluation whose loss is not finite; null if there is none."""
    train_loss: Column[float | None] = null("reason")
    """Training loss at the end."""
    test_loss: Column[float | None] = null("reason")
    """Test loss at the end."""
    train_accuracy: Column[float | None] = null("reason")
    """Training accuracy at the end, 0 to 1."""
    test_accuracy: Column[float | None] = null("reason")
    """Test accuracy at the end, 0 to 1."""
    loss_gap: Column[float | None] = null("reason")
    """Test loss minus training loss."""
    accuracy_gap: Column[float | None] = null("reason")
    """Training accuracy minus test accuracy."""


class Rescaled(Sharpness):
    """One solution in rescaled coordinates, in which the network is the same function."""

    factor: Key[float]
    """Factor of the rescaling; 1 is the solution itself."""
    batch_size: Column[int | None]
    """Images per step of the solution's training; null for the whole training set."""
    learning_rate: Column[float]
    """Learning rate of the solution's training."""
    seed: Seed[int]
    """Seed of the solution's training."""
    test_loss: Column[float]
    """Test loss."""
    test_accuracy: Column[float | None]
    """Test accuracy, 0 to 1."""


class Metrics(row.Metrics):
    """All that the task records."""

    images: Column[int]
    """Number of training images over which the loss is taken."""
    solutions: Table[Solution]
    """The trainings."""
    rescaling: Table[Rescaled]
    """One solution rescaled; none where `rescaling_reason` says why."""
    rescaling_reason: Column[str | None] = null()
    """Why nothing was rescaled."""
