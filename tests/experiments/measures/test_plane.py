"""A plane whose coordinates and distances are known."""

import pytest
import torch

from experiments.measures.plane import Plane, grid_axis


@pytest.fixture
def plane() -> Plane:
    """z = 5, with axes that are neither orthogonal nor of unit length."""
    return Plane(
        torch.tensor([1.0, 1.0, 5.0], dtype=torch.float64),
        torch.tensor([[2.0, 0.0, 0.0], [1.0, 1.0, 0.0]], dtype=torch.float64),
    )


def test_coordinates_and_distances_by_hand(plane: Plane) -> None:
    # (4, 2, 8) lies 3 above (4, 2, 5) = origin + 1·(2, 0, 0) + 1·(1, 1, 0).
    points = torch.tensor([[4.0, 2.0, 8.0], [1.0, 1.0, 4.5]])
    torch.testing.assert_close(
        plane.coordinates(points), torch.tensor([[1.0, 1.0], [0.0, 0.0]], dtype=torch.float64)
    )
    assert plane.distances(points).tolist() == pytest.approx([3, 0.5])


def test_points_come_back_from_their_coordinates(plane: Plane) -> None:
    at = torch.tensor([[0.5, -2.0], [3.0, 4.0]], dtype=torch.float64)
    torch.testing.assert_close(plane.coordinates(plane.points(at)), at)
    assert plane.distances(plane.points(at)).abs().max() < 1e-12


def test_the_origin_is_itself_to_the_last_bit() -> None:
    draw = torch.Generator().manual_seed(0)
    origin = torch.randn(100, generator=draw).double()
    plane = Plane(origin, torch.randn(2, 100, generator=draw, dtype=torch.float64))
    assert torch.equal(plane.points(torch.zeros(3, 2, dtype=torch.float64))[1], origin)


@pytest.mark.parametrize(
    ("low", "high", "count"), [(-1, 1, 41), (-0.3, 2, 7), (0, 5, 12), (-7, 0.01, 9)]
)
def test_an_axis_is_even_covers_the_range_and_holds_zero(
    low: float, high: float, count: int
) -> None:
    axis = grid_axis(low, high, count)
    assert len(axis) == count
    assert (axis == 0).sum() == 1
    assert axis[0] <= low + 1e-12 and axis[-1] >= high - 1e-12
    torch.testing.assert_close(
        axis.diff(), torch.full((count - 1,), (high - low) / (count - 2)).double()
    )


def test_an_axis_without_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="around 0"):
        grid_axis(0.5, 2, 10)
