"""How far training goes: the length of a path of parameter vectors, its displacement."""

import torch
from torch import Tensor


def path_length(snapshots: Tensor) -> float:
    """Σₛ ‖θₛ₊₁ − θₛ‖₂ over the snapshots (S, P) in order.

    The path between two snapshots is taken as straight, so this is a lower bound of the length of
    the path of all steps.
    """
    return float(snapshots.double().diff(dim=0).norm(dim=1).sum())


def displacement(snapshots: Tensor) -> Tensor:
    """θ_end − θ_start, shape (P,), float64, of snapshots (S, P)."""
    points = snapshots.double()
    return points[-1] - points[0]


def cosine(first: Tensor, second: Tensor) -> float | None:
    """⟨a, b⟩ / (‖a‖·‖b‖) of two vectors (P,), in float64; None where one of them is zero."""
    a, b = first.double(), second.double()
    norms = float(a.norm() * b.norm())
    return float(torch.dot(a, b)) / norms if norms > 0 else None
