"""Snapshots and steps of a run that the stopping rule ended go to its end and no further."""

from pathlib import Path

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.problem import Problem
from experiments.engine.run import Observe, Run
from experiments.engine.train import train
from experiments.settings.network import Network
from experiments.settings.training import Stop, Training


@pytest.mark.parametrize("batch_size", [None, 4])
def test_what_was_observed_ends_with_the_run(batch_size: int | None) -> None:
    x = torch.linspace(-1, 1, 10, dtype=torch.float64)[:, None]
    problem = Problem("line", x, 3 * x, x, 3 * x, 1, "l")
    network = Network(name="linear")
    training = Training(
        loss="mse",
        optimizer="sgd",
        learning_rate=0.3,
        epochs=300,
        batch_size=batch_size,
        stop=Stop(min_change=1e-4),
    )
    context = Context(torch.device("cpu"), Path(), Cache(None))
    observe = Observe(evaluations=1, snapshot_every=2, steps=True)
    runs = [Run(network, training, problem, s, double=True, observe=observe) for s in (0, 1)]
    for outcome in train(runs, context):
        end = outcome.stopped_at
        assert end is not None and 4 < end < 64
        assert outcome.snapshot_epochs == (*range(0, end, 2), end)
        assert outcome.snapshots is not None and outcome.steps is not None
        assert len(outcome.snapshots) == len(outcome.snapshot_epochs)
        assert torch.equal(outcome.snapshots[-1], outcome.parameters)
        assert len(outcome.steps.loss) == end * (1 if batch_size is None else 3)
