"""The loss on a grid of a plane, shown as far as it takes to see the minimum and the rise."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.measures.plane import grid_axis

Losses = Callable[[Tensor], Tensor]
"""Of coordinates (N, 2) on the plane, shape (N,)."""

_SIDES = torch.tensor([[-1, 0], [1, 0], [0, -1], [0, 1]], dtype=torch.float64)


@dataclass(frozen=True)
class Extent:
    """How far a plane is shown from its origin: toward −a, +a, −b, +b, in coordinates, positive.

    `reached` says for each side whether the loss on the axis rises there to the level asked for.
    """

    sides: tuple[float, ...]
    reached: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class Surface:
    """Loss at the grid points (a[i], b[j]), `loss[j, i]`, float64; (0, 0) is a grid point."""

    a: Tensor
    b: Tensor
    loss: Tensor

    @property
    def lowest(self) -> tuple[int, int]:
        """Indices (j, i) of the lowest finite loss; raises ValueError when there is none."""
        if not bool(torch.isfinite(self.loss).any()):
            raise ValueError("no loss on the grid is finite")
        best = self.loss.nan_to_num(nan=torch.inf).argmin().item()
        return divmod(int(best), len(self.a))

    @property
    def lowest_on_edge(self) -> bool:
        """Whether the lowest loss lies on the border, so that a lower one may lie outside."""
        j, i = self.lowest
        return i in (0, len(self.a) - 1) or j in (0, len(self.b) - 1)


def extent(losses: Losses, ladder: Tensor, least: tuple[float, ...], level: float) -> Extent:
    """The shortest sides at which the loss on the axes has risen to `level`.

    Args:
        losses: not finite counts as risen.
        ladder: rising candidate lengths (K,), float64.
        least: positive lengths that each side must have at any rate (−a, +a, −b, +b).
        level: loss to be reached.

    For each side the candidates are its least length and the values of the ladder above it. A side
    on which no candidate reaches the level is shown to the longest one.
    """
    candidates = [
        torch.cat([torch.tensor([size], dtype=torch.float64), ladder[ladder > size]])
        for size in least
    ]
    asked = [lengths[:, None] * side for lengths, side in zip(candidates, _SIDES, strict=True)]
    found = losses(torch.cat(asked)).split([len(lengths) for lengths in candidates])
    sides, reached = [], []
    for lengths, values in zip(candidates, found, strict=True):
        risen = ((values >= level) | ~torch.isfinite(values)).nonzero().flatten()
        sides.append(float(lengths[risen[0]] if len(risen) else lengths[-1]))
        reached.append(len(risen) > 0)
    return Extent(tuple(sides), tuple(reached))


def surface(losses: Losses, shown: Extent, count: int) -> Surface:
    """Evaluate a grid of `count` × `count` points that covers the extent."""
    left, right, down, up = shown.sides
    a, b = grid_axis(-left, right, count), grid_axis(-down, up, count)
    at = torch.cartesian_prod(b, a).flip(1)
    return Surface(a, b, losses(at).view(count, count))
