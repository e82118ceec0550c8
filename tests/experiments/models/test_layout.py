"""Layers for images with the channels last: the same numbers as torch's own."""

import pytest
import torch
from torch import nn

from experiments.models.layout import Pooling, channels_last


@pytest.mark.parametrize(("k", "size"), [(2, (6, 8)), (2, (7, 5)), (3, (8, 8)), (4, (9, 11))])
def test_pooling_without_gradients_equals_torch(k: int, size: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(k)
    images = torch.randn(3, 5, *size, generator=generator).round()  # with ties
    images[0, 0, 0, 0], images[1, 1, 1, 1] = torch.nan, torch.inf
    images = images.contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        found, expected = Pooling(k)(images), nn.MaxPool2d(k)(images)
    assert torch.equal(found.isnan(), expected.isnan())
    assert torch.equal(found.nan_to_num(), expected.nan_to_num())
    assert found.shape == expected.shape
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_only_plain_pooling_is_replaced() -> None:
    layers = [
        nn.MaxPool2d(2),
        nn.MaxPool2d(2, stride=1),
        nn.MaxPool2d(3, padding=1),
        nn.MaxPool2d(2, ceil_mode=True),
        nn.MaxPool2d((2, 2)),
        nn.AvgPool2d(2),
    ]
    found = channels_last(nn.Sequential(*layers))
    assert [type(layer) is Pooling for layer in found.children()] == [True] + [False] * 5
