"""Stacks against the plain loop; independence of the members of a stack."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from experiments.engine import train as train_module
from experiments.engine.context import Context
from experiments.engine.reference import train_plainly
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import grouped, train

Make = Callable[..., Run]
CPU = torch.device("cpu")

OFTEN: list[dict[str, Any]] = [
    *({"optimizer": name, "batch_size": 8, "epochs": 17} for name in ("adam", "sgd", "rmsprop")),
    {"kind": "images", "output": "softmax", "batch_size": 10, "epochs": 17},
    {"kind": "cnn", "loss": "mse_log_softmax", "batch_size": 8, "epochs": 17, "hidden": ()},
]
MORE: list[dict[str, Any]] = [
    *({"optimizer": name, **extra}
      for name in ("adam", "sgd", "rmsprop")
      for extra in ({}, {"weight_decay": 0.01})),
    {"optimizer": "sgd", "momentum": 0.9},
    {"optimizer": "rmsprop", "momentum": 0.5, "weight_decay": 0.1},
    {"schedule": {"every": 10, "factor": 0.5}},
    {"optimizer": "sgd", "momentum": 0.5, "schedule": {"every": 7, "factor": 0.1}, "batch_size": 7},
    *({"activation": name}
      for name in ("relu", "leaky_relu", "tanh", "sigmoid", "gelu", "silu")),
    {"hidden": ()},
    {"hidden": (5, 4, 3, 2)},
    {"kind": "images"},
    {"kind": "images", "loss": "mse_log_softmax"},
    {"kind": "cnn"},
    {"kind": "cnn", "optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.01, "hidden": (5,)},
]  # fmt: skip


@pytest.mark.parametrize(
    "variation",
    [*OFTEN, *(pytest.param(more, marks=pytest.mark.sweep) for more in MORE)],
    ids=str,
)
def test_a_stack_equals_the_plain_loop(
    make: Make, context: Context, variation: dict[str, Any]
) -> None:
    rates = (0.001, 0.003, 0.02)
    runs = [make(**{**variation, "learning_rate": r}, seed=s) for s in (0, 1) for r in rates]
    if not runs[0].network.convolutions:
        assert len(grouped(runs, CPU)) == 1
    for outcome in train(runs, context):
        expected = train_plainly(outcome.run)
        assert torch.isfinite(expected).all()
        assert (outcome.parameters - expected).abs().max() < 1e-9
        assert outcome.diverged_at is None


def test_members_with_labels_of_their_own(make: Make, context: Context) -> None:
    labels = [torch.arange(22).roll(shift) % 3 for shift in (0, 1)]
    runs = [make("images", labels=own, seed=s) for own in labels for s in (0, 1)]
    assert len(grouped(runs, CPU)) == 1
    for outcome in train(runs, context):
        assert (outcome.parameters - train_plainly(outcome.run)).abs().max() < 1e-9


def same(first: Trained, second: Trained) -> bool:
    """Whether two outcomes are equal bit for bit."""
    return torch.equal(first.parameters, second.parameters) and first.history == second.history


def test_order_does_not_matter(make: Make, context: Context) -> None:
    runs = [
        make(kind, seed=seed, learning_rate=rate, double=False, epochs=20)
        for kind in ("mlp", "images", "cnn")
        for rate in (0.03, 0.01)
        for seed in (0, 1)
    ]
    straight = train(runs, context)
    backward = train(runs[::-1], context)[::-1]
    assert [outcome.run for outcome in straight] == runs
    assert all(same(a, b) for a, b in zip(straight, backward, strict=True))


def test_blocks_do_not_matter(
    make: Make, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [make(seed=seed, epochs=20) for seed in range(9)]
    together = train(runs, context)
    monkeypatch.setattr(train_module, "stack_size", lambda _run, _device: 2)
    assert len(grouped(runs, CPU)) == 5
    for one, other in zip(together, train(runs, context), strict=True):
        torch.testing.assert_close(one.parameters, other.parameters, rtol=0, atol=1e-12)
        assert one.history.epochs == other.history.epochs


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_a_diverging_member_leaves_the_others_alone(
    make: Make, context: Context, optimizer: str
) -> None:
    rate = {"sgd": 1e6}.get(optimizer, 1e9)

    def runs(last: float) -> list[Run]:
        return [
            make(optimizer=optimizer, seed=s, learning_rate=r, activation="relu", double=False)
            for s, r in enumerate((0.01, 0.02, last))
        ]

    assert len(grouped(runs(rate), CPU)) == 1
    wild, tame = train(runs(rate), context), train(runs(0.03), context)
    if optimizer == "sgd":
        lost = wild[2]
        assert lost.diverged_at is not None and 0 < lost.diverged_at <= 50
        assert lost.history.epochs == tuple(range(lost.diverged_at))
        assert torch.isfinite(lost.parameters).all()
    assert all(same(wild[i], tame[i]) for i in (0, 1))


def test_what_forms_a_stack(make: Make) -> None:
    base = make()
    apart = [
        base,
        make(batch_size=8),
        make(weight_decay=0.1),
        make(hidden=(4,)),
        make(double=False),
        make("images"),
        replace(base, observe=Observe(steps=True)),
    ]
    assert len(grouped(apart, CPU)) == len(apart)
    assert grouped([base, make(seed=3), make(learning_rate=0.5)], CPU) == [[0, 1, 2]]
    assert len(grouped([make("cnn", seed=s) for s in range(3)], CPU)) == 3


def test_snapshots_are_the_parameters_of_their_epochs(make: Make, context: Context) -> None:
    run = make(epochs=10, batch_size=6, observe=Observe(snapshot_every=4))
    (outcome,) = train([run], context)
    assert outcome.snapshots is not None
    assert outcome.snapshot_epochs == (0, 4, 8, 10)
    for epoch, snapshot in zip(outcome.snapshot_epochs[1:], outcome.snapshots[1:], strict=True):
        shorter = replace(run, training=run.training.model_copy(update={"epochs": epoch}))
        assert (snapshot - train_plainly(shorter)).abs().max() < 1e-9


def test_steps_hold_loss_and_gradient_norm_of_every_batch(make: Make, context: Context) -> None:
    run = make(optimizer="sgd", epochs=3, observe=Observe(steps=True))
    outcome = train([run, make(seed=1, observe=run.observe)], context)[0]
    snapshots = train([replace(run, observe=Observe(snapshot_every=1))], context)[0].snapshots
    assert outcome.steps is not None and snapshots is not None
    # Plain gradient descent: a step is −rate times the gradient.
    moved = (snapshots[1:] - snapshots[:-1]).norm(dim=1) / run.training.learning_rate
    torch.testing.assert_close(outcome.steps.gradient_norm, moved)
    assert outcome.steps.loss.tolist() == pytest.approx(outcome.history.train_loss[:-1])


def test_history_counts_correct_answers(make: Make, context: Context) -> None:
    (outcome,) = train([make("images", epochs=100, hidden=(30,), learning_rate=0.01)], context)
    assert outcome.history.train_correct[-1] == 22
    assert outcome.train_accuracy[-1] == 1.0
    assert len(outcome.history.test_correct) == len(outcome.history.epochs) == 101
    assert 0 <= outcome.test_accuracy[-1] <= 1
