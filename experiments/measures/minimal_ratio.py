"""Signs of a Hessian's eigenvalues: minimal ratio, shares of positive, near-zero and negative.

Of a spectrum of P eigenvalues λ and a tolerance τ ≥ 0,

    minimal ratio = #{λ > τ} / P,    near zero: #{|λ| ≤ τ} / P,    negative: #{λ < −τ} / P.

Here τ = c · P · ε · max|λ|, with ε = 2.2e-16 the machine epsilon of float64: an eigenvalue that
LAPACK returns is wrong by a small multiple of P·ε·max|λ| at most, so that below τ the sign is not
known (Golub, Van Loan 2013, Matrix Computations, section 8.1; the same threshold decides the rank
of a matrix in numpy.linalg.matrix_rank). Rounding while the Hessian is summed up is of the same
order; c leaves room for it. Source of the ratio: NTU MLDS 2018, HW1-2.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

MACHINE_EPSILON = torch.finfo(torch.float64).eps


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
