"""PCA against scikit-learn on a cloud, and by hand."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from experiments.measures.principal_components import principal_components


@pytest.fixture
def cloud() -> torch.Tensor:
    """30 points in 50 dimensions, more dimensions than points, off center, unequal variances."""
    draw = torch.Generator().manual_seed(3)
    scales = torch.linspace(5, 0.1, 50, dtype=torch.float64)
    return torch.randn(30, 50, generator=draw, dtype=torch.float64) * scales + 7


def test_equals_scikit_learn(cloud: torch.Tensor) -> None:
    ours = principal_components(cloud, 4)
    theirs = PCA(n_components=4, svd_solver="full").fit(cloud.numpy())
    np.testing.assert_allclose(ours.ratios, theirs.explained_variance_ratio_, rtol=1e-12)
    np.testing.assert_allclose(ours.components, theirs.components_, atol=1e-12)
    np.testing.assert_allclose(ours.coordinates(cloud), theirs.transform(cloud.numpy()), atol=1e-11)


def test_points_on_an_ellipse() -> None:
    # Along (3, 4)/5 at ±10, along (−4, 3)/5 at ±1, around (1, 2): variances 100 and 1.
    long, short = torch.tensor([6.0, 8.0]), torch.tensor([-0.8, 0.6])
    points = torch.tensor([1.0, 2.0]) + torch.stack([long, -long, short, -short])
    found = principal_components(points, 2)
    assert found.mean.tolist() == pytest.approx([1, 2])
    assert found.ratios.tolist() == pytest.approx([100 / 101, 1 / 101])
    assert found.components[0].tolist() == pytest.approx([0.6, 0.8])
    assert found.coordinates(points)[:, 0].tolist() == pytest.approx([10, -10, 0, 0], abs=1e-6)


def test_small_differences_far_from_the_center_survive_single_precision() -> None:
    points = torch.tensor([[1e4, 0.0], [1e4, 1e-3], [1e4, 2e-3]])
    assert principal_components(points, 1).coordinates(points).flatten().tolist() == pytest.approx(
        [-1e-3, 0, 1e-3]
    )


@pytest.mark.parametrize(
    ("points", "count", "message"),
    [
        (torch.ones(5, 3), 2, "equal"),
        (torch.tensor([[1.0, torch.nan], [2.0, 3.0]]), 1, "finite"),
        (torch.rand(3, 2), 3, "3 components"),
    ],
)
def test_what_has_no_components_is_refused(points: torch.Tensor, count: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        principal_components(points, count)
