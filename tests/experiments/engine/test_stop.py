"""The stopping rule against the rule applied to the losses of the plain loop."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from experiments.engine.context import Context
from experiments.engine.reference import train_plainly
from experiments.engine.run import Observe, Run
from experiments.engine.train import train

Make = Callable[..., Run]


def ends_at(losses: list[float], min_change: float, patience: int) -> int | None:
    """First epoch (from 1) after `patience` changes in a row below `min_change`."""
    calm = 0
    for epoch in range(1, len(losses)):
        calm = calm + 1 if abs(losses[epoch] - losses[epoch - 1]) < min_change else 0
        if calm >= patience:
            return epoch + 1
    return None


@pytest.mark.sweep
@pytest.mark.parametrize(("min_change", "patience"), [(1e-4, 1), (1e-4, 3), (3e-3, 2), (1e-9, 1)])
def test_a_run_ends_where_its_own_losses_are_calm(
    make: Make, context: Context, min_change: float, patience: int
) -> None:
    runs = [
        make(seed=s, learning_rate=r, optimizer="sgd", epochs=200, observe=Observe(steps=True))
        for s in (0, 1)
        for r in (0.05, 0.2)
    ]
    rule = {"stop": {"min_change": min_change, "patience": patience}}
    ruled = [make(seed=r.seed, optimizer="sgd", epochs=200, observe=Observe(evaluations=20),
                  learning_rate=r.training.learning_rate, **rule) for r in runs]  # fmt: skip
    ends = []
    for free, outcome in zip(train(runs, context), train(ruled, context), strict=True):
        assert free.steps is not None
        end = ends_at(free.steps.loss.tolist(), min_change, patience)
        ends.append(end)
        assert outcome.stopped_at == end
        length = {"epochs": end or 200, "stop": None}
        plain = replace(free.run, training=free.run.training.model_copy(update=length))
        assert (outcome.parameters - train_plainly(plain)).abs().max() < 1e-9
        assert outcome.history.epochs[-1] == (end or 200)
        assert len(set(outcome.history.epochs)) == len(outcome.history.epochs)
        assert outcome.diverged_at is None
    assert any(ends) == (min_change > 1e-9)


def test_a_diverging_run_never_ends_by_the_rule(make: Make, context: Context) -> None:
    rule = {"optimizer": "sgd", "activation": "relu", "epochs": 30, "double": False}
    rule |= {"stop": {"min_change": 1e-12, "patience": 2}}
    calm, wild = train([make(learning_rate=r, **rule) for r in (1e-9, 1e6)], context)
    assert calm.stopped_at is not None and calm.diverged_at is None
    assert wild.stopped_at is None and wild.diverged_at is not None
    assert torch.isfinite(wild.parameters).all()
