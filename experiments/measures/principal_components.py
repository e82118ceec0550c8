"""Principal component analysis of parameter vectors."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """The first k principal components of N points.

    Attributes:
        mean: (P,), the center that is taken off.
        components: (k, P), orthonormal rows, by falling variance.
        ratios: (k,), share of the total variance along each component.
    """

    mean: Tensor
    components: Tensor
    ratios: Tensor

    def coordinates(self, points: Tensor) -> Tensor:
        """Coordinates (N, k) of points (N, P), from the center."""
        return (points.double() - self.mean) @ self.components.T


def principal_components(points: Tensor, count: int) -> PrincipalComponents:
    """Fit on points (N, P), in float64, by the singular value decomposition of the centered matrix.

    With X = points − mean = U·diag(s)·Vᵀ, component i is row i of Vᵀ and its share of the variance
    is sᵢ² / Σⱼ sⱼ². The sign, which is arbitrary, makes the largest entry of a component positive,
    as scikit-learn does. Nothing is standardized: all parameters have the same unit.

    Raises:
        ValueError: fewer points or parameters than components, not finite, or all points equal.

    Source: Jolliffe, Principal Component Analysis, 2nd ed. 2002, section 3.5.
    """
    if min(points.shape) < count:
        raise ValueError(f"{count} components of a matrix {tuple(points.shape)}")
    if not bool(torch.isfinite(points).all()):
        raise ValueError("a point is not finite")
    matrix = points.double()
    mean = matrix.mean(dim=0)
    _, singular, rows = torch.linalg.svd(matrix - mean, full_matrices=False)
    variances = singular.square()
    if not bool(variances.sum() > 0):
        raise ValueError("all points are equal")
    components = rows[:count]
    largest = components.gather(1, components.abs().argmax(dim=1, keepdim=True))
    return PrincipalComponents(
        mean, components * largest.sign(), variances[:count] / variances.sum()
    )
