"""Approaches as the settings mean them, and the measures of every solution."""

from typing import Any

import pytest
import torch

from experiments.engine.context import Context
from experiments.measures.sensitivity import sensitivity
from experiments.settings.consistency import faults, findings, notes
from experiments.tasks.sensitivity import Settings, run, solutions


@pytest.fixture
def table() -> dict[str, Any]:
    return {
        "data": {"name": "digits", "train_size": 100, "test_size": 40},
        "model": {"name": "mlp", "hidden": [6]},
        "training": {
            "loss": "cross_entropy",
            "epochs": 2,
            "learning_rate": 1e-3,
            "batch_size": 20,
        },
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
