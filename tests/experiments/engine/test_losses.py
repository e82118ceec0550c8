"""The best constant by hand: a variance, and the entropy of shares."""

import math

import pytest
import torch

from experiments.engine.losses import constant_loss


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_loss_of_the_best_constant(dtype: torch.dtype) -> None:
    numbers = torch.tensor([[1.0], [3.0], [5.0]], dtype=dtype)
    assert constant_loss(numbers, "mse") == pytest.approx(8 / 3)
    assert constant_loss(numbers, "L1Loss") is None


@pytest.mark.parametrize("classes", [[0, 0, 1, 1], [0, 0, 2, 2]])
def test_a_class_may_have_no_example(classes: list[int]) -> None:
    targets = torch.tensor(classes)
    assert constant_loss(targets, "cross_entropy") == pytest.approx(math.log(2))
