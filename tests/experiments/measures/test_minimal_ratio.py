"""Signs of known spectra, neighbors of known saddles, copies of one point."""

import pytest
import torch

from experiments.measures.minimal_ratio import (
    distinct_points,
    higher_neighbors,
    minimal_ratio,
    relative_tolerance,
    signs,
)


def test_minimal_ratio_of_a_saddle() -> None:
    # loss = (3a² + b² − 2c²)/2 has Hessian diag(3, 1, −2)
    origin = torch.zeros(3, dtype=torch.float64)
    weights = torch.tensor([3.0, 1.0, -2.0], dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda x: (weights * x**2).sum() / 2, origin)
    eigenvalues = torch.linalg.eigvalsh(hessian)
    assert minimal_ratio(eigenvalues, 0.0) == pytest.approx(2 / 3)
    assert signs(eigenvalues[None], 0.0).positive.item() == 2


def test_the_tolerance_is_relative_to_the_largest_magnitude_of_each() -> None:
    spectra = torch.tensor([[-100.0, -0.5, 0.5, 2.0], [-1e-3, 0.0, 1e-3, 1e-2]])
    found = signs(spectra, 0.01)  # τ = 1 and 1e-4
    assert found.positive.tolist() == [1, 2]
    assert found.near_zero.tolist() == [2, 1]
    assert found.negative.tolist() == [1, 1]


def test_at_the_tolerance_is_near_zero() -> None:
    found = signs(torch.tensor([[-0.5, 0.5, 1.0]]), 0.5)
    assert (found.positive.item(), found.near_zero.item(), found.negative.item()) == (1, 2, 0)


def test_a_zero_hessian_has_no_sign() -> None:
    assert signs(torch.zeros(1, 5), 1e-14).near_zero.tolist() == [5]


def test_the_stated_tolerance() -> None:
    assert relative_tolerance(46, 10) == pytest.approx(46 * 10 * 2.0**-52, abs=0)


@pytest.mark.parametrize(("below", "share"), [(3.0, 0.5), (1.0, 2 / 3), (0.0, 1.0)])
def test_neighbors_see_the_size_of_curvature(below: float, share: float) -> None:
    # On the unit circle 3x² > b·y² holds for a share of (2/π)·atan(√(3/b)) of the angles.
    point = torch.tensor([9.0, 1.0, 2.0], dtype=torch.float64)

    def losses(rows: torch.Tensor) -> torch.Tensor:
        away = rows - point
        assert (away[:, 0] == 0).all()
        return 3 * away[:, 1] ** 2 - below * away[:, 2] ** 2

    drawn = torch.Generator().manual_seed(0)
    found = higher_neighbors(losses, point, slice(1, 3), 4000, 1e-3, drawn)
    assert found == pytest.approx(share, abs=0.03)


def test_points_that_agree_in_loss_and_spectrum_are_one() -> None:
    spectra = torch.tensor([[-1.0, 5.0], [1.0, 9.0], [-1.0, 5.0], [1.0, 5.0], [2.0, 5.0]])
    losses = [0.3, 0.1, 0.3 * (1 + 1e-9), 0.3, 0.7]
    assert distinct_points(losses, spectra, 1e-9, None) == (2, 1, 2, 3, 4)
    assert distinct_points([0.3] * 2, spectra[3:], 1e-9, None) == (1, 2)
    assert distinct_points([], spectra[:0], 1e-9, None) == ()


def test_a_continuum_of_points_is_one() -> None:
    # Equal losses and signs, one direction that is flat, the other curved differently.
    spectra = torch.tensor([[0.0, 5.0], [0.0, 6.0], [-1.0, 0.0]])
    assert distinct_points([0.3] * 3, spectra, 1e-9, None) == (1, 1, 2)


def test_constant_solutions_are_one_point() -> None:
    spectra = torch.tensor([[-1.0, 5.0], [0.0, 9.0], [1.0, 5.0]])
    assert distinct_points([0.5, 0.5, 0.5], spectra, 1e-9, 0.5) == (1, 1, 1)
