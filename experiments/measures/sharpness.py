"""ε-sharpness: how far the loss rises in a small box around a solution."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

ValueAndGradient = Callable[[Tensor], tuple[float, Tensor]]
"""Parameters (P,) → loss and its gradient (P,)."""


def epsilon_sharpness(
    value_and_gradient: ValueAndGradient,
    parameters: Tensor,
    epsilon: float,
    *,
    steps: int,
    starts: int,
    generator: torch.Generator,
) -> float:
    """Sharpness φ of Keskar et al. 2017 (arXiv:1609.04836, metric 2.1) in the full space (A = I).

        φ = 100 · (max_{z ∈ C_ε} L(θ + z) − L(θ)) / (1 + L(θ)),
        C_ε = {z : |z_i| ≤ ε (|θ_i| + 1) for every i}.

    Args:
        value_and_gradient: of the loss L, at least 0.
        parameters: θ, shape (P,).
        steps: ascent steps from each start, at least 1. A start that repeats its corner ends.
        starts: random corners of the box to begin from, beside θ itself.
        generator: CPU generator of the random corners.

    Returns:
        φ, at least 0: a lower bound of the maximum, the best of all points visited.

    The ascent steps to the corner that maximizes the linearized loss, z ← ε (|θ| + 1) sign ∇L(θ+z)
    (conditional gradient with step 1). Where L is convex the loss never falls on the way (Journée
    et al. 2010, arXiv:0811.4724, section 3). The paper uses 10 iterations of L-BFGS-B instead.
    """
    half = epsilon * (parameters.abs() + 1)
    value, gradient = value_and_gradient(parameters)
    best = value
    for corner in _corners(half, gradient, starts, generator):
        at = corner
        for _ in range(steps):
            reached, gradient = value_and_gradient(parameters + at)
            best = max(best, reached)
            following = half * gradient.sign()
            if torch.equal(following, at):
                break
            at = following
    return 100 * (best - value) / (1 + value)


def first_order_rise(gradient: Tensor, parameters: Tensor, epsilon: float) -> float:
    """The maximum over C_ε of the loss linearized at θ, minus L(θ): ε Σᵢ (|θᵢ| + 1) |∂ᵢL(θ)|.

    Args:
        gradient: ∇L(θ), shape (P,).
        parameters: θ, shape (P,).
        epsilon: as in `epsilon_sharpness`.
    """
    return float(epsilon * ((parameters.abs() + 1) * gradient.abs()).double().sum())


def _corners(
    half: Tensor, gradient: Tensor, starts: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """The corner uphill of θ, then random ones."""
    yield half * gradient.sign()
    for _ in range(starts):
        signs = torch.randint(0, 2, half.shape, generator=generator) * 2 - 1
        yield half * signs.to(half)
