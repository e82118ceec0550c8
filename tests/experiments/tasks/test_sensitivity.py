"""Approaches as the settings mean them, and the measures of every solution."""

from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.measures.sensitivity import sensitivity
from experiments.settings.consistency import faults, findings, notes
from experiments.tasks.sensitivity import Settings, run, solutions
from tests.experiments.tasks.plain import LOSSES, examples, network


@pytest.fixture
def table() -> dict[str, Any]:
    return {
        "data": {"name": "digits", "train_size": 100, "test_size": 40},
        "model": {"name": "mlp", "hidden": [6]},
        "training": {"loss": "cross_entropy", "epochs": 2, "learning_rate": 1e-3, "batch_size": 20},
        "batch_sizes": [5, 10, 20, 50, 100],
        "learning_rates": [1e-4, 1e-3, 2e-3, 5e-3, 1e-2],
        "seeds": [0, 1, 2],
    }


def test_one_thing_is_varied_at_a_time(table: dict[str, Any], context: Context) -> None:
    rows = run(Settings.model_validate(table), context).metrics.solutions
    approaches = {(row.batch_size, row.learning_rate) for row in rows}
    batches = {(b, 1e-3) for b in (5, 10, 20, 50, 100)}
    rates = {(20, rate) for rate in (1e-4, 1e-3, 2e-3, 5e-3, 1e-2)}
    assert approaches == batches | rates  # the common one is trained once
    assert len(rows) == 9 * 3


def test_measures_are_those_of_the_trained_parameters(
    table: dict[str, Any], context: Context
) -> None:
    settings = Settings.model_validate(table | {"test_points": 30})
    measured = run(settings, context).metrics
    assert measured.test_points == 30
    approach, outcome = solutions(settings, context)[4]
    own = sensitivity(
        settings.model,
        outcome.run.problem,
        outcome.parameters,
        "cross_entropy",
        30,
        torch.device("cpu"),
    )
    row = measured.solutions[4]
    assert row.batch_size == approach.batch_size
    assert row.jacobian_norm == own.jacobian_norm > 0
    assert row.probability_jacobian_norm == own.probability_jacobian_norm
    assert row.loss_gradient_norm == own.loss_gradient_norm
    assert row.points == 30


@pytest.mark.parametrize(("loss", "plain"), LOSSES, ids=str)
def test_a_loss_with_arguments_is_measured_as_it_is(
    loss: dict[str, Any], plain: torch.nn.Module, table: dict[str, Any], context: Context
) -> None:
    table["training"] |= {"loss": loss}
    settings = Settings.model_validate(table | {"test_points": 30})
    row = run(settings, context).metrics.solutions[0]
    _, outcome = solutions(settings, context)[0]
    net = network(outcome.parameters, 64, 6, 10)
    images, classes = examples(outcome.run.problem, "test")
    points = images[:30].requires_grad_()
    (slopes,) = torch.autograd.grad(30 * plain(net(points), classes[:30]), points)
    norm = slopes.flatten(1).norm(dim=1).mean().item()
    assert row.loss_gradient_norm == pytest.approx(norm, rel=1e-5)
    assert row.final_test_loss == pytest.approx(plain(net(images), classes).item(), rel=1e-5)


def test_equal_loss_ends_at_the_first_epoch_that_is_low_enough(
    table: dict[str, Any], context: Context
) -> None:
    table |= {"batch_sizes": [5, 100], "learning_rates": [], "seeds": [0]}
    plain = run(Settings.model_validate(table), context).metrics
    assert plain.equal_loss == []
    assert "equal_loss" not in Settings.model_validate(table).model_dump()
    settings = Settings.model_validate(table | {"equal_loss": {"loss": 2.0, "epochs": 9}})
    measured = run(settings, context).metrics
    assert measured.solutions == plain.solutions
    fast, slow = measured.equal_loss
    assert 0 < fast.stopped_at < 9 and fast.final_train_loss <= 2.0
    assert all(loss > 2.0 for loss in fast.train_loss[:-1])
    assert fast.jacobian_norm > 0 and fast.final_reason is None
    assert slow.stopped_at is None and slow.final_train_loss > 2.0 and slow.epoch[-1] == 9
    assert slow.jacobian_norm is None
    assert slow.final_reason == "the training loss is above 2 after 9 epochs"
    small = settings.smoke()
    assert small.equal_loss is not None and small.equal_loss.epochs <= 4


def test_what_was_measured_is_kept(table: dict[str, Any], tmp_path: Path) -> None:
    settings = Settings.model_validate(table | {"seeds": [0], "learning_rates": []})
    asked = []

    class Noted(Cache):
        def save(self, key: str, state: dict[str, Any]) -> None:
            asked.append(key)
            super().save(key, state)

    kept = Context(torch.device("cpu"), tmp_path, Noted(tmp_path / "trained"))
    first = run(settings, kept).metrics
    asked.clear()
    assert run(settings, kept).metrics == first
    assert asked == []
    run(settings.model_copy(update={"test_points": 7}), kept)
    assert len(asked) == len(settings.approaches())


def test_a_diverged_solution_has_no_sensitivity(table: dict[str, Any], context: Context) -> None:
    table["training"] |= {"epochs": 8, "optimizer": "sgd"}
    table["model"]["activation"] = "leaky_relu"
    table["learning_rates"][4] = 1e9
    measured = run(Settings.model_validate(table), context)
    assert measured.diverged
    for row in measured.metrics.solutions:
        lost = row.learning_rate == 1e9
        assert (row.jacobian_norm is None) == lost
        assert (row.final_reason is None) == (not lost)


def test_what_is_too_little_or_too_much(table: dict[str, Any]) -> None:
    assert faults(Settings.model_validate(table)) == []
    for key, name in (
        ("batch_sizes", "too-few-batch-sizes"),
        ("learning_rates", "too-few-learning-rates"),
        ("seeds", "too-few-seeds"),
    ):
        few = Settings.model_validate(table | {key: table[key][:2]})
        assert [found.name for found in findings(few)] == [name]
        assert faults(few) == [] and len(notes(few)) == 1
    many = faults(Settings.model_validate(table | {"test_points": 41}))
    assert [fault.key for fault in many] == ["test_points"]
    large = faults(Settings.model_validate(table | {"batch_sizes": [5, 10, 20, 50, 101]}))
    assert [fault.name for fault in large] == ["batch-exceeds-data"]


def test_smoke_keeps_all_approaches(table: dict[str, Any], context: Context) -> None:
    table["data"] = {"name": "digits"}
    table["batch_sizes"] = [2, 4, 64, 512, 1024]
    table["training"]["batch_size"] = 64
    small = Settings.model_validate(table).smoke()
    assert len(small.approaches()) == 9
    assert small.batch_sizes == (1, 2, 6, 50, 100)
    assert small.training.batch_size in small.batch_sizes
    assert len(run(small, context).metrics.solutions) == 9 * 2
