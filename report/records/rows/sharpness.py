"""What the task sharpness records.

The measures are taken of the mean loss over the first training images, at the trained parameters.
"""

from collections.abc import Sequence

from report.records import row
from report.records.common import Curve
from report.records.row import Column, Key, Row, Seed, Table, empty, null


class Sharpness(Row):
    """The measures of sharpness at one point."""

    largest_eigenvalue: Column[float | None] = null("reason")
    """Largest eigenvalue of the Hessian."""
    trace: Column[float | None] = null("reason")
    """Trace of the Hessian, estimated."""
    trace_standard_error: Column[float | None] = null("reason")
    """Standard error of that estimate."""
    epsilon_sharpness: Column[float | None] = null("reason")
    """ε-sharpness, in percent of one plus the loss; at the first ε, where there are several."""
    by_epsilon: Column[Curve | None] = null()
    """ε-sharpness (E,) at every ε of `epsilons`."""
    first_order: Column[float | None] = null()
    """Share of ε-sharpness that the slope explains: the rise of the linearized loss to the highest
    corner of the neighborhood, ε Σᵢ (|θᵢ| + 1) |∂ᵢL|, over the whole rise found; above 1 where the
    loss bends down. Null where no rise was found."""
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


class Approached(Sharpness):
    """One approach trained with one seed, and its sharpness."""

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


class Solution(Approached):
    """A solution after as many epochs as all others."""


class EqualLoss(Approached):
    """A solution at the end of the first epoch with a training loss low enough, as in sensitivity.

    `train_loss` is the loss reached. Where it is still too high at the last epoch, nothing is
    measured, and `reason` says so.
    """

    stopped_at: Column[int | None]
    """That epoch; null where the training loss never was low enough."""


class Whole(Sharpness):
    """A solution of `solutions`, measured over all training images."""

    batch_size: Key[int | None]
    """Images per step; null for the whole training set."""
    learning_rate: Key[float]
    """Learning rate."""
    seed: Seed[int]
    """Seed of the training."""
    images: Column[int]
    """Number of all training images."""


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
    epsilons: Column[Sequence[float] | None] = null()
    """Every ε (E,); null in older records, which have the one of their settings."""
    solutions: Table[Solution]
    """The trainings of equal length."""
    equal_loss: Table[EqualLoss] = empty()
    """The trainings to an equal training loss, where the settings of sensitivity ask for them."""
    whole: Table[Whole] = empty()
    """Some of the solutions, measured over all training images, where the settings ask for it."""
    rescaling: Table[Rescaled]
    """One solution rescaled; none where `rescaling_reason` says why."""
    rescaling_reason: Column[str | None] = null()
    """Why nothing was rescaled."""
