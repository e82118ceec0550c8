"""What the task error-surface records.

Losses are those of the whole training set. Norms and distances are Euclidean, in parameter space. S
is the number of points kept of one trajectory.
"""

from collections.abc import Sequence
from typing import Literal

from report.records import row
from report.records.common import Case, Curve
from report.records.row import Column, Key, Position, Row, Seed, Table, empty, null

Plane = Literal["pca", "random"]
"""The trajectory's first two principal components, or two filter-normalized random directions."""


class Solution(Row):
    """One training; of a run that diverged there is only the reason."""

    case: Key[str]
    """Name of the case."""
    seed: Seed[int]
    """Seed of the training."""
    diverged_at: Column[int | None]
    """Epoch of the first evaluation whose loss is not finite; null if there is none."""
    epoch: Position[Sequence[int] | None] = null("reason")
    """Epochs of the points (S,)."""
    loss: Column[Curve | None] = null("reason")
    """Loss at the points (S,)."""
    initial_loss: Column[float | None] = null("reason")
    """Loss before the first step."""
    solution_loss: Column[float | None] = null("reason")
    """Loss of the solution."""
    displacement: Column[float | None] = null("reason")
    """Distance of the solution from the start."""
    path_length: Column[float | None] = null("reason")
    """Sum of the distances between consecutive points."""
    solution_norm: Column[float | None] = null("reason")
    """Norm of the solution."""
    reason: Column[str | None] = null()
    """Why columns are null."""


class View(Row):
    """A plane through one solution: a and b are coordinates in units of its two axes."""

    case: Key[str]
    """Name of the case."""
    seed: Seed[int]
    """Seed of the training."""
    plane: Key[Plane]
    """Which plane."""
    explained: Column[Sequence[float] | None] = null("explained_reason")
    """Share of the trajectory's variance that each axis explains (2,), 0 to 1."""
    axes_norm: Column[Sequence[float]]
    """Norms of the two axes (2,)."""
    axes_cosine: Column[float | None]
    """Cosine of the angle between them; null where one is zero."""
    sides: Column[Sequence[float]]
    """How far the shown part reaches from the solution: to low a, high a, low b, high b (4,)."""
    reached: Column[Sequence[bool]]
    """Whether the loss rises to that of the untrained network on the way to each side (4,)."""
    a: Column[Curve]
    """First coordinate of the projected trajectory (S,)."""
    b: Column[Curve]
    """Second coordinate of the projected trajectory (S,)."""
    distance: Column[Curve]
    """Distance of the trajectory from the plane (S,)."""
    projected_loss: Column[Curve]
    """Loss at the projected trajectory (S,)."""
    largest_distance: Column[float]
    """Largest distance of the trajectory from the plane."""
    captured: Column[float]
    """Length of the projected displacement over that of the displacement, 0 to 1."""
    origin_loss: Column[float]
    """Loss of the solution, as the grid has it."""
    lowest: Column[Sequence[float]]
    """Coordinates of the lowest point of the grid (2,)."""
    lowest_loss: Column[float]
    """Its loss."""
    lowest_distance: Column[float]
    """Its distance from the solution."""
    lowest_on_edge: Column[bool]
    """Whether it lies on the edge of the grid."""
    explained_reason: Column[str | None] = null()
    """Why `explained` is null."""


class Surface(Row):
    """The loss on a grid of G × G points in one plane."""

    case: Key[str]
    """Name of the case."""
    seed: Seed[int]
    """Seed of the training."""
    plane: Key[Plane]
    """Which plane."""
    a: Position[Curve]
    """First coordinates (G,)."""
    b: Position[Curve]
    """Second coordinates (G,)."""
    loss: Column[Sequence[Curve]]
    """Loss (G, G): a line for each b, a column for each a; null where it is not finite."""


class Line(Row):
    """The loss along the straight line θ(α) = θ(start) + α·(θ(end) − θ(start)) of one training."""

    case: Key[str]
    """Name of the case."""
    seed: Seed[int]
    """Seed of the training."""
    alpha: Position[Sequence[float]]
    """Positions α (L,): 0 is the untrained network, 1 the solution."""
    loss: Column[Curve]
    """Loss (L,); null where it is not finite."""


class Metrics(row.Metrics):
    """All that the task records."""

    cases: Table[Case]
    """The cases."""
    grid: Column[int]
    """Points along each axis that were asked for; the solution's own coordinates are added."""
    longest: Column[float]
    """Longest side that a plane may have, in units of the plane."""
    solutions: Table[Solution]
    """The trainings."""
    planes: Table[View]
    """Two planes for each solution."""
    surfaces: Table[Surface]
    """The surfaces of one seed of each case."""
    lines: Table[Line] = empty()
    """One line per solution, none where it was not asked for."""
