"""Random labels: what is replaced, what is not, and what the rows say, recomputed plainly."""

from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from experiments.data.labels import corrupt_labels
from experiments.engine.context import Context
from experiments.engine.problem import Problem
from experiments.engine.problems import corrupted
from experiments.engine.randomness import generator
from experiments.engine.reference import plain_data, train_plainly
from experiments.engine.run import Run
from experiments.models.build import build
from experiments.tasks.random_labels import Settings, first_reached, run


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate(
        {
            "data": {"name": "digits", "train_size": 120, "test_size": 60},
            "model": {"name": "mlp", "hidden": [40]},
            "training": {
                "loss": "cross_entropy",
                "learning_rate": 0.02,
                "epochs": 12,
                "batch_size": 40,
            },
            "fractions": [0.0, 0.5, 1.0],
            "thresholds": [0.5, 0.95],
            "seeds": [0, 1],
        }
    )


@pytest.fixture
def problem(settings: Settings, context: Context) -> Problem:
    return context.image_problem(settings.data)


@pytest.mark.parametrize("fraction", [0.0, 0.2, 0.5, 1.0])
def test_only_training_labels_change_and_about_as_many_as_asked(
    fraction: float, settings: Settings, context: Context
) -> None:
    whole = context.image_problem(settings.data.model_copy(update={"train_size": None}))
    found = corrupted(whole, fraction, seed=3)
    assert found.test_targets is whole.test_targets
    assert found.inputs is whole.inputs
    assert found.mean == whole.mean
    changed = int((found.targets != whole.targets).sum())
    drawn = round(fraction * len(whole.targets))
    # A label drawn anew keeps its value with probability 1/10.
    spread = (drawn * 0.9 * 0.1) ** 0.5
    assert changed <= drawn
    assert abs(changed - 0.9 * drawn) <= 4 * spread
    assert (found.digest == whole.digest) == (fraction == 0)


def test_labels_depend_on_the_seed_alone(problem: Problem) -> None:
    first, again, other = (corrupted(problem, 0.6, seed) for seed in (1, 1, 2))
    assert torch.equal(first.targets, again.targets)
    assert first.digest == again.digest
    assert not torch.equal(first.targets, other.targets)
    assert first.digest != other.digest


@pytest.mark.parametrize(
    ("threshold", "epoch"), [(0.0, 0), (0.3, 2), (0.6, 4), (0.8, 8), (0.81, None)]
)
def test_first_epoch_at_a_threshold(threshold: float, epoch: int | None) -> None:
    assert first_reached((0, 2, 4, 8), (0.1, 0.3, 0.7, 0.8), threshold) == epoch


def test_every_number_of_a_row_by_a_plain_loop(
    settings: Settings, problem: Problem, context: Context
) -> None:
    metrics = run(settings, context).metrics
    assert metrics.chance == 0.1
    rows = {(row.fraction, row.seed): row for row in metrics.runs}
    assert set(rows) == {(f, s) for f in settings.fractions for s in settings.seeds}
    for (fraction, seed), row in rows.items():
        _check(row, fraction, seed, settings, problem)
    for fit in metrics.fits:
        row = rows[fit.fraction, fit.seed]
        reached = [
            e for e, a in zip(row.epoch, row.train_accuracy, strict=True) if a >= fit.threshold
        ]
        assert fit.epoch == (reached[0] if reached else None)
        assert (fit.epoch_reason is None) == bool(reached)
    assert {fit.threshold for fit in metrics.fits} == {0.5, 0.95}


def _check(
    row: dict[str, Any], fraction: float, seed: int, settings: Settings, problem: Problem
) -> None:
    labels = corrupt_labels(problem.targets, fraction, 10, generator(seed, "labels"))
    trained_on = corrupted(problem, fraction, seed)
    assert torch.equal(trained_on.targets, labels)
    plain = Run(settings.model, settings.training, trained_on, seed)
    module = build(settings.model, problem.shape)
    torch.nn.utils.vector_to_parameters(train_plainly(plain), module.parameters())
    inputs, targets = plain_data(plain)
    outputs = module(inputs)
    answers = outputs.argmax(dim=1)
    assert row.final_train_loss == pytest.approx(cross_entropy(outputs, targets).item(), rel=1e-3)
    assert row.final_train_accuracy == int((answers == labels).sum()) / 120
    changed = labels != problem.targets
    assert row.changed_labels == int(changed.sum())
    if fraction == 0:
        assert row.changed_fitted is None
        assert row.changed_fitted_reason
    else:
        right = int((answers == labels)[changed].sum())
        assert row.changed_fitted == right / int(changed.sum())
    tests = (problem.test_inputs / 255.0 - problem.mean[0]) / problem.std[0]
    correct = int((module(tests).argmax(dim=1) == problem.test_targets).sum())
    assert row.final_test_accuracy == correct / 60


def test_a_diverged_run_says_so(settings: Settings, context: Context) -> None:
    wild = settings.training.model_copy(update={"learning_rate": 1e9, "optimizer": "sgd"})
    measured = run(settings.model_copy(update={"training": wild}), context)
    assert measured.diverged
    for row in measured.metrics.runs:
        assert row.final_test_accuracy is None
        assert row.changed_fitted is None
        assert "no label was changed" in row.changed_fitted_reason or (
            f"diverged at epoch {row.diverged_at}" == row.changed_fitted_reason
        )


def test_smoke_keeps_both_ends(settings: Settings) -> None:
    small = settings.smoke()
    assert small.fractions[0] == 0.0
    assert small.fractions[-1] == 1.0
    assert small.training.epochs <= 3


def test_each_case_is_trained_with_what_it_does_not_give_itself(
    settings: Settings, context: Context
) -> None:
    case = {
        "model": {"name": "cnn", "convolutions": [{"channels": 4, "pool": 4}]},
        "fractions": [0.0, 1.0],
        "seeds": [5],
        "training": {"epochs": 2},
    }
    given = settings.model_dump(mode="json")
    assert not {"cases", "test_labels"} & given.keys()
    whole = Settings.model_validate(given | {"cases": [case]})
    assert [use.training.epochs for use in whole.uses()] == [12, 2]
    metrics = run(whole, context).metrics
    assert [(r.case, r.fraction, r.seed) for r in metrics.runs[6:]] == [
        ("cnn", 0.0, 5),
        ("cnn", 1.0, 5),
    ]
    alone = run(settings, context).metrics.runs
    assert {r.case for r in alone} == {None}
    assert [r.final_test_loss for r in metrics.runs[:6]] == [r.final_test_loss for r in alone]
    assert {fit.case for fit in metrics.fits} == {"mlp", "cnn"}
    small = whole.smoke()
    assert small.cases[0].fractions == (0.0, 1.0) and small.cases[0].training.epochs == 2
    with pytest.raises(ValueError, match="same network on the same data"):
        Settings.model_validate(given | {"cases": [{"seeds": [7]}]})


def test_random_test_labels_are_drawn_apart_from_the_training_labels(problem: Problem) -> None:
    found = corrupted(problem, 1.0, 3, test=True)
    assert torch.equal(found.targets, corrupted(problem, 1.0, 3).targets)
    assert (found.test_targets != problem.test_targets).float().mean() > 0.6
    assert found.digest != corrupted(problem, 1.0, 3).digest
