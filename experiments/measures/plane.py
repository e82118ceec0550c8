"""A plane in parameter space: its points, coordinates on it, distances from it, a grid on it."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Plane:
    """The points `origin` + a·`axes[0]` + b·`axes[1]`, float64.

    Attributes:
        origin: (P,), the point with coordinates (0, 0).
        axes: (2, P), linearly independent, neither orthogonal nor of unit length in general.
    """

    origin: Tensor
    axes: Tensor

    def points(self, coordinates: Tensor) -> Tensor:
        """Points (N, P) with coordinates (N, 2); (0, 0) gives the origin exactly."""
        points: Tensor = self.origin + coordinates @ self.axes
        return points

    def coordinates(self, points: Tensor) -> Tensor:
        """Coordinates (N, 2) of the orthogonal projections of points (N, P) on the plane.

        The least-squares solution: with A = `axes`, (A·Aᵀ)⁻¹·A·(θ − origin).
        """
        products = (points.double() - self.origin) @ self.axes.T
        found: Tensor = torch.linalg.solve(self.axes @ self.axes.T, products.T).T
        return found

    def distances(self, points: Tensor) -> Tensor:
        """Distances (N,) of points (N, P) from the plane: what the projection leaves out."""
        left_out: Tensor = points.double() - self.points(self.coordinates(points))
        distances: Tensor = left_out.norm(dim=1)
        return distances


def grid_axis(low: float, high: float, count: int) -> Tensor:
    """`count` evenly spaced values that contain 0 exactly and cover [low, high], float64.

    The step is (high − low)/(count − 2); value i is (i − i₀) steps, with i₀ = ⌈−low/step⌉. Needs
    low ≤ 0 ≤ high, low < high, count ≥ 3.
    """
    if not (low <= 0 <= high and low < high and count >= 3):
        raise ValueError(f"{count} values on [{low}, {high}] around 0")
    step = (high - low) / (count - 2)
    before = math.ceil(-low / step)
    return (torch.arange(count, dtype=torch.float64) - before) * step
