"""Lengths of a path by hand."""

import pytest
import torch

from experiments.measures.path import cosine, displacement, path_length


def test_a_path_around_two_corners() -> None:
    points = torch.tensor([[0.0, 0.0], [3.0, 4.0], [3.0, 0.0], [6.0, 0.0]])
    assert path_length(points) == pytest.approx(5 + 4 + 3)
    assert displacement(points).tolist() == [6.0, 0.0]


def test_cosine() -> None:
    assert cosine(torch.tensor([2.0, 0.0]), torch.tensor([3.0, 3.0])) == pytest.approx(0.5**0.5)
    assert cosine(torch.tensor([1.0, 2.0]), torch.tensor([-2.0, -4.0])) == pytest.approx(-1)
    assert cosine(torch.zeros(2), torch.ones(2)) is None
