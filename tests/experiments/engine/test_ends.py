"""A stack gives what separate trainings give, ends included."""

import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.ends import Ends
from experiments.engine.problem import Problem
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import grouped, train
from experiments.settings.network import Network
from experiments.settings.training import Stop, Training

Make = Callable[..., Run]
CPU = torch.device("cpu")


def told(outcome: Trained) -> tuple[Any, ...]:
    """All that must not depend on the rest of the stack, but for numbers in their last bits."""
    return outcome.stopped_at, outcome.diverged_at, outcome.history.epochs, outcome.snapshot_epochs


def alike(runs: list[Run], context: Context) -> list[Trained]:
    """The outcomes of the runs as a stack, which are those of each alone."""
    assert len(grouped(runs, CPU)) == 1
    together = train(runs, context)
    for outcome, run in zip(together, runs, strict=True):
        (alone,) = train([run], context)
        assert told(outcome) == told(alone)
        if alone.parameters.abs().max() > 1e6:
            continue  # rounding has grown with the rest
        near = {"rtol": 1e-4, "atol": 1e-6, "equal_nan": True}
        torch.testing.assert_close(outcome.parameters, alone.parameters, **near)
        for name, values in vars(outcome.history).items():
            assert values == pytest.approx(getattr(alone.history, name), rel=1e-3, abs=1e-6)
    return together


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(4))
def test_rates_at_the_edge_of_stability(context: Context, seed: int) -> None:
    """A quadratic in one weight: stable below a rate of 1 / mean(x²), and on it neither."""
    random.seed(seed)
    x = torch.linspace(-1, 1, 8, dtype=torch.float64)[:, None]
    problem = Problem("line", x, 3 * x, x * 1.1, 3.3 * x, 1, "edge")
    edge = 1 / float(x.square().mean())
    rates = [edge * random.choice((0.9, 0.99, 1, 1.01, 1.1, 1.5, 30)) for _ in range(4)]
    rule = random.choice(
        [{"min_change": 10.0 ** -random.randint(0, 6), "patience": random.randint(1, 3)},
         {"loss": 10.0 ** -random.randint(-1, 5)},
         {"loss": 1e-2, "min_change": 1e-3}]
    )  # fmt: skip
    training = Training(
        loss="mse", optimizer="sgd", epochs=120, stop=Stop.model_validate(rule),
        batch_size=random.choice((None, 3)),
    )  # fmt: skip
    observe = Observe(evaluations=random.choice((2, 40)), snapshot_every=50)
    runs = [
        Run(Network(name="line"), training.model_copy(update={"learning_rate": rate}), problem,
            number, double=True, observe=observe)
        for number, rate in enumerate(rates)
    ]  # fmt: skip
    for outcome in alike(runs, context):
        assert outcome.stopped_at is None or outcome.diverged_at is None
        assert all(map(math.isfinite, outcome.history.train_loss))
        assert torch.isfinite(outcome.parameters).all()


def test_a_run_that_has_stopped_does_not_diverge_later(make: Make, context: Context) -> None:
    """The rate of 0.33 stops where its loss happens to be calm, and would diverge in the stack."""
    rule = {"min_change": 1e-2, "patience": 1}
    runs = [
        make(optimizer="sgd", activation="relu", learning_rate=rate, epochs=100, stop=rule, seed=s)
        for s, rate in enumerate((0.33, 1.4, 2.0, 1e-4, 0.9, 3.0))
    ]
    runs += [replace(runs[0], training=runs[0].training.model_copy(update={"learning_rate": 30.0}))]
    found = alike(runs, context)
    assert any(o.stopped_at is not None for o in found)
    assert not any(o.stopped_at is not None and o.diverged_at is not None for o in found)


def test_a_diverged_run_keeps_its_last_finite_evaluation_and_never_stops() -> None:
    ends = Ends(Stop(loss=1.0), torch.zeros(2, 1))
    finite = torch.tensor([True, True])
    ends.evaluated(0, finite, torch.full((2, 1), 1.0))
    ends.evaluated(1, torch.tensor([False, True]), torch.full((2, 1), 2.0))
    ends.look(2, torch.zeros(2), torch.zeros(2), torch.full((2, 1), 3.0))
    ends.evaluated(2, finite, torch.full((2, 1), 4.0))
    assert (ends.diverged.tolist(), ends.stopped.tolist()) == ([1, -1], [-1, 2])
    assert ends.parameters.tolist() == [[1.0], [3.0]]
    ends.evaluated(3, torch.tensor([True, False]), torch.full((2, 1), 5.0))
    assert ends.diverged.tolist() == [1, -1]


def test_a_run_that_stops_where_it_is_not_finite_has_diverged_there() -> None:
    ends = Ends(Stop(loss=1.0), torch.zeros(1, 1))
    ends.evaluated(0, torch.tensor([True]), torch.full((1, 1), 1.0))
    ends.look(4, torch.zeros(1), torch.zeros(1), torch.full((1, 1), 9.0))
    ends.settled(torch.tensor([False]))
    assert (ends.diverged.tolist(), ends.stopped.tolist()) == ([4], [-1])
    assert ends.parameters.tolist() == [[1.0]]


@pytest.mark.parametrize("kind", ["mlp", "images"])
def test_stop_below_a_loss(make: Make, context: Context, kind: str) -> None:
    """At the first epoch whose evaluation is low enough, as the run without the rule tells it."""
    free = [make(kind, epochs=60, seed=s, learning_rate=0.05, batch_size=8) for s in (0, 1)]
    curves = [outcome.history.train_loss for outcome in train(free, context)]
    limit = curves[0][25]
    ruled = [make(kind, epochs=60, seed=s, learning_rate=0.05, batch_size=8, stop={"loss": limit})
             for s in (0, 1)]  # fmt: skip
    for curve, outcome in zip(curves, train(ruled, context), strict=True):
        first = next((e for e, loss in enumerate(curve) if e and loss <= limit), None)
        assert outcome.stopped_at == first
        if first is not None:
            assert outcome.history.train_loss[-1] == pytest.approx(curve[first], rel=1e-9)


def test_nothing_is_kept_behind_the_end(tmp_path: Path, make: Make) -> None:
    context = Context(CPU, tmp_path, Cache(tmp_path / "trained"))
    run = make(optimizer="sgd", epochs=200, stop={"min_change": 1e-2}, observe=Observe(steps=True))
    (outcome,) = train([run], context)
    assert outcome.stopped_at is not None and outcome.steps is not None
    assert len(outcome.steps.loss) == outcome.stopped_at
    assert outcome.history.epochs[-1] == outcome.stopped_at
