"""Rows that several tasks record: histories of trainings, cases, series.

Losses are averaged over the examples, in the unit of the training's loss: nats for cross-entropy,
squared units of y for the mean squared error. Accuracies are shares of the images, 0 to 1. Epochs
count passes over the training set; 0 is the untrained network.
"""

from collections.abc import Sequence
from typing import Literal

from report.records.row import Column, Key, Position, Repeated, Row, Seed, Table, null

Curve = Sequence[float | None]
"""Values rounded to six digits, one per position; None where a value is not finite."""


class Losses(Row):
    """One training: its seed, its end, and its losses over the epochs (E evaluations)."""

    seed: Seed[int]
    """Seed of the initial parameters and of the order of the examples."""
    diverged_at: Column[int | None]
    """Epoch of the first evaluation whose loss is not finite; null if there is none."""
    stopped_at: Column[int | None]
    """Epoch at which the stopping rule ended the run; null if it did not."""
    epoch: Position[Sequence[int]]
    """Evaluated epochs (E,), increasing."""
    train_loss: Column[Curve]
    """Training loss (E,)."""
    test_loss: Column[Curve]
    """Test loss (E,)."""
    final_train_loss: Column[float | None] = null("final_reason")
    """Training loss at the end, not rounded."""
    final_test_loss: Column[float | None] = null("final_reason")
    """Test loss at the end, not rounded."""
    final_reason: Column[str | None] = null()
    """Why the final values are null."""


class Accuracies(Losses):
    """One training of a classifier: its accuracies as well."""

    train_accuracy: Column[Sequence[float]]
    """Training accuracy (E,), 0 to 1."""
    test_accuracy: Column[Sequence[float]]
    """Test accuracy (E,), 0 to 1."""
    final_train_accuracy: Column[float | None] = null("final_reason")
    """Training accuracy at the end, 0 to 1."""
    final_test_accuracy: Column[float | None] = null("final_reason")
    """Test accuracy at the end, 0 to 1."""
    validation_loss: Column[Curve | None] = null()
    """Loss (E,) on the images held out of the training set; null where none are."""
    validation_accuracy: Column[Sequence[float] | None] = null()
    """Accuracy (E,) on these images, 0 to 1."""
    final_validation_loss: Column[float | None] = null()
    """Loss on these images at the end, not rounded."""
    final_validation_accuracy: Column[float | None] = null()
    """Accuracy on these images at the end, 0 to 1."""


class Case(Row):
    """A network and its training on one function or image data set."""

    case: Key[str]
    """Name of the function or data set, with that of the network where cases share it."""
    kind: Column[Literal["function", "images"]]
    """What the network is trained on."""
    title: Column[str]
    """The function as a formula, or the title of the data set."""
    model: Column[str]
    """Name of the network."""
    architecture: Column[str]
    """The network in words."""
    parameters: Column[int]
    """Number of parameters."""
    examples: Column[int]
    """Number of training examples."""
    batch_size: Column[int]
    """Examples per step; as many as `examples` for the full batch."""
    steps_per_epoch: Column[int]
    """Optimizer steps per epoch."""
    epochs: Column[int]
    """Epochs of a whole training."""


class Line(Row):
    """One line of a series."""

    label: Key[str]
    """Its label in the legend."""
    runs: Repeated[Sequence[Curve]]
    """Values (R, N) of R runs at the N positions of the series; null where missing."""


class Series(Row):
    """Curves of several runs, of which the report makes a figure and a table."""

    name: Key[str]
    """Name of the figure and of the table."""
    title: Column[str]
    """Beginning of the caption."""
    x_label: Column[str]
    """What the positions are, with their unit."""
    y_label: Column[str]
    """What was measured, with its unit."""
    logarithmic: Column[bool]
    """Whether the vertical axis is logarithmic."""
    x: Position[Sequence[float]]
    """Positions (N,), increasing."""
    lines: Table[Line]
    """The lines."""
