"""What the task weight-trajectories records.

Distances and norms are Euclidean, in the space of the parameters of one part of the network, a
layer or the whole model. S is the number of recordings of one run.
"""

from collections.abc import Sequence

from report.records import row
from report.records.common import Case, Curve
from report.records.row import Column, Key, Position, Row, Seed, Table, null


class Part(Row):
    """A part of the network, and the principal components of the recordings of all runs."""

    part: Key[str]
    """`layer` or `model`."""
    words: Column[str]
    """The part in words."""
    parameters: Column[int]
    """Its number of parameters."""
    explained: Column[Sequence[float] | None] = null("explained_reason")
    """Share of the variance that each component explains (at most 5,), 0 to 1, decreasing."""
    explained_reason: Column[str | None] = null()
    """Why there are no components."""
    snapshots: Column[int | None] = null("explained_reason")
    """Number of recordings that entered."""


class Run(Row):
    """Losses and accuracies of one training at its recordings; none of a run that diverged."""

    seed: Seed[int]
    """Seed of the training."""
    diverged_at: Column[int | None]
    """Epoch of the first evaluation whose loss is not finite; null if there is none."""
    stopped_at: Column[int | None]
    """Epoch at which the stopping rule ended the run; null if it did not."""
    epoch: Position[Sequence[int] | None] = null("final_reason")
    """Recorded epochs (S,)."""
    train_loss: Column[Curve | None] = null("final_reason")
    """Training loss (S,)."""
    final_train_loss: Column[float | None] = null("final_reason")
    """Training loss at the end."""
    train_accuracy: Column[Sequence[float] | None] = null()
    """Training accuracy (S,), 0 to 1; null for a function as well."""
    final_train_accuracy: Column[float | None] = null()
    """Training accuracy at the end, 0 to 1; null for a function as well."""
    test_loss: Column[Curve | None] = null("final_reason")
    """Test loss (S,)."""
    final_test_loss: Column[float | None] = null("final_reason")
    """Test loss at the end."""
    test_accuracy: Column[Sequence[float] | None] = null()
    """Test accuracy (S,), 0 to 1; null for a function as well."""
    final_test_accuracy: Column[float | None] = null()
    """Test accuracy at the end, 0 to 1; null for a function as well."""
    final_reason: Column[str | None] = null()
    """Why there are no values."""


class Points(Row):
    """The trajectory of one run, projected onto the first two principal components."""

    part: Key[str]
    """The part of the network."""
    seed: Seed[int]
    """Seed of the training."""
    epoch: Position[Sequence[int]]
    """Recorded epochs (S,)."""
    pc1: Column[Curve]
    """Coordinate along the first component (S,); null where there are no components."""
    pc2: Column[Curve]
    """Coordinate along the second component (S,); null where there are no components."""
    tsne1: Column[Curve | None] = null()
    """First coordinate of t-SNE (S,), fitted to all runs; null where it was not asked for."""
    tsne2: Column[Curve | None] = null()
    """Second coordinate of t-SNE (S,)."""
    own1: Column[Curve | None] = null()
    """Coordinate along the run's own first component (S,); null where it was not asked for."""
    own2: Column[Curve | None] = null()
    """Coordinate along the run's own second component (S,)."""
    own_explained: Column[Sequence[float] | None] = null()
    """Share of the variance along the run that its own two components explain (2,)."""


class Distance(Row):
    """How far one run went."""

    part: Key[str]
    """The part of the network."""
    seed: Seed[int]
    """Seed of the training."""
    epoch: Position[Sequence[int]]
    """Recorded epochs (S,)."""
    from_start: Column[Curve]
    """Distance from the start (S,)."""
    path_length: Column[float]
    """Sum of the distances between consecutive recordings."""
    displacement: Column[float]
    """Distance of the end from the start."""
    start_norm: Column[float]
    """Norm of the parameters at the start."""
    end_norm: Column[float]
    """Norm of the parameters at the end."""


class Pair(Row):
    """Two runs compared."""

    part: Key[str]
    """The part of the network."""
    seeds: Seed[Sequence[int]]
    """Seeds of the two runs (2,)."""
    start_distance: Column[float]
    """Distance between their starts."""
    end_distance: Column[float]
    """Distance between their ends."""
    cosine: Column[float | None]
    """Cosine of the angle between their displacements, −1 to 1; null where one did not move."""


class Metrics(row.Metrics):
    """All that the task records."""

    cases: Table[Case]
    """The one case."""
    record_every: Column[int]
    """Epochs between two recordings."""
    layer: Column[int]
    """Number of the layer that is the part `layer`, 1 for the first."""
    parts: Table[Part]
    """The parts of the network."""
    runs: Table[Run]
    """The trainings."""
    points: Table[Points]
    """Their projected trajectories."""
    distances: Table[Distance]
    """How far they went."""
    pairs: Table[Pair]
    """All pairs of runs."""
