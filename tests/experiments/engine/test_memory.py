"""A GPU without room for a stack: one more try in halves, then the error."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from experiments.engine import group as module
from experiments.engine.context import Context
from experiments.engine.group import GroupTraining
from experiments.engine.run import Run
from experiments.engine.train import train

Make = Callable[..., Run]


def small_device(monkeypatch: pytest.MonkeyPatch, room: int) -> list[int]:
    """A device with room for so many runs; the list grows by the size of each stack asked for."""
    asked: list[int] = []

    class Training(GroupTraining):
        def __init__(self, runs: Sequence[Run], *arguments: Any) -> None:
            assert sys.exc_info() == (None, None, None), "what failed is still held in memory"
            asked.append(len(runs))
            if len(runs) > room:
                raise torch.OutOfMemoryError("no room")
            super().__init__(runs, *arguments)

    monkeypatch.setattr(module, "GroupTraining", Training)
    return asked


def test_one_retry_in_halves(make: Make, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [make(seed=seed) for seed in range(5)]
    expected = train(runs, context)
    asked = small_device(monkeypatch, room=3)
    found = train(runs, context)
    assert asked == [5, 3, 2]
    for one, other in zip(expected, found, strict=True):
        assert one.run == other.run
        torch.testing.assert_close(one.parameters, other.parameters, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("room", "asked"), [(2, [5, 3]), (0, [5, 3])])
def test_no_second_retry(
    make: Make, context: Context, monkeypatch: pytest.MonkeyPatch, room: int, asked: list[int]
) -> None:
    seen = small_device(monkeypatch, room)
    with pytest.raises(torch.OutOfMemoryError):
        train([make(seed=seed) for seed in range(5)], context)
    assert seen == asked


def test_a_single_network_is_tried_again_as_it_is(
    make: Make, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = small_device(monkeypatch, room=0)
    with pytest.raises(torch.OutOfMemoryError):
        train([make("cnn")], context)
    assert asked == [1, 1]
