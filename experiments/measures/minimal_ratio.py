"""What kind of point a spectrum shows: signs of eigenvalues, sampled neighbors, which are distinct.

Of a spectrum of P eigenvalues λ and a tolerance τ ≥ 0,

    minimal ratio = #{λ > τ} / P,    near zero: #{|λ| ≤ τ} / P,    negative: #{λ < −τ} / P.

Here τ = c · P · ε · max|λ|, with ε = 2.2e-16 the machine epsilon of float64: an eigenvalue that
LAPACK returns is wrong by a small multiple of P·ε·max|λ| at most, so that below τ the sign is not
known (Golub, Van Loan 2013, Matrix Computations, section 8.1; the same threshold decides the rank
of a matrix in numpy.linalg.matrix_rank). Rounding while the Hessian is summed up is of the same
order; c leaves room for it. Source of the ratio: NTU MLDS 2018, HW1-2.

Sampling is the other usual definition: of K neighbors θ + ρ‖θ‖u, u uniform on the unit sphere, the
share whose loss is higher. Where ∇L(θ) = 0 it estimates the probability of uᵀHu > 0, which a few
large eigenvalues decide, not the number of positive ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

MACHINE_EPSILON = torch.finfo(torch.float64).eps
EQUAL_LOSS = 1e-5
"""Relative difference up to which two losses are those of one critical point."""
EQUAL_SPECTRUM = 1e-3
"""Difference of sorted eigenvalues up to which they are so, relative to the largest."""
CONSTANT = 1e-5
"""Relative distance from the loss of the best constant up to which a network outputs one."""


@dataclass(frozen=True)
class Signs:
    """Numbers (R,) of eigenvalues above τ, within ±τ, and below −τ."""

    positive: Tensor
    near_zero: Tensor
    negative: Tensor


def relative_tolerance(parameters: int, multiple: float) -> float:
    """τ / max|λ| = c · P · ε."""
    return multiple * parameters * MACHINE_EPSILON


def signs(eigenvalues: Tensor, relative: float) -> Signs:
    """Signs of the spectra (R, P) at τ = `relative` · max|λ| of each."""
    tolerance = relative * eigenvalues.abs().amax(dim=1, keepdim=True)
    positive = (eigenvalues > tolerance).sum(dim=1)
    negative = (eigenvalues < -tolerance).sum(dim=1)
    return Signs(positive, eigenvalues.shape[1] - positive - negative, negative)


def minimal_ratio(eigenvalues: Tensor, tolerance: float) -> float:
    """Share of the eigenvalues (P,) of one Hessian above the absolute `tolerance`, in [0, 1]."""
    return (eigenvalues > tolerance).double().mean().item()


def higher_neighbors(
    losses: Callable[[Tensor], Tensor],
    point: Tensor,
    part: slice,
    number: int,
    radius: float,
    generator: torch.Generator,
) -> float:
    """Share of sampled neighbors whose loss is higher than that of `point` (P,), 0 to 1.

    `losses` takes rows (R, P). Only the parameters in `part` are moved, by `radius` times their
    norm.
    """
    at = point[part]
    drawn = torch.randn(number, at.numel(), generator=generator, dtype=point.dtype)
    near = point.repeat(number + 1, 1)
    near[1:, part] += radius * at.norm() * drawn / drawn.norm(dim=1, keepdim=True)
    found = losses(near)
    return (found[1:] > found[0]).double().mean().item()


def is_constant(loss: float, constant: float | None) -> bool:
    """Whether a critical point of this loss is that of the best constant."""
    return constant is not None and abs(loss - constant) <= CONSTANT * constant


def distinct_points(
    losses: Sequence[float], spectra: Tensor, relative: float, constant: float | None
) -> tuple[int, ...]:
    """The number, from 1 by increasing loss, of the critical point at which each run (R,) ends.

    Two points are one when their losses agree within `EQUAL_LOSS`, and their spectra (R, P),
    ascending, within `EQUAL_SPECTRUM`. Reordering hidden units, and flipping the signs around an
    odd activation, move a point by an orthogonal map that changes neither, so that such copies
    count once. Where eigenvalues are near zero (see `signs`), a continuum of critical points of one
    loss passes through, along which the others vary: there equal numbers of positive and negative
    ones suffice. All constant solutions are one.
    """
    counted = signs(spectra, relative) if len(losses) else None

    def same(run: int, other: int) -> bool:
        assert counted is not None
        if abs(losses[run] - losses[other]) > EQUAL_LOSS * abs(losses[run]):
            return False
        if is_constant(losses[run], constant):
            return True
        if any(n[run] != n[other] for n in (counted.positive, counted.negative)):
            return False
        away = (spectra[run] - spectra[other]).abs().max()
        return bool(counted.near_zero[run] or away <= EQUAL_SPECTRUM * spectra[run].abs().max())

    numbers, first = [0] * len(losses), list[int]()
    for run in sorted(range(len(losses)), key=losses.__getitem__):
        place = next((n for n, other in enumerate(first) if same(run, other)), len(first))
        first += [run] if place == len(first) else []
        numbers[run] = place + 1
    return tuple(numbers)
