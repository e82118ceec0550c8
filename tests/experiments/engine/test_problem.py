"""Data on their way to the networks: normalized, and in the layout that a network is fastest on."""

import torch
from torch import Tensor

from experiments.engine.problem import Feed, Problem

CPU = torch.device("cpu")


def images(count: int) -> Tensor:
    """Images (N, 3, 6, 5) of any bytes."""
    return torch.randint(0, 256, (count, 3, 6, 5), dtype=torch.uint8)


def test_the_layout_in_memory_changes_no_number() -> None:
    torch.manual_seed(0)
    labels = torch.arange(9) % 2
    mean, std = (0.4, 0.5, 0.6), (0.2, 0.3, 0.25)
    problem = Problem("p", images(9), labels, images(4), labels[:4], 2, "p", mean, std)
    plain = Feed([problem], CPU, torch.float32)
    last = Feed([problem], CPU, torch.float32, channels_last=True)
    order = torch.randperm(9).unsqueeze(0)[:, :5]
    (taken, _), (expected, _) = last.batch(order), plain.batch(order)
    assert torch.equal(taken, expected)
    by_hand = (problem.inputs[order[0]] / 255 - torch.tensor(mean).view(-1, 1, 1)) / (
        torch.tensor(std).view(-1, 1, 1)
    )
    prepared = last.prepared(taken)
    torch.testing.assert_close(prepared[0], by_hand)
    assert prepared[0].is_contiguous(memory_format=torch.channels_last)
    for found, same in zip(last.chunks("test", 3), plain.chunks("test", 3), strict=True):
        torch.testing.assert_close(found[0], same[0])
        assert found[0][0].is_contiguous(memory_format=torch.channels_last)
