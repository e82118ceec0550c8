"""What the task gradient-norm records.

Gradients are those of the mean loss with respect to all parameters; norms are Euclidean.
"""

from collections.abc import Sequence

from report.records import row
from report.records.common import Case, Curve
from report.records.row import Column, Key, Position, Row, Seed, Table, null


class Run(Row):
    """One training, over its S steps in W windows, and over the whole training set at E epochs.

    Of a run that diverged, there are the windows alone.
    """

    case: Key[str]
    """Name of the case."""
    seed: Seed[int]
    """Seed of the training."""
    diverged_at: Column[int | None]
    """Epoch of the first evaluation whose loss is not finite; null if there is none."""
    stopped_at: Column[int | None]
    """Epoch at which the stopping rule ended the run; null if it did not."""
    steps: Column[int]
    """Number of optimizer steps, S."""
    window: Column[int]
    """Steps per window."""
    step: Position[Sequence[float]]
    """Middle of each window (W,), in steps from 0."""
    batch_loss: Column[Curve]
    """Loss of the batch before each step, median of each window (W,)."""
    batch_gradient_norm: Column[Curve]
    """Norm of the batch's gradient, median of each window (W,)."""
    epoch: Position[Sequence[int] | None] = null("reason")
    """Epochs at which the gradient of the whole training set was taken (E,)."""
    full_step: Position[Sequence[int] | None] = null("reason")
    """The same in steps (E,)."""
    full_loss: Column[Curve | None] = null("reason")
    """Loss of the whole training set (E,)."""
    full_gradient_norm: Column[Curve | None] = null("reason")
    """Norm of the gradient of the whole training set (E,)."""
    initial_loss: Column[float | None] = null("reason")
    """Loss of the whole training set before the first step."""
    final_loss: Column[float | None] = null("reason")
    """Loss of the whole training set after the last step."""
    initial_gradient_norm: Column[float | None] = null("reason")
    """Norm of the gradient of the whole training set before the first step."""
    final_gradient_norm: Column[float | None] = null("reason")
    """Norm of the gradient of the whole training set after the last step."""
    largest_batch_gradient_norm: Column[float | None] = null("reason")
    """Largest norm of a batch's gradient over all steps."""
    largest_at_step: Column[int | None] = null("reason")
    """The step of that largest norm, counted from 0."""
    tail_steps: Column[int | None] = null("reason")
    """Number of steps in the last tenth of the training."""
    tail_lowest: Column[float | None] = null("reason")
    """Lowest norm of a batch's gradient in the last tenth."""
    tail_median: Column[float | None] = null("reason")
    """Median norm of a batch's gradient in the last tenth."""
    tail_highest: Column[float | None] = null("reason")
    """Highest norm of a batch's gradient in the last tenth."""
    constant_loss: Column[float | None] = null()
    """Loss of the best constant output on the training set; null where it is not known."""
    reason: Column[str | None] = null()
    """Why columns are null."""


class Metrics(row.Metrics):
    """All that the task records."""

    cases: Table[Case]
    """The cases."""
    runs: Table[Run]
    """The trainings."""
