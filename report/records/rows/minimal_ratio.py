"""What the task minimal-ratio records.

Gradients and Hessians are those of the mean training loss with respect to all P parameters, in
float64; with a layer chosen, eigenvalues and curvatures are those of that layer's parameters alone.
"""

from collections.abc import Sequence
from typing import Literal

from report.records import common, row
from report.records.common import Curve
from report.records.row import Column, Key, Row, Seed, Table, null


class Case(common.Case):
    """A case, and from where on an eigenvalue counts."""

    relative_tolerance: Column[float]
    """Share of the largest absolute eigenvalue below which an eigenvalue counts as zero."""
    constant_loss: Column[float | None] = null()
    """Smallest loss of a constant output; null also where it has no closed form."""
    layer: Column[str | None] = null()
    """The layer whose Hessian is looked at; null for that of all parameters."""
    eigenvalues: Column[int | None] = null()
    """How many that Hessian has."""


class Tolerance(Row):
    """A tolerance whose influence is shown."""

    relative_tolerance: Key[float]
    """As that of a case."""


class Run(Row):
    """One run: its training, the search for a critical point from there, the Hessian it ends at.

    A run whose training diverged was not searched.
    """

    case: Key[str]
    """Name of the case."""
    seed: Seed[int]
    """Seed of the training."""
    epochs: Column[int]
    """Epochs of its training."""
    diverged_at: Column[int | None]
    """Epoch of the first evaluation whose loss is not finite; null if there is none."""
    verdict: Column[Literal["critical", "gradient-flat", "unfinished", "diverged"]]
    """How the search ended."""
    iterations: Column[int | None] = null("reason")
    """Iterations of the search."""
    trained_loss: Column[float | None] = null("reason")
    """Loss after the training."""
    trained_gradient_norm: Column[float | None] = null("reason")
    """Norm of the gradient after the training."""
    loss: Column[float | None] = null("reason")
    """Loss after the search."""
    gradient_norm: Column[float | None] = null("reason")
    """Norm of the gradient after the search."""
    relative_gradient_norm: Column[float | None] = null()
    """That norm over the largest eigenvalue; null also where no eigenvalue is positive."""
    parameter_norm: Column[float | None] = null("reason")
    """Norm of the parameters after the search."""
    largest_eigenvalue: Column[float | None] = null("reason")
    """Largest eigenvalue of the Hessian."""
    smallest_eigenvalue: Column[float | None] = null("reason")
    """Smallest eigenvalue of the Hessian."""
    gradient_curvature: Column[float | None] = null()
    """Norm of the Hessian times the unit gradient over the largest absolute eigenvalue, 0 to 1;
    null also where the gradient or the Hessian is zero."""
    even_curvature: Column[float | None] = null()
    """The same for a random direction: the root mean square of the eigenvalues over the largest
    absolute one, 0 to 1; null also where the Hessian is zero."""
    minimal_ratio: Column[float | None] = null("reason")
    """Share of the eigenvalues that are positive, 0 to 1."""
    near_zero: Column[float | None] = null("reason")
    """Share of the eigenvalues that count as zero, 0 to 1."""
    negative: Column[float | None] = null("reason")
    """Share of the eigenvalues that are negative, 0 to 1."""
    higher_neighbors: Column[float | None] = null()
    """Share of the sampled neighbors whose loss is higher, 0 to 1."""
    point: Column[int | None] = null()
    """Number of the distinct critical point that the run ends at, from 1; null if at none."""
    swept_positive: Column[Sequence[int] | None] = null("reason")
    """Number of positive eigenvalues at each tolerance of the sweep (T,)."""
    swept_negative: Column[Sequence[int] | None] = null("reason")
    """Number of negative eigenvalues at each tolerance of the sweep (T,)."""
    reason: Column[str | None] = null()
    """Why columns are null."""


class Spectrum(Row):
    """The spectrum of the run that came nearest to a critical point."""

    case: Key[str]
    """Name of the case."""
    seed: Seed[int]
    """Seed of the run."""
    eigenvalues: Column[Curve]
    """All eigenvalues (P,), increasing."""


class Metrics(row.Metrics):
    """All that the task records."""

    cases: Table[Case]
    """The cases."""
    sweep: Table[Tolerance]
    """The T tolerances of the sweep, increasing."""
    runs: Table[Run]
    """The runs."""
    spectra: Table[Spectrum]
    """One spectrum per case, none where every run diverged."""
