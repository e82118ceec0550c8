"""Largest eigenvalue and trace of a symmetric matrix that is known by its products only."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh
from torch import Tensor

Product = Callable[[Tensor], Tensor]
"""Vectors (K, P) → products (K, P) with a symmetric matrix, e.g. `hessian_vector_products`."""


@dataclass(frozen=True)
class Estimate:
    """A random estimate, its standard error, and the number of draws it is the mean of."""

    value: float
    standard_error: float
    draws: int


def largest_eigenvalue(
    product: Product, start: Tensor, *, tolerance: float = 1e-4, iterations: int = 200
) -> float | None:
    """Largest (most positive) eigenvalue, by ARPACK's implicitly restarted Lanczos method.

    Args:
        start: (P,), where the iteration begins; its type and device are those of the products.
        tolerance: relative accuracy asked of the Ritz value.
        iterations: most restarts; None is returned when they do not suffice, or when the products
            are not finite.

    A matrix that maps the start to zero is taken for the zero matrix, with the eigenvalue 0: a
    network whose units are all dead has such a Hessian.

    Source: Lehoucq, Sorensen, Yang 1998, ARPACK Users' Guide. Not checked: that `product` is
    symmetric. Needs P ≥ 3.
    """

    def multiply(vector: np.ndarray) -> np.ndarray:
        given = torch.as_tensor(vector.reshape(1, -1), dtype=start.dtype, device=start.device)
        return product(given)[0].double().cpu().numpy()

    first = product(start.unsqueeze(0))
    if not torch.isfinite(first).all():
        return None
    if not first.any():
        return 0.0
    size = len(start)
    operator = LinearOperator((size, size), matvec=multiply, dtype=np.float64)
    try:
        found = eigsh(
            operator,
            k=1,
            which="LA",
            v0=start.double().cpu().numpy(),
            tol=tolerance,
            maxiter=iterations,
            return_eigenvectors=False,
        )
    except ArpackNoConvergence:
        return None
    return float(found[0])


def trace_to_error(
    product: Product,
    like: Tensor,
    generator: torch.Generator,
    *,
    relative_error: float,
    block: int = 16,
    most: int = 128,
) -> Estimate:
    """Trace as the mean of vᵀHv over random signs v, with its standard error.

    Drawn in blocks until the standard error is small or `most` is reached.

    Args:
        like: (P,), for size, type and device of the vectors, which are drawn on the CPU.
        relative_error: standard error asked for, over the magnitude of the mean. It is not reached
            where the trace is near zero; `Estimate.draws` and the error say so.
        most: number of vectors, at least 2.

    Source: Hutchinson 1990, "A stochastic estimator of the trace of the influence matrix". The
    variance of one draw is 2 Σ_{i≠j} H_ij²: zero for a diagonal H.
    """
    values = _draws(product, like, min(block, most), generator)
    while len(values) < most:
        found = _estimate(values)
        if found.standard_error <= relative_error * abs(found.value):
            break
        more = _draws(product, like, min(block, most - len(values)), generator)
        values = torch.cat([values, more])
    return _estimate(values)


def _draws(product: Product, like: Tensor, draws: int, generator: torch.Generator) -> Tensor:
    """vᵀHv of random signs v, (draws,), float64."""
    signs = torch.randint(0, 2, (draws, len(like)), generator=generator) * 2 - 1
    vectors = signs.to(dtype=like.dtype, device=like.device)
    return (vectors * product(vectors)).double().sum(dim=1)


def _estimate(values: Tensor) -> Estimate:
    error = float(values.std()) / math.sqrt(len(values))
    return Estimate(float(values.mean()), error, len(values))
