"""Parts of a task's groups, trained apart, give what one process gives."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.run import Run
from experiments.engine.share import ElsewhereError, Share
from experiments.engine.train import train


def test_every_group_belongs_to_one_part() -> None:
    parts = [Share(part, 3) for part in range(3)]
    assert all(sum(part.has(group) for part in parts) == 1 for group in range(20))


def test_parts_together_are_the_whole(
    make: Callable[..., Run], context: Context, tmp_path: Path
) -> None:
    runs = [make("cnn", seed=seed, batch_size=8, epochs=3) for seed in range(5)]
    together = replace(context, cache=Cache(tmp_path))
    with pytest.raises(ElsewhereError):
        train(runs, replace(together, share=Share(1, 2)))
    assert len(list(tmp_path.glob("*.pt"))) == 2
    found = train(runs, replace(together, share=Share(0, 2)))
    assert len(list(tmp_path.glob("*.pt"))) == 5
    for one, other in zip(found, train(runs, context), strict=True):
        assert torch.equal(one.parameters, other.parameters)
        assert one.history == other.history


def test_an_unfinished_group_of_another_part_counts_as_missing(
    make: Callable[..., Run], context: Context, tmp_path: Path
) -> None:
    runs = [make("cnn", seed=seed, batch_size=8, epochs=3) for seed in range(2)]
    cache = Cache(tmp_path)
    train(runs, replace(context, cache=cache))
    for path in tmp_path.glob("*.pt"):
        state = cache.load(path.stem)
        assert state is not None
        cache.save(path.stem, {**state, "epoch": 2})
    with pytest.raises(ElsewhereError):
        train(runs, replace(context, cache=cache, share=Share(0, 2)))
