"""Signs of known spectra."""

import pytest
import torch

from experiments.measures.minimal_ratio import minimal_ratio, relative_tolerance, signs


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
