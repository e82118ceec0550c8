"""What the task interpolation records.

A is the number of positions α on a line; α = 0 is the first solution of a pair, α = 1 the second.
"""

from collections.abc import Sequence
from typing import Literal

from report.records import row
from report.records.common import Accuracies, Curve
from report.records.row import Column, Key, Position, Row, Seed, Table, null


class Solution(Accuracies):
    """One approach trained with one seed."""

    case: Key[str | None] = null()
    """The data set, with what tells cases on the same one apart; null in older records."""
    batch_size: Key[int | None]
    """Images per step; null for the whole training set."""
    learning_rate: Key[float]
    """Learning rate."""
    parameter_norm: Column[float | None]
    """Euclidean norm of the parameters at the end; null where it is not finite."""


class Line(Row):
    """The straight line through two solutions in parameter space."""

    case: Column[str | None] = null()
    """The data set, as in `solutions`; null in older records, which have one."""
    pair: Key[int]
    """Number of the pair of approaches, from 0 on over all cases."""
    start: Key[Literal["same", "different"]]
    """Whether both trainings began at the same point."""
    first_batch_size: Column[int | None]
    """Images per step of the first approach; null for the whole training set."""
    first_learning_rate: Column[float]
    """Learning rate of the first approach."""
    first_seed: Seed[int]
    """Seed of the first solution."""
    second_batch_size: Column[int | None]
    """Images per step of the second approach; null for the whole training set."""
    second_learning_rate: Column[float]
    """Learning rate of the second approach."""
    second_seed: Seed[int]
    """Seed of the second solution."""
    distance: Column[float | None] = null("reason")
    """Euclidean distance between the two solutions."""
    train_loss: Column[Curve | None] = null("reason")
    """Training loss (A,); null where it is not finite."""
    train_accuracy: Column[Curve | None] = null("reason")
    """Training accuracy (A,), 0 to 1."""
    train_barrier: Column[float | None] = null("reason")
    """Height of the barrier of the training loss, at least 0."""
    train_barrier_alpha: Column[float | None] = null("reason")
    """Where the barrier is highest, α from 0 to 1."""
    train_accuracy_barrier: Column[float | None] = null("reason")
    """Height of the barrier of the training error, 0 to 1."""
    test_loss: Column[Curve | None] = null("reason")
    """Test loss (A,); null where it is not finite."""
    test_accuracy: Column[Curve | None] = null("reason")
    """Test accuracy (A,), 0 to 1."""
    test_barrier: Column[float | None] = null("reason")
    """Height of the barrier of the test loss, at least 0."""
    test_barrier_alpha: Column[float | None] = null("reason")
    """Where the barrier is highest, α from 0 to 1."""
    test_accuracy_barrier: Column[float | None] = null("reason")
    """Height of the barrier of the test error, 0 to 1."""
    first_relative_growth: Column[float | None] = null()
    """One plus the training loss beyond the first solution, over one plus that at it. Beyond is
    `outward` for the solution with the larger norm of the weights, and for the other as much closer
    as its norm is smaller: equal distances relative to the norms. Null as `train_loss` is, and in
    older records."""
    second_relative_growth: Column[float | None] = null()
    """The same beyond the second solution."""
    reason: Column[str | None] = null()
    """Why columns are null."""


class Metrics(row.Metrics):
    """All that the task records."""

    alphas: Position[Sequence[float]]
    """Positions α (A,), increasing, 0 and 1 among them."""
    outward: Column[float]
    """How far beyond each solution the rise of the loss is compared, in units of α."""
    solutions: Table[Solution]
    """The trainings."""
    lines: Table[Line]
    """The lines."""
