"""The straight line through two solutions in parameter space, and the barrier on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


def line(first: Tensor, second: Tensor, alphas: Sequence[float]) -> Tensor:
    """Points θ(α) = (1 − α)·θ₁ + α·θ₂ of the line, shape (A, P).

    Args:
        first, second: θ₁ and θ₂, finite, shape (P,).
        alphas: positions; at α = 0 and α = 1 the rows equal θ₁ and θ₂ exactly, because 1·x + 0·y
            is exact in floating point.

    Source: Goodfellow, Vinyals, Saxe 2015 (arXiv:1412.6544), section 3; NTU MLDS HW1-3.
    """
    places = torch.tensor(alphas, dtype=first.dtype, device=first.device).unsqueeze(1)
    return (1 - places) * first + places * second


def grid(low: float, high: float, count: int, always: Sequence[float]) -> tuple[float, ...]:
    """`count` evenly spaced positions from `low` to `high`, and those of `always`, increasing.

    Positions are rounded to 12 decimals, so that 0 and 1 are themselves and nothing stands twice.
    """
    step = (high - low) / (count - 1)
    even = {round(low + index * step, 12) for index in range(count)}
    return tuple(sorted(value + 0.0 for value in even | {round(value, 12) for value in always}))


def relative(outward: float, first: float, second: float) -> tuple[float, float]:
    """Positions beyond both solutions at equal distances relative to the norms of their weights.

    Beyond the one with the larger norm at `outward`, beyond the other as much closer as its norm
    ‖θ‖ is smaller; where both are zero, `outward` for both.
    """
    most = max(first, second) or 1.0
    shares = [norm / most if first or second else 1.0 for norm in (first, second)]
    return -outward * shares[0], 1 + outward * shares[1]


@dataclass(frozen=True)
class Barrier:
    """Height of a barrier and the position at which it is reached."""

    height: float
    alpha: float


def barrier(alphas: Sequence[float], losses: Sequence[float]) -> Barrier:
    """Height of the barrier between the two ends of a line.

    The maximum over α in [0, 1] of L(θ(α)) − [(1 − α)·L(θ₁) + α·L(θ₂)]. It is not negative, and 0
    when the loss nowhere rises above the straight line between the losses of the two solutions.

    Args:
        alphas: positions, among them 0 and 1; those outside of [0, 1] are ignored.
        losses: L(θ(α)), or another quantity of which less is better (an error rate).

    The maximum is over the given positions, not over the continuum. Raises ValueError when 0 or 1
    is missing.

    Source: Entezari et al. 2022 (arXiv:2110.06296), definition 2.1; Frankle et al. 2020
    (arXiv:1912.05671), section 2, subtract the mean of the ends instead, which is the same where
    the ends are equally good.
    """
    at = dict(zip(alphas, losses, strict=True))
    if 0.0 not in at or 1.0 not in at:
        raise ValueError("the positions must hold 0 and 1")
    excess = {a: at[a] - ((1 - a) * at[0.0] + a * at[1.0]) for a in at if 0 <= a <= 1}
    top = max(excess, key=lambda a: excess[a])
    return Barrier(height=max(excess[top], 0.0), alpha=top)
