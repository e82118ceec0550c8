"""Extent and grid of a known paraboloid."""

import pytest
import torch
from torch import Tensor

from experiments.measures.surface import Extent, Surface, extent, surface


def bowl(at: Tensor) -> Tensor:
    """(a − 1)² + 4·b², lowest at (1, 0)."""
    return (at[:, 0] - 1).square() + 4 * at[:, 1].square()


def test_sides_end_where_the_level_is_reached() -> None:
    ladder = torch.tensor([0.5, 1.0, 2.0, 4.0, 8.0], dtype=torch.float64)
    # Level 4: −a from 1 (loss 4), +a from 3 (next candidate 4), ±b from √3/2 (next candidate 1).
    found = extent(bowl, ladder, (0.5, 0.5, 0.5, 0.5), 4.0)
    assert found == Extent((1.0, 4.0, 1.0, 1.0), (True, True, True, True))


def test_a_side_is_no_shorter_than_asked_and_says_when_the_level_is_not_reached() -> None:
    ladder = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
    found = extent(bowl, ladder, (1.5, 0.5, 0.5, 3.0), 4.0)
    assert found == Extent((1.5, 2.0, 1.0, 3.0), (True, False, True, True))


def test_a_loss_that_is_not_finite_counts_as_risen() -> None:
    ladder = torch.tensor([1.0, 2.0], dtype=torch.float64)
    found = extent(lambda at: torch.where(at[:, 0] > 1.5, torch.nan, 0.0), ladder, (1.0,) * 4, 1.0)
    assert found.sides == (2.0, 2.0, 2.0, 2.0)
    assert found.reached == (False, True, False, False)


def test_the_grid_is_the_function_at_its_points() -> None:
    found = surface(bowl, Extent((1.0, 3.0, 2.0, 1.0), (True,) * 4), 10)
    assert found.loss.shape == (10, 10)
    assert found.a[0] <= -1 and found.a[-1] >= 3 and found.a[-1] <= 3.5
    assert found.b[0] <= -2 and found.b[-1] >= 1 and found.b[-1] <= 1.5
    for j, b in enumerate(found.b.tolist()):
        for i, a in enumerate(found.a.tolist()):
            assert float(found.loss[j, i]) == pytest.approx((a - 1) ** 2 + 4 * b**2)
    j, i = found.lowest
    assert (found.a[i].item(), found.b[j].item()) == (1.0, 0.0)
    assert not found.lowest_on_edge


def test_a_lowest_loss_on_the_border_is_known_as_such() -> None:
    axis = torch.arange(3, dtype=torch.float64)
    values = torch.tensor([[5.0, 4.0, torch.nan], [3.0, 2.0, 1.0], [9.0, 9.0, torch.inf]])
    found = Surface(axis, axis, values)
    assert found.lowest == (1, 2)
    assert found.lowest_on_edge
    with pytest.raises(ValueError, match="finite"):
        _ = Surface(axis, axis, torch.full((3, 3), torch.nan)).lowest
