import pytest
import torch

from experiments.data.labels import corrupt_labels
from report.errors import UserError

LABELS = torch.arange(20_000) % 10


def corrupted(fraction: float, seed: int = 0) -> torch.Tensor:
    return corrupt_labels(LABELS, fraction, 10, torch.Generator().manual_seed(seed))


def test_none_replaced() -> None:
    assert torch.equal(corrupted(0.0), LABELS)


@pytest.mark.parametrize("fraction", [0.2, 0.5, 1.0])
def test_one_in_ten_of_the_replaced_keeps_its_label(fraction: float) -> None:
    changed = (corrupted(fraction) != LABELS).float().mean().item()
    assert changed == pytest.approx(0.9 * fraction, abs=0.01)
    assert corrupted(fraction).bincount(minlength=10).min() > 1800  # uniform over all classes


@pytest.mark.parametrize(("fraction", "count"), [(0.25, 2), (0.5, 5), (0.96, 10), (1.0, 10)])
def test_the_count_is_exact(fraction: float, count: int) -> None:
    """Labels outside the classes show which ones were drawn anew."""
    outside = torch.full((10,), 99)
    result = corrupt_labels(outside, fraction, 10, torch.Generator().manual_seed(3))
    assert (result != 99).sum() == count
    assert outside.eq(99).all()  # the given labels stay as they are
    assert result.dtype == outside.dtype


def test_seeded() -> None:
    assert torch.equal(corrupted(0.5, 1), corrupted(0.5, 1))
    assert not torch.equal(corrupted(0.5, 1), corrupted(0.5, 2))


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_wrong_fraction(fraction: float) -> None:
    with pytest.raises(UserError, match="between 0 and 1"):
        corrupted(fraction)
